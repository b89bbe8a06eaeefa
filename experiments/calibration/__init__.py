"""The calibration: which parameters agree with the findings that may be used for it.

History matching in waves, then acceptance by simulation itself; docs/calibration.md tells how.
It sees facts of class C only.
"""

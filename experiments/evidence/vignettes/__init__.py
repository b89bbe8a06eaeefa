"""Experiments with single persons: what the model's own rules make of a prescribed course.

One customer and one rep, in the state in which a warmed-up centre's people are, are taken
through a course twice or more often with the same chance. What is forced is randomised by
design; everything else is decided by the model's rules (:mod:`sim.behaviours`), which are
called here and never written again.
"""

"""Under which conditions which policy is best for whom: boxes, trees, maps and words."""

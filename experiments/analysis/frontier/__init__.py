"""Which policies no other beats in everything, how surely, and how far the rest lie from them.

A policy is a point with two or more objectives, each with a better side
(:mod:`~experiments.analysis.frontier.objectives`). Values have the shape (replications, points,
objectives); a replication is the same chance at all points, and NaN is a run that failed or was
not made. The frontier is that of the points that were evaluated: nothing is said of policies
between them.

Modules that take arrays of shape (points, objectives) without directions (``dominance``,
``hypervolume``) take more to be better in all of them; ``Objectives.oriented`` sees to it.
"""

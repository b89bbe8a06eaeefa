"""What an experiment will take, before it is run.

``amounts`` works it out from a shortened block (``pieces``) and the rows that it leaves
(``room``); ``words`` tells it.
"""

from experiments.command.estimate.amounts import Amount, Estimate, estimate
from experiments.command.estimate.words import lines

__all__ = ["Amount", "Estimate", "estimate", "lines"]

"""All figures, in the order of the report."""

from collections.abc import Callable

from experiments.analysis.summary import Summary
from experiments.figures.best import best
from experiments.figures.event_curves import event_curves
from experiments.figures.fans import fans
from experiments.figures.ledger import ledger
from experiments.figures.paired_differences import paired_differences
from experiments.figures.prevails import prevails
from experiments.figures.style import Drawing
from experiments.figures.trade_off import trade_off
from experiments.figures.warmup import warmup

FIGURES: tuple[Callable[[Summary], Drawing | None], ...] = (
    trade_off,
    paired_differences,
    best,
    prevails,
    ledger,
    fans,
    event_curves,
    warmup,
)
"""Each returns None where there is nothing to draw it from."""


def figures(summary: Summary) -> list[Drawing]:
    """Return every figure that the runs give something to draw for.

    Parameters
    ----------
    summary : Summary
        What the runs say.
    """
    return [drawing for draw in FIGURES if (drawing := draw(summary)) is not None]

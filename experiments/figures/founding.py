"""The founding question in one figure: under which policy each party does best, and when."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from experiments.claims.findings import Findings
from experiments.claims.founding import LABELS, Best
from experiments.claims.measures import PERIOD_NAMES, YEARS
from experiments.claims.wording import called
from experiments.figures.claims import facts_of
from experiments.figures.parts import letter, new_figure, place_legend, row_axis
from experiments.figures.style import COLOURS, INK, Drawing

UNTOLD = "#E3E6E8"


def founding(findings: Findings) -> Drawing:
    """Return in which share of the sets each policy is best for each party.

    Parameters
    ----------
    findings : Findings
        What was found, with the founding question among it.
    """
    caption = (
        "Share of parameter sets in which a policy is best by a party's measure: its "
        "95 % intervals against both other policies lie on the better side. Grey: the best one "
        "cannot be told. The policies differ in handling alone and share one support package. "
        f"{facts_of(findings)}"
    )
    return Drawing(
        name="founding",
        draw=lambda: _draw(findings.founding, called(findings)),
        title="Under which policy does each party do best?",
        caption=caption,
        data=[
            {
                "sets_are": name,
                "party": each.party,
                "measure": each.measure,
                "period": each.period,
                **each.counts,
                "cannot_be_told": each.untold,
                "sets": each.sets,
            }
            for name, founding in (
                (called(findings), findings.founding),
                ("those that meet all bands", findings.founding_met),
            )
            for each in founding
        ],
    )


def _draw(founding: Sequence[Best], sets: str) -> Figure:
    figure = new_figure(4.3)
    axes = figure.subplots(1, len(YEARS), sharey=True)
    for axis, period in zip(axes, YEARS, strict=True):
        mine = [each for each in founding if each.period == period]
        _bars(axis, mine, sets)
        letter(axis, PERIOD_NAMES[period])
        row_axis(axis, [f"{LABELS[each.measure]}" for each in mine], rule=False)
        for row in range(1, len(mine)):
            if mine[row].party != mine[row - 1].party:
                axis.axhline(row - 0.5, color=INK, linewidth=0.8, zorder=4)
    names = list(founding[0].counts)
    handles = [Patch(color=COLOURS[place], label=name) for place, name in enumerate(names)]
    place_legend(figure, [*handles, Patch(color=UNTOLD, label="cannot be told")])
    return figure


def _bars(axis: Axes, founding: Sequence[Best], sets: str) -> None:
    rows = np.arange(len(founding))
    left = np.zeros(len(founding))
    names = list(founding[0].counts)
    for name, tint in [*zip(names, COLOURS, strict=False), ("", UNTOLD)]:
        counts = [each.counts[name] if name else each.untold for each in founding]
        shares = np.array(counts) / np.array([each.sets for each in founding])
        axis.barh(rows, shares, left=left, height=0.7, color=tint, linewidth=0, zorder=2)
        left = left + shares
    axis.set_xlim(0.0, 1.0)
    axis.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axis.set_xlabel(f"share of the {sets}")

"""How every figure looks: colours, type, captions, and how one is saved.

The colours are those of Okabe and Ito, which colour-blind readers tell apart; a policy
has the colour and the marker of its place in the experiment, in every figure.
"""

import csv
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine

from experiments import parquet
from experiments.analysis.results import Results

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C6D1F")
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*")
INK = "#222222"
MUTED = "#6F6F6F"
RULE = "#D9D9D9"
WIDTH = 9.0
"""Inches: what fits a page and a README."""

_LINE = 0.165  # inches, a line of the caption
_LETTERS = 17.2  # of the caption in an inch
_RC: Any = {
    "font.family": "DejaVu Sans",  # the one that comes with matplotlib: the same everywhere
    "font.size": 9.0,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "frontline",  # the same bytes for the same figure
}


def look() -> Any:
    """Return the context in which figures are drawn and saved."""
    return mpl.rc_context(_RC)


def colour(results: Results, policy: str) -> str:
    """Return the colour of a policy."""
    return COLOURS[results.policies.index(policy) % len(COLOURS)]


def marker(results: Results, policy: str) -> str:
    """Return the marker of a policy."""
    return MARKERS[results.policies.index(policy) % len(MARKERS)]


def facts(results: Results) -> str:
    """Return what every caption ends with: how many runs, of what, from which config."""
    columns = results.columns
    count = len(results.replications)
    size = [columns[f"centre_{name}"][0] for name in ("customers", "seats")]
    return (
        f"n = {count} replication{'s' if count != 1 else ''} of each policy, "
        f"seed {columns['seed'][0]}; {results.warmup_days:,} days of warm-up, "
        f"{results.days:,} days after the branch; {size[0]:,} customers, {size[1]:,} seats; "
        f"config {results.config_hash}."
    )


@dataclass(frozen=True)
class Drawing:
    """A figure with its caption and its data.

    Attributes
    ----------
    name : str
        The file's stem.
    draw : callable
        Makes the figure afresh, its caption not in it, under a constrained layout.
    title, caption : str
        What it shows; what its bands mean and where it comes from.
    data : sequence of mapping
        The numbers drawn, a row each.
    """

    name: str
    draw: Callable[[], Figure]
    title: str
    caption: str
    data: Sequence[Mapping[str, Any]]

    def save(self, folder: Path) -> None:
        """Write NAME.svg, NAME.png and NAME.csv, title and caption drawn in."""
        folder.mkdir(parents=True, exist_ok=True)
        with look():
            lettered = self._lettered()
            # Laid out once: working the layout out takes as long as drawing.
            lettered.draw_without_rendering()
            lettered.set_layout_engine("none")
            for kind, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
                with parquet.written_aside(folder / f"{self.name}.{kind}") as aside:
                    lettered.savefig(aside, format=kind, dpi=160, metadata=metadata)
        parquet.write_text(folder / f"{self.name}.csv", self._csv())

    def svg(self) -> str:
        """Return the figure without caption as an SVG element for a page."""
        text = StringIO()
        with look():
            figure = self.draw()
            FigureCanvasAgg(figure)
            figure.savefig(text, format="svg", metadata={"Date": None})
        return text.getvalue()[text.getvalue().index("<svg") :]

    def _lettered(self) -> Figure:
        """Return the figure with room made below for its caption."""
        figure = self.draw()
        FigureCanvasAgg(figure)
        width, height = figure.get_size_inches()
        lines = textwrap.wrap(self.caption, int(width * _LETTERS))
        below = (len(lines) + 1) * _LINE
        tall = below + height
        figure.set_size_inches(width, tall)
        engine = figure.get_layout_engine()
        if isinstance(engine, ConstrainedLayoutEngine):
            engine.set(rect=(0.0, below / tall, 1.0, height / tall))
        for legend in figure.legends:
            # As the legend's title it has its place above the axes, whatever their layout.
            legend.set_title(self.title, prop=FontProperties(weight="bold", size=10.5))
            legend.set_alignment("left")
        figure.text(
            0.012,
            (below - 0.5 * _LINE) / tall,
            "\n".join(lines),
            va="top",
            fontsize=7.6,
            color=MUTED,
            linespacing=1.35,
        )
        return figure

    def _csv(self) -> str:
        text = StringIO()
        writer = csv.DictWriter(text, list(self.data[0]) if self.data else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.data)
        return text.getvalue()

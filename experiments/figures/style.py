"""How every figure looks: colours, type, captions, and how one is saved.

The colours are those of Okabe and Ito, which colour-blind readers tell apart; a policy
has the colour and the marker of its place in the experiment, in every figure.
"""

import csv
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine

from experiments.analysis.results import Results
from experiments.store import parquet

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C6D1F")
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*")
INK = "#222222"
MUTED = "#6F6F6F"
RULE = "#D9D9D9"
WIDTH = 9.0
"""Inches: what fits a page and a README."""

DPI = 160
"""Of a PNG."""

CAPTION = "caption"
POINTS = 72.0  # in an inch
_LINE = 0.165  # inches, a line of the caption
_LETTERS = 16.2  # of the caption in an inch
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
    alone = "One replication: no interval and no spread can be given. " if count == 1 else ""
    return (
        f"{alone}n = {count:,} replication{'s' if count != 1 else ''} of each policy"
        f"{_failed(results)}, seed {columns['seed'][0]}; {results.warmup_days:,} days of warm-up, "
        f"{results.days:,} days after the branch; {size[0]:,} customers, {size[1]:,} seats; "
        f"config {results.config_hash}."
    )


def _failed(results: Results) -> str:
    """Return how many runs of which policies failed, in brackets; nothing where none did."""
    policies, errors = results.columns["policy"], results.columns["error"]
    counts = {name: int(np.sum((policies == name) & (errors != ""))) for name in results.policies}
    found = [f"{count:,} of {results.title(name)}" for name, count in counts.items() if count]
    return f" (less the runs that failed: {', '.join(found)})" if found else ""


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

    def save(self, folder: Path) -> str:
        """Write NAME.svg, NAME.png and NAME.csv, title and caption drawn in.

        Returns
        -------
        str
            The same figure as an SVG element for a page, which has the caption as text.
        """
        folder.mkdir(parents=True, exist_ok=True)
        with look():
            lettered, below = self._lettered()
            _settle(lettered)
            # Not savefig: it draws a figure that was laid out once more, for nothing.
            lettered.set_dpi(DPI)
            with parquet.written_aside(folder / f"{self.name}.svg") as aside:
                FigureCanvasSVG(lettered).print_svg(aside, metadata={"Date": None})
            lettered.set_dpi(DPI)  # an SVG has its own
            with parquet.written_aside(folder / f"{self.name}.png") as aside:
                FigureCanvasAgg(lettered).print_png(aside, metadata={"Software": None})
        parquet.write_text(folder / f"{self.name}.csv", self._csv())
        # Drawing takes long: the page's figure is this one with its foot cut off.
        drawn = (folder / f"{self.name}.svg").read_text(encoding="utf-8")
        return without_caption(drawn, below * POINTS)

    def _lettered(self) -> tuple[Figure, float]:
        """Return the figure with its caption below, and the inches that this takes."""
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
            gid=CAPTION,
        )
        return figure, below

    def _csv(self) -> str:
        text = StringIO()
        writer = csv.DictWriter(text, list(self.data[0]) if self.data else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.data)
        return text.getvalue()


def without_caption(svg: str, points: float) -> str:
    """Return a saved figure as an SVG element for a page, without its caption.

    Parameters
    ----------
    svg : str
        The file's text.
    points : float
        How much its foot takes, 72 of which are an inch.
    """
    width, height = re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups()  # type: ignore[union-attr]
    shown = f'viewBox="0 0 {width} {float(height) - points:.2f}"'
    start = svg.index(f'<g id="{CAPTION}">')
    depth, end = 0, start
    for tag in re.finditer(r"<g\b|</g>", svg[start:]):
        depth += 1 if tag[0] == "<g" else -1
        if depth == 0:
            end = start + tag.end()
            break
    # Its letters go; where they are drawn first, other texts' letters are defined with them.
    svg = svg[:start] + re.sub(r"<use [^>]*/>", "", svg[start:end]) + svg[end:]
    return re.sub(r'viewBox="[^"]*"', shown, svg[svg.index("<svg") :], count=1)


def _settle(figure: Figure) -> None:
    """Lay a figure out, once: working the layout out takes as long as drawing."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")
    for axis in figure.axes:
        # The solver's last digits depend on where things lie in memory.
        axis.set_position(tuple(round(end, 5) for end in axis.get_position().bounds))

"""The table that ``frontline validate`` prints."""

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from experiments.evidence.judging import Judged
from experiments.evidence.run import describe
from experiments.evidence.wording import MENDED, band_text, chance, lead, marked, value_text

WIDTH = 100
"""Columns of a terminal that the table fits."""

STYLES = {"holds": "green", "fails": "red", "cannot be told": "yellow"}
"""The word says it; the colour only helps to find it."""

_LEGEND = (
    "C: may be calibrated to; E: must emerge, and is the only test; † a mechanism was added to the "
    "model after it had failed, which is no unseen test any more. In brackets: 95 % interval. "
    "* the project's tolerance, not a published interval. Cannot be told: the interval straddles "
    "an edge of the band. Exactly 0 is in ≥ 0 and not in > 0."
)


def print_facts(judged: Sequence[Judged], console: Console | None = None) -> None:
    """Print the facts, each with its parts, their bands and verdicts.

    Parameters
    ----------
    judged : sequence of Judged
        What was found.
    console : rich.console.Console or None
        Where to; standard output where None, at most 100 columns wide.
    """
    console = console or Console(width=WIDTH, highlight=False)
    console.print(rendered(judged), soft_wrap=False)


def rendered(judged: Sequence[Judged]) -> RenderableType:
    """Return everything that is printed, as one renderable."""
    parts: list[RenderableType] = []
    for each in judged:
        parts += [Text(), *_fact(each)]
    parts += [Text(), Text(_LEGEND, style="dim"), Text(), Text(lead(judged), style="bold")]
    parts += [Text(sentence, style="dim") for sentence in chance(judged)]
    return Group(*parts)


def _fact(each: Judged) -> list[RenderableType]:
    heading = Table.grid(padding=(0, 2, 0, 0))
    for width in (4, 1, WIDTH - 9):
        heading.add_column(width=width, overflow="fold")
    told = Text.assemble((each.verdict, f"bold {STYLES[each.verdict]}"), f": {each.fact.statement}")
    heading.add_row(Text(marked(each.fact), "bold"), Text(each.fact.use, "bold"), told)
    about = f"{each.fact.source}; {describe(each.units)}{', doubled' if each.doubled else ''}"
    found: list[RenderableType] = [heading, _inset(Text(about, style="dim"))]
    if each.fact.mended:
        found.append(_inset(Text(f"{MENDED} {each.fact.mended}", style="dim")))
    if each.trouble:
        found.append(_inset(Text(f"not judged: {each.trouble}", style="red")))
    found.append(_inset(_parts(each)))
    return found


def _inset(what: RenderableType) -> Padding:
    return Padding(what, (0, 0, 0, 8))


def _parts(each: Judged) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for width in (31, 25, 15, 14):
        table.add_column(width=width, overflow="fold")
    for part, estimate, verdict in each.parts():
        told = Text(verdict or "", STYLES.get(verdict or "", ""))
        table.add_row(part.what, value_text(estimate), band_text(part), told)
        if each.ablated is not None:
            off = each.ablated.estimates.get(part.name)
            if off is not None:
                shown = Text(value_text(off), style="dim")
                table.add_row(Text("  with the mechanism off", style="dim"), shown, "", "")
    return table

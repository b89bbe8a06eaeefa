"""The table that ``frontline claims`` prints."""

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from experiments.claims.findings import Finding, Findings
from experiments.claims.judging import HOLDS, REFUTED
from experiments.claims.telling import median_text
from experiments.claims.wording import (
    counted,
    forms_text,
    lead,
    null_text,
    percent,
    sets_text,
    turning_text,
)

WIDTH = 100
"""Columns of a terminal that the table fits."""

_DECIDED = 24
"""Columns for the parameters that decide."""

STYLES = {"holds": "green", "refuted": "red", "depends": "yellow", "cannot be told": "yellow"}
"""The word says it; the colour only helps to find it."""

_LEGEND = (
    "What is left cannot be told. Sign: whether mechanisms code it, so that a claim that holds is "
    "no test of it; below it in how many sets all parameters that code it have that sign, and in "
    "how many of the others it holds. Size: median over sets of the difference of the first judged "
    "condition; below it the share of sets in which that holds by more than the relevant margin. "
    "Decided by: the two parameters with which the claim goes most (+ more of it supports); in "
    "brackets: cannot be told from chance. Form: a second functional form with which the verdict "
    "changes clearly."
)
_MET = "In brackets: of those that meet all bands. "


def print_claims(findings: Findings, console: Console | None = None) -> None:
    """Print the claims, each with its shares and what decides it.

    Parameters
    ----------
    findings : Findings
        What was found.
    console : rich.console.Console or None
        Where to; standard output where None, at most 100 columns wide.
    """
    console = console or Console(width=WIDTH, highlight=False)
    console.print(rendered(findings), soft_wrap=False)


def rendered(findings: Findings) -> RenderableType:
    """Return everything that is printed, as one renderable."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", min_width=3)
    table.add_column("claim", max_width=25)
    table.add_column("holds", justify="right", no_wrap=True)
    table.add_column("refuted", justify="right", no_wrap=True)
    table.add_column("verdict", max_width=9)
    table.add_column("sign", max_width=9)
    table.add_column("size", max_width=11)
    table.add_column("decided by, form", max_width=_DECIDED, overflow="fold")
    for each in findings.claims:
        table.add_row(*_row(each, findings.filled))
    met = _MET if findings.filled else ""
    legend = f"Shares of the {sets_text(findings)}. {met}{_LEGEND}"
    parts: list[RenderableType] = [table, Text(), Text(legend, style="dim"), Text()]
    parts.append(Text(lead(findings), style="bold"))
    prices = [(each.claim.id, one) for each in findings.claims for one in each.turning]
    parts += [Text(f"{claim}: {turning_text(one)}") for claim, one in prices]
    if findings.null is not None:
        parts.append(Text(null_text(findings.null), style="dim"))
    return Group(*parts)


def _row(each: Finding, filled: bool) -> tuple[Text | str, ...]:
    size = each.size_of_first
    relevant = [] if size.margin is None else [f"{percent(size.share)} >{size.margin:g}"]
    return (
        Text(each.claim.id, "bold"),
        each.claim.claim,
        _shares(each, HOLDS, filled),
        _shares(each, REFUTED, filled),
        Text(each.wording, STYLES[each.verdict]),
        _sign(each),
        "\n".join([median_text(size.median, unit=size.unit), *relevant]),
        _decided(each),
    )


def _shares(each: Finding, verdict: int, filled: bool) -> str:
    met = [f"({counted(each.met, verdict)})"] if filled else []
    return "\n".join([counted(each.judged, verdict), *met])


def _sign(each: Finding) -> str:
    coded = each.coding
    if coded is None:
        return each.claim.sign
    others = coded.others
    rest = [f"else {others.count(HOLDS)}/{others.sets}"] if others.sets else []
    return "\n".join([each.claim.sign, f"in {coded.count}/{coded.judged.sets}", *rest])


def _decided(each: Finding) -> Text:
    lines = []
    for one in each.deciders:
        name = f"{'+' if one.rho > 0 else '−'}{one.name}"
        name = name if one.clear else f"({name})"
        shown = name if len(name) <= _DECIDED else name.replace(".", "\n .")
        lines.append(Text(shown, "" if one.clear else "dim"))
    forms = forms_text(each)
    return Text("\n").join([*lines, *([Text(f"form: {forms}")] if forms else [])])

"""The table that ``frontline claims`` prints."""

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from experiments.claims.findings import Finding, Findings
from experiments.claims.judging import HOLDS, REFUTED
from experiments.claims.wording import (
    counted,
    forms_text,
    lead,
    null_text,
    sets_text,
    turning_text,
)

WIDTH = 100
"""Columns of a terminal that the table fits."""

STYLES = {"holds": "green", "refuted": "red", "depends": "yellow", "cannot be told": "yellow"}
"""The word says it; the colour only helps to find it."""

_LEGEND = (
    "What is left cannot be told. Sign: whether mechanisms code it, so that a claim that holds is "
    "no test of it. Decided by: the parameters with which the claim goes most (+ more of it "
    "supports); none where chance would name one as well. Form: a second functional form with "
    "which the verdict changes clearly."
)


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
    table.add_column("claim", max_width=34)
    table.add_column("holds", justify="right")
    table.add_column("refuted", justify="right")
    if findings.filled:
        table.add_column("same, all\nbands met", justify="right")
    table.add_column("verdict", max_width=9)
    table.add_column("sign", max_width=7)
    table.add_column("decided by, form", max_width=22, overflow="fold")
    for each in findings.claims:
        table.add_row(*_row(each, findings.filled))
    legend = f"Shares of the {sets_text(findings)}. {_LEGEND}"
    parts: list[RenderableType] = [table, Text(), Text(legend, style="dim"), Text()]
    parts.append(Text(lead(findings), style="bold"))
    prices = [(each.claim.id, one) for each in findings.claims for one in each.turning]
    parts += [Text(f"{claim}: {turning_text(one)}") for claim, one in prices]
    if findings.null is not None:
        parts.append(Text(null_text(findings.null), style="dim"))
    return Group(*parts)


def _row(each: Finding, filled: bool) -> tuple[Text | str, ...]:
    named = [f"{'+' if one.rho > 0 else '−'}{one.name}" for one in each.deciders]
    forms = forms_text(each)
    met = f"{counted(each.met, HOLDS)}, {counted(each.met, REFUTED)}"
    return (
        Text(each.claim.id, "bold"),
        each.claim.claim,
        counted(each.judged, HOLDS),
        counted(each.judged, REFUTED),
        *((met,) if filled else ()),
        Text(each.verdict, STYLES[each.verdict]),
        each.claim.sign,
        "\n".join([*named, *([f"form: {forms}"] if forms else [])]),
    )

"""The table that a run prints: means, paired differences, who prevails."""

import textwrap
from collections.abc import Iterator
from itertools import combinations

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from experiments.analysis.headlines import HEADLINES
from experiments.analysis.prevails import Prevailing
from experiments.analysis.summary import MEASURES, Summary
from experiments.analysis.wording import (
    COMPROMISE_WORDS,
    compromise_in_words,
    decimals,
    plus_minus,
    verdict_mark,
    with_unit,
)
from experiments.periods import Period, period_name

WIDTH = 100
"""Columns of a terminal that the table fits."""

_LABEL = 32
_CELL = 21  # what a difference takes, with its mark
_LEGEND = (
    "\n±: half the 95 % t interval of the mean, or of the mean paired difference, over "
    "replications.\n▲ the first of the two does better, ▼ worse, ≈ cannot be told apart "
    "(Holm-corrected, 5 %)."
)


def print_summary(summary: Summary, console: Console | None = None) -> None:
    """Print the summary of an experiment.

    Parameters
    ----------
    summary : Summary
        What the runs say.
    console : rich.console.Console or None
        Where to; standard output where None, at most 100 columns wide.
    """
    console = console or Console(width=WIDTH, highlight=False)
    console.print(rendered(summary), soft_wrap=False)


def rendered(summary: Summary) -> RenderableType:
    """Return everything that is printed, as one renderable."""
    parts: list[RenderableType] = []
    for period in summary.results.periods:
        parts += [*_means(summary, period), *_differences(summary, period)]
    parts.append(Text(_LEGEND, style="dim"))
    parts += [_prevailing(each) for each in summary.prevailing]
    said = [each.sentence() for each in summary.precision]
    if said:
        parts.append(Text("\n".join(["", "Precision", *said])))
    if summary.results.measure_over == "steady":
        parts.append(Text(f"\n{summary.settling.steady.sentence}"))
    parts.append(Text("\n".join(["", *summary.stationarity.sentences()])))
    return Group(*parts)


def _measures() -> Iterator[str]:
    return (name for name in HEADLINES if name in MEASURES)


def _new_table(title: str) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("", min_width=_LABEL, overflow="fold")
    return table


def _chunks(items: list, size: int) -> Iterator[list]:
    for first in range(0, len(items), size):
        yield items[first : first + size]


def _per_table() -> int:
    return (WIDTH - _LABEL - 1) // (_CELL + 1)


def _means(summary: Summary, period: Period) -> Iterator[Table]:
    results = summary.results
    for policies in _chunks(list(results.policies), _per_table()):
        table = _new_table(f"\n{period_name(period).capitalize()}: means")
        for policy in policies:
            table.add_column(policy, justify="right", overflow="fold", max_width=_CELL)
        for name in _measures():
            column = name + period.suffix
            shown = [summary.means[policy][column] for policy in results.policies]
            places = decimals(shown)
            cells = [plus_minus(summary.means[policy][column], places) for policy in policies]
            table.add_row(with_unit(HEADLINES[name], name), *cells)
        yield table


def _differences(summary: Summary, period: Period) -> Iterator[Table]:
    pairs = [(b, a) for a, b in combinations(summary.results.policies, 2)]
    for chosen in _chunks(pairs, _per_table()):
        table = _new_table(f"\n{period_name(period).capitalize()}: paired differences")
        for a, b in chosen:
            table.add_column(f"{a}\n− {b}", justify="right", overflow="fold", max_width=_CELL)
        for name in _measures():
            tests = [summary.difference(a, b, name, period) for a, b in chosen]
            places = decimals(test.difference for test in tests)
            cells = [
                plus_minus(test.difference, places, signed=True)
                + f"\N{NO-BREAK SPACE}{verdict_mark(test)}"
                for test in tests
            ]
            table.add_row(with_unit(HEADLINES[name], name), *cells)
        yield table


def _prevailing(each: Prevailing) -> Text:
    lines = [comparison.in_words() for comparison in each.comparisons]
    lines += [compromise_in_words(each, measure) for measure in COMPROMISE_WORDS]
    text = Text()
    text.append(f"\nWho prevails, {period_name(each.period)}", "bold")
    for line in lines:
        text.append("\n")
        text.append(textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="    "))
    return text

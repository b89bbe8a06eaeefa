"""Builds report.html and the figures beside it: everything in one file, nothing fetched."""

import re
import shlex
from itertools import combinations
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from experiments import parquet
from experiments.analysis.headlines import HEADLINES
from experiments.analysis.summary import MEASURES, Summary
from experiments.analysis.wording import (
    COMPROMISE_WORDS,
    Verdict,
    bracketed,
    compare,
    compromise_in_words,
    decimals,
    verdict_mark,
    with_unit,
)
from experiments.config import Experiment
from experiments.figures.paired_differences import paired_differences
from experiments.figures.style import Drawing, colour
from experiments.figures.trade_off import trade_off
from experiments.periods import Period, period_name
from experiments.store import Folder

_MARKS = {"▲": "better", "▼": "worse", "≈": "same", " ": ""}


def write_report(
    folder: Folder, experiment: Experiment, summary: Summary, provenance: dict[str, Any]
) -> None:
    """Write the figures and report.html.

    Parameters
    ----------
    folder : Folder
        Where to.
    experiment : Experiment
        What was asked.
    summary : Summary
        What the runs say.
    provenance : dict
        Where they come from.
    """
    drawings = [trade_off(summary), paired_differences(summary)]
    for drawing in drawings:
        drawing.save(folder.figures)
    page = (
        _environment()
        .get_template("report.html.jinja")
        .render(
            experiment=experiment,
            question=experiment.question or "How do these policies compare?",
            verdicts=verdicts(summary),
            prevailing=_prevailing(summary),
            tables=[_table(summary, period) for period in summary.results.periods],
            figures=[_figure(drawing) for drawing in drawings],
            stationarity=summary.stationarity.sentences(),
            settled=summary.stationarity.settled,
            swatches=[
                (summary.results.title(policy), colour(summary.results, policy))
                for policy in summary.results.policies
            ],
            switches=_switches(experiment),
            changed=_changed(experiment),
            failures=summary.results.failures,
            provenance=provenance,
            config_text=folder.config.read_text(encoding="utf-8"),
            commands=_commands(experiment, provenance),
        )
    )
    parquet.write_text(folder.path / "report.html", page)


def verdicts(summary: Summary) -> list[Verdict]:
    """Return the verdict in plain words, pair by pair, over the last reported year."""
    policies = summary.results.policies
    last = summary.results.periods[-1]
    if len(policies) < 2:
        return [Verdict("One policy was run: there is nothing to compare it with", ())]
    return [compare(summary, b, a, last) for a, b in combinations(policies, 2)]


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("experiments.report", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _figure(drawing: Drawing) -> dict[str, Any]:
    # Ids must not clash between the SVGs that now share one page.
    svg = re.sub(r'(\bid="|="#|url\(#)', rf"\g<1>{drawing.name}-", drawing.svg())
    svg = re.sub(
        r'<svg [^>]*?viewBox="([^"]+)"[^>]*>', r'<svg viewBox="\1" role="img">', svg, count=1
    )
    return {
        "title": drawing.title,
        "svg": Markup(svg),
        "caption": drawing.caption,
        "name": drawing.name,
    }


def _table(summary: Summary, period: Period) -> dict[str, Any]:
    policies = summary.results.policies
    title = summary.results.title
    pairs = [(b, a) for a, b in combinations(policies, 2)]
    return {
        "title": period_name(period).capitalize(),
        "policies": [title(policy) for policy in policies],
        "pairs": [f"{title(a)} − {title(b)}" for a, b in pairs],
        "rows": [_row(summary, name, period, pairs) for name in HEADLINES if name in MEASURES],
    }


def _row(
    summary: Summary, name: str, period: Period, pairs: list[tuple[str, str]]
) -> dict[str, Any]:
    means = [summary.means[policy][name + period.suffix] for policy in summary.results.policies]
    tests = [summary.difference(a, b, name, period) for a, b in pairs]
    places = decimals(means)
    return {
        "label": with_unit(HEADLINES[name], name),
        "definition": MEASURES[name].definition,
        "means": [bracketed(value, places) for value in means],
        "differences": [
            (
                bracketed(test.difference, decimals([test.difference]), signed=True),
                _MARKS[verdict_mark(test)],
            )
            for test in tests
        ],
    }


def _prevailing(summary: Summary) -> list[dict[str, Any]]:
    title = summary.results.title
    return [
        {
            "title": period_name(each.period).capitalize(),
            "lines": [comparison.in_words(title) for comparison in each.comparisons]
            + [compromise_in_words(each, measure, title) for measure in COMPROMISE_WORDS],
        }
        for each in summary.prevailing
    ]


def _switches(experiment: Experiment) -> list[tuple[str, str]]:
    """Return the mechanisms that are on or off, by the centre's own names."""
    return [
        (field.description or name, "on" if getattr(experiment.centre, name) else "off")
        for name, field in type(experiment.centre).model_fields.items()
        if field.annotation is bool
    ]


def _changed(experiment: Experiment) -> list[tuple[str, str, str]]:
    """Return the parameters that differ from the reference centre: name, here, there."""
    reference = type(experiment.centre)()
    return [
        (name, str(getattr(experiment.centre, name)), str(getattr(reference, name)))
        for name in type(reference).model_fields
        if getattr(experiment.centre, name) != getattr(reference, name)
    ]


def _commands(experiment: Experiment, provenance: dict[str, Any]) -> list[str]:
    """Return the commands that were given, without the folders of this machine."""
    given = [shlex.join(each["command"]) for each in provenance.get("sessions", [])]
    return list(dict.fromkeys(given)) or [f"frontline run {experiment.name}"]

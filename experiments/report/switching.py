"""The section of a report on switches of policy: words, figures and a table."""

import math
from dataclasses import dataclass
from typing import Any

from experiments.analysis.curves.response import DIPS, MAY_DIP, Response
from experiments.analysis.summary import Summary
from experiments.analysis.switching import Switched, switched, switches_of, unchanged_of
from experiments.analysis.wording import UNDEFINED
from experiments.config import Experiment
from experiments.figures.response import Switch, response
from experiments.figures.response_words import sentences
from experiments.figures.setting import Setting, name_of, plain, three, told, unit_of
from experiments.figures.style import Drawing
from experiments.periods import WEEK
from sim.policy import Policy


@dataclass(frozen=True, eq=False)
class Told:
    """What a switch does, as the report has it.

    Attributes
    ----------
    title : str
        Which switch.
    drawing : Drawing
        The figure.
    sentences : tuple of str
        Its two sentences.
    rows : list of list of str
        A row a measure.
    """

    title: str
    drawing: Drawing
    sentences: tuple[str, str]
    rows: list[list[str]]


def switching(experiment: Experiment, summary: Summary) -> list[Told]:
    """Return what each switch does.

    Parameters
    ----------
    experiment : Experiment
        What was asked.
    summary : Summary
        What the runs say.
    """
    return [_told(experiment, summary, each) for each in switched(summary.results)]


def alone(summary: Summary) -> list[str]:
    """Return what cannot be said, as no branch goes on unchanged."""
    results = summary.results
    return [
        f"{results.title(policy)} changes its policy, and no policy of the experiment begins as it "
        "does and stays as it is: there is nothing to hold the switch against. Add one under "
        "policies, with of in [[timeline]] for those that change."
        for policy in switches_of(results)
        if unchanged_of(results, policy) is None
    ]


def _told(experiment: Experiment, summary: Summary, each: Switched) -> Told:
    results = summary.results
    title = results.title(each.policy)
    names = _names(experiment, each)
    columns = results.columns
    sizes = [int(columns[f"centre_{name}"][0]) for name in ("customers", "seats")]
    steps = [(day / WEEK - each.day / WEEK, name) for (day, _), name in names[1:]]
    switch = Switch(
        before=each.unchanged,
        after=names[-1][1],
        responses=each.responses,
        setting=Setting(
            {each.unchanged: _before(experiment, summary, each)},
            int(columns["seed"][0]),
            results.warmup_days,
            results.days,
            (sizes[0], sizes[0]),
            (sizes[1], sizes[1]),
            results.config_hash,
        ),
        day=each.day,
        name=f"response-{each.policy}",
        title=f"{title}: what follows the switch on day {each.day:,}",
        steps=tuple(steps),
    )
    rows = [_row(name, found) for name, found in each.responses.items()]
    return Told(title, response(switch), sentences(switch), rows)


def _names(experiment: Experiment, each: Switched) -> list[tuple[tuple[int, dict[str, Any]], str]]:
    """Return what people call the policies that are switched to, found by their numbers."""
    known = {
        policy: experiment.title_of(name) for name, policy in experiment.used_policies().items()
    }
    return [
        (switch, known.get(Policy.model_validate(switch[1]), "another policy"))
        for switch in each.switches
    ]


def _before(experiment: Experiment, summary: Summary, each: Switched) -> str:
    """Return what people call the policy that is left: its base's title, where it is that."""
    recipe = experiment.policy.get(each.unchanged)
    base = recipe.base if recipe is not None else None
    if base is not None and recipe is not None and not recipe.title:
        plain = not any(recipe.changes(part) for part in ("handling", "support"))
        if plain:
            return experiment.title_of(base)
    return summary.results.title(each.unchanged)


HEAD = ("measure", "final effect", "half of it first after", "for good after", "dip before it")


def _row(measure: str, found: Response) -> list[str]:
    unit, half, dip = unit_of(measure), found.half, found.dip
    dipped = UNDEFINED
    if dip.verdict in (DIPS, MAY_DIP):
        size, most = (plain(end, unit, change=True) for end in (dip.size, dip.high))
        sure = "" if dip.verdict == DIPS else " (not sure)"
        dipped = f"{size}, at most {most}, after {three(dip.when)} weeks{sure}"
    elif found.lasts:
        dipped = "none seen"
    effect = told(found.final, unit, change=True, signed=True)
    if not found.lasts:
        effect += ": not told from none"
    elif found.settled is False:
        effect += ", still moving"
    return [
        name_of(measure),
        effect,
        _weeks(half.first, half.first_low, half.first_high),
        _weeks(half.lasting, half.lasting_low, half.lasting_high),
        dipped,
    ]


def _weeks(at: float, low: float, high: float) -> str:
    if math.isnan(at):
        return UNDEFINED
    if math.isinf(at):
        return "not in the time that was run"
    if at < 1.0 and high < 1.0:
        return "in the first week"
    end = three(high) if math.isfinite(high) else "later"
    if not low <= at <= high:
        return f"{three(at)} weeks by the means, {three(low)} to {end} in resamples"
    ends = "" if math.isnan(low) else f" [{three(low)}, {end}]"
    return f"{three(at)}{ends} weeks"

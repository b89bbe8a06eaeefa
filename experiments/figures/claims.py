"""Figures of the claims: all of them at a glance, one set by set, and what decides it."""

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from experiments.claims.findings import Finding, Findings
from experiments.claims.judging import CLIPPED, FAILED, HOLDS, OPEN, REFUTED, Judged, Tested
from experiments.claims.measures import DAYS, MEASURES, PERIOD_NAMES
from experiments.claims.wording import called, sets_text
from experiments.figures.parts import letter, new_figure, place_legend, row_axis
from experiments.figures.style import COLOURS, INK, MUTED, RULE, Drawing

TINTS = {HOLDS: COLOURS[0], OPEN: "#BFC4C8", REFUTED: COLOURS[1]}
MARKS = {HOLDS: "o", OPEN: "_", REFUTED: "s"}
WORDS = {HOLDS: "holds", OPEN: "cannot be told", REFUTED: "refuted"}
LEFT_OUT = {FAILED: "left out: a run failed", CLIPPED: "left out: at the end of a range"}
_SIGNS = {"coded": "●", "partly coded": "◐", "open": "○"}
_TITLE = 62  # letters of a panel's heading in a line
_MOST_SCORE = 40.0
_LINEAR = 2.0
"""Standard errors up to which the axis of clearness is linear."""


def facts_of(findings: Findings) -> str:
    """Return what every caption ends with: how many sets, replications, seed, size."""
    shared = findings.campaign.shared
    return (
        f"n = {sets_text(findings)}; {shared.replications} replications each, seed "
        f"{shared.seed}; {shared.warmup_days} days of warm-up, {DAYS} days after the branch; "
        f"{shared.seats} seats."
    )


def overview(findings: Findings) -> Drawing:
    """Return all claims at a glance: in which share of the sets each holds.

    Parameters
    ----------
    findings : Findings
        What was found.
    """
    wide = [each for each in findings.claims if each.wide is not None]
    second = (
        f" Right: the same over {wide[0].wide.sets} sets of a search beyond the ensemble, in which "
        "the parameters that code a sign take any value of their ranges."
        if wide and wide[0].wide
        else ""
    )
    caption = (
        "Share of parameter sets in which a claim holds, is refuted, or cannot be told; the dotted "
        "line is one half. After the claim's number: ● a mechanism codes its sign, ◐ codes part of "
        f"it, ○ it is open.{second} {facts_of(findings)}"
    )
    return Drawing(
        name="claims",
        draw=lambda: _draw_overview(findings),
        title=f"In how many of the {called(findings)} does each claim hold?",
        caption=caption,
        data=[_share_row(each) for each in findings.claims],
    )


def _share_row(each: Finding) -> dict[str, Any]:
    share, low, high = each.judged.share(HOLDS)
    row: dict[str, Any] = {
        "claim": each.claim.id,
        "sign": each.claim.sign,
        "verdict": each.wording,
        "sets": each.judged.sets,
        "share_holds": share,
        "low": low,
        "high": high,
        "share_refuted": each.judged.share(REFUTED)[0],
    }
    row["sets_meeting_all_bands"] = each.met.sets
    row["share_holds_meeting_all_bands"] = each.met.share(HOLDS)[0]
    row["share_refuted_meeting_all_bands"] = each.met.share(REFUTED)[0]
    if each.wide is not None:
        row["wide_holds"] = each.wide.share(HOLDS)[0]
        row["wide_refuted"] = each.wide.share(REFUTED)[0]
    return row


def _draw_overview(findings: Findings) -> Figure:
    claims = findings.claims
    wide = all(each.wide is not None for each in claims)
    figure = new_figure(1.4 + 0.235 * len(claims))
    grid: dict[str, Any] = {"width_ratios": [1.0, 0.62]} if wide else {}
    axes = figure.subplots(1, 2 if wide else 1, squeeze=False, sharey=True, gridspec_kw=grid)[0]
    labels = [f"{each.claim.id} {_SIGNS[each.claim.sign]}" for each in claims]
    _bars(axes[0], [each.judged for each in claims])
    letter(axes[0], called(findings))
    row_axis(axes[0], labels, rule=False)
    if wide:
        _bars(axes[1], [each.wide for each in claims if each.wide is not None])
        letter(axes[1], "search beyond the ensemble")
        axes[1].spines["left"].set_visible(False)
        axes[1].tick_params(axis="y", length=0)
    place_legend(figure, [Patch(color=TINTS[each], label=WORDS[each]) for each in TINTS])
    return figure


def _bars(axis: Axes, judged: Sequence[Judged]) -> None:
    rows = np.arange(len(judged))
    left = np.zeros(len(judged))
    for verdict, tint in TINTS.items():
        shares = np.array([each.share(verdict)[0] for each in judged])
        axis.barh(rows, shares, left=left, height=0.72, color=tint, linewidth=0, zorder=2)
        left = left + shares
    axis.axvline(0.5, color=INK, linewidth=0.9, linestyle=":", zorder=3)
    axis.set_xlim(0.0, 1.0)
    axis.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axis.set_xlabel("share of sets")


def set_by_set(finding: Finding, findings: Findings) -> Drawing:
    """Return a claim's conditions in every set, sorted, each with its interval.

    Parameters
    ----------
    finding : Finding
        The claim.
    findings : Findings
        The run that it is part of.
    """
    caption = (
        "Each mark is a parameter set: the mean paired difference with its 95 % interval (between "
        "replications, their variance moderated over sets), sorted. The line is what the "
        "difference is held against. Conditions in grey headings are reported only. The claim "
        f"holds in a set where all judged conditions do. {facts_of(findings)}"
    )
    return Drawing(
        name=f"{finding.claim.stem}-sets",
        draw=lambda: _draw_sets(finding),
        title=f"{finding.claim.id}, set by set",
        caption=caption,
        data=[row for each in finding.judged.tested for row in _rows(each, findings)],
    )


def _rows(tested: Tested, findings: Findings) -> list[dict[str, Any]]:
    low, high = tested.contrasts.interval()
    return [
        {
            "condition": tested.condition.what,
            "measure": tested.condition.measure,
            "period": tested.condition.period,
            "judged": tested.condition.judged,
            "set": one.label,
            "difference": float(tested.contrasts.mean[place]),
            "low": float(low[place]),
            "high": float(high[place]),
            "verdict": (WORDS | LEFT_OUT)[int(tested.verdicts[place])],
        }
        for place, one in enumerate(findings.ensemble.block.sets)
    ]


def _draw_sets(finding: Finding) -> Figure:
    tested = finding.judged.tested
    columns = min(2, len(tested))
    rows = math.ceil(len(tested) / columns)
    figure = new_figure(0.4 + 2.45 * rows)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis, each in zip(axes, tested, strict=False):
        _panel(axis, each)
    for axis in axes[len(tested) :]:
        axis.set_visible(False)
    place_legend(
        figure,
        [
            Line2D([], [], linestyle="", marker=MARKS[each], color=TINTS[each], label=WORDS[each])
            for each in TINTS
        ],
    )
    return figure


def _panel(axis: Axes, tested: Tested) -> None:
    condition, contrasts = tested.condition, tested.contrasts
    low, high = contrasts.interval()
    there = np.flatnonzero(np.abs(tested.verdicts) <= 1)
    order = there[np.argsort(contrasts.mean[there])]
    places = np.arange(1, len(order) + 1)
    axis.grid(axis="y", color=RULE, linewidth=0.6, zorder=0)
    axis.axhline(condition.by, color=MUTED, linewidth=1.0, zorder=1)
    for verdict, tint in TINTS.items():
        chosen = tested.verdicts[order] == verdict
        if not chosen.any():
            continue
        sets = order[chosen]
        axis.vlines(places[chosen], low[sets], high[sets], color=tint, linewidth=1.2, zorder=3)
        axis.plot(
            places[chosen],
            contrasts.mean[sets],
            linestyle="",
            marker=MARKS[verdict],
            color=tint,
            markersize=3.6,
            zorder=4,
        )
    unit = MEASURES[condition.measure].unit
    period = "" if condition.period == "year2" else f", {PERIOD_NAMES[condition.period]}"
    named = condition.measure.replace("_", " ")
    axis.set_ylabel(textwrap.fill(f"{named}{'' if unit == '1' else f', {unit}'}{period}", 28))
    axis.set_xlabel("sets, sorted")
    axis.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axis.yaxis.set_major_locator(MaxNLocator(nbins=6))
    wanted = "claimed: above" if condition.sign > 0 else "claimed: below"
    kind = f"{wanted} the line" if condition.judged else "reported only"
    heading = "\n".join([*textwrap.wrap(condition.what, _TITLE), f"({kind})"])
    axis.set_title(heading, fontsize=8.4, color=INK if condition.judged else MUTED)


def deciding(finding: Finding, findings: Findings) -> Drawing | None:
    """Return how a claim goes with the parameters that decide it; None where none is ranked.

    Parameters
    ----------
    finding : Finding
        The claim.
    findings : Findings
        The run that it is part of.
    """
    if not finding.deciders:
        return None
    caption = (
        "How clear each set is of refuting the claim (its least clear judged condition, in "
        "standard errors: above 2 or so it holds, below −2 it is refuted) against the parameters "
        "with which it goes most. ρ: Spearman's rank correlation, 95 % bootstrap interval; a grey "
        "heading: it cannot be told from chance, the largest of many. The sets "
        f"differ in all parameters at once, and these may go together. {facts_of(findings)}"
    )
    sets = findings.ensemble.block.sets
    score = finding.judged.score
    return Drawing(
        name=f"{finding.claim.stem}-deciders",
        draw=lambda: _draw_deciders(finding, findings),
        title=f"What {finding.claim.id} goes with",
        caption=caption,
        data=[
            {
                "set": one.label,
                "score": float(score[place]),
                **{each.name: one.values[each.name] for each in finding.deciders},
            }
            for place, one in enumerate(sets)
        ],
    )


def _draw_deciders(finding: Finding, findings: Findings) -> Figure:
    figure = new_figure(2.9)
    axes = figure.subplots(1, 2, sharey=True)
    sets = findings.ensemble.block.sets
    score = np.clip(finding.judged.score, -_MOST_SCORE, _MOST_SCORE)
    for axis, each in zip(axes, finding.deciders, strict=False):
        values = np.array([float(one.values[each.name]) for one in sets])
        axis.grid(color=RULE, linewidth=0.6, zorder=0)
        axis.axhline(0.0, color=MUTED, linewidth=1.0, zorder=1)
        for verdict, tint in TINTS.items():
            chosen = finding.judged.verdicts == verdict
            axis.plot(
                values[chosen], score[chosen], "o", color=tint, markersize=4.5, mew=0, zorder=3
            )
        axis.set_yscale("symlog", linthresh=_LINEAR, linscale=1.2)
        axis.set_ylim(-1.3 * _MOST_SCORE, 1.3 * _MOST_SCORE)
        ticks = [-40, -10, -2, 0, 2, 10, 40]
        axis.set_yticks(ticks, [f"{tick}".replace("-", "−") for tick in ticks])
        axis.minorticks_off()
        axis.set_xlabel(each.name)
        rho = f"ρ = {each.rho:+.2f} [{each.low:+.2f}, {each.high:+.2f}]".replace("-", "−")
        heading = rho if each.clear else f"{rho}\ncannot be told from chance"
        axis.set_title(heading, fontsize=8.6, color=INK if each.clear else MUTED)
    for axis in axes[len(finding.deciders) :]:
        axis.set_visible(False)
    axes[0].set_ylabel("clear of refutation, standard errors")
    place_legend(
        figure,
        [
            Line2D([], [], linestyle="", marker="o", color=TINTS[each], label=WORDS[each])
            for each in TINTS
        ],
    )
    return figure

"""What regimes leave: tables, figures and the page."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from experiments.figures.regime_map import Regimes, regime_map
from experiments.figures.regime_words import sentences as map_words
from experiments.figures.regret import PartyRegret, Regretted, regret
from experiments.figures.regret_words import sentences as regret_words
from experiments.figures.setting import Setting, name_of
from experiments.figures.style import Drawing
from experiments.kinds.regimes import telling
from experiments.kinds.regimes.findings import Findings, PartyFound
from experiments.kinds.varied.ranges import WORKLOAD, flat
from experiments.report.regimes_page import PartyTold, Told, write_page
from experiments.store import parquet


def write(folder: Path, found: Findings, provenance: dict[str, Any]) -> None:
    """Write tables, figures and the page.

    Parameters
    ----------
    folder : Path
        Where to.
    found : Findings
        What was found.
    provenance : dict
        Where it comes from.
    """
    _table(folder / "scenarios.csv", list(scenario_rows(found)))
    maps, regrets = drawings(found)
    request = found.request
    write_page(
        folder,
        Told(
            request=request,
            lead=telling.lead(found),
            map=maps,
            regret=regrets,
            parties=[_told(found, each) for each in found.parties],
            targets=telling.target_rows(found),
            targets_words=telling.targets_words(found) if found.targets else "",
            kinds=kind_rows(found),
            around=around(found),
            config_text=request.text(),
        ),
        provenance,
    )


Figure = tuple[Drawing, tuple[str, str]]


def drawings(found: Findings) -> tuple[Figure | None, Figure | None]:
    """Return the maps and the regrets, each with its two sentences; None where there is none."""
    setting, count = setting_of(found), found.request.replications
    parties = found.parties
    maps = tuple(each.map for each in parties if each.map is not None)
    drawn_map = drawn_regret = None
    if maps:
        what = Regimes(maps, setting, count, chosen=_chosen(found))
        drawn_map = (regime_map(what), map_words(what))
    if parties:
        rows = tuple(PartyRegret(each.party, each.measure, each.regrets) for each in parties)
        short = Regretted(rows, setting, count)
        drawn_regret = (regret(short), regret_words(short))
    return drawn_map, drawn_regret


def _chosen(found: Findings) -> bool:
    """Return whether the maps' parameters were chosen by rules: none are asked for, some found."""
    boxes = [one for each in found.parties for box in each.boxes for one in box.found]
    trees = [each.tree for each in found.parties if each.tree is not None]
    return not found.request.map and bool(boxes or any(len(tree.leaves) > 1 for tree in trees))


def setting_of(found: Findings) -> Setting:
    """Return where the numbers come from, as captions tell it."""
    request = found.request
    own = flat(request.centre)
    sizes = {}
    for name in ("customers", "seats"):
        loads = [each.get(WORKLOAD, 1.0) for each in found.plan.points]
        loads = loads if name == "customers" else [1.0] * len(loads)
        sets = zip(found.plan.points, loads, strict=True)
        values = [round(each.get(name, own[name]) * load) for each, load in sets]
        sizes[name] = (min(values), max(values))
    return Setting(
        request.titles,
        request.seed,
        request.warmup_days,
        request.days,
        sizes["customers"],
        sizes["seats"],
        request.hash,
    )


def _told(found: Findings, each: PartyFound) -> PartyTold:
    return PartyTold(
        party=each.party,
        measure=name_of(each.measure),
        rules=telling.rules(found, each),
        boxes=telling.boxes(found, each),
        doubts=telling.doubts(each),
        tree_rows=telling.tree_rows(found, each),
        box_rows=telling.box_rows(found, each),
        shares=telling.shares_of(found, each),
        regrets=telling.regret_rows(found, each),
        safest=telling.safest(found, each),
        information=telling.information_words(found, each),
        information_rows=telling.information_rows(found, each),
    )


def kind_rows(found: Findings) -> list[dict[str, str]]:
    """Return what kinds of centre differ in, a row each."""
    rows = []
    for factor in found.plan.kinds.factors:
        scale = 100.0 if factor.unit.startswith("share") else 1.0
        unit = "%" + factor.unit.removeprefix("share") if scale > 1.0 else factor.unit
        rows.append(
            {
                "name": factor.name,
                "label": factor.label or factor.name.replace("_", " "),
                "range": f"{scale * factor.low:g} to {scale * factor.high:g}".replace("-", "−"),
                "unit": "" if unit == "1" else unit,
                "scale": factor.scale,
            }
        )
    return rows


def around(found: Findings) -> str:
    """Return around what the kinds of centre lie."""
    sets, request = found.plan.plausible, found.request
    if sets is not None:
        filled = f", of which {sets.filled} miss a band of the calibration" if sets.filled else ""
        stale = " A default or a rule has changed since they were found." if sets.stale else ""
        return (
            f"Each lies around one of the {len(sets.sets)} plausible sets of parameters of "
            f"{sets.where}{filled}.{stale}"
        )
    others = len(found.plan.everything.factors) - len(found.plan.kinds.factors)
    if request.vary is not None:
        return (
            f"{others} other parameters are drawn from ranges, all values in them alike: they "
            "carry what is not known, and have not been held against any data."
        )
    return (
        "All other parameters are those of one centre: what is not known of them is not in any of "
        "the shares below."
    )


def scenario_rows(found: Findings) -> Iterator[dict[str, Any]]:
    """Yield a row for each kind of centre and policy: parameters, and means of all measures."""
    request, everything = found.request, found.plan.everything
    count = np.isfinite(found.values).sum(axis=0)
    total = np.where(np.isfinite(found.values), found.values, 0.0).sum(axis=0)
    means = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    leaders = {each.party: each.winners for each in found.parties}
    for place, row in enumerate(everything.points.tolist()):
        names = [factor.name for factor in everything.factors]
        for column, policy in enumerate(request.policies):
            yield {
                "centre": place + 1,
                "policy": policy,
                **dict(zip(request.measures, means[place, column].tolist(), strict=True)),
                **{
                    f"best for {party}": each.policies[each.leader[place]]
                    if each.leader[place] >= 0
                    else ""
                    for party, each in leaders.items()
                },
                **{f"told for {party}": bool(each.told[place]) for party, each in leaders.items()},
                **dict(zip(names, row, strict=True)),
            }


def summary(found: Findings) -> dict[str, Any]:
    """Return what was found as JSON has it."""
    return {
        "kind": "regimes",
        "lead": telling.lead(found),
        "parties": {each.party: _summary(found, each) for each in found.parties},
        "lost": list(found.lost),
        "targets": {
            each.policy: {
                "share": each.share.mean,
                "low": each.share.low,
                "high": each.share.high,
                "surely": each.surely,
                "possibly": each.possibly,
                "fails": each.fails,
            }
            for each in found.targets
        },
    }


def _summary(found: Findings, each: PartyFound) -> dict[str, Any]:
    information = each.information
    return {
        "measure": each.measure,
        "best": telling.shares_of(found, each),
        "tree": telling.tree_rows(found, each),
        "boxes": telling.box_rows(found, each),
        "regret": {
            one.policy: {
                "mean": one.mean.mean,
                "low": one.mean.low,
                "high": one.mean.high,
                "held_out": one.held_out,
                "largest": one.largest.mean,
            }
            for one in each.regrets.policies
        },
        "minimax": each.regrets.minimax,
        "least_mean": each.regrets.least_mean,
        "maximin": each.maximin.chosen,
        "evpi": None
        if information is None
        else {"plain": information.perfect.plain, "held_out": information.perfect.held_out},
        "evppi": []
        if information is None
        else [
            {"parameter": one.name, "value": one.value, "error": one.error}
            for one in information.partial
            if one.clear
        ],
    }


def _table(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    parquet.write_text(path, text.getvalue())

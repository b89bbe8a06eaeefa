"""Regime maps in two sentences: which policy leads over how much of them, and how surely."""

from collections.abc import Sequence

import numpy as np

from experiments.analysis.regimes.boundary import RegimeMap
from experiments.analysis.regimes.words import percent
from experiments.figures.regime_map import Regimes, axes_of, shares_of_map
from experiments.figures.setting import clauses, listed


def sentences(what: Regimes) -> tuple[str, str]:
    """Return who leads where, and how sure that is.

    Parameters
    ----------
    what : Regimes
        The maps.
    """
    alone = [each for each in what.maps if len(_order(each)) == 1]
    rest = [each for each in what.maps if each not in alone]
    leads = [_everywhere(what, alone)] if alone else []
    sure = [each for each in alone if bool(np.all(each.sure[each.best >= 0]))]
    said = []
    if sure:
        parties = listed([each.party for each in sure])
        said = [f"for {parties} that is sure on all of the map, each place by itself"]
    doubts = [_sure(what, each) for each in what.maps if each not in sure]
    return (
        clauses(leads + [_leads(what, each) for each in rest]),
        clauses(said + doubts),
    )


def _everywhere(what: Regimes, maps: Sequence[RegimeMap]) -> str:
    """Return the policies that lead on the whole of their maps, in one clause."""
    parts = [f"{what.setting.title(_order(each)[0])} for {each.party}" for each in maps]
    over = dict.fromkeys(tuple(axes_of(each)) for each in maps)
    shown = f", over {listed(list(next(iter(over))))}" if len(over) == 1 else ""
    return f"most often best on all of the map{shown}: {listed(parts)}"


def _leads(what: Regimes, each: RegimeMap) -> str:
    """Return over how much of a map each policy leads, the largest part first."""
    shares, order = shares_of_map(each), _order(each)
    over = listed(axes_of(each))
    parts = [f"{what.setting.title(name)} on {percent(shares[name][0])}" for name in order]
    return f"over {over}, most often best for {each.party} is {listed(parts)} of the map"


def _order(each: RegimeMap) -> list[str]:
    """Return the policies that lead somewhere, the one with the largest part first."""
    shares = shares_of_map(each)
    return sorted((name for name in shares if shares[name][0] > 0.0), key=lambda n: -shares[n][0])


def _sure(what: Regimes, each: RegimeMap) -> str:
    """Return how much of a map is sure, and how much these two parameters leave to others."""
    there = each.best >= 0
    sure = float(np.mean(each.sure[there])) if there.any() else 0.0
    best = np.take_along_axis(
        np.nan_to_num(each.share), np.maximum(each.best, 0)[:, :, np.newaxis], axis=2
    )[:, :, 0]
    typical = float(np.median(best[there])) if there.any() else 0.0
    weakest = float(best[there].min()) if there.any() else 0.0
    return (
        f"for {each.party} the colour is sure on {percent(sure)} of the map, and the policy shown "
        f"is best in {percent(typical)} of centres there (median; {percent(weakest)} where it is "
        "closest): in the others a parameter that the map does not show decides, or chance"
    )

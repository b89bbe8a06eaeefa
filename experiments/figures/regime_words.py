"""Regime maps in two sentences: which policy leads over how much of them, and how surely."""

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
    return (
        clauses([_leads(what, each) for each in what.maps]),
        clauses([_sure(what, each) for each in what.maps]),
    )


def _leads(what: Regimes, each: RegimeMap) -> str:
    """Return over how much of a map each policy leads, the largest part first."""
    shares, order = shares_of_map(each), _order(each)
    over = listed(axes_of(each))
    if len(order) == 1:
        return (
            f"over {over}, {what.setting.title(order[0])} is most often best for {each.party} "
            "everywhere"
        )
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
    if len(_order(each)) == 1 and sure == 1.0:
        return f"for {each.party} that is sure on all of it"
    typical = float(np.median(best[there])) if there.any() else 0.0
    weakest = float(best[there].min()) if there.any() else 0.0
    return (
        f"for {each.party} the colour is sure on {percent(sure)} of the map, and the policy shown "
        f"is best in {percent(typical)} of centres there (median; {percent(weakest)} where it is "
        "closest): in the others a parameter that the map does not show decides, or chance"
    )

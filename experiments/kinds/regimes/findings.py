"""From a table of values to which policy is best where, for whom, and how robust that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.analysis.regimes.boundary import RegimeMap, regime_map
from experiments.analysis.regimes.discovery import Discovery, discover
from experiments.analysis.regimes.scenarios import Scenarios, Winners, winners
from experiments.analysis.regimes.tree import Tree, tree
from experiments.analysis.robustness.maximin import Maximin, maximin
from experiments.analysis.robustness.regret import Regrets, regrets
from experiments.analysis.robustness.satisficing import Satisficing, difference, satisficing
from experiments.analysis.robustness.value_of_information import (
    LEAST_SETS,
    ValueOfInformation,
    value_of_information,
)
from experiments.kinds.regimes.parties import better
from experiments.kinds.regimes.plan import Plan
from experiments.kinds.regimes.request import LEAST_SCENARIOS, Request

MANY = 60
"""Parameters beyond which permutations are fewer: their time grows with both (own choice)."""

PERMUTATIONS = (99, 39)
"""Of few parameters, and of many; 19 are the fewest that can tell at 5 %."""

FEW = 0.02
"""Share of scenarios below which it is not searched where a policy is best (assumed)."""


@dataclass(frozen=True)
class Boxes:
    """Where one policy is best for a party.

    Attributes
    ----------
    policy : str
    base : float
        Share of all scenarios in which it is best.
    found : tuple of Discovery
        PRIM's boxes, only those that are beyond chance.
    """

    policy: str
    base: float
    found: tuple[Discovery, ...]


@dataclass(frozen=True)
class PartyFound:
    """What was found for one party.

    Attributes
    ----------
    party, measure : str
        For whom, and by what.
    winners : Winners
        The best policy of each scenario.
    tree : Tree or None
        None where one policy is best throughout, or too few scenarios have values.
    boxes : tuple of Boxes
        The policy that is best most often first.
    map : RegimeMap or None
        None where there are too few scenarios.
    regrets : Regrets
    maximin : Maximin
    information : ValueOfInformation or None
        None where there are too few scenarios.
    """

    party: str
    measure: str
    winners: Winners
    tree: Tree | None
    boxes: tuple[Boxes, ...]
    map: RegimeMap | None
    regrets: Regrets
    maximin: Maximin
    information: ValueOfInformation | None

    @property
    def counted(self) -> int:
        """Scenarios with a best policy."""
        return int((self.winners.leader >= 0).sum())

    @property
    def only(self) -> str:
        """The policy that is best in every scenario; empty where there is none."""
        leads = self.winners.leader[self.winners.leader >= 0]
        return self.winners.policies[int(leads[0])] if len(set(leads.tolist())) == 1 else ""


@dataclass(frozen=True)
class Findings:
    """All that was found.

    Attributes
    ----------
    request : Request
        What was asked.
    plan : Plan
        The scenarios.
    values : ndarray, shape (replications, scenarios, policies, measures)
        What was simulated.
    rules : Scenarios
        What rules were made of.
    parties : tuple of PartyFound
    lost : tuple of str
        Parties of which no scenario has a value.
    targets : tuple of Satisficing
        How often each policy meets the targets, most often first; empty without targets.
    """

    request: Request
    plan: Plan
    values: np.ndarray
    rules: Scenarios
    parties: tuple[PartyFound, ...]
    lost: tuple[str, ...]
    targets: tuple[Satisficing, ...]

    def of(self, measure: str) -> np.ndarray:
        """Return one measure, of shape (replications, scenarios, policies)."""
        return np.asarray(self.values[..., self.request.measures.index(measure)])


def found(request: Request, plan: Plan, values: np.ndarray) -> Findings:
    """Return what a table of values says.

    Parameters
    ----------
    request : Request
        What was asked.
    plan : Plan
        The scenarios.
    values : ndarray, shape (replications, scenarios, policies, measures)
        As simulated; NaN where a run failed.
    """
    rules = plan.everything if request.rules_over == "all" else plan.kinds
    parties, lost = [], []
    for party, measure in request.parties.items():
        table = values[..., request.measures.index(measure)]
        if np.isfinite(table).all(axis=2).any():
            parties.append(_party(request, plan, rules, party, measure, table))
        else:
            lost.append(party)
    targets: Sequence[Satisficing] = ()
    if request.targets:
        asked = [each.target for each in request.targets]
        targets = satisficing(values, request.policies, request.measures, asked)
        targets = sorted(targets, key=lambda each: -np.nan_to_num(each.share.mean))
    return Findings(request, plan, values, rules, tuple(parties), tuple(lost), tuple(targets))


def first_ahead(targets: Sequence[Satisficing]) -> tuple[float, float, float, float] | None:
    """Return by how much the first policy meets targets more often than the second, and p.

    Returns
    -------
    (mean, low, high, p) or None
        None with fewer than two policies.
    """
    if len(targets) < 2:
        return None
    gap, p = difference(targets[0], targets[1])
    return gap.mean, gap.low, gap.high, p


def _party(
    request: Request,
    plan: Plan,
    rules: Scenarios,
    party: str,
    measure: str,
    table: np.ndarray,
) -> PartyFound:
    policies, side, seed = request.policies, better(measure), request.seed
    best = winners(party, policies, table, side)
    leads = best.leader[best.leader >= 0]
    enough = len(leads) >= LEAST_SCENARIOS
    grown = tree(rules, best, seed) if enough and len(set(leads.tolist())) > 1 else None
    boxes = _boxes(rules, best, seed)
    everything = plan.everything
    permutations = permutations_of(everything)
    names = [factor.name for factor in everything.factors]
    there = int(np.isfinite(table).all(axis=2).any(axis=0).sum())
    x, y = axes_of(request, rules, plan.kinds, grown, boxes)
    return PartyFound(
        party,
        measure,
        best,
        grown,
        boxes,
        regime_map(everything, best, x, y, seed) if enough else None,
        regrets(table, policies, side, seed),
        maximin(table, policies, side, seed),
        value_of_information(table, policies, side, everything.points, names, seed, permutations)
        if there >= LEAST_SETS
        else None,
    )


def permutations_of(scenarios: Scenarios) -> int:
    """Return how many permutations chance is counted by."""
    return PERMUTATIONS[len(scenarios.factors) > MANY]


def _boxes(rules: Scenarios, best: Winners, seed: int) -> tuple[Boxes, ...]:
    """Return where each policy is best that is so often enough, but for one that is so always."""
    used = best.leader >= 0
    here = rules.only(used)
    boxes = []
    for place, policy in enumerate(best.policies):
        target = (best.leader[used] == place).astype(float)
        base = float(target.mean())
        if FEW <= base < 1.0:
            found = discover(here, target, seed, permutations=permutations_of(here))
            boxes.append(Boxes(policy, base, found))
    return tuple(sorted(boxes, key=lambda each: -each.base))


def axes_of(
    request: Request,
    rules: Scenarios,
    kinds: Scenarios,
    grown: Tree | None,
    boxes: Sequence[Boxes],
) -> tuple[str, str]:
    """Return the two parameters of a party's map: those asked for, or that its rules use most.

    Each rule counts for a parameter with the share of scenarios that it holds; those that no rule
    uses come in the order of the file.
    """
    if request.map:
        return request.map[0], request.map[1]
    names = [factor.name for factor in rules.factors]
    used = dict.fromkeys(names, 0.0)
    for leaf in grown.leaves if grown is not None else ():
        for place in leaf.box.restricted:
            used[names[place]] += leaf.count / len(rules)
    for each in boxes:
        for one in each.found:
            for place in one.box.restricted:
                used[names[place]] += one.whole.support * one.n / len(rules)
    order = [factor.name for factor in kinds.factors]
    order += [name for name in names if name not in order]
    ranked = sorted(order, key=lambda name: -used.get(name, 0.0))
    return ranked[0], ranked[1]

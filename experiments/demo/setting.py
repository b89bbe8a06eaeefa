"""The room's standing set-up: one experiment, its policies, and what may be moved in it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from experiments.catalogue import shipped_policies
from experiments.config import Experiment, load_experiment, to_toml
from experiments.config_parts import Switch
from experiments.demo.sliders import PARTS, Knob, knobs_for
from experiments.demo.warm import Starts
from experiments.demo.words import words
from experiments.design import Situation, Switches, fingerprint, model_version
from experiments.errors import RequestError, no_such
from experiments.explain import explain
from experiments.recipes import PolicySpec
from sim.parameters import Centre
from sim.policy import Policy

DIGEST = 6
"""Letters that tell two configs taken home apart."""

YOURS = "yours"
"""The moved policy's name where it stands beside the one that it was made of."""

UNMOVED = "-as-it-was"
"""What a config to take home adds to the names of policies that no slider has moved."""


@dataclass(frozen=True)
class Wish:
    """What a page wants to know.

    Attributes
    ----------
    policies : tuple of str
        Which policies, in the order in which they are shown.
    moved : str
        The policy whose handling and support the sliders move; the centre's are everybody's.
    changes : mapping
        Where the sliders that were moved stand: ``{"handling.generosity": 0.2}``.
    full : bool
        Whether in full, or quick and rough.
    beside : bool
        Whether the moved policy stands beside the one that it was made of, as "yours",
        instead of in its place.
    """

    policies: tuple[str, ...]
    moved: str = ""
    changes: Mapping[str, float] = field(default_factory=dict)
    full: bool = True
    beside: bool = False


class Setting:
    """One experiment, opened for a class.

    Parameters
    ----------
    source : str or Path
        A file, or the name of a shipped experiment that compares policies.
    overrides : sequence of str
        ``key=value`` strings that go before the file.

    Attributes
    ----------
    source : str
        As given.
    experiment : Experiment
        The experiment.
    knobs : tuple of Knob
        The parameters that have sliders.
    starts : Starts
        Its warmed-up centres.
    neutral : Policy
        The policy of the warm-up.

    Raises
    ------
    RequestError
        With every mistake in the file.
    """

    def __init__(self, source: str | Path = "classroom", overrides: Sequence[str] = ()) -> None:
        self.source = str(source)
        self.experiment: Experiment = load_experiment(source, overrides)
        self.knobs: tuple[Knob, ...] = tuple(knobs_for(self.experiment.centre))
        self._by_key = {knob.key: knob for knob in self.knobs}
        self.starts = Starts()
        # A policy of the file's own that is compared by nobody yet is read now, not in class.
        self.neutral = self.experiment.neutral_policy()
        self._policies = self._with_all().resolved()
        if YOURS in self._policies:
            raise RequestError(
                [f"policy.{YOURS}: the class room calls what sliders make so; take another name"]
            )

    @property
    def days(self) -> int:
        """Days after the branch of a full answer."""
        return self.experiment.days

    @property
    def warmup_days(self) -> int:
        """Days before the branch."""
        return self.experiment.warmup_days

    @property
    def replications(self) -> int:
        """Replications of a full answer."""
        return self.experiment.replications

    @property
    def seed(self) -> int:
        """The key of every draw."""
        return self.experiment.seed

    @property
    def centre(self) -> Centre:
        """The centre as the config has it."""
        return self.experiment.centre

    def situation(self, replication: int) -> Situation:
        """Return what the policies of a replication share, as the config has it."""
        return Situation(
            self.centre, self.neutral, self.warmup_days, self.days, self.seed, replication
        )

    @cached_property
    def titles(self) -> dict[str, str]:
        """The experiment's policies, in order, with what people call them."""
        return {name: self.experiment.title_of(name) for name in self.experiment.policies}

    @cached_property
    def others(self) -> dict[str, str]:
        """Further policies that may be added: the file's own, then the shipped ones."""
        names = dict.fromkeys((*self.experiment.policy, *shipped_policies()))
        return {
            name: self.experiment.title_of(name)
            for name in names
            if name not in self.experiment.policies
        }

    @property
    def all_titles(self) -> dict[str, str]:
        """Every policy that may be shown."""
        return {**self.titles, **self.others}

    def _with_all(self) -> Experiment:
        return self.experiment.model_copy(update={"policies": tuple(self.all_titles)})

    @cached_property
    def fingerprint(self) -> str:
        """A short hash of what determines the room's numbers: config, policies and model."""
        return fingerprint(
            {
                "config": self.experiment.model_dump(mode="json", exclude={"question", "name"}),
                "policies": {name: repr(policy) for name, policy in self._policies.items()},
                "neutral": repr(self.neutral),
                "model": model_version(),
            }
        )

    def policy(self, name: str) -> Policy:
        """Return a policy, worked out, with the support package that the experiment gives it."""
        if name not in self._policies:
            raise RequestError([f"policy: {no_such('policy', name, self._policies)}"])
        return self._policies[name]

    def switches(self, name: str) -> Switches:
        """Return what a policy's branch changes to, and when."""
        return tuple(self._with_all().switches(name))

    def knob(self, key: str) -> Knob:
        """Return a slider by its key."""
        if key not in self._by_key:
            raise RequestError([f"slider: {no_such('slider', key, self._by_key)}"])
        return self._by_key[key]

    def position(self, policy: str, key: str) -> float:
        """Return where a slider stands before anybody moves it."""
        knob = self.knob(key)
        of = self.centre if knob.group == "centre" else getattr(self.policy(policy), knob.group)
        return knob.at(getattr(of, knob.name))

    def changes(self, given: Mapping[str, Any]) -> dict[str, float]:
        """Return where sliders stand, checked.

        Parameters
        ----------
        given : mapping
            As a link or a page has it: numbers, or texts of numbers.

        Raises
        ------
        RequestError
            With a message for each mistake.
        """
        wrong: list[str] = []
        found: dict[str, float] = {}
        for key, place in given.items():
            if key not in self._by_key:
                wrong.append(f"slider: {no_such('slider', str(key), self._by_key)}")
            elif mistake := self._by_key[key].mistake(place):
                wrong.append(f"slider {mistake}")
            else:
                found[key] = float(place)
        if wrong:
            raise RequestError(wrong)
        return found

    def changed(self, wish: Wish) -> tuple[dict[str, Policy], Centre]:
        """Return the policies and the centre that a wish is about.

        Raises
        ------
        RequestError
            Where there is no such policy or slider, or where things do not fit together.
        """
        changes = self.changes(wish.changes)
        policies = {name: self.policy(name) for name in wish.policies}
        if not policies:
            raise RequestError(["policies: given none; allowed: one or more"])
        parts: dict[str, dict[str, float]] = {"handling": {}, "support": {}, "centre": {}}
        for key, place in changes.items():
            knob = self._by_key[key]
            parts[knob.group][knob.name] = knob.value(place)
        if wish.moved and (parts["handling"] or parts["support"]):
            policy = _with(self.policy(wish.moved), {name: parts[name] for name in PARTS})
            policies[YOURS if wish.beside else wish.moved] = policy
        centre = self.centre
        if parts["centre"]:
            centre = _with(centre, parts["centre"])
        return policies, centre

    def title(self, name: str, wish: Wish) -> str:
        """Return what people call a policy of an answer."""
        if name == YOURS:
            return words("sliders.yours", policy=self.all_titles[wish.moved])
        return self.all_titles[name]

    def branch_of(self, name: str, wish: Wish) -> Switches:
        """Return the switches of a policy of an answer."""
        return self.switches(wish.moved if name == YOURS else name)

    def config(self, wish: Wish) -> str:
        """Return a wish as an experiment file.

        ``frontline run`` on it gives the numbers that the room shows for the same wish in
        full: a config to take home.
        """
        policies, centre = self.changed(wish)
        # The warm-up's policy, and those switched to, are never the moved ones.
        used = {f"{name}{UNMOVED}": policy for name, policy in self._used().items()}
        specs = {
            name: PolicySpec.model_validate({"title": self._titled(name, wish), **_parts(policy)})
            for name, policy in {**used, **policies}.items()
        }
        names = {YOURS: f"{wish.moved}-{YOURS}"}  # the room keeps the short name for itself
        asked = repr((wish.policies, wish.moved, sorted(wish.changes.items()), wish.beside))
        digest = hashlib.sha256(asked.encode()).hexdigest()[:DIGEST]
        changed = self.experiment.model_copy(
            update={
                # Two files taken home must not claim the same folder of results.
                "name": f"{self.experiment.name}-{digest}",
                "policies": tuple(names.get(name, name) for name in policies),
                "neutral": f"{self.experiment.neutral}{UNMOVED}",
                "centre": centre,
                "support": None,
                "support_budget": None,
                "precision": (),
                "timeline": tuple(
                    switch.model_copy(update={"of": names.get(switch.of or "", switch.of)})
                    for switch in self._timeline(policies, wish)
                ),
                "policy": {names.get(name, name): spec for name, spec in specs.items()},
            }
        )
        return to_toml(changed)

    def _titled(self, name: str, wish: Wish) -> str:
        return self.title(name.removesuffix(UNMOVED), wish)

    def _used(self) -> dict[str, Policy]:
        """Return the policies that play a part without being compared."""
        named = {self.experiment.neutral, *(switch.policy for switch in self.experiment.timeline)}
        used = self.experiment.used_policies()
        return {name: used[name] for name in used if name in named}

    def _timeline(self, policies: Mapping[str, Policy], wish: Wish) -> tuple[Switch, ...]:
        found = []
        for switch in self.experiment.timeline:
            after = {"policy": f"{switch.policy}{UNMOVED}"}
            if switch.of is None or switch.of in policies:
                found.append(switch.model_copy(update=after))
            if switch.of == wish.moved and YOURS in policies:
                found.append(switch.model_copy(update={**after, "of": YOURS}))
        return tuple(found)


def _with(model: Any, changes: Mapping[str, Any]) -> Any:
    """Return a policy or a centre with some of its numbers changed, checked as ever."""
    numbers = model.model_dump()
    for name, value in changes.items():
        numbers[name] = {**numbers[name], **value} if isinstance(value, dict) else value
    try:
        return type(model).model_validate(numbers)
    except ValidationError as error:
        raise RequestError(explain(error, type(model), lambda _: "slider: ")) from None


def _parts(policy: Policy) -> dict[str, Any]:
    return {part: getattr(policy, part).model_dump() for part in PARTS}

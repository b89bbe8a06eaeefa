"""An experiment file, validated: what is asked, and of which centre and policies."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from experiments.budget import scale_to
from experiments.config_parts import (
    NAME_RULE,
    Name,
    Precision,
    Switch,
    count_of,
    name_of,
    precision_mistakes,
    timeline_mistakes,
)
from experiments.errors import RequestError, hint
from experiments.explain import WORDS, Location, explain
from experiments.given import (
    list_policies,
    read_given,
    table_of,
    unknown_policies,
    whole_numbers,
)
from experiments.recipes import Kitchen, PolicySpec, Table
from experiments.toml_text import write_toml
from sim.parameters import Centre
from sim.policy import Policy, Support

COMPARE = "compare"
OTHER_KINDS = ("curve", "sensitivity", "frontier", "regimes")
"""Kinds that have files of their own, see :mod:`experiments.registry`."""

_KINDS = ", ".join(f'"{kind}"' for kind in (COMPARE, *OTHER_KINDS))


def _kind_known(kind: Any) -> Any:
    if kind in OTHER_KINDS:
        raise ValueError('such a file is run by "frontline run"; allowed here: "compare"')
    if kind != COMPARE:
        near = hint(kind, (COMPARE, *OTHER_KINDS)) if isinstance(kind, str) else ""
        raise ValueError(f"allowed: {_KINDS}{near}")
    return kind


class Experiment(Table):
    """An experiment: a centre, the policies it branches into, and how often and long.

    Read one with :func:`load_experiment`, which answers every mistake in a file at once.
    """

    name: Name = name_of("name of the experiment, and of the folder of its results")
    question: str | None = Field(default=None, description="what the experiment is to answer")
    kind: Annotated[Literal["compare"], BeforeValidator(_kind_known)] = Field(
        default="compare", description="what is done", json_schema_extra={"allowed": _KINDS}
    )
    warmup_days: int = count_of(
        730, "days", 0, 36_500, "days under the neutral policy before the branch"
    )
    days: int = count_of(1095, "days", 1, 36_500, "days after the branch")
    replications: int = count_of(
        30, "runs of each policy", 1, 1_000_000, "how often it is repeated"
    )
    seed: int = count_of(2026, "1", 0, 2**32 - 1, "key of every random draw")
    policies: tuple[Name, ...] = Field(
        min_length=1,
        description="the policies to compare, shipped or defined under policy",
        json_schema_extra={"allowed": 'a list of names of policies, for example ["balanced"]'},
    )
    neutral: Name = name_of("the policy of the warm-up", default="neutral")
    centre: Centre = Field(default_factory=Centre, description="the service centre")
    support: Support | None = Field(
        default=None,
        description="one support package for every policy, that of the warm-up included",
    )
    support_budget: float | None = Field(
        default=None,
        ge=0.0,
        le=1_000.0,
        description="what every policy's support package is scaled to cost",
        json_schema_extra={"unit": "price per rep and month"},
    )
    policy: dict[Name, PolicySpec] = Field(
        default_factory=dict,
        description="policies of this experiment's own; they go before shipped ones of that name",
        json_schema_extra={"allowed": f"a table [policy.NAME] with a name of {NAME_RULE}"},
    )
    timeline: tuple[Switch, ...] = Field(
        default=(),
        description="changes of policy on given days",
        json_schema_extra={"allowed": "tables [[timeline]] with day, policy and, if wanted, of"},
    )
    precision: tuple[Precision, ...] = Field(
        default=(),
        description="how precisely differences are to be known; replications are added for it",
        json_schema_extra={
            "allowed": "a table with measure, contrast and half_width, or a list of such tables"
        },
    )
    measure_over: Literal["years", "whole", "steady"] = Field(
        default="years",
        description="the days to report: the first and the third year, all, or the steady part",
        json_schema_extra={"allowed": '"years", "whole" or "steady"'},
    )
    log_contacts: bool = Field(
        default=False, description="whether every contact after the branch is written down"
    )

    @field_validator("policies")
    @classmethod
    def _once_each(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"each policy once; given more often: {', '.join(twice)}")
        return names

    @field_validator("timeline")
    @classmethod
    def _fits_the_rest(
        cls, timeline: tuple[Switch, ...], info: ValidationInfo
    ) -> tuple[Switch, ...]:
        if wrong := timeline_mistakes(timeline, info.data):
            raise ValueError("\n".join(wrong))
        return timeline

    @field_validator("precision")
    @classmethod
    def _can_be_reached(
        cls, precision: tuple[Precision, ...], info: ValidationInfo
    ) -> tuple[Precision, ...]:
        if wrong := precision_mistakes(precision, info.data):
            raise ValueError("\n".join(wrong))
        return precision

    def resolved(self) -> dict[str, Policy]:
        """Return the policies to compare, worked out, in the order of ``policies``."""
        kitchen = self._kitchen()
        return {
            name: self._outfitted(kitchen, name, ("policies", index))
            for index, name in enumerate(self.policies)
        }

    def neutral_policy(self) -> Policy:
        """Return the policy of the warm-up."""
        return self._outfitted(self._kitchen(), self.neutral, ("neutral",))

    def switches(self, name: str) -> tuple[tuple[int, Policy], ...]:
        """Return what the branch of policy ``name`` changes to, and when.

        Parameters
        ----------
        name : str
            One of ``policies``.

        Returns
        -------
        tuple of (day, Policy)
            By day, counted from the branch.
        """
        kitchen = self._kitchen()
        mine = [
            (switch.day, self._outfitted(kitchen, switch.policy, ("timeline", index, "policy")))
            for index, switch in enumerate(self.timeline)
            if switch.of in (None, name)
        ]
        return tuple(sorted(mine, key=lambda entry: entry[0]))

    def used_policies(self) -> dict[str, Policy]:
        """Return every policy that plays a part, worked out: compared, neutral, switched to."""
        kitchen = self._kitchen()
        return {name: self._outfitted(kitchen, name, key) for name, key in self._wanted().items()}

    def title_of(self, name: str) -> str:
        """Return the name of a policy for people: its title, or else its name."""
        recipe = self._kitchen().recipe(name)
        return (recipe.title if recipe else None) or name

    def _wanted(self) -> dict[str, tuple[str | int, ...]]:
        wanted: dict[str, tuple[str | int, ...]] = {}
        for index, name in enumerate(self.policies):
            wanted.setdefault(name, ("policies", index))
        wanted.setdefault(self.neutral, ("neutral",))
        for index, switch in enumerate(self.timeline):
            wanted.setdefault(switch.policy, ("timeline", index, "policy"))
        return wanted

    def _kitchen(self) -> Kitchen:
        return Kitchen(self.policy, lambda _: f"experiment {self.name}: ")

    def _outfitted(self, kitchen: Kitchen, name: str, key: Location) -> Policy:
        return outfitted(kitchen, name, key, self)


class Outfit(Protocol):
    """What an experiment of any kind says of all policies at once."""

    @property
    def name(self) -> str:
        """Of the experiment."""

    @property
    def centre(self) -> Centre:
        """The parameters."""

    @property
    def support(self) -> Support | None:
        """One package for every policy."""

    @property
    def support_budget(self) -> float | None:
        """What every package is scaled to cost."""


def outfitted(kitchen: Kitchen, name: str, key: Location, asked: Outfit) -> Policy:
    """Return a policy with the support package that the experiment gives it.

    Parameters
    ----------
    kitchen : Kitchen
        Works policies out.
    name : str
        The policy.
    key : sequence of str and int
        The key that names it, for messages.
    asked : Outfit
        The experiment.
    """
    policy = kitchen.policy(name, key)
    support = asked.support or policy.support
    if asked.support_budget is not None:
        try:
            support = scale_to(support, asked.support_budget, asked.centre)
        except RequestError as error:
            start = f"experiment {asked.name}: support_budget (policy {name}): "
            raise RequestError([start + message for message in error.messages]) from None
    return Policy(handling=policy.handling, support=support)


def load_experiment(source: str | Path, overrides: Sequence[str] = ()) -> Experiment:
    """Read an experiment file and check all of it.

    Parameters
    ----------
    source : str or Path
        A path, or the bare name of a shipped experiment.
    overrides : sequence of str
        ``key=value`` strings that go before the file, for example ``centre.seats=4``.

    Returns
    -------
    Experiment
        The experiment; its policies are known to work out.

    Raises
    ------
    RequestError
        With one message for each mistake, all of them at once.
    """
    given = read_given(source, overrides)
    raw, where, messages = given.raw, given.where, given.messages
    _prepare(raw)
    experiment = None
    try:
        experiment = Experiment.model_validate(raw, strict=True)
    except ValidationError as error:
        messages += explain(error, Experiment, where)
    messages += unknown_policies(raw, _named(raw), where)
    if experiment is not None and not messages:
        try:
            experiment.used_policies()
        except RequestError as error:
            start = f"experiment {experiment.name}: "
            messages += [where(()) + text.removeprefix(start) for text in error.messages]
    if messages or experiment is None:
        raise RequestError(messages)
    return experiment


def _prepare(raw: dict[str, Any]) -> None:
    """Turn what TOML reads into what strict validation takes, in place."""
    whole_numbers(raw, Experiment)
    whole_numbers(table_of(raw, "centre"), Centre)
    if isinstance(raw.get("precision"), dict):
        raw["precision"] = [raw["precision"]]
    for name in ("policies", "timeline", "precision"):
        if isinstance(raw.get(name), list):
            raw[name] = tuple(raw[name])
    for asked in raw.get("precision", ()) if isinstance(raw.get("precision"), tuple) else ():
        if isinstance(asked, dict):
            _prepare_precision(asked)
    list_policies(raw)


def _prepare_precision(asked: dict[str, Any]) -> None:
    if isinstance(asked.get("contrast"), list):
        asked["contrast"] = tuple(asked["contrast"])
    most = asked.get("max_replications")
    if isinstance(most, float) and most.is_integer():
        asked["max_replications"] = int(most)


def _named(raw: Mapping[str, Any]) -> Iterator[tuple[Any, Location]]:
    """Yield what stands where a file names policies, and where that is."""
    for key in ("policies", "timeline"):
        items = raw.get(key)
        for index, item in enumerate(items if isinstance(items, tuple) else ()):
            asked = item.get("policy") if isinstance(item, dict) else item
            yield asked, (key, index) if key == "policies" else (key, index, "policy")
    yield raw.get("neutral", "neutral"), ("neutral",)


def to_toml(experiment: Experiment) -> str:
    """Write an experiment as resolved, every default and every policy written out.

    Parameters
    ----------
    experiment : Experiment
        The experiment.

    Returns
    -------
    str
        A file that gives the same policies, centre and switches when it is loaded, and
        that same file when what was loaded is written. The policies carry the support
        packages that a shared one or a budget gave them.
    """
    table: dict[str, Any] = experiment.model_dump(
        exclude={"policy", "timeline", "precision"}, exclude_none=True
    )
    kitchen = experiment._kitchen()
    table["policy"] = written_policies(kitchen, experiment.used_policies())
    if experiment.timeline:
        table["timeline"] = [switch.model_dump(exclude_none=True) for switch in experiment.timeline]
    if experiment.precision:
        table["precision"] = [each.model_dump() for each in experiment.precision]
    return "# The experiment as resolved, every default written out.\n\n" + write_toml(table)


def written_policies(kitchen: Kitchen, policies: Mapping[str, Policy]) -> dict[str, Any]:
    """Return policies as tables of a file, every number written out.

    Parameters
    ----------
    kitchen : Kitchen
        Knows their titles.
    policies : mapping of str to Policy
        Worked out.
    """
    tables: dict[str, Any] = {}
    for name, policy in policies.items():
        recipe = kitchen.recipe(name)
        words = {"title": recipe.title, "about": recipe.about} if recipe else {}
        parts = policy.model_dump()
        for field, word in WORDS.items():
            if parts["handling"][field] == math.inf:
                parts["handling"][field] = word
        tables[name] = {key: text for key, text in words.items() if text} | parts
    return tables

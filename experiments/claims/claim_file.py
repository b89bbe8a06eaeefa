"""A claim's file, validated: what is varied, what is measured, what would refute it.

Claims lie in configs/claims/, one a file; what they share (the arms that several need, how many
sets and replications are run) is in shared.toml beside them.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, field_validator

from experiments.catalogue import shipped_folder
from experiments.claims.arm_file import HERE, ArmSpec, Parameter
from experiments.claims.measures import FEES, LOGGED, MEASURES, OUTSIDE, PERIODS, WIN_WIN
from experiments.config_parts import Name, name_of
from experiments.errors import RequestError, hint, nearest, no_such
from experiments.explain import Location, explain
from experiments.recipes import Kitchen, Table, listed
from experiments.toml_text import read_toml
from sim.parameters import Centre

SHARED = "shared"
Sign = Literal["open", "partly coded", "coded"]


def _text(description: str, **more: Any) -> Any:
    return Field(description=description, **more)


def _known_measure(name: str) -> str:
    if name not in MEASURES:
        raise ValueError(f"is no measure{hint(name, MEASURES)}")
    return name


def _known_fee(name: str) -> str:
    if name not in FEES:
        raise ValueError(f"is no fee; allowed: {', '.join(FEES)}{hint(name, FEES)}")
    return name


KnownMeasure = Annotated[str, AfterValidator(_known_measure)]
Fee = Annotated[str, AfterValidator(_known_fee)]


class Condition(Table):
    """A difference between two arms that must lie on one side."""

    what: str = _text("the difference in words")
    measure: KnownMeasure = _text("what is measured")
    arm: Name = name_of("the arm")
    versus: Name = name_of("what it is held against")
    beyond: tuple[Name, Name] | None = Field(
        default=None,
        description="two more arms, whose own difference is taken off",
        json_schema_extra={"allowed": "a list of two arms"},
    )
    direction: Literal["higher", "lower"] = Field(
        description="on which side it must lie",
        json_schema_extra={"allowed": '"higher" or "lower"'},
    )
    by: float = Field(default=0.0, description="of what: 0, or a stated margin")
    reference: Name | None = Field(
        default=None,
        description=f"for {WIN_WIN}: the arm over which the parties gain",
        json_schema_extra={"allowed": "an arm"},
    )
    period: Literal["year1", "year2", "both"] = Field(
        default="year2",
        description="when",
        json_schema_extra={"allowed": " or ".join(f'"{name}"' for name in PERIODS)},
    )
    net: bool = Field(default=False, description="whether it is what the thing costs")
    fee: Fee | None = Field(
        default=None,
        description="the price at which the difference turns round, which is worked out",
        json_schema_extra={"allowed": "a fee"},
    )
    judged: bool = Field(default=True, description="false: reported only")

    @property
    def sign(self) -> float:
        """1 where higher supports the claim, -1 where lower does."""
        return 1.0 if self.direction == "higher" else -1.0

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that it needs."""
        more = () if self.reference is None else (self.reference,)
        return (self.arm, self.versus, *(self.beyond or ()), *more)


class Claim(Table):
    """A claim with the experiment that could refute it."""

    id: str = Field(
        pattern=r"^N[1-9][0-9]?$",
        description="its id in the table of evidence",
        json_schema_extra={"allowed": '"N1", "N2", ...'},
    )
    claim: str = _text("what is claimed")
    evidence: str = _text("the evidence so far")
    experiment: str = _text("what is varied, and why that tests it")
    support: str = _text("what would count as support")
    refutation: str = _text("what would count as refutation")
    sign: Sign = Field(
        description="whether a mechanism codes the sign",
        json_schema_extra={"allowed": '"open", "partly coded" or "coded"'},
    )
    coded: tuple[Parameter, ...] = Field(
        default=(), description="the parameters whose sign decides where nothing outweighs them"
    )
    note: str = _text("what to mind", default="")
    long: bool = Field(default=False, description="whether it is judged after years, too")
    arm: dict[Name, ArmSpec] = Field(default_factory=dict, description="arms of its own")
    condition: tuple[Condition, ...] = Field(
        min_length=1,
        description="what must hold",
        json_schema_extra={"allowed": "tables [[condition]]"},
    )

    @field_validator("condition")
    @classmethod
    def _gains_are_over_something(cls, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        for each in conditions:
            if (each.measure == WIN_WIN) != (each.reference is not None):
                raise ValueError(f"{WIN_WIN} needs a reference, and nothing else takes one")
        return conditions

    @field_validator("condition")
    @classmethod
    def _one_is_judged(cls, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        if not any(each.judged for each in conditions):
            raise ValueError("none is judged; at least one must be")
        return conditions

    @property
    def number(self) -> int:
        """The number in the id, to sort by."""
        return int(self.id[1:])

    @property
    def stem(self) -> str:
        """The name of its files."""
        return f"N{self.number:02d}"

    @property
    def judged(self) -> tuple[Condition, ...]:
        """The conditions that count."""
        return tuple(each for each in self.condition if each.judged)

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The names of the arms that it needs."""
        return tuple(dict.fromkeys(name for each in self.condition for name in each.arms))


class Form(Table):
    """A second functional form of a mechanism."""

    title: str = _text("the mechanism, and what the second form is")
    set: dict[Parameter, float | bool] = Field(min_length=1, description="what switches it on")


class Wide(Table):
    """The search beyond the ensemble: a Sobol' design inside of the parameters' own ranges."""

    points: int = Field(ge=1, description="how many sets are searched")
    judged: int = Field(ge=1, description="on how many of them all claims are judged")
    reach: float = Field(gt=0.0, le=1.0, description="share of the way to each end of a range")
    most_abandonment: float = Field(gt=0.0, le=1.0, description="share of callers who may give up")
    least_retention: float = Field(ge=0.0, lt=1.0, description="share of customers a year who stay")
    tried: int = Field(ge=1, description="sets of each search that are tried again")
    confirm: int = Field(ge=2, le=100, description="fresh replications in which they are")
    fixed: tuple[Parameter, ...] = Field(default=(), description="what is not varied")


class Shared(Table):
    """What the claims share."""

    seed: int = Field(ge=0, lt=2**32, description="key of every random draw")
    warmup_days: int = Field(ge=0, le=3650, description="days under the neutral policy")
    sets: int = Field(ge=2, description="sets of the ensemble, at the most")
    replications: int = Field(ge=2, le=100, description="replications of each")
    seats: int = Field(ge=1, description="size of the centres")
    form_sets: int = Field(ge=2, description="sets on which second forms are tried")
    large_sets: int = Field(ge=2, description="sets that are run at the larger size, too")
    large_seats: int = Field(ge=1, description="that size")
    long_sets: int = Field(ge=2, description="sets that are run for years for some claims")
    long_days: int = Field(ge=730, description="how long these are run after the branch")
    null_sets: int = Field(ge=2, description="sets on which false alarms are counted")
    majority: float = Field(gt=0.0, lt=1.0, description="share of sets in which a claim must hold")
    first: tuple[str, ...] = Field(default=(), description="the claims of the founding question")
    policies: tuple[Name, ...] = Field(
        min_length=2,
        description="the arms of the founding question",
        json_schema_extra={"allowed": "a list of arms"},
    )
    relevant: dict[KnownMeasure, Annotated[float, Field(gt=0.0)]] = Field(
        description="smallest difference of each judged measure that a board would care about",
    )
    wide: Wide
    form: dict[Name, Form] = Field(default_factory=dict)
    arm: dict[Name, ArmSpec] = Field(default_factory=dict)


def claims_folder() -> Path:
    """Return the folder of the claims' files."""
    return shipped_folder() / "claims"


def load_shared(folder: Path | None = None) -> Shared:
    """Read what the claims share.

    Raises
    ------
    RequestError
        With every mistake in it.
    """
    path = (folder or claims_folder()) / f"{SHARED}.toml"
    shared = _read(path, Shared)
    messages = _policy_mistakes(shared.arm, path)
    for name in (*shared.policies, OUTSIDE):
        if name not in shared.arm:
            messages.append(f"{path}: policies: {no_such('arm', name, shared.arm)}")
    _raise_if(messages)
    return shared


def load_claims(names: tuple[str, ...] = (), folder: Path | None = None) -> list[Claim]:
    """Read claims, all of them where none is named.

    Parameters
    ----------
    names : tuple of str
        Ids such as ``"N9"`` or ``"n09"``.
    folder : Path or None
        Where the files are; the shipped ones where None.

    Raises
    ------
    RequestError
        With every mistake in every file, or where there is no such claim.
    """
    folder = folder or claims_folder()
    files = {path.stem: path for path in sorted(folder.glob("N*.toml"))}
    wanted, messages = _wanted(names, files)
    shared = load_shared(folder)
    found = []
    for stem in wanted:
        try:
            claim = _read(files[stem], Claim)
        except RequestError as error:
            messages += error.messages
            continue
        messages += _mistakes(claim, shared, files[stem])
        found.append(claim)
    _raise_if(messages)
    return sorted(found, key=lambda claim: claim.number)


def _wanted(names: tuple[str, ...], files: Mapping[str, Path]) -> tuple[list[str], list[str]]:
    if not names:
        return list(files), []
    ids = {f"N{int(stem[1:])}": stem for stem in files if stem[1:].isdigit()}
    wanted, messages = [], []
    for name in names:
        plain = name.strip().upper()
        number = plain[1:].lstrip("0") if plain[:1] == "N" else plain.lstrip("0")
        if f"N{number}" in ids:
            wanted.append(ids[f"N{number}"])
        else:
            messages.append(f"claims: {no_such('claim', name, ids)}")
    return list(dict.fromkeys(wanted)), messages


def _mistakes(claim: Claim, shared: Shared, path: Path) -> list[str]:
    """Return what is wrong with a claim beyond its single values."""
    common = shared.arm
    messages = _policy_mistakes(claim.arm, path)
    if claim.stem != path.stem:
        messages.append(f"{path}: id: given {claim.id}; allowed: the file's own number")
    twice = sorted(set(claim.arm) & set(common))
    if twice:
        messages.append(f"{path}: arm: {', '.join(twice)}: there is such an arm in {SHARED}.toml")
    known = {**claim.arm, **common}
    for index, condition in enumerate(claim.condition):
        where = f"{path}: condition[{index}]: "
        messages += [where + each for each in _of_condition(condition, known, shared.relevant)]
    unused = sorted(set(claim.arm) - set(claim.needed))
    if unused:
        near = nearest(unused[0], claim.needed)
        more = f'; is "{near}" meant?' if near else ""
        messages.append(f"{path}: arm: no condition asks for {', '.join(unused)}{more}")
    return messages


def _of_condition(
    condition: Condition, arms: Mapping[str, ArmSpec], relevant: Mapping[str, float]
) -> list[str]:
    """Return what a condition asks for that is not there."""
    messages = [no_such("arm", name, arms) for name in condition.arms if name not in arms]
    measure = condition.measure
    if condition.judged and measure not in relevant:
        messages.append(
            f"{measure} is judged, and {SHARED}.toml does not say, under [relevant], "
            f"which difference of it matters{hint(measure, relevant)}"
        )
    unlogged = [name for name in condition.arms if name in arms and not arms[name].log]
    if measure in LOGGED and unlogged:
        messages.append(f"{measure} needs arms with log = true; without: {', '.join(unlogged)}")
    return messages


def _policy_mistakes(arms: Mapping[str, ArmSpec], path: Path) -> list[str]:
    found: list[str] = []
    for name, arm in arms.items():
        kitchen = Kitchen({HERE: arm.policy}, lambda _, name=name: f"{path}: arm.{name}: ")  # type: ignore[misc]
        found += kitchen.mistakes([(HERE, ("policy",))])
        try:
            Centre.model_validate(_nested(arm.at_branch.set | arm.from_start.set))
        except ValidationError as error:
            found += explain(error, Centre, lambda _, name=name: f"{path}: arm.{name}: ")  # type: ignore[misc]
    return found


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in values.items():
        table, _, key = name.rpartition(".")
        (tree.setdefault(table, {}) if table else tree)[key] = value
    return tree


def _read(path: Path, model: Any) -> Any:
    raw = read_toml(path)

    def where(_: Location) -> str:
        return f"{path}: "

    try:
        return model.model_validate(_prepared(raw), strict=True)
    except ValidationError as error:
        raise RequestError(explain(error, model, where)) from None


def _prepared(raw: Any) -> Any:
    """Return what TOML reads with its lists as the tuples that strict validation takes."""
    if isinstance(raw, dict):
        return {key: _prepared(item) for key, item in listed(raw).items()}
    if isinstance(raw, tuple | list):
        return tuple(_prepared(item) for item in raw)
    return raw


def _raise_if(messages: list[str]) -> None:
    if messages:
        raise RequestError(messages)

"""Policies as files and experiments write them, and what they come to."""

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator

from experiments.catalogue import shipped_policies
from experiments.errors import RequestError, no_such
from experiments.explain import Location, dotted, explain
from experiments.toml_text import read_toml
from sim.policy import Handling, Policy, Support, blend

PARTS: dict[str, type[BaseModel]] = {"handling": Handling, "support": Support}
_LONGEST_CHAIN = 32
_ALIKE = "two policies, for example blend = ['balanced', 'always-right']"


class Table(BaseModel):
    """A table of a file: frozen, closed to unknown names, its numbers finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _optional(part: type[BaseModel]) -> dict[str, Any]:
    """Return the fields of ``part`` with their ranges and no default."""
    return {
        name: (
            Annotated[(field.annotation, *field.metadata)] | None,
            Field(
                default=None,
                description=field.description,
                json_schema_extra=field.json_schema_extra,
            ),
        )
        for name, field in part.model_fields.items()
    }


class _Open(BaseModel):
    # Here alone infinity is a number: a contact that is never ended.
    model_config = ConfigDict(frozen=True, extra="forbid")


HandlingChanges = create_model(
    "HandlingChanges", __base__=_Open, __doc__="Numbers of a handling.", **_optional(Handling)
)
SupportChanges = create_model(
    "SupportChanges", __base__=_Open, __doc__="Numbers of a support package.", **_optional(Support)
)
_Flat = create_model("_Flat", __base__=_Open, **_optional(Handling), **_optional(Support))


# The classes above are made at run time from the policy's own fields, so that no field is declared
# twice; a type checker cannot take them for types, hence the silenced lines below.
class PolicySpec(_Flat):  # type: ignore[valid-type, misc]
    """A policy as it is written: whole, or as what it changes of others.

    ``base`` names the policy that the given numbers change; ``blend`` names two, and
    ``share`` says how far from the first to the second. Without either, the handling is
    given in full. Numbers stand under ``handling`` and ``support`` or beside ``base``.
    """

    title: str | None = Field(default=None, description="name for figures and reports")
    about: str | None = Field(default=None, description="what the policy stands for")
    base: str | None = Field(default=None, description="the policy that this one changes")
    blend: tuple[str, ...] | None = Field(
        default=None,
        description="the two policies that this one lies between",
        json_schema_extra={"allowed": _ALIKE},
    )
    share: float | None = Field(
        default=None, ge=0.0, le=1.0, description="0 = the first of the two, 1 = the second"
    )
    handling: HandlingChanges = Field(default_factory=HandlingChanges)  # type: ignore[valid-type]
    support: SupportChanges = Field(default_factory=SupportChanges)  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.base is not None and self.blend is not None:
            raise ValueError("base and blend exclude each other")
        if (self.blend is None) != (self.share is None):
            raise ValueError("blend and share go together")
        if self.blend is not None and len(self.blend) != 2:
            raise ValueError(f"blend has {len(self.blend)} names; allowed: {_ALIKE}")
        for part, model in PARTS.items():
            inner = self._given(part)
            twice = [name for name in model.model_fields if name in inner and self._flat(name)]
            if twice:
                raise ValueError(f"given twice, here and under {part}: {', '.join(twice)}")
        missing = [name for name in Handling.model_fields if name not in self.changes("handling")]
        if self.base is None and self.blend is None and missing:
            raise ValueError(
                "without base or blend the whole handling is needed; missing: " + ", ".join(missing)
            )
        return self

    def _flat(self, name: str) -> bool:
        return getattr(self, name) is not None

    def _given(self, part: str) -> dict[str, float]:
        given: dict[str, float] = getattr(self, part).model_dump(exclude_none=True)
        return given

    def changes(self, part: str) -> dict[str, float]:
        """Return the numbers given for ``part``, "handling" or "support"."""
        flat = {name: getattr(self, name) for name in PARTS[part].model_fields if self._flat(name)}
        return {**flat, **self._given(part)}


def read_policy(path: Path) -> PolicySpec:
    """Read a policy file.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    RequestError
        With every mistake in it.
    """
    table = read_toml(path)
    try:
        return PolicySpec.model_validate(listed(table), strict=True)
    except ValidationError as error:
        raise RequestError(explain(error, PolicySpec, lambda _: f"{path}: ")) from None


def listed(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy's table with its lists as the tuples that strict validation wants."""
    return {name: tuple(item) if isinstance(item, list) else item for name, item in table.items()}


class Kitchen:
    """Works out policies from their recipes.

    Parameters
    ----------
    inline : mapping
        The policies that an experiment defines; they go before shipped ones of that name.
    where : callable
        Gives the words before a key in a message.
    spoilt : collection of str
        Inline policies that are known to be wrong and have had their message already.
    """

    def __init__(
        self,
        inline: Mapping[str, PolicySpec],
        where: Callable[[Location], str],
        spoilt: Collection[str] = (),
    ) -> None:
        self._inline = inline
        self._where = where
        self._spoilt = spoilt
        self._shipped = shipped_policies()
        self._done: dict[tuple[bool, str], Policy | RequestError] = {}

    def _at(self, key: Location) -> str:
        return f"{self._where(key)}{dotted(key)}: "

    def names(self) -> set[str]:
        """Return the name of every policy that can be asked for."""
        return {*self._inline, *self._shipped, *self._spoilt}

    def recipe(self, name: str, own: bool = True) -> PolicySpec | None:
        """Return the recipe of a policy, None where there is none.

        Parameters
        ----------
        name : str
            The policy.
        own : bool
            Whether the experiment's own policies are looked through, too. A shipped
            policy rests on shipped ones only.
        """
        if own and name in self._inline:
            return self._inline[name]
        return read_policy(self._shipped[name]) if name in self._shipped else None

    def policy(self, name: str, key: Location) -> Policy:
        """Return the policy ``name``.

        Parameters
        ----------
        name : str
            The policy.
        key : sequence of str and int
            The key that names it, for messages.

        Raises
        ------
        RequestError
            Where it, or one that it rests on, does not exist or goes round in a circle.
        """
        return self._policy(name, key, True, ())

    def _policy(
        self, name: str, key: Location, own: bool, trail: tuple[tuple[bool, str], ...]
    ) -> Policy:
        if own and name in self._spoilt:
            raise RequestError([])
        step = (own and name in self._inline, name)
        if step in trail:
            raise RequestError([self._circle([known for _, known in trail[trail.index(step) :]])])
        if len(trail) > _LONGEST_CHAIN:
            raise RequestError(
                [f"{self._at(key)}given a chain of over {_LONGEST_CHAIN} policies; allowed: fewer"]
            )
        if step not in self._done:
            try:
                self._done[step] = self._worked_out(name, key, step, trail)
            except RequestError as error:
                self._done[step] = error
        known = self._done[step]
        if isinstance(known, RequestError):
            raise known
        return known

    def _worked_out(
        self, name: str, key: Location, step: tuple[bool, str], trail: tuple[tuple[bool, str], ...]
    ) -> Policy:
        own = step[0]
        recipe = self.recipe(name, own)
        if recipe is None:
            names = self.names() if own else set(self._shipped)
            raise RequestError([self._at(key) + no_such("policy", name, names)])
        here = ("policy", name)

        def ask(other: str, *rest: str | int) -> Policy:
            return self._policy(other, (*here, *rest), own, (*trail, step))

        try:
            if recipe.base is not None:
                start = ask(recipe.base, "base")
            elif recipe.blend is not None:
                one, other = (ask(end, "blend", i) for i, end in enumerate(recipe.blend))
                start = blend(one, other, recipe.share or 0.0)
            else:
                start = Policy()
            return Policy.model_validate(
                {
                    part: {**getattr(start, part).model_dump(), **recipe.changes(part)}
                    for part in PARTS
                }
            )
        except ValidationError as error:  # a blend of extreme numbers that leaves the range
            raise RequestError(explain(error, Policy, lambda _: self._at(here))) from None

    def _circle(self, names: list[str]) -> str:
        # Told from one fixed start, so that a circle is one message wherever it is entered.
        first = names.index(min(names))
        turned = names[first:] + names[:first]
        circle = " -> ".join([*turned, turned[0]])
        own = "; a policy cannot rest on itself, nor on the shipped one whose name it takes"
        return f"{self._at(('policy', turned[0]))}goes round in a circle: {circle}{own}"

    def mistakes(self, wanted: Iterable[tuple[str, Location]]) -> list[str]:
        """Return a message for each of the ``wanted`` policies that cannot be worked out."""
        messages: list[str] = []
        for name, key in wanted:
            try:
                self.policy(name, key)
            except RequestError as error:
                messages += error.messages
        return list(dict.fromkeys(messages))

"""What a user gives: a file of an experiment with what ``--set`` changes, before it is checked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from experiments.catalogue import find_config
from experiments.explain import Location
from experiments.recipes import Kitchen, PolicySpec, listed
from experiments.toml_text import apply_override, parse_overrides, read_toml


@dataclass(frozen=True)
class Given:
    """A file as it was read.

    Attributes
    ----------
    path : Path
        Which.
    raw : dict
        What it holds, overrides applied.
    overrides : sequence of (keys, value)
        Those.
    messages : list of str
        What is wrong with them.
    written : dict
        What the file itself holds.
    """

    path: Path
    raw: dict[str, Any]
    overrides: Sequence[tuple[tuple[str, ...], Any]]
    messages: list[str]
    written: dict[str, Any] = field(default_factory=dict)

    def where(self, key: Location) -> str:
        """Return the words that come before a key in a message."""
        # What the file does not hold, from where it parts from the key, an option brought in: a
        # table that is no key of this kind, or of which the rest is missing.
        depth = _depth(self.written, key)
        parted = tuple(key[: depth + 1]) if depth < len(key) else None
        by_option = any(
            key and (tuple(key[: len(keys)]) == keys or keys[: depth + 1] == parted)
            for keys, _ in self.overrides
        )
        return "--set " if by_option else f"{self.path}: "


def read_given(source: str | Path, overrides: Sequence[str] = ()) -> Given:
    """Read a file and apply what goes before it.

    Parameters
    ----------
    source : str or Path
        A path, or the bare name of a shipped experiment.
    overrides : sequence of str
        ``key=value`` strings.

    Raises
    ------
    RequestError
        Where there is no such file, or it cannot be read.
    """
    path = find_config(source)
    raw = read_toml(path)
    pairs, messages = parse_overrides(overrides)
    written = deepcopy(raw) if pairs else raw
    for keys, value in pairs:
        if message := apply_override(raw, keys, value):
            messages.append(message)
    return Given(path, raw, pairs, messages, written)


def _depth(table: Any, key: Location) -> int:
    """Return how many parts of a key there are in a table."""
    for depth, part in enumerate(key):
        inside = isinstance(table, Mapping) and part in table
        if not inside:
            return depth
        table = table[part]
    return len(key)


def table_of(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a table of what was read; an empty one where there is none."""
    found = raw.get(name)
    return found if isinstance(found, dict) else {}


def whole_numbers(table: dict[str, Any], model: type[BaseModel]) -> None:
    """Turn 1e5 into 100000 where a whole number is wanted, in place."""
    for name, value in table.items():
        field = model.model_fields.get(name)
        if isinstance(value, float) and field and field.annotation is int and value.is_integer():
            table[name] = int(value)


def list_policies(raw: Mapping[str, Any]) -> None:
    """Turn lists in the tables of policies into what strict validation takes, in place."""
    own = table_of(raw, "policy")
    for name, table in own.items():
        own[name] = listed(table) if isinstance(table, dict) else table


def unknown_policies(
    raw: Mapping[str, Any],
    named: Iterable[tuple[Any, Location]],
    where: Callable[[Location], str],
) -> list[str]:
    """Return messages on policies that cannot be worked out, whatever else is wrong.

    Parameters
    ----------
    raw : mapping
        What was read.
    named : iterable of (name, key)
        What stands where the file names policies beside their own tables.
    where : callable
        Gives the words before a key in a message.
    """
    inline, spoilt = {}, set()
    tables = table_of(raw, "policy")
    for name, table in tables.items():
        try:
            inline[name] = PolicySpec.model_validate(table, strict=True)
        except ValidationError:
            spoilt.add(name)  # reported with the rest of the file
    wanted: list[tuple[Any, Location]] = [(name, ("policy", name)) for name in inline]
    for name in sorted(spoilt):
        wanted.append((table_of(tables, name).get("base"), ("policy", name, "base")))
    wanted += named
    kitchen = Kitchen(inline, where, spoilt)
    return kitchen.mistakes((name, key) for name, key in wanted if isinstance(name, str))

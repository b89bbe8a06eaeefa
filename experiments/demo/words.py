"""Every word on the class room's page, from one file, so that the page can be translated."""

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("words.toml")


@cache
def all_words(path: Path = FILE) -> Mapping[str, str]:
    """Return every text by its dotted key.

    Parameters
    ----------
    path : Path
        A file of words; the page's own by default.

    Raises
    ------
    TypeError
        Where the file holds something that is neither a table nor a text.
    """
    with path.open("rb") as file:
        return dict(_flat(tomllib.load(file)))


def _flat(table: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in table.items():
        key = f"{above}{name}"
        if isinstance(value, dict):
            found += _flat(value, f"{key}.")
        elif isinstance(value, str):
            found.append((key, value.strip()))
        else:
            raise TypeError(f"{key} is {value!r}; allowed: a text")
    return found


def words(key: str, /, **values: object) -> str:
    """Return a text of the page, with its blanks filled in.

    Parameters
    ----------
    key : str
        Where it stands in ``words.toml``: ``compare.title``.
    **values
        What goes into its blanks: ``n=30`` for ``{n}``.

    Raises
    ------
    KeyError
        Where there is no such text, or a blank is left open.
    """
    text = all_words()[key]
    return text.format(**values) if values or "{" in text else text


def has_words(key: str) -> bool:
    """Return whether there is such a text."""
    return key in all_words()


def blanks(text: str) -> set[str]:
    """Return the names of the blanks in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}

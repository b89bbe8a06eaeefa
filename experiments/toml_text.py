"""TOML in and out: files read with care, tables written back."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.errors import RequestError, shown

LARGEST_FILE = 1_000_000
"""Bytes. An experiment file takes a few thousand; more is another kind of file."""

_DEEPEST = 32


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    RequestError
        Where it is missing, no regular file, too large, not UTF-8 or broken.
    """
    try:
        if path.is_dir():
            raise RequestError([f"{path}: is a directory; allowed: a TOML file"])
        if not path.exists():
            raise RequestError([f"{path}: no such file"])
        if not path.is_file():
            raise RequestError([f"{path}: is no regular file; allowed: a TOML file"])
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise RequestError([_too_large(path, size)])
        # A file may grow between the look at its size and the reading.
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RequestError([f"{path}: cannot be read: {reason}"]) from None
    if len(data) > LARGEST_FILE:
        raise RequestError([_too_large(path, len(data))])
    return parse_toml(data, str(path))


def _too_large(path: Path, size: int) -> str:
    return f"{path}: given {size / 1e6:,.1f} MB; allowed: at most {LARGEST_FILE / 1e6:g} MB"


def parse_toml(data: bytes, where: str) -> dict[str, Any]:
    """Parse the bytes of a TOML file.

    Parameters
    ----------
    data : bytes
        The content, UTF-8 with or without a byte-order mark.
    where : str
        The file's name for messages.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise RequestError([f"{where}: line {line}: {byte}; allowed: UTF-8 text"]) from None
    deep = f"nests deeper than {_DEEPEST} levels; allowed: at most a table in a table in a table"
    if line := _line_of_long_key(text):
        raise RequestError([f"{where}: line {line}: {deep}"])
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise RequestError([f"{where}: {deep}"]) from None
    except ValueError as error:  # broken TOML, or an integer too long for Python to read
        last = text.rstrip().count("\n") + 1
        reason = str(error)[:300].replace("at end of document", f"line {last}, at the file's end")
        raise RequestError([f"{where}: not valid TOML: {reason}"]) from None


# One bare word, or anything with a quote in it: prose and lists of numbers are neither.
_KEY_PART = re.compile(r"""\s*[^\s,"']+\s*|[^"']*["'].*""")


def _line_of_long_key(text: str) -> int:
    # tomllib takes time that grows with the square of a dotted key's parts: half a
    # million parts fit in the largest file, and would keep it busy for hours.
    if text.count(".") <= _DEEPEST:
        return 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") <= _DEEPEST:
            continue
        run = 0
        for part in line.split("."):
            run = run + 1 if _KEY_PART.fullmatch(part) else 0
            if run > _DEEPEST:
                return number
    return 0


def parse_overrides(
    overrides: Sequence[str],
) -> tuple[list[tuple[tuple[str, ...], Any]], list[str]]:
    """Take ``key=value`` strings apart.

    Parameters
    ----------
    overrides : sequence of str
        For example ``centre.seats=4``. The value is TOML; a bare word is a string.

    Returns
    -------
    list of (path, value)
        Those that could be understood.
    list of str
        Messages on the others.
    """
    pairs, messages = [], []
    for given in overrides:
        key, equals, value = given.partition("=")
        path = tuple(part.strip() for part in key.split("."))
        if not equals or not all(path) or len(path) > _DEEPEST:
            allowed = "key=value, for example centre.seats=4"
            messages.append(f"--set {shown(given)}: allowed: {allowed}")
            continue
        try:
            given.encode()
        except UnicodeEncodeError:  # a byte of the command line that stands for no letter
            messages.append(f"--set {shown(given)}: is not UTF-8; allowed: UTF-8 text")
            continue
        try:
            pairs.append((path, _value(value.strip())))
        except ValueError as error:
            messages.append(f"--set {key.strip()}: given {shown(value)}; {error}")
    return pairs, messages


def _value(text: str) -> Any:
    try:
        read = parse_toml(f"value = {text}".encode(), "value")
        if set(read) == {"value"}:
            return read["value"]
    except RequestError:
        if text[:1] in ("[", "{", '"', "'"):
            raise ValueError(
                "not valid TOML; allowed: a number, a word, true or [a, list]"
            ) from None
    return text


def apply_override(table: dict[str, Any], path: tuple[str, ...], value: Any) -> str | None:
    """Set ``table[path[0]][path[1]]...`` to ``value``; tables on the way are made.

    Returns
    -------
    str or None
        A message where something on the way is no table.
    """
    for depth, key in enumerate(path[:-1], start=1):
        inner = table.setdefault(key, {})
        if not isinstance(inner, dict):
            whole, part = ".".join(path), ".".join(path[:depth])
            return f"--set {whole}: {part} is no table: given {shown(inner)}"
        table = inner
    table[path[-1]] = value
    return None


_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_toml(table: Mapping[str, Any]) -> str:
    """Write a table as TOML.

    Parameters
    ----------
    table : mapping
        Strings, numbers, booleans, lists of these, tables, and lists of tables.
    """
    return "\n".join(_lines(table, ())).strip("\n") + "\n"


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    lines = [
        f"{_key(name)} = {_written(item)}" for name, item in table.items() if not _nested(item)
    ]
    if path and (lines or not table):
        lines = ["", f"[{'.'.join(map(_key, path))}]", *lines]
    for name, item in table.items():
        if isinstance(item, Mapping):
            lines += _lines(item, (*path, name))
        elif _nested(item):
            for entry in item:
                lines += ["", f"[[{'.'.join(map(_key, (*path, name)))}]]"]
                lines += [f"{_key(key)} = {_written(value)}" for key, value in entry.items()]
    return lines


def _nested(item: Any) -> bool:
    return isinstance(item, Mapping) or (
        isinstance(item, list | tuple) and len(item) > 0 and isinstance(item[0], Mapping)
    )


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _written(name)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    # JSON's escapes are TOML's, but for the delete character, which TOML wants escaped too.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")

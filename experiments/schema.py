"""The JSON schema of an experiment file, for editors that complete and check TOML."""

from typing import Any

from experiments.config import COMPARE, OTHER_KINDS
from experiments.explain import WORDS
from experiments.registry import request_of

_TITLE = "Frontline experiment"


def schema(kind: str = COMPARE) -> dict[str, Any]:
    """Return the JSON schema of an experiment file.

    Parameters
    ----------
    kind : str
        What the file asks for: each kind has keys of its own.

    Returns
    -------
    dict
        A schema of draft 2020-12 with the description, unit, range and default of every
        key. Units and sources stand under ``unit`` and ``source``, which JSON schema
        leaves to us.

    Raises
    ------
    RequestError
        Where there is no such kind.
    """
    made: dict[str, Any] = _plain(request_of(kind).model_json_schema(mode="validation"))
    for table in (made, *made.get("$defs", {}).values()):
        table.setdefault("type", "object")
        for name, word in WORDS.items():
            if name in table.get("properties", {}):
                _or_word(table["properties"][name], word)
    others = ", ".join(each for each in (COMPARE, *OTHER_KINDS) if each != kind)
    made["properties"]["kind"]["description"] += f" (files of their own: {others})"
    required = made.get("required", [])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": _TITLE,
        "description": f"An experiment of Frontline, kind {kind}. Every key has a default but: "
        f"{', '.join(required)}.",
    }


def _plain(node: Any) -> Any:
    """Return a schema without null, which TOML has no word for."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {
        key: _plain(item)
        for key, item in node.items()
        if not (key == "default" and item is None) and key not in ("title", "allowed")
    }
    # "title" is both pydantic's label, of no use here, and a key of a policy.
    if isinstance(node.get("title"), dict):
        made["title"] = _plain(node["title"])
    options = [option for option in made.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1 and len(made["anyOf"]) == 2:
        del made["anyOf"]
        made = {**options[0], **made}
    return made


def _or_word(entry: dict[str, Any], word: str) -> None:
    number = {
        key: entry.pop(key) for key in ("type", "minimum", "exclusiveMinimum") if key in entry
    }
    entry["anyOf"] = [number, {"const": word}]
    if entry.get("default") == float("inf"):
        entry["default"] = word

"""The JSON schema of an experiment file, for editors that complete and check TOML."""

from typing import Any

from experiments.config import LATER_KINDS, Experiment
from experiments.explain import WORDS

_TITLE = "Frontline experiment"


def schema() -> dict[str, Any]:
    """Return the JSON schema of an experiment file.

    Returns
    -------
    dict
        A schema of draft 2020-12 with the description, unit, range and default of every
        key. Units and sources stand under ``unit`` and ``source``, which JSON schema
        leaves to us.
    """
    made: dict[str, Any] = _plain(Experiment.model_json_schema(mode="validation"))
    for table in (made, *made.get("$defs", {}).values()):
        table.setdefault("type", "object")
        for name, word in WORDS.items():
            if name in table.get("properties", {}):
                _or_word(table["properties"][name], word)
    made["properties"]["kind"]["description"] += f" (not yet: {', '.join(LATER_KINDS)})"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": _TITLE,
        "description": "An experiment of Frontline. Every key but name and policies has a default.",
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

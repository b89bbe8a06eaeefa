"""pydantic's errors in words: where, what was given, what is allowed, the nearest name."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from experiments.errors import hint, shown

Location = Sequence[int | str]

WORDS = {"tolerated_abuse": "never", "target_aht": "none"}
"""Handling numbers that may be infinite, and the word that a file has for it."""

_MOST = 50  # messages on one file; who has made more mistakes has made one mistake often
_NUMBER_WITH_UNIT = re.compile(r"\s*[-+]?[\d.,]+\s*\S{0,20}\s*")


def explain(
    error: ValidationError, model: type[BaseModel], where: Callable[[Location], str]
) -> list[str]:
    """Return one message for each mistake that pydantic found.

    Parameters
    ----------
    error : ValidationError
        What pydantic raised.
    model : type of BaseModel
        What was to be validated.
    where : callable
        Gives the words that come before a key: the file, or the option that set it.
    """
    details = error.errors(include_url=False)
    messages = [
        message for detail in details[:_MOST] for message in _messages(detail, model, where)
    ]
    if len(details) > _MOST:
        messages.append(f"{where(())}and {len(details) - _MOST} more")
    return messages


def dotted(location: Location) -> str:
    """Return a key's path as one would write it: ``timeline[0].day``."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part != "[key]":
            text = part if part.isidentifier() or part.replace("-", "").isalnum() else shown(part)
            path += ("." if path else "") + (text if len(text) < 70 else shown(part))
    return path


def _messages(
    detail: ErrorDetails, model: type[BaseModel], where: Callable[[Location], str]
) -> list[str]:
    if detail["type"] != "value_error":
        return [_message(detail, model, where)]
    # A rule of our own, which may have found several mistakes, one a line, and may say
    # in brackets which entry of a list each is in.
    location, given = detail["loc"], detail["input"]
    start = where(location) + dotted(location)
    reasons = str(detail.get("ctx", {}).get("error", detail["msg"])).split("\n")
    # What a whole table or list holds would only be long.
    said = "" if isinstance(given, dict | list | tuple | BaseModel) else f"given {shown(given)}; "
    return [
        start + (line if line[0] == "[" or not location else f": {said}{line}") for line in reasons
    ]


def _message(detail: ErrorDetails, model: type[BaseModel], where: Callable[[Location], str]) -> str:
    location, kind = detail["loc"], detail["type"]
    start = f"{where(location)}{dotted(location)}: " if location else where(location)
    if kind == "extra_forbidden":
        return start + _unknown(location, model)
    field = field_at(model, location)
    what = allowed(field, str(location[-1])) if field else detail["msg"]
    if kind == "missing":
        return f"{start}missing; allowed: {what}"
    message = f"{start}given {shown(detail['input'])}; allowed: {what}"
    given = detail["input"]
    number = kind in ("int_type", "float_type")
    if number and isinstance(given, str) and _NUMBER_WITH_UNIT.fullmatch(given[:99]):
        message += "; write the number alone, without quotes and unit"
    return message


def _unknown(location: Location, model: type[BaseModel]) -> str:
    name = str(location[-1])
    table = model_at(model, location[:-1]) or model
    found = hint(name, table.model_fields)
    if not found:
        elsewhere = [path for path in _paths(model) if path.rsplit(".", 1)[-1] == name]
        found = f'; there is "{elsewhere[0]}"' if elsewhere else ""
    if not found:
        names = sorted(table.model_fields)
        found = "; allowed: " + ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"no such key{found}"


def _paths(model: type[BaseModel], prefix: str = "", depth: int = 0) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield prefix + name
        inner = _model_in(field.annotation)
        if inner is not None and depth < 3:
            middle = "NAME." if name == "policy" else ""
            yield from _paths(inner, f"{prefix}{name}.{middle}", depth + 1)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that an annotation holds: itself, optional, in a tuple or a dict."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in reversed(get_args(annotation)):
        if (inner := _model_in(part)) is not None:
            return inner
    return None


def model_at(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    """Return the model of the table at ``location``, None where there is none."""
    here: type[BaseModel] | None = model
    for part in location:
        if here is None:
            return None
        if isinstance(part, str) and part in here.model_fields:
            here = _model_in(here.model_fields[part].annotation)
        # Else an index, or the name of an entry: the model found last is that entry's.
    return here


def field_at(model: type[BaseModel], location: Location) -> FieldInfo | None:
    """Return the field at ``location``, that of a list or table for its entries."""
    names = [part for part in location if isinstance(part, str) and part != "[key]"]
    if names and location[-1] == names[-1]:
        table = model_at(model, location[:-1])
        if table is not None and names[-1] in table.model_fields:
            return table.model_fields[names[-1]]
    return model.model_fields.get(names[0]) if names else None


def allowed(field: FieldInfo, name: str) -> str:
    """Return in words what a field takes: the kind of value, its range and its unit.

    Parameters
    ----------
    field : FieldInfo
        The field.
    name : str
        Its name.
    """
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    if "allowed" in extra:
        return str(extra["allowed"])
    kinds = {field.annotation, *get_args(field.annotation)}
    if bool in kinds:
        return "true or false"
    if not kinds & {int, float} and not _is_number(field):
        return "a table" if _model_in(field.annotation) else "a text in quotes"
    text = "a whole number" if int in kinds else "a number"
    low, high = limits(field)
    if low is not None and high is not None:
        text += f" from {low:g} to {high:g}" if abs(high) < 1e5 else f" from {low} to {high}"
    elif low is not None:
        text += f" from {low:g} up"
    elif name == "target_aht":
        text += " above 0"
    unit = str(extra.get("unit", "1"))
    text += "" if unit == "1" else f" ({unit})"
    return text + (f' or "{WORDS[name]}"' if name in WORDS else "")


def _metadata(field: FieldInfo) -> list[Any]:
    found = list(field.metadata)
    for part in get_args(field.annotation):
        found += getattr(part, "__metadata__", ())
        # Rules declared by Field() inside Annotated[...] come in a FieldInfo of their own.
    return [rule for item in found for rule in getattr(item, "metadata", [item])]


def _is_number(field: FieldInfo) -> bool:
    return any(
        getattr(part, "__origin__", None) in (int, float) for part in get_args(field.annotation)
    )


def limits(field: FieldInfo) -> tuple[float | None, float | None]:
    """Return the least and the greatest value that a field takes, None where open."""
    low = high = None
    for rule in _metadata(field):
        low = getattr(rule, "ge", low)
        high = getattr(rule, "le", high)
    return low, high

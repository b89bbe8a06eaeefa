"""What a request that cannot be understood is answered with."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from reprlib import Repr
from typing import Any

_LONGEST_NAME = 60


class RequestError(Exception):
    """A file, a key or an option that cannot be understood.

    Parameters
    ----------
    messages : sequence of str
        One message for each mistake: where it is, what was given, what is allowed.

    Attributes
    ----------
    messages : list of str
        The same.
    """

    def __init__(self, messages: Sequence[str]) -> None:
        self.messages = [messages] if isinstance(messages, str) else list(messages)
        super().__init__(self.messages)

    def __str__(self) -> str:
        """Return the messages, one a line."""
        return "\n".join(self.messages)


class _Shown(Repr):
    """Values as a config would write them, cut short, and never failing."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = 60
        self.maxlevel = 2
        self.maxdict = self.maxlist = 4

    def repr_str(self, x: str, level: int) -> str:
        text = x if len(x) <= self.maxstring else x[: self.maxstring - 3] + "..."
        body = ascii(text)[1:-1] if not text.isprintable() else text
        return f'"{body}"'

    def repr_int(self, x: int, level: int) -> str:
        # Python refuses to write out an integer of more than some 4,000 digits.
        return f"a number of {x.bit_length()} bits" if x.bit_length() > 200 else str(x)

    def repr_tuple(self, x: tuple[Any, ...], level: int) -> str:
        return self.repr_list(list(x), level)

    def repr_bool(self, x: bool, level: int) -> str:
        return "true" if x else "false"


_SHOWN = _Shown()


def shown(value: Any) -> str:
    """Return ``value`` as a short text for a message, whatever it is."""
    return _SHOWN.repr(value)


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that looks most like ``name``, or None where none does."""
    plain = name[:_LONGEST_NAME].lower().replace("-", "_")
    spellings = {candidate.lower().replace("-", "_"): candidate for candidate in candidates}
    found = get_close_matches(plain, spellings, n=1)
    return spellings[found[0]] if found else None


def hint(name: str, candidates: Iterable[str]) -> str:
    """Return '; the nearest is "..."', or nothing where no candidate is near."""
    found = nearest(name, candidates)
    return f'; the nearest is "{found}"' if found else ""


def _by_number(name: str) -> list[tuple[str, int]]:
    """Return what a name is sorted by: N2 before N10."""
    return [(text, int(digits or 0)) for text, digits in re.findall(r"(\D*)(\d*)", name)]


def no_such(what: str, name: str, candidates: Iterable[str]) -> str:
    """Return the message that there is no such thing, with the names that there are.

    Parameters
    ----------
    what : str
        The kind of thing, for example "policy".
    name : str
        What was given.
    candidates : iterable of str
        What is allowed.
    """
    names = sorted(candidates, key=_by_number)
    listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    return (
        f"given {shown(name)}, which is no {what}; allowed: {listed or 'none'}{hint(name, names)}"
    )


def in_a_line(error: Any) -> str:
    """Return the text of an error in one line, its kind where it has none."""
    text = " ".join(str(error).split())
    return text or type(error).__name__

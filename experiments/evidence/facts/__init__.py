"""The stylised facts: one module each, ``sNN_....py``, with its ``FACT``."""

import re
from importlib import import_module
from pkgutil import iter_modules

from experiments.evidence.fact import Fact

_MODULE = re.compile(r"s\d\d_")


def _collected() -> tuple[Fact, ...]:
    modules = [info.name for info in iter_modules(__path__) if _MODULE.match(info.name)]
    found: list[Fact] = [import_module(f"{__name__}.{name}").FACT for name in modules]
    return tuple(sorted(found, key=lambda fact: fact.number))


FACTS: tuple[Fact, ...] = _collected()
"""Every fact, in the order of their numbers."""

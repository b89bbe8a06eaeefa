"""The sampling plan as a page, and the facts as code: the bands are the same ones."""

import math
import re
from pathlib import Path

import pytest

from experiments.evidence.facts import FACTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sampling-plan.md"
ROW = re.compile(r"^\| (S\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
WORDS = {"smaller": "< 0", "quick <= others": "<= 0"}
"""Bands that the page has in words, of differences in the code."""

TIGHTENED = {"S4.order", "S6.least"}
"""Parts whose edge was left out of the band later, as the page says under its table."""


def band(text):
    """Read a band: its ends, whether they are left out of it, whether it is a published one."""
    text, published = text.removesuffix("*"), not text.endswith("*")
    if text.startswith("["):
        low, high = (float(end) for end in text.strip("[]").split(","))
        return low, high, False, published
    sign, number = text.split()
    ends = (-math.inf, float(number)) if sign.startswith("<") else (float(number), math.inf)
    return *ends, sign in ("<", ">"), published


def bands(text, judged):
    """Read a cell of the table; "each" stands for as many bands as the others leave."""
    cells = [WORDS.get(cell, cell) for cell in text.split("; ")]
    found = []
    for cell in cells:
        times = judged - len(cells) + 1 if cell.endswith(" each") else 1
        found += [band(cell.removesuffix(" each"))] * times
    return found


TABLE = {row[0]: row[2] for row in ROW.findall(PAGE.read_text(encoding="utf-8"))}


def test_the_plan_has_every_fact():
    assert list(TABLE) == [fact.id for fact in FACTS]


@pytest.mark.parametrize("fact", FACTS, ids=[fact.id for fact in FACTS])
def test_the_bands_are_those_that_were_fixed_first(fact):
    judged = [part for part in fact.parts if part.judged]
    coded = [(part.low, part.high, part.strict, part.published) for part in judged]
    fixed = bands(TABLE[fact.id], len(judged))
    for place, part in enumerate(judged):
        if f"{fact.id}.{part.name}" in TIGHTENED:
            low, high, strict, published = fixed[place]
            assert not strict  # a harder test, never an easier one
            fixed[place] = low, high, True, published
    assert coded == fixed


def test_what_was_tightened_is_said_on_the_page():
    (said,) = re.findall(r"^- \*Bands\.\*.*?(?=^- )", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert "tightened" in said
    assert all(name.partition(".")[0] in said for name in TIGHTENED)

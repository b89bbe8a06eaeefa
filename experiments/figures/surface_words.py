"""Two swept dimensions in two sentences: where measures are best, and whether they interact."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.analysis.interval import Interval
from experiments.figures.setting import better_side, clauses, listed, name_of, plain, told, unit_of
from experiments.figures.surface import Field, Sheet

MANY = 0.5
"""Share of the points that may be the best beyond which no place is told (assumed)."""


@dataclass(frozen=True)
class Together:
    """What the first dimension does where there is little and where there is much of the second.

    Attributes
    ----------
    at_low, at_high, difference : Interval
        From its low to its high end, at the low and the high end of the second; the latter less
        the former.
    """

    at_low: Interval
    at_high: Interval
    difference: Interval

    @property
    def sure(self) -> bool:
        """Whether the difference's interval excludes zero."""
        return bool(self.difference.low > 0.0 or self.difference.high < 0.0)


def sentences(field: Field, together: Mapping[str, Together]) -> tuple[str, str]:
    """Return where measures are best, and whether one dimension is worth more with the other.

    Parameters
    ----------
    field : Field
        What was found.
    together : mapping of Together
        By measure.
    """
    return _best(field), interacting(field.dimensions, together)


def _best(field: Field) -> str:
    parts, vague = [], []
    for sheet in field.sheets:
        if sheet.best is None:
            continue
        if len(sheet.possible) > MANY * len(field.points):
            vague.append(name_of(sheet.measure))
        else:
            parts.append(_placed(field, sheet))
    if vague:
        parts.append(f"where {listed(vague, 'or')} is best cannot be pinned down")
    return clauses(parts or ["no measure with a better side is shown"])


def _placed(field: Field, sheet: Sheet) -> str:
    assert sheet.best is not None
    where = " and ".join(
        f"{name} {plain(place, unit)}"
        for name, place, unit in zip(field.dimensions, sheet.best, field.units, strict=True)
    )
    ranges = []
    for dimension in (0, 1):
        low, high = np.min(sheet.possible[:, dimension]), np.max(sheet.possible[:, dimension])
        unit = field.units[dimension]
        ends = plain(float(low), unit) if low == high else f"{low:.3g} to {plain(high, unit)}"
        ranges.append(f"{field.dimensions[dimension]} {ends}")
    others = len(sheet.possible) - 1
    also = f" (it may be anywhere in {listed(ranges)})" if others else ""
    return f"{name_of(sheet.measure)} is best at {where}{also}"


def interacting(dimensions: tuple[str, str], together: Mapping[str, Together]) -> str:
    """Return for which measures one dimension does more where there is much of the other.

    Parameters
    ----------
    dimensions : (str, str)
        What people call them.
    together : mapping of Together
        By measure.
    """
    first, second = dimensions
    sure, none, unknown = [], [], []
    for measure, each in together.items():
        if math.isnan(each.difference.low):
            unknown.append(name_of(measure))
        elif each.sure:
            unit = unit_of(measure)
            at = [told(end, unit, change=True, signed=True) for end in (each.at_low, each.at_high)]
            sure.append(f"{name_of(measure)} by {at[0]} and by {at[1]}")
        else:
            none.append(name_of(measure))
    parts = []
    if sure:
        start = (
            f"{first} from its low to its high end changes, where {second} is lowest and where it "
            "is highest, "
        )
        parts.append(clauses(sure, start).removesuffix("."))
    if none:
        parts.append(
            f"that {first} does more or less with more {second} is not told for "
            f"{listed(none, 'or')}"
        )
    if unknown:
        parts.append(f"nothing can be told of {listed(unknown)}")
    text = "; ".join(parts or ["nothing was measured"])
    return f"{text[0].upper()}{text[1:]}."


def differing(title: str, field: Field) -> tuple[str, str]:
    """Return where one curve is surely better than another over two dimensions, and where worse.

    Parameters
    ----------
    title : str
        What the curve is called; the other one is what the field is against.
    field : Field
        Their difference.
    """
    turns, same = [], []
    for sheet in field.sheets:
        band = sheet.change.band
        known = ~np.isnan(band.mean)
        sign = -1 if better_side(sheet.measure) < 0 else 1
        up, down = (100.0 * float((sign * band.sure[known] == side).mean()) for side in (1, -1))
        words = ("better", "worse") if better_side(sheet.measure) else ("higher", "lower")
        name = name_of(sheet.measure)
        if up == 0.0 and down == 0.0:
            same.append(name)
        elif up and down:
            turns.append(f"in {name} {words[0]} over {up:.0f} % and {words[1]} over {down:.0f} %")
        else:
            turns.append(f"in {name} {words[0] if up else words[1]} over {max(up, down):.0f} %")
    first = f"Of the field, {title} is surely, against {field.against}: " + (
        "; ".join(turns) if turns else "neither better nor worse anywhere"
    )
    second = f"Nowhere told apart in {listed(same)}." if same else "The rest is not told apart."
    return f"{first}.", second

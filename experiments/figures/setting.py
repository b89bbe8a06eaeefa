"""What the figures of strategy curves share: where numbers come from, and how they are told."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.analysis.headlines import PARTIES
from experiments.analysis.interval import Interval
from experiments.analysis.summary import MEASURES
from experiments.analysis.wording import UNDEFINED, decimals, number
from experiments.figures.parts import called
from experiments.figures.style import COLOURS, INK, MARKERS, RULE

MOST_SAID = 4
"""Things that one sentence tells; the others are in the figure."""

GAINED = "gain over the neutral policy"
"""What a party gains from a conversation over an issue: no measure, but drawn and told as one."""

_BARE = ("", "1", "0-1")
_PLACES = 6
"""Decimals that a tick has at most."""
_UNITS = {"price": "prices", "sd": "SD", "sd^3": "SD³", "rep-day": "day of a rep"}


@dataclass(frozen=True)
class Setting:
    """Where the numbers of a figure come from.

    Attributes
    ----------
    titles : mapping of str
        Policy: what people call it. Their order gives each its colour and marker.
    seed : int
        Of all chance.
    warmup_days, days : int
        Before and after the branch.
    customers, seats : (int, int)
        The smallest and the largest centre; twice the same where there is one size.
    config_hash : str
        Of the experiment's config.
    """

    titles: Mapping[str, str]
    seed: int
    warmup_days: int
    days: int
    customers: tuple[int, int]
    seats: tuple[int, int]
    config_hash: str

    def title(self, policy: str) -> str:
        """Return what people call a policy."""
        return self.titles.get(policy, policy)

    def colour(self, policy: str) -> str:
        """Return the colour of a policy; one that is not known has ink."""
        names = list(self.titles)
        return COLOURS[names.index(policy) % len(COLOURS)] if policy in names else INK

    def marker(self, policy: str) -> str:
        """Return the marker of a policy."""
        names = list(self.titles)
        return MARKERS[names.index(policy) % len(MARKERS)] if policy in names else "o"

    def handle(self, policy: str, *, line: bool = False) -> Line2D:
        """Return a legend's entry for a policy, its marker alone or on a line."""
        return Line2D(
            [],
            [],
            linestyle="-" if line else "",
            linewidth=1.6,
            marker=self.marker(policy),
            markersize=6.0,
            color=self.colour(policy),
            label=self.title(policy),
        )

    def facts(self, n: str) -> str:
        """Return what every caption ends with.

        Parameters
        ----------
        n : str
            How many runs of what: "30 replications of each of 21 points".
        """
        return (
            f"n = {n}, seed {self.seed}; {self.warmup_days:,} days of warm-up, {self.days:,} days "
            f"after the branch; {_size(self.customers)} customers, {_size(self.seats)} seats; "
            f"config {self.config_hash}."
        )


def _size(ends: tuple[int, int]) -> str:
    low, high = ends
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def replications(counts: Sequence[int]) -> str:
    """Return how many replications there are of each of several things: "28 to 30 replications"."""
    low, high = min(counts, default=0), max(counts, default=0)
    tail = "" if low == high == 1 else "s"
    return f"{low:,} replication{tail}" if low == high else f"{low:,} to {high:,} replications"


def name_of(measure: str) -> str:
    """Return what to call a measure, or an output that is none, such as a contrast."""
    if measure in PARTIES:
        return f"welfare of {PARTIES[measure]}"
    return called(measure) if measure in MEASURES else measure


def unit_of(measure: str) -> str:
    """Return a measure's unit; nothing for what is none."""
    return MEASURES[measure].unit if measure in MEASURES else "sd" if measure == GAINED else ""


def better_side(measure: str) -> int:
    """Return 1 where more is better, -1 where less is, 0 where neither or not known."""
    return MEASURES[measure].better if measure in MEASURES else int(measure == GAINED)


def axis_label(label: str, unit: str) -> str:
    """Return an axis' label with its unit, where it has one."""
    return label if unit in ("", "1") else f"{label} ({unit})"


def direction(measure: str, more: str = "↑", less: str = "↓") -> str:
    """Return " (↑ better)" where a measure has a better side."""
    side = better_side(measure)
    return f" ({more if side > 0 else less} better)" if side else ""


def in_unit(unit: str, *, change: bool = False) -> tuple[float, str]:
    """Return by what to multiply a value to tell it in words, and what comes after it.

    Parameters
    ----------
    unit : str
        As measures have it.
    change : bool
        Whether it is a difference: one of shares is told in points.
    """
    if unit in _BARE:
        return 1.0, ""
    head, _, per = unit.partition("/")
    tail = f" a {_UNITS.get(per, per)}" if per else ""
    if head == "share":
        return 100.0, (" points" if change else " %") + tail
    return 1.0, ("" if head == "1" else f" {_UNITS.get(head, head)}") + tail


def told(value: Interval, unit: str = "", *, change: bool = False, signed: bool = False) -> str:
    """Return a number with its interval and unit: "81.2 % [80.9, 81.5]"."""
    scale, tail = in_unit(unit, change=change)
    mean, low, high = (scale * end for end in value[:3])
    places = decimals([Interval(mean, low, high, value.n)])
    shown = f"{number(mean, places, signed=signed)}{tail}"
    if not (math.isfinite(low) and math.isfinite(high)):
        return shown
    ends = (number(end, places, signed=signed) for end in (low, high))
    return f"{shown} [{', '.join(ends)}]"


def plain(value: float, unit: str = "", *, change: bool = False) -> str:
    """Return a number without an interval, in three digits."""
    scale, tail = in_unit(unit, change=change)
    return f"{three(scale * value)}{tail}"


def three(value: float) -> str:
    """Return a number in three digits."""
    if not math.isfinite(value):
        return UNDEFINED
    size = math.floor(math.log10(abs(value))) if value else 0
    text = number(value, min(6, max(0, 2 - size)))
    return text.rstrip("0").rstrip(".") if "." in text else text


def listed(parts: Sequence[str], word: str = "and") -> str:
    """Return "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def clauses(parts: Sequence[str], before: str = "") -> str:
    """Return a sentence of clauses, of which only the first few are told.

    Parameters
    ----------
    parts : sequence of str
        The clauses.
    before : str
        What the sentence begins with, where that is no clause.
    """
    left = len(parts) - MOST_SAID
    more = [f"{left} more {'is' if left == 1 else 'are'} in the figure"] if left > 0 else []
    text = before + "; ".join([*parts[:MOST_SAID], *more])
    return f"{text[0].upper()}{text[1:]}."


def quiet_grid(axis: Axes, which: Any = "y") -> None:
    """Draw a faint grid, and few ticks."""
    axis.grid(axis=which, color=RULE, linewidth=0.6, zorder=0)
    if axis.get_yscale() == "linear":
        axis.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
        axis.ticklabel_format(axis="y", useOffset=False)


def told_axis(axis: Axis, unit: str, *, change: bool = False) -> str:
    """Write an axis' ticks as words tell its values, shares in %, and return the unit to name.

    Parameters
    ----------
    axis : matplotlib.axis.Axis
        Drawn in the measure's own unit.
    unit : str
        As measures have it.
    change : bool
        Whether it shows differences: those of shares are points.
    """
    scale, tail = in_unit(unit, change=change)

    def said(value: float, _: Any) -> str:
        ticks = axis.get_majorticklocs()
        step = scale * float(min(abs(ticks[1:] - ticks[:-1]), default=1.0))
        return number(scale * value, _decimals(step))

    axis.set_major_formatter(FuncFormatter(said))
    return "0 to 1" if unit == "0-1" and not change else tail.strip()


def _decimals(step: float) -> int:
    """Return how many decimals ticks bear that are a step apart."""
    for places in range(_PLACES):
        size = step * 10**places
        if size >= 1.0 and abs(size - round(size)) < 1e-6:
            return places
    return _PLACES


def panels(count: int) -> tuple[int, int]:
    """Return rows and columns of small multiples."""
    columns = 1 if count < 2 else 2 if count < 5 else 3
    return -(-count // columns), columns


def cell(value: Any) -> Any:
    """Return a number of an array as a plain one for a row of data."""
    return value.item() if hasattr(value, "item") else value

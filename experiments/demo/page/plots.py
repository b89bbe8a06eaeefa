"""What the page's plots and tables show, as plain data: no NiceGUI here, so hand-outs use it too.

A policy has the colour and the marker of its place, as in the report's figures; the colours
themselves are in ``static/page.css``, once for dark and once for light.
"""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from experiments.analysis.interval import Interval
from experiments.analysis.numbers import decimals, number
from experiments.demo.shapes import Tried
from experiments.demo.sliders import Knob
from experiments.demo.words import has_words, words
from sim.measures import BY_NAME, WEEK

PARTIES = ("loyalty", "exhaustion", "cost_per_contact")
"""The measures that the room asks for: one for each party."""

STROKES = 41
"""Places at which a curve is drawn along a slider."""

Spec = dict[str, Any]


@dataclass(frozen=True)
class Curve:
    """A mean over time with its interval.

    Attributes
    ----------
    name : str
        Whose.
    place : int
        Gives it its colour and marker.
    mean, low, high : sequence of float
        Week by week; NaN where it is not defined.
    """

    name: str
    place: int
    mean: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True)
class Guess:
    """A curve that a class drew."""

    place: int
    x: Sequence[float]
    y: Sequence[float]


def measure_title(measure: str) -> str:
    """Return what the page calls a measure."""
    key = f"measure.{measure}"
    return words(key) if has_words(key) else measure.replace("_", " ")


def unit(measure: str) -> tuple[float, str]:
    """Return by what a measure's values are multiplied to be shown, and its unit's name."""
    given = BY_NAME[measure].unit
    if given.startswith("share"):
        return 100.0, "%" + (" a year" if given.endswith("/year") else "")
    if given == "0-1":
        return 1.0, "0 to 1"
    return 1.0, {"price": "prices", "1": ""}.get(given, given)


def better_words(measure: str) -> str:
    """Return which way a measure is better, with its unit: "0 to 1, more is better"."""
    side = BY_NAME[measure].better
    way = {1: words("plot.more"), -1: words("plot.less"), 0: ""}[side]
    return ", ".join(part for part in (unit(measure)[1], way) if part)


def lines(
    measure: str, curves: Sequence[Curve], *, guesses: Sequence[Guess] = (), named: bool = True
) -> Spec:
    """Return a plot of a measure over time.

    Parameters
    ----------
    measure : str
        What is shown.
    curves : sequence of Curve
        One a policy.
    guesses : sequence of Guess
        What a class drew, dotted.
    named : bool
        Whether each line has its name at its end.
    """
    weeks = max((len(curve.mean) for curve in curves), default=0)
    return {
        "kind": "lines",
        "label": words("compare.plot", measure=measure_title(measure)),
        "x": [week + 1 for week in range(weeks)],
        "from": 0,
        "to": weeks,
        "xlabel": words("compare.weeks"),
        "scale": unit(measure)[0],
        "named": named,
        "lines": [
            {
                "name": curve.name,
                "place": curve.place,
                "mean": plain(curve.mean),
                **({"low": plain(curve.low), "high": plain(curve.high)} if len(curve.low) else {}),
            }
            for curve in curves
        ],
        "guesses": [
            {"place": guess.place, "x": plain(guess.x), "y": plain(guess.y)} for guess in guesses
        ],
    }


def empty(measure: str, ends: tuple[float, float], weeks: int) -> Spec:
    """Return an empty plot to draw a guess on."""
    spec = lines(measure, ())
    return {**spec, "x": list(range(weeks + 1)), "to": weeks, "range": list(ends)}


def sheet(knob: Knob, measure: str) -> Spec:
    """Return a sheet to draw a strategy curve on: along a slider, its height without numbers."""
    ends = {"from": knob.low, "to": knob.high, "x": [knob.low, knob.high], "range": [0.0, 1.0]}
    return {**lines(measure, ()), **ends, "xlabel": along(knob), "bare": True}


def strategy(
    knob: Knob,
    measure: str,
    tried: Sequence[Tried],
    guess: Sequence[tuple[float, float]],
    stands: float | None,
) -> Spec:
    """Return a strategy curve: means along a slider, over what was guessed.

    Parameters
    ----------
    knob : Knob
        The slider.
    measure : str
        What is shown.
    tried : sequence of Tried
        The places worked out so far.
    guess : sequence of (float, float)
        What a class drew, dotted.
    stands : float or None
        Where the policy stands.
    """
    means = [each.mean for each in tried]
    low, high = [each.low for each in means], [each.high for each in means]
    curve = Curve(measure_title(measure), 0, [each.mean for each in means], low, high)
    drawn = [Guess(1, *zip(*guess, strict=True))] if guess else []
    spec = lines(measure, [curve] if tried else [], guesses=drawn, named=False)
    places = [each.place for each in tried] or [knob.low, knob.high]
    ends = {"from": knob.low, "to": knob.high, "x": places, "xlabel": along(knob)}
    return {**spec, **ends, "mark": stands}


def along(knob: Knob) -> str:
    """Return a slider's name with its unit, as the name of an axis."""
    unit_of = knob.unit if knob.unit not in ("", "1", "0-1") else ""
    return f"{knob.label} ({unit_of})" if unit_of else knob.label


def dots(measure: str, rows: Sequence[tuple[str, int, Interval]]) -> Spec:
    """Return a plot of means with their intervals, lying across.

    Parameters
    ----------
    measure : str
        What is shown.
    rows : sequence of (str, int, Interval)
        Name, place and value of each policy.
    """
    return {
        "kind": "dots",
        "label": words("compare.figures", measure=measure_title(measure)),
        "xlabel": better_words(measure),
        "scale": unit(measure)[0],
        "rows": [
            {
                "name": name,
                "place": place,
                **dict(zip(("mean", "low", "high"), plain(value[:3]), strict=True)),
            }
            for name, place, value in rows
        ],
    }


def plain(values: Sequence[float]) -> list[float | None]:
    """Return numbers as JSON knows them: None for what is not defined."""
    return [float(value) if math.isfinite(value) else None for value in values]


def figures_table(
    measure: str,
    means: Mapping[str, Interval],
    differences: Mapping[tuple[str, str], Interval],
    titles: Mapping[str, str],
) -> str:
    """Return means and paired differences as an HTML table.

    Parameters
    ----------
    measure : str
        What is shown.
    means : mapping
        Policy: its mean.
    differences : mapping
        (a, b): the paired difference a − b.
    titles : mapping
        Policy: what people call it.
    """
    scale, _ = unit(measure)
    places_of = list(titles)
    head = ("", words("compare.mean"), words("compare.interval"), "")
    rows = []
    scaled = {name: scaled_by(value, scale) for name, value in means.items()}
    places = decimals(scaled.values())
    for name, value in scaled.items():
        swatch = f'<span class="swatch" style="background:var(--p{places_of.index(name) % 8})">'
        rows.append(_row("", f"{swatch}</span> {html.escape(titles[name])}", value, places))
    apart = {pair: scaled_by(value, scale) for pair, value in differences.items()}
    places = decimals(apart.values())
    widest = max(
        (abs(end) for value in apart.values() for end in value[1:3] if end == end), default=0.0
    )
    for (a, b), value in apart.items():
        pair = words("compare.pair", a=html.escape(titles[a]), b=html.escape(titles[b]))
        side = BY_NAME[measure].better
        rows.append(_row("paired", pair, value, places, side=side, widest=widest))
    caption = words("compare.figures", measure=measure_title(measure))
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    return (
        f'<table class="figures"><caption class="sr">{html.escape(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def order_of(
    means: Mapping[str, Interval],
    differences: Mapping[tuple[str, str], Interval],
    titles: Mapping[str, str],
) -> str:
    """Return policies from the most to the least, and which pairs cannot be told apart."""
    order = sorted(means, key=lambda name: -means[name].mean)
    text = " > ".join(titles[name] for name in order)
    alike = [
        f"{titles[one]} ≈ {titles[other]}"
        for one, other in combinations(order, 2)
        if not told_apart(
            differences[(one, other) if (one, other) in differences else (other, one)]
        )
    ]
    return f"{text} ({'; '.join(alike)})" if alike else text


def scaled_by(value: Interval, scale: float) -> Interval:
    """Return an interval in another unit."""
    return Interval(scale * value.mean, scale * value.low, scale * value.high, value.n)


def told_apart(value: Interval) -> bool:
    """Return whether an interval leaves zero out."""
    return math.isfinite(value.low) and (value.low > 0.0 or value.high < 0.0)


def _row(
    kind: str,
    name: str,
    value: Interval,
    places: int,
    side: int | None = None,
    widest: float = 0.0,
) -> str:
    signed = side is not None
    mean = number(value.mean, places, signed=signed)
    ends = "–"
    if value.n > 1 and math.isfinite(value.low):
        ends = " to ".join(number(end, places, signed=signed) for end in (value.low, value.high))
    tone = ""
    if signed and not told_apart(value):
        tone, ends = "same", f"{ends} ≈"
    elif side:
        tone = "better" if side * value.mean > 0 else "worse"
        mean = f"{mean} {'▲' if side * value.mean > 0 else '▼'}"
    marked = f' class="{tone}"' if tone else ""
    cells = (
        f"<td{marked}>{mean}</td><td>{ends}</td>"
        f'<td class="reach {tone}">{reach(value, widest) if signed else ""}</td>'
    )
    return f'<tr class="{kind}"><th scope="row">{name}</th>{cells}</tr>'


def reach(value: Interval, widest: float) -> str:
    """Return a difference with its interval drawn beside zero, as SVG.

    Parameters
    ----------
    value : Interval
        The difference.
    widest : float
        What reaches from zero, in the middle, to an end.
    """
    if not (widest > 0.0 and math.isfinite(value.low)):
        return ""
    low, mean, high = (50.0 + 48.0 * end / widest for end in (value.low, value.mean, value.high))
    return (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<line class="zero" x1="50" x2="50" y1="0" y2="10"/>'
        f'<line class="over" x1="{low:.1f}" x2="{high:.1f}" y1="5" y2="5"/>'
        f'<line class="mid" x1="{mean:.1f}" x2="{mean:.1f}" y1="1" y2="9"/></svg>'
    )


def weeks_in(days: int) -> int:
    """Return how many whole weeks there are."""
    return days // WEEK

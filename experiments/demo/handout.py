"""Hand-outs: a view or a lesson as one HTML file, which opens from disk and keeps its slider."""

import html
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.demo.words import words
from experiments.errors import RequestError

LARGEST = 1_000_000
"""Bytes of a hand-out: less than this."""

DIGITS = 5
"""Digits to which numbers are written: more than a plot shows."""

_STATIC = Path(__file__).with_name("page") / "static"


@dataclass(frozen=True)
class Panel:
    """A plot with its table.

    Attributes
    ----------
    title : str
        What it shows.
    spec : mapping
        For ``plots.js``.
    table : str
        The figures, as HTML of our own making.
    """

    title: str
    spec: Mapping[str, Any]
    table: str = ""


@dataclass(frozen=True)
class Frame:
    """What is shown at one place of a slider.

    Attributes
    ----------
    name : str
        The place in words: "0.4".
    panels : sequence of Panel
        What is shown there.
    markup : str
        More, as HTML of our own making.
    """

    name: str
    panels: Sequence[Panel] = ()
    markup: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a hand-out.

    Attributes
    ----------
    title : str
        Its heading.
    text : sequence of str
        Paragraphs.
    look : str
        What to look at.
    slider : str
        What is said of its slider, where it has more than one frame.
    frames : sequence of Frame
        What was worked out beforehand.
    at : int
        The frame to begin with.
    markup : str
        More, as HTML of our own making.
    """

    title: str
    text: Sequence[str] = ()
    look: str = ""
    slider: str = ""
    frames: Sequence[Frame] = ()
    at: int = 0
    markup: str = ""


@dataclass(frozen=True)
class HandOut:
    """What is taken home.

    Attributes
    ----------
    title, lead : str
        What it is.
    facts : str
        Where the numbers come from: n, days, seed, config.
    sections : sequence of Section
        Its parts.
    """

    title: str
    lead: str
    facts: str
    sections: Sequence[Section]


def hand_out_page(out: HandOut) -> str:
    """Return a hand-out as one HTML file that needs no other.

    Parameters
    ----------
    out : HandOut
        What it holds.

    Raises
    ------
    RequestError
        Where it would be too large to hand out.
    """
    style, plots, moves = (
        (_STATIC / name).read_text(encoding="utf-8")
        for name in ("handout.css", "plots.js", "handout.js")
    )
    body = "".join(_section(place, section) for place, section in enumerate(out.sections))
    data = [_frames(section) for section in out.sections]
    page = _PAGE.format(
        title=html.escape(out.title),
        lead=html.escape(out.lead),
        made=html.escape(words("hand_out.made", facts=out.facts)),
        print=html.escape(words("hand_out.print")),
        style=style,
        body=body,
        # A "<" in a text must not end the script.
        data=json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c"),
        scripts=plots + moves,
    )
    size = len(page.encode())
    if size >= LARGEST:
        raise RequestError(
            [
                f"hand-out: {size / 1e6:.2f} MB; allowed: less than {LARGEST / 1e6:g} MB; "
                "take fewer days or fewer places of the slider"
            ]
        )
    return page


def _section(place: int, section: Section) -> str:
    text = "".join(f"<p>{html.escape(' '.join(part.split()))}</p>" for part in section.text)
    look = f'<p class="look-at">{html.escape(section.look)}</p>' if section.look else ""
    slider = ""
    if len(section.frames) > 1:
        name = html.escape(section.slider)
        slider = (
            f'<p class="move"><label for="move-{place}">{name}</label> '
            f'<input id="move-{place}" type="range" min="0" max="{len(section.frames) - 1}" '
            f'step="1" value="{section.at}"> <output for="move-{place}"></output></p>'
        )
    panels = section.frames[section.at].panels if section.frames else ()
    shown = "".join(
        f'<div class="panel"><h3>{html.escape(panel.title)}</h3>'
        '<div class="plot"></div><div class="table"></div></div>'
        for panel in panels
    )
    if any(frame.markup for frame in section.frames):
        shown += '<div class="told"></div>'
    return (
        f'<section data-place="{place}"><h2>{html.escape(section.title)}</h2>'
        f"{text}{look}{slider}{shown}{section.markup}</section>"
    )


def _frames(section: Section) -> dict[str, Any]:
    frames = [
        {
            "name": frame.name,
            **({"markup": frame.markup} if frame.markup else {}),
            "panels": [
                {"title": panel.title, "spec": rounded(panel.spec), "table": panel.table}
                for panel in frame.panels
            ],
        }
        for frame in section.frames
    ]
    return {"at": section.at, "frames": frames}


def rounded(value: Any) -> Any:
    """Return data with its numbers in few digits, and null for what is none."""
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): rounded(entry) for key, entry in value.items()}
    if isinstance(value, Sequence):
        return [rounded(entry) for entry in value]
    number = float(value)
    return float(f"{number:.{DIGITS}g}") if math.isfinite(number) else None


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}
</style>
</head>
<body>
<header><h1>{title}</h1><p>{lead}</p>
<button type="button" class="print" onclick="print()">{print}</button></header>
<main>{body}</main>
<footer>{made}</footer>
<script type="application/json" id="data">{data}</script>
<script>
{scripts}
</script>
</body>
</html>
"""

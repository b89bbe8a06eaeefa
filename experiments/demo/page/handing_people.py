"""Hand-outs of conversations and of the place: slides over turns and over days, as HTML."""

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.demo.handout import Frame, Section
from experiments.demo.page.parts import escaped
from experiments.demo.page.source import Tale
from experiments.demo.page.views.story import gauges, said, wants
from experiments.demo.words import words

DAYS = 30
"""Days of the place in a hand-out: a month."""

BARS = 20
"""Bars in which customers are counted by loyalty."""

TOP = ord("o") - ord("0")
"""A crowd's letters go from "0", loyalty 0, to this many further on, loyalty 1."""


def story_section(tale: Tale, title: str) -> Section:
    """Return a conversation as a section: its slider steps through the turns.

    Parameters
    ----------
    tale : Tale
        The conversation.
    title : str
        Of the section.
    """
    last = len(tale.turns) - 1
    frames = [Frame(str(at + 1), markup=_told(tale, at)) for at in range(last + 1)]
    return Section(
        title,
        [tale.opening],
        slider=words("hand_out.turn"),
        frames=frames,
        at=last,
        markup=wants(tale),
    )


def replay_section(
    tales: Sequence[Tale], titles: Sequence[str], told: str, parts: int | None, title: str
) -> Section:
    """Return two conversations side by side as a section.

    Parameters
    ----------
    tales : sequence of Tale
        One, or two.
    titles : sequence of str
        Their policies.
    told : str
        Where they part, in words.
    parts : int or None
        That turn.
    title : str
        Of the section.
    """
    last = max(len(tale.turns) for tale in tales) - 1
    frames = []
    for at in range(last + 1):
        columns = "".join(
            f"<div><h3>{escaped(name)}</h3>{_told(tale, min(at, len(tale.turns) - 1), parts)}</div>"
            for tale, name in zip(tales, titles, strict=False)
        )
        frames.append(Frame(str(at + 1), markup=f'<div class="talks">{columns}</div>'))
    text = [tales[0].opening, told]
    return Section(title, text, slider=words("hand_out.turn"), frames=frames, at=last)


def place_section(days: Sequence[Mapping[str, Any]], title: str) -> Section:
    """Return days of a centre as a section: its slider goes from day to day.

    Parameters
    ----------
    days : sequence of mapping
        Frames, see :meth:`experiments.demo.place.Place.next_day`.
    title : str
        Of the section.
    """
    frames = [Frame(str(day["day"]), markup=_day(day)) for day in days]
    return Section(title, slider=words("hand_out.day"), frames=frames)


def _told(tale: Tale, at: int, parts: int | None = None) -> str:
    over = tale.ending if at == len(tale.turns) - 1 else ""
    return gauges(tale.turns[at]) + said(tale.turns[: at + 1], over, parts)


def _day(day: Mapping[str, Any]) -> str:
    desks = "".join(_desk(rep) for rep in day["reps"])
    counts = [0] * BARS
    for letter in day["crowd"]:
        if letter != " ":
            counts[min(BARS - 1, (ord(letter) - ord("0")) * BARS // TOP)] += 1
    most = max(max(counts), 1)
    bars = "".join(f'<i style="height:{100 * count / most:.0f}%"></i>' for count in counts)
    crowd = words("hand_out.crowd", customers=f"{sum(counts):,}")
    facts = " · ".join(
        (
            words("place.waiting", waiting=day["queue"]),
            words("place.told", told=day["told"]),
        )
    )
    return (
        f'<p class="fine">{escaped(facts)}</p>'
        f'<h3>{escaped(words("hand_out.desks"))}</h3><div class="desks">{desks}</div>'
        f'<h3>{escaped(crowd)}</h3><div class="tally">{bars}</div>'
        f'<div class="tally-ends"><span>{escaped(words("hand_out.least"))}</span>'
        f"<span>{escaped(words('hand_out.most'))}</span></div>"
    )


def _desk(rep: Mapping[str, Any]) -> str:
    if rep["away"] == "vacant":
        return f'<div class="desk vacant">{escaped(words("hand_out.vacant"))}</div>'
    kind = "desk" + (" talking" if rep["talking"] else "") + ("" if rep["on"] else " out")
    worn = rep["exhaustion"]
    return f'<div class="{kind}" style="--worn:{worn:.3f}">{worn:.2f}</div>'

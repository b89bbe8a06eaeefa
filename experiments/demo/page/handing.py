"""Makes hand-outs of what a page shows: works out what its slider needs, and sends the file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nicegui import ui

from experiments.demo.handout import Frame, HandOut, Panel, Section, hand_out_page
from experiments.demo.lessons import Step
from experiments.demo.page import plots
from experiments.demo.page.handing_people import (
    DAYS,
    place_section,
    replay_section,
    story_section,
)
from experiments.demo.page.source import Answer, Tale
from experiments.demo.page.views.compare import Compare, table_of
from experiments.demo.page.views.info import Info
from experiments.demo.page.views.lessons import Lesson, Lessons
from experiments.demo.page.views.place import Place
from experiments.demo.page.views.predict import Predict
from experiments.demo.page.views.replay import Replay
from experiments.demo.page.views.sliders import Sliders
from experiments.demo.page.views.story import Story
from experiments.demo.sliders import positions
from experiments.demo.words import words
from experiments.errors import RequestError, no_such

if TYPE_CHECKING:
    from experiments.demo.page.app import Room
    from experiments.demo.page.shell import Shell, View

FRAMES = 11
"""Places of a hand-out's slider."""

WEEKS = 40
"""Of a plot over time: a file with years of them at every place would be too large."""

USUAL = "handling.generosity"
"""What the slider of a hand-out moves where nothing else was moved."""


async def make(room: "Room", shell: "Shell", name: str, view: "View | None") -> None:
    """Make a hand-out of a view and send it to the browser.

    Parameters
    ----------
    room, shell : Room, Shell
        Whose page it is.
    name : str
        The view's name.
    view : View or None
        What is shown.
    """
    ui.notify(words("shell.handed_out"))
    try:
        out = await hand_out(room, shell.page, name, view)
        page = await room.aside(lambda: hand_out_page(out))
    except RequestError as error:
        ui.notify(str(error), type="negative", multi_line=True)
        return
    ui.download.content(page, f"frontline-{name}.html", "text/html")


async def hand_out(room: "Room", page: str, name: str, view: "View | None") -> HandOut:
    """Return a view's hand-out.

    Raises
    ------
    RequestError
        Where there is nothing on the view yet.
    """
    if isinstance(view, Lesson):
        steps = [await step_section(room, page, step) for step in view.script.step]
        return HandOut(view.script.title, view.script.aim, room.facts(), steps)
    sections = await _sections(room, page, name, view)
    return HandOut(words(f"{name}.title"), words(f"{name}.lead"), room.facts(), sections)


async def _sections(room: "Room", page: str, name: str, view: "View | None") -> Sequence[Section]:
    """Return what is taken home of a view that is no lesson."""
    titles = room.source.titles
    if isinstance(view, Story) and view.tale is not None:
        return [story_section(view.tale, titles.get(view.tale.policy, view.tale.policy))]
    if isinstance(view, Replay) and view.tales:
        return [_replayed(room, view.tales, view.told, view.parts)]
    if isinstance(view, Place):
        return [await _days(room, view.policy)]
    if isinstance(view, Sliders):
        return [await moved(room, page, view.moved, view.changes, beside=view.beside)]
    if isinstance(view, Predict):
        return await _guessed(room, page, view)
    if isinstance(view, Compare):
        answer = await _answer(room, page, "", {}, view.policies)
        return [
            Section(words("compare.means"), frames=[Frame("", panels(answer))]),
            await moved(room, page, next(iter(titles)), {}),
        ]
    if isinstance(view, Info):
        return [Section(title, text) for title, text in view.sections()]
    if isinstance(view, Lessons):
        return [Section(script.title, [script.aim]) for script in room.lessons]
    raise RequestError([words("shell.no_hand_out")])


async def _guessed(room: "Room", page: str, view: Predict) -> Sequence[Section]:
    """Return the result that was guessed; before the reveal, the question alone."""
    if not view.shown:
        return [Section(words("predict.title"), [words("predict.complete")])]
    if view.mode == "shape":
        return [await moved(room, page, view.shape.policy, {}, view.shape.key)]
    return [await moved(room, page, next(iter(room.source.titles)), {})]


def _replayed(
    room: "Room", tales: Sequence[Tale], told: str, parts: int | None, title: str = ""
) -> Section:
    names = {**room.source.others, **room.source.titles}
    titles = [names.get(tale.policy, tale.policy) for tale in tales]
    return replay_section(tales, titles, told, parts, title or " · ".join(titles))


async def _days(room: "Room", policy: str, title: str = "") -> Section:
    centre = await room.source.centre(policy)
    days = await room.aside(lambda: [centre.next_day() for _ in range(DAYS)])
    return place_section(days, title or room.source.titles.get(policy, policy))


async def step_section(room: "Room", page: str, step: Step) -> Section:
    """Return a lesson's step, with what its view shows."""
    text = [part for part in step.text.strip().split("\n\n") if part.strip()]
    shown = await _shown(room, page, step)
    return replace(shown, title=step.title, text=[*text, *shown.text], look=step.look)


async def _shown(room: "Room", page: str, step: Step) -> Section:
    """Return what a step's view shows; nothing where this room lacks what it asks for."""
    policy = step.policy or next(iter(room.source.titles))
    key = step.sliders[0] if step.sliders else USUAL
    try:
        if step.view == "sliders" or step.guess == "shape":
            return replace(await moved(room, page, policy, dict(step.settings), key), text=[])
        if step.view in ("predict", "compare"):
            return Section("", frames=[Frame("", panels(await _answer(room, page, "", {})))])
        if step.view == "place":
            return await _days(room, policy)
        if step.view in ("story", "replay"):
            return await _talk(room, step, policy)
    except RequestError as error:
        return Section("", error.messages)
    return Section("")


async def _talk(room: "Room", step: Step, policy: str) -> Section:
    kind = step.story or next(iter(room.source.kinds))
    unlike = next((name for name in room.source.titles if name != policy), policy)
    against = (step.other or unlike) if step.view == "replay" else ""
    tale = await room.source.tale(kind, policy, "", 0, against)
    if tale is None:
        return Section("", [words("story.none")])
    if step.view == "story":
        return story_section(tale, "")
    other, parts, told = await room.source.again(tale, against)
    return _replayed(room, [tale] if other is None else [tale, other], told, parts)


async def moved(
    room: "Room",
    page: str,
    policy: str,
    changes: Mapping[str, float],
    key: str = "",
    *,
    beside: bool = False,
) -> Section:
    """Return a section with a slider: one parameter of one policy from end to end.

    Parameters
    ----------
    room, page : Room, str
        Whose.
    policy : str
        The policy that is moved.
    changes : mapping
        Where other sliders stand.
    key : str
        What the slider moves: the one moved last, or else :data:`USUAL`.
    beside : bool
        Whether the moved policy stands beside the unmoved one.
    """
    known = {knob.key: knob for knob in room.source.knobs()}
    name = key or next(reversed(list(changes)), USUAL)
    if name not in known:
        raise RequestError([no_such("slider", name, known)])
    knob = known[name]
    stands = changes.get(knob.key, room.source.value(policy, knob.key))
    places = positions(knob, stands, FRAMES)
    frames = []
    for place in places:
        asked = {**changes, knob.key: place}
        answer = await _answer(room, page, policy, asked, beside=beside)
        frames.append(Frame(knob.shown(place), panels(answer)))
    title = {**room.source.others, **room.source.titles}[policy]
    slider = words("hand_out.slider", parameter=f"{knob.label} ({title})")
    return Section(title, [knob.hint], slider=slider, frames=frames, at=places.index(stands))


def panels(answer: Answer) -> Sequence[Panel]:
    """Return the plots and tables of an answer."""
    return [
        Panel(
            plots.measure_title(measure),
            thinned(plots.lines(measure, answer.curves[measure])),
            table_of(answer, measure),
        )
        for measure in plots.PARTIES
    ]


def thinned(spec: plots.Spec) -> plots.Spec:
    """Return a plot over time with no more than :data:`WEEKS` of its weeks, the last among them."""
    weeks = len(spec["x"])
    apart = -(-weeks // WEEKS)
    kept = slice((weeks - 1) % apart, None, apart) if apart > 1 else slice(None)
    lines = [
        {name: value[kept] if isinstance(value, list) else value for name, value in line.items()}
        for line in spec["lines"]
    ]
    return {**spec, "x": spec["x"][kept], "lines": lines}


async def _answer(
    room: "Room",
    page: str,
    policy: str,
    changes: Mapping[str, float],
    policies: Sequence[str] = (),
    *,
    beside: bool = False,
) -> Answer:
    titles = list(policies) or list(room.source.titles)
    if policy and policy not in titles:
        titles.append(policy)
    answer = await room.source.answer(
        f"{page}-hand-out", titles, policy, changes, full=True, beside=beside
    )
    if answer is None:
        raise RequestError([words("hand_out.again")])
    return answer

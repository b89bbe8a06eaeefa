"""Makes hand-outs of what a page shows: works out what its slider needs, and sends the file."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nicegui import ui

from experiments.demo.handout import Frame, HandOut, Panel, Section, hand_out_page
from experiments.demo.lessons import Step
from experiments.demo.page import plots
from experiments.demo.page.source import Answer
from experiments.demo.page.views.compare import table_of
from experiments.demo.page.views.lessons import Lesson
from experiments.demo.page.views.predict import Predict
from experiments.demo.page.views.sliders import Sliders
from experiments.demo.page.views.story import Story, said
from experiments.demo.sliders import positions
from experiments.demo.words import words
from experiments.errors import RequestError

if TYPE_CHECKING:
    from experiments.demo.page.app import Room
    from experiments.demo.page.shell import Shell, View

FRAMES = 11
"""Places of a hand-out's slider."""

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
        page = hand_out_page(out)
    except RequestError as error:
        ui.notify(str(error), type="negative", multi_line=True)
        return
    ui.download.content(page, f"frontline-{name}.html", "text/html")


async def hand_out(room: "Room", page: str, name: str, view: "View | None") -> HandOut:
    """Return a view's hand-out.

    Raises
    ------
    RequestError
        Where the view has none.
    """
    if isinstance(view, Lesson):
        steps = [await _step(room, page, step) for step in view.script.step]
        return HandOut(view.script.title, view.script.aim, room.facts(), steps)
    if isinstance(view, Story) and view.tale is not None:
        title = room.source.titles[view.tale.policy]
        talk = said(view.tale.turns, view.tale.ending)
        section = Section(title, [view.tale.opening], markup=talk)
        return HandOut(words("story.title"), words("story.lead"), room.facts(), [section])
    if isinstance(view, Sliders):
        section = await moved(room, page, view.moved, view.changes)
    elif name == "compare" or (isinstance(view, Predict) and view.answer is not None):
        section = await moved(room, page, next(iter(room.source.titles)), {})
    else:
        raise RequestError([words("shell.no_hand_out")])
    return HandOut(words("compare.title"), words("compare.lead"), room.facts(), [section])


async def _step(room: "Room", page: str, step: Step) -> Section:
    """Return a lesson's step, with what its view shows where that is numbers."""
    text = [part for part in step.text.strip().split("\n\n") if part.strip()]
    if step.view not in ("predict", "compare", "sliders"):
        return Section(step.title, text, step.look)
    policy = step.policy or next(iter(room.source.titles))
    key = step.sliders[0] if step.sliders else USUAL
    if step.view != "sliders":
        answer = await _answer(room, page, "", {})
        return Section(step.title, text, step.look, frames=[Frame("", panels(answer))])
    return await moved(room, page, policy, dict(step.settings), key, step)


async def moved(
    room: "Room",
    page: str,
    policy: str,
    changes: Mapping[str, float],
    key: str = "",
    step: Step | None = None,
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
    step : Step, optional
        Whose words the section has.
    """
    known = {knob.key: knob for knob in room.source.knobs()}
    knob = known[key or next(reversed(list(changes)), USUAL)]
    stands = changes.get(knob.key, room.source.value(policy, knob.key))
    places = positions(knob, stands, FRAMES)
    frames = []
    for place in places:
        answer = await _answer(room, page, policy, {**changes, knob.key: place})
        frames.append(Frame(knob.shown(place), panels(answer)))
    title = step.title if step else room.source.titles[policy]
    text = step.text.strip().split("\n\n") if step else []
    return Section(
        title,
        text,
        step.look if step else knob.hint,
        f"{knob.label} ({room.source.titles[policy]})",
        frames,
        places.index(stands),
    )


def panels(answer: Answer) -> Sequence[Panel]:
    """Return the plots and tables of an answer."""
    return [
        Panel(
            plots.measure_title(measure),
            plots.lines(measure, answer.curves[measure]),
            table_of(answer, measure),
        )
        for measure in plots.PARTIES
    ]


async def _answer(room: "Room", page: str, policy: str, changes: Mapping[str, float]) -> Answer:
    asked = f"{page}-hand-out"
    titles = list(room.source.titles)
    answer = await room.source.answer(asked, titles, policy, changes, full=True)
    if answer is None:
        raise RequestError([words("hand_out.again")])
    return answer

"""Small parts that every view is made of: texts, buttons, plots, sliders, choices."""

import html
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

Told = Callable[[], Awaitable[None] | None]
"""What is called when something is pressed."""

THROTTLE = 60
"""Milliseconds between two reports of a slider that is dragged: 16 a second."""

DRAGGED = """(event) => {
  const bar = event.target;
  const tell = () => {
    bar.toldAt = performance.now();
    emit(bar.value);
  };
  clearTimeout(bar.telling);
  const wait = %d - (performance.now() - (bar.toldAt || 0));
  if (wait <= 0) tell();
  else bar.telling = setTimeout(tell, wait);
}"""
"""Reports where a dragged slider is, not too often, and its last place in any case."""

RELEASED = """(event) => {
  clearTimeout(event.target.telling);
  emit(event.target.value);
}"""
"""Reports where a slider was let go; what was still to be told of the drag is not told after it,
as it would take the place of the full answer."""


class Tag(TextElement):
    """An HTML element with a text.

    Parameters
    ----------
    tag, text, classes : str
        Its name, what it says, its CSS classes.
    **attributes
        Its attributes; an underscore stands for a hyphen.
    """

    def __init__(self, tag: str, text: str = "", classes: str = "", **attributes: Any) -> None:
        super().__init__(tag=tag, text=text)
        if classes:
            self.classes(classes)
        for name, value in attributes.items():
            self.props[name.strip("_").replace("_", "-")] = value

    def attribute(self, name: str, value: Any) -> None:
        """Set an attribute, or take it off with None; the page is told."""
        if value is None:
            self.props.pop(name, None)
        else:
            self.props[name] = value
        self.update()


class Box(Element):
    """An HTML element that holds others."""

    def __init__(self, tag: str = "div", classes: str = "", **attributes: Any) -> None:
        super().__init__(tag)
        if classes:
            self.classes(classes)
        for name, value in attributes.items():
            self.props[name.strip("_").replace("_", "-")] = value


class Markup(Element, component="markup.js"):
    """HTML of our own making; whatever comes from elsewhere must have been escaped."""

    def __init__(self, markup: str = "", classes: str = "") -> None:
        super().__init__()
        self.props["markup"] = markup
        if classes:
            self.classes(classes)

    def show(self, markup: str) -> None:
        """Show other HTML."""
        if markup != self.props["markup"]:
            self.props["markup"] = markup
            self.update()


class Plot(Element, component="plot.js"):
    """A plot, see ``static/plots.js``.

    Parameters
    ----------
    spec : mapping
        What to draw, see :mod:`experiments.demo.page.plots`.
    """

    def __init__(self, spec: Mapping[str, Any]) -> None:
        super().__init__()
        self.props["spec"] = dict(spec)
        self.props["drawing"] = 0

    def show(self, spec: Mapping[str, Any]) -> None:
        """Draw something else."""
        self.props["spec"] = dict(spec)
        self.update()

    def drawn_on(self, points: int, told: Callable[[list[list[float]]], None]) -> None:
        """Let a curve be drawn on it, over that many places; 0 ends it."""
        if points and not self.props["drawing"]:
            self.on("drawn", lambda event: told(event.args))
        self.props["drawing"] = points
        self.update()


def button(text: str, pressed: Told, classes: str = "act", **attributes: Any) -> Tag:
    """Return a button."""
    made = Tag("button", text, classes, type="button", **attributes)
    made.on("click", lambda: pressed(), js_handler="() => emit()")
    return made


def link(text: str, to: str, classes: str = "", **attributes: Any) -> Tag:
    """Return a link."""
    return Tag("a", text, classes, href=to, **attributes)


def choice(
    label: str, options: Mapping[str, str], value: str, chosen: Callable[[str], Any]
) -> Element:
    """Return a list to choose from, its label beside it.

    Parameters
    ----------
    label : str
        What is chosen.
    options : mapping
        Value: what it is called.
    value : str
        The one chosen at first.
    chosen : callable
        Given the value.
    """
    with Box("label", "key-of") as holder:
        Tag("span", label)
        picker = Box("select", "pick", value=value)
        with picker:
            for name, title in options.items():
                option = Tag("option", title, value=name)
                if name == value:
                    option.props["selected"] = True

    def tell(event: GenericEventArguments) -> Any:
        given = str(_first(event.args))
        if given in options:  # what a page sends is not to be trusted
            picker.props["value"] = given
            return chosen(given)
        return None

    picker.on("change", tell, js_handler="(event) => emit(event.target.value)")
    return holder


def slider(
    label: str,
    ends: tuple[float, float, float],
    value: float,
    moved: Callable[[float, bool], Any],
    *,
    shown: Callable[[float], str],
    hint: str = "",
) -> Element:
    """Return a slider with its label and value.

    Parameters
    ----------
    label, hint : str
        What it is, and what is said where a mouse rests on it.
    ends : (float, float, float)
        The least, the most and the step.
    value : float
        Where it stands.
    moved : callable
        Given the value, and whether it was let go.
    shown : callable
        Gives the value in words.
    """
    low, high, step = ends
    with Box("div", "slider", title=hint) as holder:
        name = Tag("label", label)
        told = Tag("output", shown(value))
        bar = Box("input", type="range", min=low, max=high, step=step, value=value)
        bar.props["aria-label"] = label
        bar.props["aria-valuetext"] = shown(value)
        bar.props["id"] = f"slider-{bar.id}"
        name.props["for"] = f"slider-{bar.id}"
        told.props["for"] = f"slider-{bar.id}"

    def take(event: GenericEventArguments, released: bool) -> Any:
        try:
            given = float(_first(event.args))
        except (TypeError, ValueError):
            return None
        if not low <= given <= high:  # NaN as well
            return None
        if not released and given == bar.props["value"]:
            return None  # the throttle's last word, which may come after the release
        bar.props["value"] = given
        told.text = shown(given)
        return moved(given, released)

    bar.on("input", lambda event: take(event, False), js_handler=DRAGGED % THROTTLE)
    bar.on("change", lambda event: take(event, True), js_handler=RELEASED)
    return holder


def _first(args: Any) -> Any:
    return args[0] if isinstance(args, list | tuple) and args else args


def escaped(text: object) -> str:
    """Return a text as HTML."""
    return html.escape(str(text))


def paragraphs(text: str, classes: str = "") -> None:
    """Show a text of several paragraphs, which blank lines part."""
    for part in text.strip().split("\n\n"):
        Tag("p", " ".join(part.split()), classes)


def table(head: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], caption: str) -> str:
    """Return a table as HTML: cells are HTML already; each row comes with its class.

    Parameters
    ----------
    head : sequence of str
        The columns.
    rows : sequence of (str, sequence of str)
        Class and cells; the first cell is the row's heading.
    caption : str
        What it shows, for those who do not see it.
    """
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(
        f'<tr class="{kind}"><th scope="row">{cells[0]}</th>'
        + "".join(f"<td>{cell}</td>" for cell in cells[1:])
        + "</tr>"
        for kind, cells in rows
    )
    return (
        f'<table class="figures"><caption class="sr">{escaped(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    )

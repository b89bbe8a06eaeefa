"""Scripted lessons: files in ``configs/lessons`` that lead a class through the room's views."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from experiments.catalogue import shipped_folder
from experiments.errors import RequestError, no_such
from experiments.explain import Location, explain
from experiments.toml_text import read_toml

View = Literal["predict", "compare", "sliders", "story", "replay", "place", "none"]
"""The views that a step may show; "none" leaves the step alone on the screen."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Part):
    """One step of a lesson: what is said, what is shown, what to look at."""

    title: str = Field(min_length=1, description="the step's heading")
    text: str = Field(min_length=1, description="what the class reads")
    view: View = Field(default="none", description="the view beside it")
    look: str = Field(default="", description="what to look at, or to talk about")
    guess: Literal["", "rank", "curve", "shape"] = Field(
        default="", description="how a class guesses: ranks, weeks, or a strategy curve"
    )
    measure: str = Field(default="", description="what a strategy curve is of")
    story: str = Field(default="", description="the kind of story to open with")
    policy: str = Field(default="", description="the policy of a story, or the one that is moved")
    other: str = Field(default="", description="the policy to replay a story under")
    settings: dict[str, float] = Field(
        default_factory=dict, description="where sliders stand: handling.generosity = 0.2"
    )
    sliders: tuple[str, ...] = Field(
        default=(), description="the only sliders to show; all where none is named"
    )


class Lesson(_Part):
    """A lesson for a class.

    Attributes
    ----------
    name : str
        The file's stem.
    title, aim : str
        What it is called, and what a class knows afterwards.
    minutes : int
        About how long it takes.
    step : tuple of Step
        In order.
    """

    name: str = Field(min_length=1, description="name of the lesson: its file's")
    title: str = Field(min_length=1, description="what it is called")
    aim: str = Field(min_length=1, description="what a class knows afterwards")
    minutes: int = Field(ge=1, le=240, description="about how long it takes")
    step: tuple[Step, ...] = Field(description="the steps, in order")

    @field_validator("step")
    @classmethod
    def _some(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        # A least length in the field would also be told where a step is only misspelt.
        if not steps:
            raise ValueError("allowed: at least one [[step]]")
        return steps


def lesson_files() -> dict[str, Path]:
    """Return the shipped lessons' files by name."""
    return {path.stem: path for path in sorted((shipped_folder() / "lessons").glob("*.toml"))}


def load_lesson(source: str | Path) -> Lesson:
    """Read a lesson and check all of it.

    Parameters
    ----------
    source : str or Path
        The name of a shipped lesson, or a file.

    Raises
    ------
    RequestError
        With one message for each mistake.
    """
    shipped = lesson_files()
    path = shipped.get(str(source)) or Path(source)
    if str(source) not in shipped and path.suffix != ".toml":
        raise RequestError([f"lesson: {no_such('lesson', str(source)[:60], shipped)}"])
    raw: dict[str, Any] = {"name": path.stem, **read_toml(path)}

    def where(location: Location) -> str:
        return f"{path}: "

    try:
        return Lesson.model_validate(raw)
    except ValidationError as error:
        raise RequestError(explain(error, Lesson, where)) from None


def load_lessons() -> tuple[Lesson, ...]:
    """Return the shipped lessons, in the order of their files."""
    return tuple(load_lesson(name) for name in lesson_files())

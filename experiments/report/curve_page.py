"""Builds the page of a curve: what came out, figures with their sentences, tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.figures.style import Drawing
from experiments.report.page import environment, figure_of
from experiments.store import parquet


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text, and the class by which the style sheet knows it."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Rows:
    """A table of a page.

    Attributes
    ----------
    title, note : str
        What stands above it and below it.
    head : sequence of str
        The columns.
    rows : sequence of sequence of Cell
        The cells.
    words : bool
        Whether it is of words rather than of numbers.
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    words: bool = False


@dataclass(frozen=True)
class Page:
    """What a page has.

    Attributes
    ----------
    kind, name, question : str
        What stands at its head.
    about : str
        What was run, in a sentence.
    lead : sequence of str
        What came out, in sentences.
    figures : sequence of (Drawing, (str, str))
        Each with its two sentences.
    tables : sequence of Rows
        The numbers.
    points : str
        How the points came about.
    config_text : str
        The config as resolved.
    provenance : mapping
        Where all comes from.
    """

    kind: str
    name: str
    question: str
    about: str
    lead: Sequence[str]
    figures: Sequence[tuple[Drawing, tuple[str, str]]]
    tables: Sequence[Rows]
    points: str
    config_text: str
    provenance: Mapping[str, Any]
    held: Sequence[str] = field(default_factory=tuple)


def write_page(folder: Path, page: Page) -> Path:
    """Write the figures and report.html, and return the latter.

    Parameters
    ----------
    folder : Path
        Where to.
    page : Page
        What it has.
    """
    drawn = [
        {**figure_of(drawing, drawing.save(folder / "figures")), "sentences": said}
        for drawing, said in page.figures
    ]
    made = environment().get_template("curve.html.jinja").render(page=page, figures=drawn)
    path = folder / "report.html"
    parquet.write_text(path, made)
    return path

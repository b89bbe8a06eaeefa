"""Builds the page of a sensitivity analysis: what decides the answer, what moves the numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.figures.style import Drawing
from experiments.report.page import environment, figure_of
from experiments.store import parquet


@dataclass(frozen=True)
class Told:
    """What the page tells, in words and cells.

    Attributes
    ----------
    request : object
        What was asked: name, question, replications, seed and so on.
    lead : sequence of str
        What came out.
    figures : sequence of (Drawing, sentences)
        Each with what it says.
    chosen : sequence of str
        Which parameters were looked at.
    glossary : sequence of mapping
        What the parameters of the analysis are.
    screening, screened_more : sequence of mapping
        Rows of the screening: those shown, and those folded away.
    noise : sequence of mapping
        Rows on what is chance.
    ranges : mapping
        Rows on what varied, and what did not.
    least_effect, least_share : str
        What is nothing to care for.
    config_text : str
        The request as TOML.
    """

    request: Any
    lead: Sequence[str]
    figures: Sequence[tuple[Drawing, Sequence[str]]]
    chosen: Sequence[str]
    glossary: Sequence[Mapping[str, Any]]
    screening: Sequence[Mapping[str, Any]]
    screened_more: Sequence[Mapping[str, Any]]
    noise: Sequence[Mapping[str, str]]
    ranges: Mapping[str, Any]
    least_effect: str
    least_share: str
    config_text: str


def write_page(folder: Path, told: Told, provenance: Mapping[str, Any]) -> Path:
    """Write the figures and report.html, and return the latter.

    Parameters
    ----------
    folder : Path
        Where to.
    told : Told
        What it tells.
    provenance : mapping
        Where it comes from.
    """
    drawn = [
        (figure_of(drawing, drawing.save(folder / "figures")), list(words))
        for drawing, words in told.figures
    ]
    page = (
        environment()
        .get_template("sensitivity.html.jinja")
        .render(**{**vars(told), "figures": drawn}, provenance=provenance)
    )
    path = folder / "report.html"
    parquet.write_text(path, page)
    return path

"""Builds the page of regimes: which policy is best where, for whom, and how robust that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.figures.style import Drawing
from experiments.report.page import environment, figure_of
from experiments.store import parquet

Rows = Sequence[Mapping[str, Any]]
Figure = tuple[Drawing, Sequence[str]]


@dataclass(frozen=True)
class PartyTold:
    """What the page tells of one party.

    Attributes
    ----------
    party, measure : str
        For whom, and by what.
    rules : str
        By which few rules it is decided which policy is best: the tree.
    boxes, doubts : sequence of str
        Where each policy is best, by PRIM; what to mind.
    tree_rows, box_rows, shares : sequence of mapping
        The same in cells, and how often each policy is best.
    regrets : sequence of mapping
    safest : sequence of str
        The choice by the worst centre.
    information : str
    information_rows : sequence of mapping
        What to measure next.
    """

    party: str
    measure: str
    rules: str
    boxes: Sequence[str]
    doubts: Sequence[str]
    tree_rows: Rows
    box_rows: Rows
    shares: Rows
    regrets: Rows
    safest: Sequence[str]
    information: str
    information_rows: Rows


@dataclass(frozen=True)
class Told:
    """What the page tells, in words and cells.

    Attributes
    ----------
    request : object
        What was asked: name, question, replications, seed and so on.
    lead : sequence of str
        What came out.
    map, regret : (Drawing, sentences) or None
    parties : sequence of PartyTold
    targets : sequence of mapping
        How often each policy meets the targets; empty without any.
    targets_words : str
    kinds : sequence of mapping
        What kinds of centre differ in.
    around : str
        Around what they lie.
    config_text : str
        The request as TOML.
    """

    request: Any
    lead: Sequence[str]
    map: Figure | None
    regret: Figure | None
    parties: Sequence[PartyTold]
    targets: Rows
    targets_words: str
    kinds: Rows
    around: str
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
    drawn = {"map": _drawn(told.map, folder), "regret": _drawn(told.regret, folder)}
    page = (
        environment()
        .get_template("regimes.html.jinja")
        .render(**{**vars(told), **drawn}, provenance=provenance)
    )
    path = folder / "report.html"
    parquet.write_text(path, page)
    return path


def _drawn(figure: Figure | None, folder: Path) -> dict[str, Any] | None:
    if figure is None:
        return None
    drawing, words = figure
    return figure_of(drawing, drawing.save(folder / "figures")) | {"words": list(words)}

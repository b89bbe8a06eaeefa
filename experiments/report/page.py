"""Builds report.html and the figures beside it: everything in one file, nothing fetched."""

import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from experiments.analysis.summary import Summary
from experiments.config import Experiment
from experiments.figures.catalogue import figures
from experiments.figures.style import Drawing, colour
from experiments.report import sections, switching
from experiments.store import parquet
from experiments.store.folder import Folder


def write_report(
    folder: Folder, experiment: Experiment, summary: Summary, provenance: dict[str, Any]
) -> None:
    """Write the figures and report.html.

    Parameters
    ----------
    folder : Folder
        Where to.
    experiment : Experiment
        What was asked.
    summary : Summary
        What the runs say.
    provenance : dict
        Where they come from.
    """
    drawn = [(drawing, drawing.save(folder.figures)) for drawing in figures(summary)]
    switched = [
        {"told": each, "figure": figure_of(each.drawing, each.drawing.save(folder.figures))}
        for each in switching.switching(experiment, summary)
    ]
    page = (
        environment()
        .get_template("report.html.jinja")
        .render(
            experiment=experiment,
            replications=len(summary.results.replications),
            question=experiment.question or "How do these policies compare?",
            verdicts=sections.verdicts(summary),
            prevailing=sections.prevailing(summary),
            precision=sections.precision(summary),
            tables=sections.tables(summary),
            evidence=sections.evidence(summary),
            resamples=sections.resamples(summary),
            figures=[figure_of(drawing, svg) for drawing, svg in drawn],
            switched=switched,
            switched_head=switching.HEAD,
            not_switched=switching.alone(summary),
            stationarity=summary.stationarity.sentences() + summary.settling.sentences(),
            settled=summary.stationarity.settled,
            swatches=[
                (summary.results.title(policy), colour(summary.results, policy))
                for policy in summary.results.policies
            ],
            switches=sections.switches(experiment),
            changed=sections.changed(experiment),
            failures=summary.results.failures,
            provenance=provenance,
            config_text=folder.config.read_text(encoding="utf-8"),
            commands=sections.commands(experiment, provenance),
        )
    )
    parquet.write_text(folder.path / "report.html", page)


def environment() -> Environment:
    """Return where pages' templates are, with what is unsafe in HTML escaped."""
    return Environment(
        loader=PackageLoader("experiments.report", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def figure_of(drawing: Drawing, svg: str) -> dict[str, Any]:
    """Return a figure as templates take it.

    Parameters
    ----------
    drawing : Drawing
        The figure.
    svg : str
        As it was drawn.
    """
    # Ids must not clash between the SVGs that now share one page.
    svg = re.sub(r'(\bid="|\bhref="#|url\(#)', rf"\g<1>{drawing.name}-", svg)
    label = escape(drawing.title)
    svg = re.sub(
        r'<svg [^>]*?viewBox="([^"]+)"[^>]*>',
        rf'<svg viewBox="\1" role="img" aria-label="{label}">',
        svg,
        count=1,
    )
    return {
        "title": drawing.title,
        "svg": Markup(svg),
        "caption": drawing.caption,
        "name": drawing.name,
    }


def kind_of(verdict: str) -> str:
    """Return the class by which the style sheet knows a verdict."""
    return verdict.replace(" ", "-")

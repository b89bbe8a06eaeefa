"""Experiments of a user's own centre: what is shipped of each kind, on the medoid of its ensemble.

The medoid is the plausible centre in the middle. It is warmed up as the user's centre handles its
conflicts, which is also the outside option; its own support package is shared by all policies, so
that they differ in handling alone. What is not known of the centre is in the ensemble: the kind
``regimes`` takes the whole of it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments.calibration.ensemble import Ensemble
from experiments.catalogue import shipped_configs
from experiments.evidence.centres import centre_of
from experiments.own_centre.request import OwnCentre
from experiments.store import parquet
from experiments.toml_text import read_toml, write_toml
from sim.parameters import Centre, describe

SHIPPED = {
    "compare": "three-policies",
    "curve": "curve-boundary",
    "sensitivity": "sensitivity-what-decides",
    "frontier": "frontier-handling",
    "regimes": "regimes-kinds-of-centre",
}
"""The shipped experiment of each kind that is made one of the user's centre."""

CENTRE = "centre.toml"
"""The experiment that compares policies; those of other kinds are ``centre-KIND.toml``."""

_OF_ANOTHER = ("support", "support_budget", "ensemble")
"""What a shipped experiment says of another centre."""

_MIDDLE = (0.05, 0.95)
"""The part of the ensemble that a parameter's range is taken from."""


def centre_table(request: OwnCentre, ensemble: Ensemble) -> dict[str, Any]:
    """Return the parameters of the medoid that are not the defaults, as a file's [centre].

    Parameters
    ----------
    request : OwnCentre
        What is known of the centre for sure.
    ensemble : Ensemble
        What is plausible of the rest.
    """
    made = centre_of({**request.known, **ensemble.medoid}).model_dump()
    usual = Centre().model_dump()
    return {name: value for name, value in made.items() if value != usual[name]}


def experiments_of(request: OwnCentre, ensemble: Ensemble, folder: Path) -> dict[str, str]:
    """Return the text of an experiment for each kind, by its file's name.

    Parameters
    ----------
    request : OwnCentre
        The file of the centre.
    ensemble : Ensemble
        What came of its calibration.
    folder : Path
        Where the ensemble is.
    """
    shipped = shipped_configs()
    found = {}
    for kind, name in SHIPPED.items():
        if name not in shipped:
            continue
        table = _of_this_centre(read_toml(shipped[name]), request, ensemble, kind)
        if kind == "regimes":
            table["ensemble"] = str(folder.resolve())
            table.pop("vary", None)
        elif "vary" in table:
            table["vary"] = {**table["vary"], **_unknown(request, ensemble)}
        file = CENTRE if kind == "compare" else f"centre-{kind}.toml"
        found[file] = (
            f"# {request.name}: the medoid of {len(ensemble.sets)} plausible centres, in the "
            f'place of the one in the shipped experiment\n# "{name}". Change what is asked as you '
            "like; the centre is under [centre].\n\n" + write_toml(table)
        )
    return found


def _of_this_centre(
    shipped: Mapping[str, Any], request: OwnCentre, ensemble: Ensemble, kind: str
) -> dict[str, Any]:
    table = {name: value for name, value in shipped.items() if name not in _OF_ANOTHER}
    handling = request.handled_by
    table["name"] = f"{request.name}-{kind}"[:80]
    table["kind"] = kind
    table["neutral"] = handling
    if "base" in table:
        table["base"] = handling
    if "policies" in table and handling not in table["policies"]:
        table["policies"] = [*table["policies"], handling]
    if "curve" in table:
        table["curve"] = {**table["curve"], handling: {"base": handling}}
    own = {name: spec.model_dump(exclude_none=True) for name, spec in request.policy.items()}
    if own:
        table["policy"] = {**table.get("policy", {}), **_flat_policies(own)}
    table["support"] = request.followed.support.model_dump()
    table["centre"] = centre_table(request, ensemble)
    return table


def _unknown(request: OwnCentre, ensemble: Ensemble) -> dict[str, Any]:
    """Return what varies: what the ensemble leaves open, and nothing that is known for sure."""
    ranged = {row.name for row in describe() if row.low is not None and row.high is not None}
    ends = {name: np.quantile(ensemble.column(name), _MIDDLE) for name in ensemble.names}
    return {
        "leave": [name for name in request.known if name in ranged],
        "range": {
            name: {"low": float(f"{low:.4g}"), "high": float(f"{high:.4g}")}
            for name, (low, high) in ends.items()
            if low < high and f"{low:.4g}" != f"{high:.4g}"
        },
    }


def _flat_policies(own: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return policies without the empty tables of parts that they do not change."""
    return {
        name: {key: value for key, value in table.items() if value != {}}
        for name, table in own.items()
    }


def write_experiments(folder: Path, request: OwnCentre, ensemble: Ensemble) -> list[Path]:
    """Write an experiment of this centre for every kind, and return the files.

    One of that name that says something else is kept beside it, with a number.

    Parameters
    ----------
    folder : Path
        Where to.
    request : OwnCentre
        The file of the centre.
    ensemble : Ensemble
        What came of its calibration.
    """
    written: list[Path] = []
    for name, text in experiments_of(request, ensemble, folder).items():
        path = folder / name
        if path.exists() and path.read_text(encoding="utf-8") != text:
            path.rename(_free(path))  # somebody may have changed it to ask for something else
        parquet.write_text(path, text)
        written.append(path)
    return written


def _free(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.{number}")).exists():
        number += 1
    return aside

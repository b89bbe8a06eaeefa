"""A user's own centre as what is calibrated: its bands, and what is left of it in the end."""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

from experiments.calibration.ensemble import Ensemble
from experiments.calibration.subject import LookOver, Subject, Words, identity_of
from experiments.design import fingerprint
from experiments.observing import CONFIRMED
from experiments.own_centre.assembling import LUCK_RUNS, WORKS, Assembled, assemble
from experiments.own_centre.experiments import write_experiments
from experiments.own_centre.kpis import KPIS
from experiments.own_centre.request import OwnCentre
from experiments.own_centre.targets import PREFIX
from experiments.store import parquet
from sim.measures.base import YEAR

SEAT_YEAR, RUN = 0.015, 0.03
"""Seconds of one core for a year of a seat, and what each run takes beside; measured, give or take
a half."""

WORDS = Words(
    things="KPIs",
    again=f"{CONFIRMED} times as long",
    reported="as it says nothing more where other KPIs that it is made of are there",
    unseen="as too little of the kind happens in so small a centre in so few days",
)

_CHUNK = 1 << 20


@dataclass(frozen=True)
class OwnSubject(Subject):
    """What is calibrated to KPIs.

    Attributes
    ----------
    assembled : Assembled or None
        The file and what its data tell; always there.
    """

    assembled: Assembled | None = None

    @property
    def data(self) -> Assembled:
        """The file and what its data tell."""
        assert self.assembled is not None
        return self.assembled

    def looked_over(self, look: LookOver) -> "OwnSubject":
        """Return the same, its bands widened by the luck of a single centre."""
        found = self.data
        runs = look(found.targets(), found.luck_plan, found.luck_sets())
        wider = found.with_luck(runs)
        return replace(self, assembled=wider, targets=wider.targets())

    def provenance(self) -> dict[str, Any]:
        """Return the KPIs with where each comes from, and the file of contacts with its hash."""
        return {"own_centre": {"kpis": kpi_rows(self.data), "contacts": contacts_of(self.data)}}

    def leave(self, folder: Path, ensemble: Ensemble) -> list[Path]:
        """Write kpis.csv, and an experiment of this centre for every kind."""
        parquet.write_text(folder / "kpis.csv", kpis_csv(self.data))
        return write_experiments(folder, self.data.request, ensemble)


def of_own_centre(request: OwnCentre) -> OwnSubject:
    """Return the calibration to a user's own centre.

    Parameters
    ----------
    request : OwnCentre
        The file.

    Raises
    ------
    RequestError
        Where the log of contacts cannot be read, or too little is there to calibrate to.
    """
    found = assemble(request)
    targets = found.targets()
    days = request.simulated.warmup_days + request.simulated.days * request.simulated.replications
    seats = int(found.plan["known"].get("seats", request.centre.seats))
    each = RUN + seats * days / YEAR * SEAT_YEAR
    asked = [request.hash, [vars(each) for each in found.measured.values()], _digest(found)]
    return OwnSubject(
        request=found.calibration,
        targets=targets,
        plan=found.plan,
        works=WORKS,
        identity=identity_of(fingerprint(asked), found.plan, targets),
        text=request.text(),
        words=WORDS,
        seconds=(each, CONFIRMED * each),
        assembled=found,
    )


def _digest(found: Assembled) -> str:
    """Return the SHA-256 of the file of contacts; nothing where there is none."""
    if found.request.contacts is None:
        return ""
    digest = hashlib.sha256()
    with Path(found.request.contacts.file).open("rb") as file:
        while part := file.read(_CHUNK):
            digest.update(part)
    return digest.hexdigest()


def contacts_of(found: Assembled) -> dict[str, Any] | None:
    """Return what is to be known of the log of contacts; None where there is none."""
    log, seen = found.request.contacts, found.computed
    if log is None or seen is None:
        return None
    return {
        "file": Path(log.file).name,
        "sha256": _digest(found),
        "rows": seen.rows,
        "left_out": seen.left_out,
        "first": seen.first.isoformat(),
        "last": seen.last.isoformat(),
        "missing": dict(seen.missing),
    }


def kpi_rows(found: Assembled) -> list[dict[str, Any]]:
    """Return the KPIs, each with its value, how well it is known, and where it comes from."""
    bands = {each.name: each for each in found.targets()}
    rows = []
    for name, each in found.measured.items():
        kpi, band = KPIS[name], bands.get(PREFIX + name)
        rows.append(
            {
                "kpi": name,
                "what": kpi.title,
                "unit": kpi.unit,
                "value": float(f"{each.value:.6g}"),
                "below": float(f"{each.below:.4g}"),
                "above": float(f"{each.above:.4g}"),
                "band": band.band() if band else "no spread: not judged",
                "judged": bool(band and band.judged),
                "origin": each.origin,
                "notes": list(each.notes),
                "apart": list(kpi.apart),
            }
        )
    return rows


def kpis_csv(found: Assembled) -> str:
    """Return the KPIs as a table."""
    text = StringIO()
    rows: Sequence[Mapping[str, Any]] = kpi_rows(found)
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        joined = {key: "; ".join(row[key]) for key in ("notes", "apart")}
        writer.writerow({**row, **joined})
    return text.getvalue()


__all__ = ["LUCK_RUNS", "OwnSubject", "contacts_of", "kpi_rows", "of_own_centre"]

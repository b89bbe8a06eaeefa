"""The ensemble: parameter sets that agree with the facts of class C, as a small data file."""

import csv
import hashlib
import json
import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import sim.behaviours
from experiments.calibration.memory import Set
from experiments.calibration.plain import plain
from experiments.calibration.request import Range
from experiments.calibration.space import DIGITS, Space
from experiments.catalogue import shipped_folder
from experiments.design import fingerprint
from experiments.errors import RequestError
from experiments.store.parquet import aside_of, publish, write_text
from sim.parameters import Centre, describe
from sim.sources import hash_of

if TYPE_CHECKING:  # whoever only reads an ensemble need not load what emulates
    from experiments.calibration.acceptance import Candidate, Standard
    from experiments.calibration.course import Course

SHIPPED = "reference"
"""The name of the ensemble that the project ships."""


@dataclass(frozen=True)
class Ensemble:
    """Plausible parameter sets.

    Attributes
    ----------
    sets : list of dict
        Overrides of the defaults, a name like ``"anger_of_moves.listen"`` for a number in a table.
    values : list of dict
        The statistics of each, the mean of the simulations by which it was judged.
    missed : list of tuple
        The bands that each misses; empty for a set that meets them all.
    medoid_index : int
        Which set has the least mean distance to the others, each range stretched to [0, 1].
    provenance : dict
        Where it comes from.
    """

    sets: list[Set]
    values: list[dict[str, float]]
    missed: list[tuple[str, ...]]
    medoid_index: int
    provenance: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def names(self) -> list[str]:
        """The parameters' names."""
        return list(self.sets[0])

    @property
    def medoid(self) -> Set:
        """The set in the middle: what the defaults are."""
        return self.sets[self.medoid_index]

    @cached_property
    def ranges(self) -> dict[str, Range]:
        """The ranges that the sets were drawn from."""
        found = self.provenance.get("ranges", {})
        return {name: Range(**given) for name, given in found.items()}

    @property
    def stale(self) -> bool:
        """Whether another default or a rule has changed since: the sets were found with those."""
        there = {"others": others(self.names), "rules": rules()}
        return any(self.provenance.get(key) not in (None, value) for key, value in there.items())

    def column(self, name: str) -> np.ndarray:
        """Return a parameter's values, set by set."""
        return np.array([each[name] for each in self.sets], dtype=float)


def others(names: Sequence[str]) -> str:
    """Return a hash of the defaults of all parameters but those named."""
    rest = {row.name: row.default for row in describe(Centre) if row.name not in set(names)}
    return fingerprint(rest)


def rules() -> str:
    """Return a hash of the agents' rules."""
    return hash_of(Path(sim.behaviours.__file__).parent)


def ensemble_of(course: "Course", provenance: Mapping[str, Any] | None = None) -> Ensemble:
    """Take the ensemble from a calibration that has ended.

    The plausible sets, in the order in which they were found, as many as were asked for. Where
    they are fewer than ``at_least``, the best of the others by their largest implausibility
    fill up: that is fixed beforehand, and each set says which bands it misses.

    Parameters
    ----------
    course : Course
        What was seen.
    provenance : mapping or None
        What else to keep of where it comes from.

    Raises
    ------
    RequestError
        Where no set was simulated often enough to be judged.
    """
    asked, standard = course.request.acceptance, course.standard
    taken = standard.accepted(course.candidates)[: asked.sets]
    if len(taken) < asked.at_least:
        taken = taken + _best_of_the_rest(course, standard)[: asked.at_least - len(taken)]
    if not taken:
        raise RequestError(["no candidate could be judged: all their simulations failed"])
    sets = [each.parameters for each in taken]
    missed = [tuple(standard.missed(each)) for each in taken]
    names = [target.name for target in course.targets]
    return Ensemble(
        sets=sets,
        values=[dict(zip(names, map(float, each.mean), strict=True)) for each in taken],
        missed=missed,
        medoid_index=medoid_of(course.whole.points(sets), [len(each) for each in missed]),
        provenance={
            "ranges": {name: vars(each) for name, each in course.request.ranges.items()},
            "others": others(course.whole.names),
            "rules": rules(),
            **(provenance or {}),
        },
    )


def _best_of_the_rest(course: "Course", standard: "Standard") -> list["Candidate"]:
    rest = [
        each
        for each in course.candidates
        if len(each.runs) >= course.request.acceptance.repeats and not standard.accepts(each)
    ]
    return sorted(rest, key=lambda each: standard.worst(each.runs))


def medoid_of(points: np.ndarray, misses: Sequence[int]) -> int:
    """Return the point with the least mean distance to all, of those with the fewest misses.

    Parameters
    ----------
    points : array (n, d)
        On the unit cube.
    misses : sequence of int
        How many bands each misses.
    """
    squares = np.sum((points[:, None, :] - points[None, :, :]) ** 2, axis=2)
    distance = np.sqrt(squares).mean(axis=1)
    fewest = np.array(misses) > min(misses)
    return int(np.argmin(np.where(fewest, np.inf, distance)))


def medoid_lines(ensemble: Ensemble) -> list[str]:
    """Return the medoid as lines ``name = value``, as the defaults are to be set."""
    return [
        f"{name} = {value if isinstance(value, int) else float(f'{value:.{DIGITS}g}')}"
        for name, value in ensemble.medoid.items()
    ]


def save(ensemble: Ensemble, folder: Path, name: str) -> Path:
    """Write NAME.csv, a row a set, and NAME.json with where it comes from.

    Returns
    -------
    Path
        The table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = list(ensemble.values[0])
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["set", "medoid", "missed", *ensemble.names, *parts])
    rows = zip(ensemble.sets, ensemble.values, ensemble.missed, strict=True)
    for place, (parameters, values, missed) in enumerate(rows):
        shown = ["" if math.isnan(value) else f"{value:.6g}" for value in values.values()]
        medoid = int(place == ensemble.medoid_index)
        writer.writerow([place + 1, medoid, " ".join(missed), *parameters.values(), *shown])
    table = text.getvalue()
    about = {
        **ensemble.provenance,
        "table_hash": _hash_of_table(table),
        "sets": len(ensemble.sets),
        "meet_all_bands": sum(not each for each in ensemble.missed),
        "parameters": ensemble.names,
        "statistics": parts,
    }
    note = json.dumps(plain(about), indent=1, ensure_ascii=False, allow_nan=False)
    write_text(folder / f"{name}.json", note + "\n")
    write_text(folder / f"{name}.csv", table)
    return folder / f"{name}.csv"


def _hash_of_table(text: str) -> str:
    """Return a hash of a table's text, whatever its line endings."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:16]


def load(name: str = SHIPPED, folder: Path | None = None) -> Ensemble:
    """Return an ensemble that is on the disk.

    Parameters
    ----------
    name : str
        Its name.
    folder : Path or None
        Where; among the shipped files where None.

    Raises
    ------
    RequestError
        Where there is none, or it is damaged.
    """
    where = (shipped_folder() / "ensemble") if folder is None else folder
    table, about = where / f"{name}.csv", where / f"{name}.json"
    try:
        provenance = json.loads(about.read_text(encoding="utf-8"))
        text = table.read_text(encoding="utf-8")
        if provenance["table_hash"] != _hash_of_table(text):
            raise ValueError(f"{about.name} was written with another table")
        return _from_rows(list(csv.DictReader(StringIO(text))), provenance)
    except FileNotFoundError as error:
        there = ", ".join(sorted(path.stem for path in where.glob("*.csv"))) or "none"
        raise RequestError(
            [f"{error.filename}: no such file; ensembles in {where}: {there}"]
        ) from None
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise RequestError([f"{table}: damaged: {type(error).__name__}: {error}"]) from None


def _from_rows(rows: Sequence[Mapping[str, str]], provenance: Mapping[str, Any]) -> Ensemble:
    whole = Space({}).whole
    medoids = [place for place, row in enumerate(rows) if row["medoid"] == "1"]
    return Ensemble(
        sets=[
            {
                name: int(row[name]) if name in whole else float(row[name])
                for name in provenance["parameters"]
            }
            for row in rows
        ],
        values=[
            {name: float(row[name] or "nan") for name in provenance["statistics"]} for row in rows
        ],
        missed=[tuple(row["missed"].split()) for row in rows],
        medoid_index=medoids[0],
        provenance=provenance,
    )


def keep_ensemble(folder: Path, name: str, target: Path | None = None) -> Path:
    """Copy an ensemble to the shipped files; an older one stays as NAME.csv.1 and NAME.json.1.

    Table and note go together: an interruption between the two is seen when they are loaded, and
    the same command then makes them a pair again.

    Parameters
    ----------
    folder : Path
        The calibration's results.
    name : str
        What the ensemble is to be called.
    target : Path or None
        Where to; the shipped files' own folder where None.

    Returns
    -------
    Path
        The table.
    """
    target = (shipped_folder() / "ensemble") if target is None else target
    target.mkdir(parents=True, exist_ok=True)
    load("ensemble", folder)  # refuses a pair that does not belong together
    pairs = [
        (folder / f"ensemble.{ending}", target / f"{name}.{ending}") for ending in ("csv", "json")
    ]
    if any(kept.exists() and kept.read_bytes() != new.read_bytes() for new, kept in pairs):
        number = 1
        while any(_numbered(kept, number).exists() for _, kept in pairs):
            number += 1
        for _, kept in pairs:
            if kept.exists():
                kept.rename(_numbered(kept, number))
    files = [(aside_of(kept), kept) for _, kept in pairs]
    for (new, _), (aside, _) in zip(pairs, files, strict=True):
        shutil.copyfile(new, aside)
    publish(files)
    return pairs[0][1]


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")

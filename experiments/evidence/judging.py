"""Facts judged: what the data say of each, and what that is worth."""

import csv
import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from experiments.errors import in_a_line
from experiments.evidence.fact import Data, Estimate, Estimates, Fact, Part, Verdict

RESAMPLES = 1_000
"""Bootstrap resamples of an interval."""

VERDICTS: tuple[Verdict, ...] = ("holds", "fails", "cannot be told")

MISSED = 0.025
"""Share of samples in which a 95 % interval lies wholly on one side of the truth."""


@dataclass(frozen=True)
class Judged:
    """A fact with what was found.

    Attributes
    ----------
    fact : Fact
        The fact.
    estimates : mapping
        Of each part; empty where it could not be judged.
    units : mapping
        From how many units of each dataset.
    planned : mapping
        How many units the sampling plan begins with.
    trouble : str
        Why it could not be judged; empty where it could.
    seconds : float
        What estimating took.
    ablated : Judged or None
        The same with the mechanism off that codes its sign.
    """

    fact: Fact
    estimates: Estimates
    units: Mapping[str, int]
    planned: Mapping[str, int] = field(default_factory=dict)
    trouble: str = ""
    seconds: float = 0.0
    ablated: "Judged | None" = None

    @property
    def verdict(self) -> Verdict:
        """What it comes to; what could not be judged cannot be told."""
        return self.fact.verdict(self.estimates) if self.estimates else "cannot be told"

    @property
    def doubled(self) -> bool:
        """Whether more units were simulated than the plan begins with."""
        return any(count > self.planned.get(name, count) for name, count in self.units.items())

    def parts(self) -> Iterator[tuple[Part, Estimate, Verdict | None]]:
        """Yield each part, what was found, and its verdict: None where it is not judged."""
        for part in self.fact.parts:
            estimate = self.estimates.get(part.name, NOTHING)
            yield part, estimate, part.verdict(estimate) if part.judged else None


NOTHING = Estimate(math.nan)
"""What is known of a part that was not estimated."""


def judge(
    fact: Fact,
    data: Data,
    *,
    resamples: int = RESAMPLES,
    planned: Mapping[str, int] | None = None,
) -> Judged:
    """Return what the data say of a fact.

    Parameters
    ----------
    fact : Fact
        The fact.
    data : mapping
        The results of the units of its datasets.
    resamples : int
        Of the bootstrap.
    planned : mapping or None
        How many units the sampling plan begins with; as many as there are where None.

    Returns
    -------
    Judged
        A fact whose statistics cannot be worked out is told so: it does not end the others.
    """
    units = {name: len(results) for name, results in data.items()}
    planned = units if planned is None else planned
    began = time.perf_counter()
    try:
        estimates = dict(fact.estimate(data, resamples))
        missing = [part.name for part in fact.parts if part.name not in estimates]
        trouble = f"no estimate of {', '.join(missing)}" if missing else ""
    except Exception as error:
        estimates, trouble = {}, f"{type(error).__name__}: {in_a_line(error)}"
    seconds = time.perf_counter() - began
    return Judged(fact, {} if trouble else estimates, units, planned, trouble, seconds)


def counts(judged: Sequence[Judged], use: str) -> dict[str, int]:
    """Return how many facts of a class hold, fail and cannot be told."""
    verdicts = [each.verdict for each in judged if each.fact.use == use]
    return {verdict: verdicts.count(verdict) for verdict in VERDICTS}


def untouched(judged: Sequence[Judged]) -> list[Judged]:
    """Return the facts that must emerge and after which no mechanism was ever mended."""
    return [each for each in judged if each.fact.use == "E" and not each.fact.mended]


def judged_parts(judged: Sequence[Judged]) -> int:
    """Return how many parts have a verdict of their own."""
    return sum(part.judged for each in judged for part in each.fact.parts)


def entries(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """Return the table as JSON takes it: each fact, and after it each of its parts.

    Returns
    -------
    list of dict
        With the keys id, use, statement, value, low, high, band, verdict and source; ``band`` is
        [low, high], null for an end that is open, and ``strict`` says whether these ends do not
        belong to it ("> 0", not "≥ 0"). ``published`` says whether the band is a published one or
        this project's tolerance, ``n`` and ``of`` what the interval rests on, ``ablated`` the
        value, low and high with the mechanism off. What is reported only has the verdict null.

        A fact has the numbers of the part that its verdict hangs on, which ``part`` names, see
        :meth:`experiments.evidence.fact.Fact.deciding`; null where it could not be judged.
        ``mended`` says why it is no unseen test, null where it is one or was calibrated to.
    """
    return [entry for each in judged for entry in (_of_fact(each), *_of_parts(each))]


def _of_fact(each: Judged) -> dict[str, Any]:
    deciding = each.fact.deciding(each.estimates) if each.estimates else None
    return {
        "id": each.fact.id,
        "use": each.fact.use,
        "statement": each.fact.statement,
        **_found(each, deciding),
        "verdict": each.verdict,
        "source": each.fact.source,
        "part": deciding.name if deciding else None,
        "mended": each.fact.mended or None,
        "units": dict(each.units),
        "doubled": each.doubled,
        "trouble": each.trouble or None,
    }


def _of_parts(each: Judged) -> Iterator[dict[str, Any]]:
    for part, _, verdict in each.parts():
        yield {
            "id": f"{each.fact.id}.{part.name}",
            "use": each.fact.use,
            "statement": part.what,
            **_found(each, part),
            "verdict": verdict,
            "source": each.fact.source,
        }


def _found(each: Judged, part: Part | None) -> dict[str, Any]:
    """Return the numbers of a part; of none, where a fact could not be judged."""
    if part is None:
        return {**_numbers(NOTHING), "band": None}
    estimate = each.estimates.get(part.name, NOTHING)
    found: dict[str, Any] = {
        **_numbers(estimate),
        "band": [_finite(part.low), _finite(part.high)],
        "strict": part.strict,
        "published": part.published,
        "n": estimate.n,
        "of": estimate.of,
    }
    if each.ablated is not None:
        found["ablated"] = _numbers(each.ablated.estimates.get(part.name, NOTHING))
    return found


def _numbers(estimate: Estimate) -> dict[str, float | None]:
    ends = ("value", "low", "high")
    return {end: _finite(getattr(estimate, end)) for end in ends}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def table_text(judged: Sequence[Judged]) -> str:
    """Return the table as the text of a JSON file."""
    return json.dumps(entries(judged), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


COLUMNS = (
    "id",
    "use",
    "statement",
    "value",
    "low",
    "high",
    "band_low",
    "band_high",
    "strict",
    "verdict",
    "source",
    "part",
    "mended",
    "n",
    "of",
    "ablated_value",
    "ablated_low",
    "ablated_high",
)
"""Of table.csv."""


def csv_text(judged: Sequence[Judged]) -> str:
    """Return the table as CSV: a row for each fact and for each of its parts."""
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for entry in entries(judged):
        band = entry["band"] or [None, None]
        ablated = {f"ablated_{end}": value for end, value in entry.get("ablated", {}).items()}
        writer.writerow({**entry, "band_low": band[0], "band_high": band[1], **ablated})
    return text.getvalue()

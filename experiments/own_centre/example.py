"""A made data set of a centre whose parameters are known: to try a calibration on.

A small centre is simulated, and its contacts are written as a centre's own system would have them:
moments, names, and what a survey brought in. The truth stands in a file of its own.

What the model does not log is made up here: after-call work is dealt out over a day's
contacts in proportion to their talk, so that the day's sum is the model's; who answers the
survey is drawn anew by the model's rule.
"""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from experiments.errors import RequestError
from experiments.evidence.centres import NEUTRAL, centre_of, shipped_policy
from experiments.observing import chance_to_answer, judged
from experiments.store import parquet
from experiments.toml_text import write_toml
from sim import simulate, warm_up
from sim.measures.base import YEAR
from sim.measures.money import OPERATING
from sim.moves import ABANDONED, CALL, ESCALATED, ISSUE, RESOLVED
from sim.outcome import Outcome
from sim.parameters import CLASSROOM, Centre

FILES = CONTACTS, REQUEST, TRUTH = ("contacts.csv", "my-centre.toml", "truth.json")

FIRST_DAY = datetime(2025, 1, 6)
CURRENCY, PRICE = "EUR", 50.0
"""What one price is in the made centre."""

LONG = 180
"""Days from which the books tell of quitting and of costs: the hiring that makes them jump is
rarer than once a month in a small centre, and no standard error by days would show it."""

MINUTES = 1440.0
"""Minutes in a day."""


@dataclass(frozen=True)
class Made:
    """A made centre.

    Attributes
    ----------
    parameters : dict
        What differs from the defaults: the truth.
    seed, days, warmup_days : int
        How it was simulated.
    policy : str
        The shipped policy by which it handles conflicts.
    books_days : int
        Days from the branch on of which the books tell; those that are written where 0.
    """

    parameters: dict[str, Any] = field(default_factory=lambda: dict(CLASSROOM))
    seed: int = 1
    days: int = 30
    warmup_days: int = 120
    policy: str = NEUTRAL
    books_days: int = 0


SHIPPED = Made(
    parameters={
        **CLASSROOM,
        "enquiry_minutes": 5.6,
        "after_call_minutes": 1.1,
        "enquiry_resolution": 0.85,
        "patience_minutes": 7.0,
        "issues_per_year": 2.2,
        "wage": 0.005,
    },
    seed=7,
    days=28,
    warmup_days=365,
    books_days=365,
)
"""The example that is shipped: four weeks of contacts, and a year's books."""

SMALLER: dict[str, Any] = {
    "waves": {"runs": [64, 32], "pilot": 8},
    "acceptance": {"sets": 48, "at_least": 32, "repeats": 3, "batch": 48, "most_runs": 900},
    "confirm": {"sets": 4},
}
"""Its calibration, in minutes."""


def make_example(folder: Path, made: Made | None = None, **request: Any) -> dict[str, float]:
    """Write a made centre's contacts, the file for its calibration, and the truth.

    Parameters
    ----------
    folder : Path
        Where to; what is there is never written over.
    made : Made or None
        The centre; four seats and thirty days where None.
    **request
        More tables and keys of the calibration's file.

    Returns
    -------
    dict
        The measures of the days that were written.

    Raises
    ------
    RequestError
        Where one of the files is there already, or the folder cannot be written to.
    """
    made = made or Made()
    there = [str(folder / name) for name in FILES if (folder / name).exists()]
    if there:
        raise RequestError([f"{path}: is there already; allowed: another folder" for path in there])
    centre = centre_of(made.parameters)
    policy = shipped_policy(made.policy)
    start = warm_up(centre, policy, days=made.warmup_days, seed=made.seed)
    parts: list[np.ndarray] = []
    outcome = simulate(
        centre, policy, days=made.days, seed=made.seed, start=start, contacts=parts.append
    )
    books = outcome
    if made.books_days > made.days:
        books = simulate(centre, policy, days=made.books_days, seed=made.seed, start=start)
    rows = np.concatenate(parts)
    measures = outcome.measures()
    rng = np.random.default_rng([made.seed, 1])
    with parquet.writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    parquet.write_text(folder / CONTACTS, contacts_csv(centre, outcome, rows, rng))
    parquet.write_text(folder / REQUEST, _request(made, centre, books, request))
    truth = {
        "parameters": made.parameters,
        "policy": made.policy,
        "seed": made.seed,
        "warmup_days": made.warmup_days,
        "days": made.days,
        "measures": {name: float(f"{value:.6g}") for name, value in measures.items()},
    }
    parquet.write_text(folder / TRUTH, json.dumps(truth, indent=2, default=float) + "\n")
    return measures


def make_shipped(folder: Path) -> dict[str, float]:
    """Write the shipped example: my-centre.toml, and the data in a folder beside it.

    Its truth says all parameters, so that it stays the truth whatever becomes of defaults.

    Parameters
    ----------
    folder : Path
        Where to; what is there is never written over.

    Returns
    -------
    dict
        The measures of the days that were written.

    Raises
    ------
    RequestError
        Where one of the files is there already, or the folder cannot be written to.
    """
    if (folder / REQUEST).exists():
        raise RequestError([f"{folder / REQUEST}: is there already; allowed: another folder"])
    beside = folder / Path(REQUEST).stem
    made = replace(SHIPPED, parameters=centre_of(SHIPPED.parameters).model_dump())
    log = {"file": f"{beside.name}/{CONTACTS}"}
    measures = make_example(beside, made, name=Path(REQUEST).stem, contacts=log, **SMALLER)
    with parquet.writing(folder):
        (beside / REQUEST).rename(folder / REQUEST)
    return measures


def contacts_csv(
    centre: Centre, outcome: Outcome, rows: np.ndarray, rng: np.random.Generator
) -> str:
    """Return logged contacts as the text of a CSV file.

    Parameters
    ----------
    centre : Centre
        The parameters.
    outcome : Outcome
        The run.
    rows : record array of ``state.CONTACT``
        All of its contacts.
    rng : Generator
        For who is asked.
    """
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n")
    columns = _columns(centre, outcome, rows, rng)
    write.writerow(columns)
    write.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def _columns(
    centre: Centre, outcome: Outcome, rows: np.ndarray, rng: np.random.Generator
) -> dict[str, list[Any]]:
    calls = rows["stage"] == CALL
    spoken = calls & (rows["ending"] != ABANDONED)
    owner = _spoken_before(rows, spoken)
    satisfied = _moved(np.where(judged(rows), rows["satisfaction"], 0.0), owner, judged(rows))
    settled = _moved(rows["ending"] == RESOLVED, owner, judged(rows))
    paid = _moved(rows["granted"], owner, rows["granted"] > 0.0)
    seen = np.zeros(len(rows), bool)
    seen[owner[judged(rows) & (owner >= 0)]] = True
    answers = seen & (rng.random(len(rows)) < chance_to_answer(centre, satisfied))
    day = rows["day"] - outcome.branch_day
    tallies = outcome.tallies
    with np.errstate(invalid="ignore", divide="ignore"):
        after = np.nan_to_num(tallies["after_call"] / tallies["talk"])[day] * rows["minutes"]
    arrival = rows["minute"] - MINUTES * outcome.branch_day
    answered = arrival + rows["wait"]
    top = centre.csat_top_box
    score = np.where(
        satisfied >= top,
        np.where(satisfied >= (1.0 + top) / 2.0, 5, 4),
        1 + np.clip(3.0 * satisfied / top, 0.0, 2.0).astype(int),
    )
    case = _cases(rows, spoken)
    made: dict[str, list[Any]] = {
        "arrival": [_moment(at) for at in arrival],
        "answered": _where(spoken, [_moment(at) for at in answered]),
        "ended": [_moment(at) for at in answered + rows["minutes"]],
        "after_call": _where(spoken, [f"{60.0 * minutes:.3f}" for minutes in after]),
        "customer": [f"c{number}" for number in rows["customer"]],
        "rep": _where(spoken, [f"r{number}" for number in rows["rep"]]),
        "case": [
            f"{customer}-{number}" for customer, number in zip(rows["customer"], case, strict=True)
        ],
        "abandoned": _flags(~spoken),
        "escalated": _flags(rows["ending"] == ESCALATED),
        "complaint": _flags(spoken & (rows["matter"] == ISSUE)),
        "resolved": _where(answers, _flags(settled)),
        "satisfaction": _where(answers, [str(number) for number in score]),
        "compensation": _where(paid > 0.0, [f"{PRICE * amount:.4f}" for amount in paid]),
    }
    # In the order of arrival, as a centre's system has them.
    order = np.flatnonzero(calls)[np.argsort(arrival[calls], kind="stable")]
    return {name: [values[at] for at in order] for name, values in made.items()}


def _spoken_before(rows: np.ndarray, spoken: np.ndarray) -> np.ndarray:
    """Return for each row the newest conversation of its customer up to it, -1 where none."""
    newest: dict[int, int] = {}
    owner = np.full(len(rows), -1)
    for at, customer in enumerate(rows["customer"].tolist()):
        if spoken[at]:
            newest[customer] = at
        owner[at] = newest.get(customer, -1)
    return owner


def _moved(values: np.ndarray, owner: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Put what a later row tells to the conversation that it belongs to."""
    found = np.zeros(len(values), values.dtype)
    rows = np.flatnonzero(told & (owner >= 0))
    found[owner[rows]] = values[rows]
    return found


def _cases(rows: np.ndarray, spoken: np.ndarray) -> np.ndarray:
    """Return the number of each contact's matter, counted by customer."""
    begun: dict[int, int] = {}
    cases = np.zeros(len(rows), int)
    attempts = rows["attempt"].tolist()
    for at, customer in enumerate(rows["customer"].tolist()):
        number = begun.get(customer, 0)
        if attempts[at] == 1:
            number += 1
            if spoken[at]:
                begun[customer] = number
        cases[at] = number
    return cases


def _moment(minute: float) -> str:
    return (FIRST_DAY + timedelta(minutes=float(minute))).isoformat(" ", "milliseconds")


def _where(there: np.ndarray, values: list[str]) -> list[str]:
    return [value if is_there else "" for value, is_there in zip(values, there, strict=True)]


def _flags(values: np.ndarray) -> list[str]:
    return ["yes" if value else "no" for value in values.tolist()]


def _request(made: Made, centre: Centre, books: Outcome, more: Mapping[str, Any]) -> str:
    """Return the file of the calibration: what the centre would know of itself."""
    known = ("seats", "team_size", "customers", "open_minutes", "days_per_week")
    table = {
        "kind": "own-centre",
        "name": "made",
        "handled_by": made.policy,
        "centre": {name: getattr(centre, name) for name in known},
        "money": {"currency": CURRENCY, "price": PRICE},
        "contacts": {"file": CONTACTS},
    }
    if max(made.days, made.books_days) >= LONG:
        table["kpi"] = _from_the_books(books)
    table |= more
    return (
        "# A made centre: what it would know of itself. The truth stands in "
        f"{TRUTH}.\n\n" + write_toml(table)
    )


def _from_the_books(outcome: Outcome) -> dict[str, Any]:
    """Return the KPIs that stand in no log of contacts."""
    cost, error = _cost(outcome)
    return {
        "cost_per_contact": {
            "value": round(PRICE * cost, 4),
            "unit": CURRENCY,
            "standard_error": round(PRICE * error, 4),
        },
        "attrition": {
            "value": round(outcome.measures()["attrition"], 4),
            "sample": round(float(outcome.tallies["rep_days"].sum()) / YEAR, 3),
        },
    }


def _cost(outcome: Outcome) -> tuple[float, float]:
    """Return the cost of a contact and its standard error by days."""
    tallies = outcome.tallies
    cost = -np.sum([tallies[name] for name in OPERATING], axis=0)
    handled = tallies["handled"].astype(float)
    mean = float(cost.sum() / handled.sum())
    days = len(cost)
    spread = float(np.sum((cost - mean * handled) ** 2)) * days / (days - 1)
    return mean, spread**0.5 / float(handled.sum())

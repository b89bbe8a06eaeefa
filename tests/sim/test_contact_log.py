"""The log of contacts and the careers: nothing lost, nothing changed, the tallies' own sums."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim.floor
from sim import Centre, Handling, Policy, Support, simulate, warm_up
from sim.floor import branch, copy_floor, with_log
from sim.moves import (
    ABANDONED,
    ABUSIVE,
    AT_SUPERIOR,
    CALL,
    CALL_BACK,
    CIVIL,
    ENDED_BY_REP,
    ENQUIRY,
    ESCALATED,
    HUNG_UP,
    ISSUE,
    MENDED,
    RESOLVED,
    UNRESOLVED,
)
from sim.outcome import Outcome
from sim.simulation import Start, run_on
from sim.state import CONTACT, TURNS_PER_WORD
from tests.sim.test_engines import centres, differences, policies, run_both

ENGINES = ("compiled", "mesa")
HOURS: dict[str, dict[str, Any]] = {
    "day": {},
    "round the clock": {
        "open_minutes": 1440.0,
        "shift_minutes": 480.0,
        "patience_minutes": 60.0,
        "seats": 1,
        "churn_base": 0.1,
        "entry_rate": 0.5,
    },
    "overrun": {
        "seats": 1,
        "enquiries_per_year": 60.0,
        "enquiry_minutes": 20.0,
        "issues_per_year": 8.0,
        "hang_up_rate": 0.1,
    },
    "two shifts": {"open_minutes": 900.0, "shift_minutes": 480.0},
}
FULL = Policy(
    handling=Handling(boundary=0.75, authority=0.5, escalation_threshold=0.2, tolerated_abuse=1.0),
    support=Support(follow_up=0.8, feedback=1.0),
)
BUSY = {"initial_training_days": 0, "quit_base": 2.0, "labour_market": 4.0, "hiring_days": 4.0}
BURNING = {"burnout_exhaustion": 0.1, "burnout_depersonalisation": 0.02, "churn_base": 0.05}
HEATED = {"turns": 8, "abuse_threshold": 0.2, "abuse_rate": 1.0, "follow_up_mend": 0.8}
MISTAKEN = {"rep_fairness_error": 0.5, "fairness_bias": -0.2, "dishonest_excess": 0.0}
WARMUP, DAYS = 40, 100


def logged(centre: Centre, start: Start, days: int, **more: Any) -> tuple[Outcome, np.ndarray]:
    """Run with the log on, and return the run and all its rows."""
    parts: list[np.ndarray] = []
    run = simulate(centre, FULL, days=days, seed=5, start=start, contacts=parts.append, **more)
    return run, np.concatenate(parts) if parts else np.zeros(0, CONTACT)


@pytest.fixture(scope="module", params=HOURS)
def kept(request: pytest.FixtureRequest, busy: Centre) -> tuple[Centre, Start, Outcome, np.ndarray]:
    """A centre in which everything happens, with its log."""
    centre = busy.model_copy(update=BUSY | BURNING | HEATED | MISTAKEN | HOURS[request.param])
    start = warm_up(centre, Policy(), days=WARMUP, seed=5)
    return centre, start, *logged(centre, start, DAYS)


def by_day(rows: np.ndarray, outcome: Outcome) -> np.ndarray:
    """Return how many rows stand under each day after the branch."""
    return np.bincount(rows["day"] - outcome.branch_day, minlength=len(outcome.tallies))


def test_the_log_changes_nothing(kept: tuple[Centre, Start, Outcome, np.ndarray]) -> None:
    """Protects the claim that logging is observation: all state is the same, to the last bit."""
    centre, start, outcome, _ = kept
    plain = simulate(centre, FULL, days=DAYS, seed=5, start=start)
    assert differences(plain.floor, outcome.floor) == []
    assert len(plain.floor.contacts) == len(outcome.floor.contacts) == 0
    mesa, _ = logged(centre, start, 12, engine="mesa")
    plain = simulate(centre, FULL, days=12, seed=5, start=start, engine="mesa")
    assert differences(plain.floor, mesa.floor) == []


def test_the_logs_counts_are_the_tallies(kept: tuple[Centre, Start, Outcome, np.ndarray]) -> None:
    """Protects every row from being lost, doubled or put under another day or kind."""
    centre, _, outcome, rows = kept
    stage, ending = rows["stage"], rows["ending"]
    pleases = centre.satisfaction_anchor
    floor = stage == CALL
    served = floor & (ending != ABANDONED)
    talks = served & (rows["matter"] == ISSUE)
    claims_no_more = rows["claim"] <= rows["due"]
    counted = {
        "abandoned": floor & (ending == ABANDONED),
        "answered": served,
        "handled": served,
        "enquiries": served & (rows["matter"] == ENQUIRY),
        "enquiries_resolved": served & (rows["matter"] == ENQUIRY) & (ending == RESOLVED),
        "first_contacts": served & (rows["attempt"] == 1),
        "repeats": served & (rows["attempt"] > 1),
        "conflicts": talks,
        "resolved": talks & (ending == RESOLVED),
        "unresolved": talks & (ending == UNRESOLVED),
        "escalated": talks & (ending == ESCALATED),
        "ended_by_rep": talks & (ending == ENDED_BY_REP),
        "hung_up": talks & (ending == HUNG_UP),
        "severe": talks & (rows["tone"] == ABUSIVE),
        "boundaries": talks & rows["boundary"],
        "wrong_boundaries": talks & rows["boundary"] & claims_no_more,
        "threats": talks & rows["threatened"],
        "conflicts_concluded": rows["concluded"],
        "superior_cases": stage == AT_SUPERIOR,
        "follow_ups": stage == CALL_BACK,
        "mended": ending == MENDED,
        "conflicts_satisfied": rows["concluded"] & (rows["satisfaction"] >= pleases),
        "conflicts_dissatisfied": rows["concluded"] & (rows["satisfaction"] < pleases),
    }
    for name, those in counted.items():
        assert np.array_equal(by_day(rows[those], outcome), outcome.tallies[name]), name
        assert those.any(), name
    turns = np.bincount(
        rows["day"][talks] - outcome.branch_day,
        weights=rows["turns"][talks],
        minlength=len(outcome.tallies),
    )
    assert np.array_equal(turns, outcome.tallies["turns"])
    assert not rows["turns"][~talks].any()


def test_arrivals_are_those_offered(kept: tuple[Centre, Start, Outcome, np.ndarray]) -> None:
    """Protects the day of arrival, over midnight too; who still waits has no row yet."""
    centre, start, outcome, rows = kept
    floor = rows[rows["stage"] == CALL]
    there = outcome.floor.customers
    waiting = there["arrived_at"][there["present"] & (there["arrived_at"] >= 0.0)]
    arrived = np.floor(np.concatenate([floor["minute"], waiting]) / 1440.0).astype(int)
    after = arrived - outcome.branch_day
    offered = np.bincount(after[after >= 0], minlength=DAYS)
    assert np.array_equal(offered, outcome.tallies["offered"])
    carried = int((after < 0).sum())
    before = start.floor.customers
    assert carried == (before["present"] & (before["arrived_at"] >= 0.0)).sum()
    over_midnight = floor["minute"] + floor["wait"] == 1440.0 * (floor["day"] + 1)
    if centre.open_minutes >= 1440.0:
        # Some left for good while their place was kept: abandoned, and nobody's row missing.
        assert over_midnight.any() and (floor["minute"] < 1440.0 * floor["day"]).any()
    else:
        assert carried == 0 and np.array_equal(np.floor(floor["minute"] / 1440.0), floor["day"])


def test_the_logs_sums_are_the_tallies(kept: tuple[Centre, Start, Outcome, np.ndarray]) -> None:
    """Protects what a row holds: minutes, claims, payoffs, redress add up to the books."""
    _, _, outcome, rows = kept
    floor = rows["stage"] == CALL
    served = floor & (rows["ending"] != ABANDONED)
    talks = served & (rows["matter"] == ISSUE)
    summed = {
        "wait": (served, "wait"),
        "talk": (served, "minutes"),
        "superior_wait": (rows["stage"] == AT_SUPERIOR, "wait"),
        "claims": (talks, "claim"),
        "fair_due": (talks, "due"),
        "payoff_customer": (rows["concluded"], "payoff_customer"),
        "payoff_rep": (rows["concluded"], "payoff_rep"),
        "payoff_employer": (rows["concluded"], "payoff_employer"),
        "conflict_satisfaction": (rows["concluded"], "satisfaction"),
        "distributive": (rows["concluded"], "distributive"),
        "procedural": (rows["concluded"], "procedural"),
        "interactional": (rows["concluded"], "interactional"),
        "satisfaction_contacts": (
            rows["concluded"] | (served & (rows["matter"] == ENQUIRY)),
            "satisfaction",
        ),
    }
    day = rows["day"] - outcome.branch_day
    for name, (those, column) in summed.items():
        total = np.zeros(DAYS)
        # One after the other, in the order of the log: so the model added them.
        np.add.at(total, day[those], rows[column][those])
        assert np.array_equal(total, outcome.tallies[name]), name
    paid = np.bincount(day, weights=rows["granted"], minlength=DAYS)
    # Who leaves with an offer on the table is paid without a contact.
    owed = outcome.tallies["compensation_paid"] - paid
    assert (owed >= -1e-9).all() and (np.abs(owed[outcome.tallies["leaves"] == 0]) < 1e-9).all()
    assert rows["granted"].sum() > 0.0


def test_a_row_says_what_its_satisfaction_came_of(
    kept: tuple[Centre, Start, Outcome, np.ndarray],
) -> None:
    """Protects slopes on disconfirmation: the quality and expectation are those of the judgement.

    By the formulae of 7.18: the quality from the justices, the satisfaction from the gap.
    """
    centre, _, _, rows = kept
    enquiries = (rows["matter"] == ENQUIRY) & (rows["ending"] != ABANDONED)
    mended = rows["ending"] == MENDED
    judged = rows["concluded"] | enquiries | mended
    for name in ("distributive", "procedural", "interactional", "quality", "expectation"):
        assert not rows[name][~judged].any(), name
        assert rows[name][judged & ~enquiries].any(), name
    assert not rows["distributive"][enquiries].any()
    weights = np.array(
        [centre.weight_distributive, centre.weight_procedural, centre.weight_interactional]
    )
    justices = np.column_stack(
        [rows[name] for name in ("distributive", "procedural", "interactional")]
    )
    whole = np.where(
        enquiries,
        justices[:, 1:] @ weights[1:] / weights[1:].sum(),
        justices @ weights / weights.sum(),
    )
    settled = (rows["ending"] == RESOLVED) | mended
    kept_open = np.where(settled, 1.0, 1.0 - centre.unsettled_quality)
    assert rows["quality"][judged] == pytest.approx((whole * kept_open)[judged], rel=1e-9)
    gap = (rows["quality"] - rows["expectation"])[judged]
    felt = (
        np.sign(gap) * centre.satisfaction_span * -np.expm1(-abs(gap) / centre.satisfaction_scale)
    )
    felt *= np.where(gap < 0.0, centre.loss_aversion, 1.0)
    told = np.clip(centre.satisfaction_anchor + felt, 0.0, 1.0)
    assert rows["satisfaction"][judged] == pytest.approx(told, rel=1e-9)


def test_tellings_of_complaints_are_tellings(busy: Centre) -> None:
    """Protects the ratio of tellings: by valence those of complainants, less a month's talk."""
    silent = simulate(busy.model_copy(update={"telling_monthly": 0.0}), FULL, days=60, seed=5)
    t = silent.tallies
    assert np.array_equal(t["told_satisfied"], t["tellings_good"])
    assert np.array_equal(t["told_dissatisfied"], t["tellings_bad"])
    assert t["told_satisfied"].sum() > 0 < t["told_dissatisfied"].sum()
    t = simulate(busy, FULL, days=60, seed=5).tallies
    assert (t["told_satisfied"] <= t["tellings_good"]).all()
    assert t["told_satisfied"].sum() < t["tellings_good"].sum()


def test_a_row_tells_its_own_story(kept: tuple[Centre, Start, Outcome, np.ndarray]) -> None:
    """Protects the packed turns: as many as were counted, ending as the contact did."""
    _, _, _, rows = kept
    talks = rows[rows["turns"] > 0]
    turn = np.arange(60)
    digits = talks["said"][:, turn // TURNS_PER_WORD] >> (6 * (turn % TURNS_PER_WORD)) & 63
    said = turn < talks["turns"][:, None]
    assert not digits[~said].any()
    moves, tones = digits // 4, digits % 4
    assert np.array_equal(np.where(said, tones, CIVIL).max(axis=1), talks["tone"])
    last = moves[np.arange(len(talks)), talks["turns"] - 1]
    assert np.array_equal(last == 11, talks["ending"] == ESCALATED)
    assert np.array_equal(last == 10, talks["ending"] == ENDED_BY_REP)
    assert np.array_equal(((moves == 9) & said).sum(axis=1), talks["warnings"])
    assert np.array_equal(((moves == 8) & said).any(axis=1), talks["boundary"])
    assert (talks["claim_left"] <= talks["claim"]).all()
    assert (rows["rep"][rows["ending"] == ABANDONED] == -1).all()
    assert (rows["rep"][(rows["stage"] != CALL_BACK) & (rows["ending"] != ABANDONED)] >= 0).all()
    spoken = rows[(rows["stage"] == CALL) & (rows["ending"] != ABANDONED)]
    assert not ((spoken["matter"] == ISSUE) ^ (spoken["turns"] > 0)).any()


def test_the_log_in_pieces_is_the_log(
    kept: tuple[Centre, Start, Outcome, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Protects the emptying of a small log: same rows, same order, same run, in many pieces."""
    centre, start, outcome, rows = kept
    monkeypatch.setattr(sim.floor, "LOG_ROWS", 1)
    pieces: list[np.ndarray] = []
    small = simulate(centre, FULL, days=DAYS, seed=5, start=start, contacts=pieces.append)
    assert len(pieces) > 5
    assert max(len(piece) for piece in pieces) <= len(start.floor.customers)
    assert_same_rows(np.concatenate(pieces), rows)
    assert differences(small.floor, outcome.floor) == []
    _, interpreted = logged(centre, start, 15, engine="mesa")
    assert_same_rows(interpreted, rows[rows["day"] < outcome.branch_day + 15])


def assert_same_rows(one: np.ndarray, other: np.ndarray) -> None:
    """Hold rows equal to the last bit; the bytes between columns mean nothing."""
    assert len(one) == len(other)
    for name in CONTACT.names or ():
        assert one[name].tobytes() == other[name].tobytes(), name


def test_a_switch_of_policy_loses_no_row(kept: tuple[Centre, Start, Outcome, np.ndarray]) -> None:
    """Protects the log over a timeline, where the run is taken down and set up again."""
    centre, start, _, rows = kept
    for engine, days in (("compiled", DAYS), ("mesa", 12)):
        switched, more = logged(centre, start, days, engine=engine, timeline=[(5, FULL)])
        assert_same_rows(more, rows[rows["day"] < switched.branch_day + days])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_day_that_overflows_the_log_is_an_error(busy: Centre, engine: str) -> None:
    """Protects the rows: where one day has more than the log takes, none is dropped silently."""
    start = warm_up(busy, Policy(), days=5, seed=5)
    floor = copy_floor(start.floor)
    branch(floor, Policy())
    small = with_log(floor)
    small = small._replace(contacts=small.contacts[:3])
    with pytest.raises(RuntimeError, match="more contacts than the log"):
        run_on(engine, small, choose_first(), print).advance(10)


def choose_first() -> Any:
    from sim.behaviours.choice import choose_move

    return choose_move


@pytest.mark.parametrize("engine", ENGINES)
def test_a_log_that_nobody_empties_ends_in_an_error(busy: Centre, engine: str) -> None:
    """Protects the rows of a floor with a log that is run without somebody to take them."""
    floor = copy_floor(warm_up(busy, Policy(), days=5, seed=5).floor)
    branch(floor, Policy())
    small = with_log(floor)
    small = small._replace(contacts=small.contacts[:120])
    with pytest.raises(RuntimeError, match="more contacts than the log"):
        run_on(engine, small, choose_first()).advance(30)


@settings(
    max_examples=45,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    centre=centres(),
    first=policies(),
    then=policies(),
    seed=st.integers(0, 2**32 - 1),
    days=st.integers(1, 20),
)
def test_engines_log_the_same(
    centre: Centre, first: Policy, then: Policy, seed: int, days: int
) -> None:
    """Every row of the log and every career, over drawn configs; and the runs as without."""
    logs: list[list[np.ndarray]] = [[], []]
    compiled, mesa = run_both(centre, first, then, seed, days, logs)
    assert differences(compiled.floor, mesa.floor) == []
    assert_same_rows(*(np.concatenate(log) for log in logs))
    for name, values in compiled.careers.items():
        assert values.tobytes() == mesa.careers[name].tobytes(), name
    plain = simulate(
        centre,
        then,
        days=days,
        seed=seed,
        start=warm_up(centre, first, days=days, seed=seed),
        timeline=[(days // 2, first)],
    )
    assert differences(compiled.floor, plain.floor) == []


def test_careers_are_the_tallies(kept: tuple[Centre, Start, Outcome, np.ndarray]) -> None:
    """Protects survival curves: who was there on each day, who quit, who was burnt out."""
    _, _, outcome, _ = kept
    found, t = outcome.careers, outcome.tallies
    assert len(set(found["rep"].tolist())) == len(found["rep"])
    left, entered, burnt_out = found["left"], found["entered"], found["burnt_out"]
    gone = ~np.isnan(left)
    assert np.array_equal(np.bincount(left[gone].astype(int) - 1, minlength=DAYS), t["quits"])
    hired = entered[entered >= 0].astype(int)
    assert np.array_equal(np.bincount(hired, minlength=DAYS), t["hires"])
    assert t["quits"].sum() > 3 < t["hires"].sum()
    day = np.arange(DAYS)[:, None]
    employed = (entered <= day) & ~(left <= day)
    assert np.array_equal(employed.sum(axis=1), t["rep_days"])
    assert np.isnan(left).sum() == outcome.floor.reps["present"].sum()
    assert (entered[gone] < left[gone]).all()
    assert (found["days"] == DAYS).all()
    # Burnt out for the first time: not before being hired, not after having left, and on a
    # day on which the tally counts as many at the least; none at all before the first of them.
    ever = ~np.isnan(burnt_out)
    assert ever.any() and not (burnt_out[ever] < np.maximum(entered[ever], 0.0)).any()
    assert not (burnt_out[ever & gone] > left[ever & gone]).any()
    firsts = np.bincount(burnt_out[ever].astype(int) - 1, minlength=DAYS)
    assert (firsts <= t["burnt_out"]).all()
    assert (t["burnt_out"] <= (employed & (burnt_out <= day + 1)).sum(axis=1)).all()


def test_careers_begin_at_the_branch(busy: Centre) -> None:
    """Protects a branch from what came before: burnout and quits of the warm-up are not told."""
    centre = busy.model_copy(update=BUSY | BURNING)
    start = warm_up(centre, Policy(), days=200, seed=5)
    assert start.floor.tallies["quits"].sum() > 0 < start.floor.tallies["burnt_out"][-1]
    outcome = simulate(centre, Policy(), days=1, seed=5, start=start)
    found = outcome.careers
    assert np.nanmin(found["burnt_out"]) == np.nanmax(found["burnt_out"]) == 1.0
    assert (~np.isnan(found["burnt_out"])).sum() == outcome.tallies["burnt_out"][0] > 0
    assert len(found["rep"]) == outcome.tallies["rep_days"][0]
    empty = simulate(centre, Policy(), days=0, seed=5, start=start).careers
    assert np.isnan(empty["left"]).all() and np.isnan(empty["burnt_out"]).all()

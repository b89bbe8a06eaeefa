"""The sixteen moves: what each does, that each is made, and how conversations end."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest

from sim import Centre, Handling, Policy, simulate
from sim.behaviours import confrontation
from sim.behaviours.choice import ask_of_policy, choose_move
from sim.behaviours.confrontation import make_offer
from sim.moves import (
    ABUSIVE,
    CIVIL,
    ENDED_BY_REP,
    ENDINGS,
    ESCALATED,
    MOVE_NAMES,
    OPEN,
    PRESSING,
    UNRESOLVED,
)
from tests.sim import rules as do
from tests.sim.mechanisms import TABLES
from tests.sim.scenes import MOVE, Scene

NEVER = math.inf


def moved(x: float, share: float) -> float:
    """``x`` moved by a share of what can still rise, or fall, within [0, 1]."""
    return min(1.0, max(0.0, x + share * ((1.0 - x) if share >= 0 else x)))


@pytest.mark.parametrize("effect", [-0.3, -0.05, 0.0, 0.1, 0.6])
@pytest.mark.parametrize("name", MOVE_NAMES)
def test_a_move_does_what_its_tables_say(name: str, effect: float) -> None:
    minutes, strain, listening = 3.0 * abs(effect), effect / 3.0, 0.4
    scene = Scene(
        **{
            f"anger_of_moves.{name}": effect,
            f"heard_by_moves.{name}": effect,
            f"understanding_by_moves.{name}": effect,
            f"minutes_of_moves.{name}": minutes,
            f"strain_of_moves.{name}": strain,
            "talk.listening": listening,
            "talk.minutes": 2.0,
            "talk.pace": 1.5,
            "talk.noise": 2.0,
            "talk.strain": 0.1,
        }
    )
    do.move(name)(scene)
    talk = scene.talk
    # What wins an ear takes listening; what loses it does not.
    skilled = effect * 2.0 * listening if effect > 0.0 else effect
    assert talk.anger == pytest.approx(moved(0.5, effect))
    assert talk.heard == pytest.approx(moved(0.3, skilled))
    assert talk.understanding == pytest.approx(moved(0.5, skilled))
    assert talk.minutes == pytest.approx(2.0 + minutes * 1.5 * 2.0)
    assert talk.strain == pytest.approx(0.1 + strain)
    assert talk.last_move == MOVE[name]
    assert talk.moves == 1


@pytest.mark.parametrize("name", MOVE_NAMES)
@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_moves_speaks_of_its_own_move_only(table: str, name: str) -> None:
    other = MOVE_NAMES[(MOVE[name] + 1) % len(MOVE_NAMES)]
    state = TABLES[table]
    read = []
    for value in (0.0, 0.2):
        scene = Scene(**{f"{table}.{other}": value})
        do.move(name)(scene)
        read.append(scene.read(state))
    assert read[0] == read[1]


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("apologise", "apologised", True),
        ("explain", "explained", True),
        ("offer", "offers", 1),
        ("offer_choice", "offers", 1),
        ("offer_choice", "choice", True),
        ("hold_boundary", "boundary", True),
        ("warn", "warnings", 1),
        ("end_contact", "ending", ENDED_BY_REP),
        ("escalate", "ending", ESCALATED),
        ("pass_the_buck", "ending", UNRESOLVED),
        ("pass_the_buck", "disrespected", True),
        ("argue", "disrespected", True),
        ("interrupt", "disrespected", True),
        ("deflect", "disrespected", True),
    ],
)
def test_what_a_move_is_remembered_for(name: str, column: str, value: Any) -> None:
    for move in MOVE_NAMES:
        scene = Scene()
        do.move(move)(scene)
        if move == name:
            assert getattr(scene.talk, column) == value
    scene = Scene()
    do.move("listen")(scene)
    assert getattr(scene.talk, column) in (False, 0, OPEN)


def test_an_offer_made_blind_may_miss_and_an_informed_one_does_not() -> None:
    for name in ("offer", "offer_choice"):
        shares = []
        for understanding in (0.0, 0.4, 1.0):
            missed = 0
            for u in do.GRID:
                scene = Scene(**{f"understanding_by_moves.{name}": 0.0, "choice_worth": 0.0})
                scene.talk.understanding = understanding
                do.move(name, u)(scene)
                missed += scene.talk.missed
                worth = 1.0 - scene.p.blind_miss if scene.talk.missed else 1.0
                assert scene.talk.worth == pytest.approx(scene.talk.offered * worth)
            shares.append(missed / len(do.GRID))
        assert shares == pytest.approx([1.0, 0.6, 0.0], abs=0.01)


def test_whether_an_offer_misses_has_nothing_to_do_with_the_tone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A miss is a matter of understanding; the tone has a draw of its own."""
    surprise: dict[int, list[float]] = {CIVIL: [], PRESSING: [], ABUSIVE: []}

    def watched(talk: Any, p: Any, move: int) -> None:
        make_offer(talk, p, move)
        surprise[talk.tone].append(talk.missed - (1.0 - talk.understanding))

    monkeypatch.setattr(confrontation, "make_offer", watched)
    simulate(hostile(), Policy(), days=20, seed=1, engine="mesa")
    assert len(surprise[CIVIL]) > 100 and len(surprise[PRESSING]) > 100
    assert np.mean(surprise[CIVIL]) == pytest.approx(0.0, abs=0.1)
    assert np.mean(surprise[PRESSING]) == pytest.approx(0.0, abs=0.1)


def hostile(**more: Any) -> Centre:
    """Customers with much to be angry about, and a labour force that is none too steady."""
    given = {"customers": 600, "seats": 2, "team_size": 2, "issues_per_year": 20.0, "temper": 0.8}
    return Centre(**{**given, "voice_base": 0.0, "loss": 2.0, "abuse_rate": 1.0, **more})


AVOIDANT = Policy(
    handling=Handling(
        authority=0.25, generosity=0.2, boundary=0.2, tolerated_abuse="never", listening=0.2,
        apology=0.1, choice=0.0, explaining=0.1, escalation_threshold=0.2, timeframe=0.0,
        target_aht=0.7,
    )
)  # fmt: skip
STRICT = Policy(handling=Handling(boundary=0.9, generosity=0.0, tolerated_abuse=1.0, choice=0.4))


def moves_made(centre: Centre, policy: Policy, days: int) -> Counter[str]:
    """Count the moves of a run, on the Mesa engine, where a rule of one's own may look on."""
    made: Counter[str] = Counter()

    def choose(rep: Any, talk: Any, policy: Any, p: Any, u: float, utilities: Any) -> int:
        move = choose_move(rep, talk, policy, p, u, utilities)
        made[MOVE_NAMES[move]] += 1
        return move

    simulate(centre, policy, days=days, seed=1, engine="mesa", choose=choose)
    return made


def test_all_sixteen_moves_are_made() -> None:
    """Among reps who choose with some noise: the reference's hardly ever argue or interrupt."""
    made = moves_made(hostile(choice_temperature=0.4), STRICT, days=25)
    made += moves_made(hostile(choice_temperature=0.4), AVOIDANT, days=10)
    assert set(made) == set(MOVE_NAMES), set(MOVE_NAMES) - set(made)


def test_every_ending_occurs_and_every_conversation_ends() -> None:
    days = simulate(hostile(), STRICT, days=60, seed=1).tallies
    ended = {name: int(days[name].sum()) for name in ENDINGS if name != "open"}
    assert all(ended.values()), ended
    assert sum(ended.values()) == days["conflicts"].sum()


def utilities_asked(**values: Any) -> np.ndarray:
    scene = Scene(**values)
    asked = np.zeros(len(MOVE_NAMES))
    ask_of_policy(scene.talk, scene.policy, scene.p, asked)
    return asked


@pytest.mark.parametrize("tone", [CIVIL, PRESSING, ABUSIVE])
@pytest.mark.parametrize("turns", [0, 1, 5, 50])
def test_a_policy_that_never_ends_contacts_never_asks_for_it(tone: int, turns: int) -> None:
    asked = utilities_asked(
        **{"handling.tolerated_abuse": "never", "talk.tone": tone, "talk.abusive_turns": turns}
    )
    assert asked[MOVE["end_contact"]] == 0.0
    assert asked[MOVE["warn"]] == 0.0


@pytest.mark.parametrize("tolerated", [0.0, 1.0, 2.0, 4.0])
def test_abuse_is_warned_of_first_and_ended_beyond_what_is_tolerated(tolerated: float) -> None:
    for turns in range(1, 7):
        asked = utilities_asked(
            **{
                "handling.tolerated_abuse": tolerated,
                "talk.tone": ABUSIVE,
                "talk.abusive_turns": turns,
            }
        )
        beyond = turns > tolerated
        assert (asked[MOVE["end_contact"]] > 0.0) == beyond
        assert (asked[MOVE["warn"]] > 0.0) == (not beyond)


def test_in_runs_only_policies_that_end_contacts_end_many() -> None:
    """Reps who keep to the rules and do not mind hostility end what the policy asks them to."""
    centre = hostile(weight_rules=4.0, weight_protection=0.0, choice_temperature=0.1)
    ended = []
    for tolerated in (1.0, 3.0, "never"):
        policy = Policy(handling=Handling(tolerated_abuse=tolerated))
        days = simulate(centre, policy, days=60, seed=1).tallies
        assert days["severe"].sum() > 0
        ended.append(int(days["ended_by_rep"].sum()))
    assert ended[0] > ended[1] > ended[2] == 0

"""The columns: one record dtype for each kind of agent, and what a run carries.

Fields are ``i8``, ``f8``, ``?`` or one-dimensional arrays of ``f8`` and ``i8``: the
types that store the same value in a record row and in a Python attribute. Days are
counted from the first day of the warm-up, minutes from that day's midnight.
"""

from typing import Any, NamedTuple

import numpy as np

from sim.moves import ISSUE_KINDS, MOVES
from sim.parameters import Centre
from sim.policy import Handling, Policy, Support

LEVELS = 9
"""Aspirations are the 10 %, 20 %, ... 90 % quantiles of the neutral policy's payoffs."""

HORIZON = 512
"""Days that the wheel of dates spans; later dates go round it again."""

PAYOFF_LOG = 20_000
"""Conflicts whose payoffs are kept at the most: the newest ones."""

TURNS_PER_WORD = 10
"""Turns of a conversation that one integer holds, each a base-64 digit: move x 4 + tone."""

WORDS = 6
"""Such integers; the longest conversation that ``turns`` allows fits."""

Column = tuple[str, str] | tuple[str, str, tuple[int]]


def columns(*, i8: str = "", f8: str = "", flags: str = "") -> list[Column]:
    """Return columns named in three lists of words: integers, reals and flags."""
    kinds = (("i8", i8), ("f8", f8), ("?", flags))
    return [(name, kind) for kind, names in kinds for name in names.split()]


def nested(kind: str, **lengths: int) -> list[Column]:
    """Return columns that each hold a small array of one kind of number."""
    return [(name, kind, (length,)) for name, length in lengths.items()]


def record(fields: list[Column]) -> np.dtype[np.void]:
    """Return the aligned record dtype of the columns."""
    return np.dtype(fields, align=True)


def _columns_of(model: Any) -> list[Column]:
    found: list[Column] = []
    for name, field in model.model_fields.items():
        if field.annotation is int:
            found.append((name, "i8"))
        elif field.annotation is bool:
            found.append((name, "?"))
        elif isinstance(field.annotation, type) and hasattr(field.annotation, "model_fields"):
            found.append((name, "f8", (MOVES,)))
        else:
            found.append((name, "f8"))
    return found


PARAMETERS = record(_columns_of(Centre))
POLICY = record(_columns_of(Handling) + _columns_of(Support))

CUSTOMER = record(
    # What is touched together stands together: a wake-up reads the first columns, a
    # routine contact the first half, and rows lie scattered over memory.
    # Dates are in days: the fraction is the share of that day's opening hours.
    columns(i8="id seat filed_day matter", f8="enquiry_at issue_at call_at follow_up_at")
    + columns(flags="present at_fault apologised explained promised pressed unsettled threatened")
    + columns(i8="enquiries issues attempts contact_day contact_number", f8="arrived_at patience")
    + columns(
        f8="satisfaction loyalty expectation spending distributive procedural interactional voice"
    )
    + columns(f8="transaction last_contact understanding standing anger anger_day")
    + columns(i8="contacts joined generation conflicts kind")
    # Traits that only a conflict asks for, and what it has taught.
    + columns(f8="temper honesty fairness_bias contentment claim_habit tone_habit")
    # The open issue, and the case while it waits for a superior.
    + columns(
        i8="opened_day case_rep",
        f8="loss severity due felt_due claim granted "
        "case_minutes case_wait case_heard case_payoff_rep case_fair",
    )
)

REP = record(
    columns(
        i8="id seat generation team hired vacant_until off_day holiday_from absent_until "
        "breaks_taken contacts_today resolved_today burnt_out_day",
        # Traits.
        f8="empathy composure sovereignty fairness_bias recovery "
        # States.
        "skill poise experience trained fatigue spent chronic respite exhaustion depersonalisation "
        "accomplishment mood "
        # The shift, in minutes.
        "shift_start shift_end leaves_at next_break break_due free_at "
        # The day so far.
        "handled_today strain_today hostility_today pride_today "
        "unfair_today aggression_today dislike_today ambiguity_today surface_today deep_today "
        # What a questionnaire would ask: running means over working days.
        "unfair aggression dislike ambiguity surface deep performance",
        flags="present on_floor on_holiday absent in_training",
    )
)

TALK = record(
    columns(
        i8="rep customer turn tone ending abusive_turns pressing_turns warnings offers last_move "
        "moves",
        f8="anger anger_start heard understanding felt strain surface deep minutes pace listening "
        "calm claim fair right offer offered excess held worth noise wait target leak dissonance "
        "pride deep_share spare",
        flags="apologised explained choice boundary promised asked_superior threatened "
        "missed severe disrespected over_time beyond_authority",
    )
    + nested("i8", said=WORDS)
)
"""A conversation as it stands; also what a story of it would tell."""

PAYOFF = record(columns(f8="customer rep employer"))

TALLY = record(
    columns(
        i8="offered answered abandoned within_threshold handled enquiries conflicts first_contacts "
        "repeats repeats_in_window surveyed_contacts survey_resolved survey_answers "
        "enquiries_resolved resolved unresolved escalated ended_by_rep hung_up superior_cases "
        "promises_kept promises_broken mild severe hostile boundaries wrong_boundaries threats "
        "issues voiced silent silent_exits folded follow_ups mended tellings_good tellings_bad "
        "told_satisfied told_dissatisfied conflicts_satisfied conflicts_dissatisfied "
        "conflicts_concluded "
        "top_box turns rep_days floor_days surplus_days off_days holiday_rep_days training_days "
        "absent_days burnt_out quits hires vacancies_days customers joins leaves "
        "visited promoters detractors",
        f8="wait talk after_call available over_time_minutes scheduled_minutes absent_minutes "
        "satisfaction_contacts distributive procedural interactional conflict_satisfaction "
        "loyalty satisfaction exhaustion depersonalisation accomplishment fatigue "
        "leaver_exhaustion expected_quits strain surface deep anger_end redress claims fair_due "
        "compensation_paid superior_wait "
        "payoff_customer payoff_rep payoff_employer "
        "payoff_customer_2 payoff_rep_2 payoff_employer_2 reputation "
        # The ledger: one account a movement; cash is kept apart, to check the sum against.
        "account_sales account_goods account_wages account_compensation account_escalations "
        "account_follow_ups account_training account_breaks account_support account_programmes "
        "account_hiring account_acquisition cash",
    )
    + nested("i8", prevailing=4 * LEVELS, reached=3 * LEVELS)
)
"""Everything that is counted, one row a day."""

ACCOUNTS = tuple(name for name in TALLY.names or () if name.startswith("account_"))

WORLD = record(
    columns(
        i8="seed replication day blocks choices seats headcount market "
        "agenda on_duty payoffs rep_answers customer_answers careers contacts adapt_direction "
        "branched_day most_seats",
        f8="mean_talk reputation review_goal review_offered review_within last_goal "
        "surveyed_loyalty",
        flags="branched",
    )
    + nested("f8", issue_factor=len(ISSUE_KINDS), reasons=len(ISSUE_KINDS))
    + nested("f8", aspire_customer=LEVELS, aspire_rep=LEVELS, aspire_employer=LEVELS)
)

ENTRY = record(columns(f8="minute", i8="order kind"))
"""An entry of a heap: in the agenda the customer's seat and what it is (see ``moves``); among
the servers a place in the order and the rep's seat."""

TEAM = record(columns(i8="size", f8="chronic"))

REP_ANSWER = record(
    columns(
        i8="day id team tenure",
        f8="unfair aggression dislike ambiguity surface deep exhaustion depersonalisation "
        "accomplishment intent_to_quit performance",
    )
)
CUSTOMER_ANSWER = record(
    columns(
        i8="day id contacts conflicts",
        f8="satisfaction distributive procedural interactional intent_to_return willingness",
    )
)

CAREER = record(columns(i8="id hired burnt_out_day left_day"))
"""A rep who quit after the branch; collected, and read by no rule."""

CONTACT = record(
    columns(
        i8="customer rep day stage matter kind attempt turns tone ending warnings",
        f8="minute wait minutes claim claim_left due felt_due offered granted anger_start "
        "anger_end heard understanding strain satisfaction payoff_customer payoff_rep "
        "payoff_employer distributive procedural interactional quality expectation",
        flags="boundary threatened apologised explained concluded",
    )
    + nested("i8", said=WORDS)
)
"""A contact after the branch, where contacts are logged; collected, and read by no rule."""


class Floor(NamedTuple):
    """All that a run carries: the same names over arrays (compiled) and lists (Mesa).

    ``parameters``, ``policy``, ``world`` and ``talk`` hold one row each; the rows of
    ``customers`` and ``reps`` are seats, which people take and leave.
    """

    parameters: Any
    policy: Any
    world: Any
    customers: Any
    reps: Any
    teams: Any
    talk: Any
    tallies: Any
    payoffs: Any
    rep_answers: Any
    customer_answers: Any
    careers: Any
    contacts: Any
    agenda: Any
    servers: Any
    superiors: Any
    due: Any
    wheel: Any
    next_filed: Any
    previous_filed: Any
    ties_from: Any
    ties_to: Any
    utilities: Any


ROWS: dict[str, np.dtype[np.void]] = {
    "parameters": PARAMETERS,
    "policy": POLICY,
    "world": WORLD,
    "customers": CUSTOMER,
    "reps": REP,
    "teams": TEAM,
    "talk": TALK,
    "tallies": TALLY,
    "payoffs": PAYOFF,
    "rep_answers": REP_ANSWER,
    "customer_answers": CUSTOMER_ANSWER,
    "careers": CAREER,
    "contacts": CONTACT,
    "agenda": ENTRY,
    "servers": ENTRY,
    "superiors": ENTRY,
}
"""The fields of :class:`Floor` that hold records; the others hold plain numbers."""


def parameter_row(centre: Centre) -> np.ndarray:
    """Return the parameters as a record array of length 1."""
    row = np.zeros(1, PARAMETERS)
    for name in PARAMETERS.names or ():
        value = getattr(centre, name)
        row[name] = list(value.model_dump().values()) if hasattr(value, "model_dump") else value
    return row


def policy_row(policy: Policy) -> np.ndarray:
    """Return the policy as a record array of length 1."""
    row = np.zeros(1, POLICY)
    for part in (policy.handling, policy.support):
        for name, value in part.model_dump().items():
            row[name] = value
    return row

"""The table of mechanisms: for every parameter and policy field, the state on which it acts.

Each row names a rule or a run, the state that is read after it, and the direction in
which that state moves from the low to the high end of the range where the parameter's
note fixes it (0: it differs). ``given`` is the setting in which the mechanism can act.
"""

from sim.moves import MOVE_NAMES
from tests.sim import rules as do
from tests.sim.mechanism import ABUSED, TIRED
from tests.sim.mechanism import Mechanism as M
from tests.sim.mechanisms_people import CUSTOMERS, REPS

LEAVING = {"quit_base": 2.0, "labour_market": 4.0}
ESCALATING = {"handling.escalation_threshold": 0.0, "superior_minutes": 60.0}
ANGRY = {"anger_issue": 1.0, "abuse_rate": 1.0, "abuse_threshold": 0.2, "temper": 0.9}

OPERATIONS = (
    M("customers", do.run, "tallies.customers", +1, within=(100, 2000)),
    M("market", do.run, "tallies.joins", +1),
    M("seats", do.run, "tallies.floor_days", +1, within=(1, 8)),
    M("team_size", do.run, "reps.team", -1),
    M("open_minutes", do.run, "tallies.floor_days", +1),
    M("shift_minutes", do.run, "tallies.scheduled_minutes/rep_days", +1, {"lunch_minutes": 0.0}),
    M("lunch_minutes", do.run, "tallies.scheduled_minutes", -1),
    M("days_per_week", do.run, "tallies.off_days/rep_days", -1),
    M("holiday_days", do.run, "tallies.holiday_rep_days", +1),
    M("holiday_interval", do.year, "tallies.holiday_rep_days", -1),
    M("absence_base", do.year, "tallies.absent_days", +1),
    M("absence_spell", do.year, "tallies.absent_days", +1),
    M("planned_absence", do.run, "tallies.rep_days", +1),
    M("enquiries_per_year", do.run, "tallies.enquiries", +1),
    M("peak", do.midday, "result", -1),
    M("enquiry_minutes", do.enquiry, "result", +1),
    M("handling_cv", do.run, "tallies.talk", 0),
    M("mean_talk_step", do.warm_up_only, "result", 0),
    M("after_call_minutes", do.run, "tallies.after_call", +1),
    M("enquiry_resolution", do.run, "tallies.enquiries_resolved/enquiries", +1),
    M("novice_errors", do.run, "tallies.enquiries_resolved/enquiries", -1),
    M("inattention", do.run, "tallies.enquiries_resolved/enquiries", -1),
    M("patience_minutes", do.busy, "tallies.abandoned/offered", -1, {"seats": 1}),
    M("redial", do.busy, "tallies.offered", +1, {"patience_minutes": 0.2}),
    M("redial_minutes", do.redial, "result", +1, {"redial": 1.0}),
    M("repeat_days", do.leave_open(), "customer.call_at", +1),
    M("answer_within", do.busy, "tallies.within_threshold", +1),
    M("repeat_window", do.run, "tallies.repeats_in_window", +1),
    M("superiors_per_seat", do.ten_seats, "tallies.superior_wait", -1, ESCALATING),
    M("superior_minutes", do.run, "tallies.account_escalations", -1),
    M("superior_cv", do.run, "tallies.account_escalations", 0),
    M("promised_minutes", do.ten_seats, "tallies.promises_kept", +1, ESCALATING),
    M("novice_skill", do.learn, "rep.skill", +1, {"rep.experience": 500.0}),
    M("learning_contacts", do.learn, "rep.skill", -1, {"rep.experience": 500.0}),
    M("novice_slowdown", do.pace, "result", +1),
    M("fatigue_slowdown", do.pace, "result", +1, TIRED),
    M("exhaustion_slowdown", do.pace, "result", +1, TIRED),
    M("mood_slowdown", do.pace, "result", +1, {"rep.mood": 0.2}),
    M("initial_training_days", do.year, "tallies.training_days", +1, LEAVING),
    M("hiring_days", do.year, "tallies.vacancies_days", +1, LEAVING),
    M("turns", do.run, "tallies.unresolved", -1),
)

MISSING = {"talk.understanding": 0.1}
UNHEARD = {"talk.heard": 0.2}

TABLES = {
    "anger_of_moves": "talk.anger",
    "heard_by_moves": "talk.heard",
    "understanding_by_moves": "talk.understanding",
    "minutes_of_moves": "talk.minutes",
    "strain_of_moves": "talk.strain",
}
CONFRONTATION = (
    *(
        M(f"{table}.{name}", do.move(name), state, +1)
        for table, state in TABLES.items()
        for name in MOVE_NAMES
    ),
    M("understanding_start", do.open_(), "talk.understanding", +1),
    M(
        "understanding_carried", do.open_(), "talk.understanding", +1,
        {"customer.understanding": 0.8},
    ),
    M("blind_miss", do.move("offer", 0.5), "talk.worth", -1, MISSING),
    M("double_effort", do.move("apologise"), "talk.heard", +1, {"talk.apologised": True}),
    M("choice_worth", do.move("offer_choice", 0.9), "talk.worth", +1),
    M("respect_base", do.respect_enquiry, "result", +1),
    M("respect_listening", do.respect_enquiry, "result", +1),
    M("respect_heard", do.respect_conflict, "result", +1),
    M("respect_mood", do.respect_conflict, "result", +1, {"rep.mood": 0.8}),
    M("respect_cynicism", do.respect_conflict, "result", -1, TIRED),
    M("procedure_base", do.procedure(), "result", +1),
    M("unsettled_quality", do.conclude(settled=False), "customer.transaction", -1),
    M("apology_worth", do.respect_conflict, "result", +1, {"talk.apologised": True}),
    M("explain_procedure", do.procedure(explained=True), "result", +1),
    M("wait_procedure", do.procedure(wait=10.0), "result", -1),
    M("repeat_procedure", do.procedure(), "result", -1, {"customer.attempts": 3}),
    M("escalated_procedure", do.superior_hears, "customer.procedural", -1),
    M("promise_procedure", do.promise(wait=30.0), "result", +1, {"customer.promised": True}),
    M("promise_broken", do.promise(wait=90.0), "result", -1, {"customer.promised": True}),
    M("disrespect", do.respect_conflict, "result", -1, {"talk.disrespected": True}),
    M("boundary_respect", do.respect_conflict, "result", +1, {"talk.boundary": True}),
    M("ended_respect", do.respect_ended, "result", +1, {"talk.heard": 1.0}),
    M("follow_up_mend", do.mends, "tally.mended", +1),
    M("follow_up_warmth", do.call_back, "customer.satisfaction", +1),
)  # fmt: skip

TRAINED = {"rep.trained": 0.8}
ADAPTING = {"adaptive": True}
SEVEN_REVIEWS = {"review_days": 50}
"""An odd number of steps of one length does not end where it began."""
GENEROUS = {"handling.generosity": 1.0, "handling.authority": 0.25, "customer.claim": 4.0}

EMPLOYER = (
    M("margin", do.run, "tallies.account_goods", +1),
    M("wage", do.run, "tallies.account_wages", -1),
    M("superior_wage", do.run, "tallies.account_escalations", -1),
    M("hiring_cost", do.year, "tallies.account_hiring", -1, LEAVING),
    M("acquisition_cost", do.run, "tallies.account_acquisition", -1),
    M("loyalty_months", do.conclude(), "tally.payoff_employer", +1),
    M("superior_authority", do.superior_offers, "result", +1, GENEROUS),
    M("superior_skill", do.superior_hears, "customer.interactional", +1),
    M("superior_calm", do.superior_hears, "customer.anger", -1, {"customer.anger": 0.6}),
    M("superior_strain", do.pass_up, "talk.strain", +1),
    M("training_days_per_month", do.run, "tallies.training_days", +1),
    M("training_gain", do.year, "reps.trained", +1),
    M("training_fade", do.rest, "rep.trained", -1, TRAINED),
    M("training_fee", do.year, "tallies.account_training", -1),
    M("training_listening", do.listening, "result", +1, TRAINED),
    M("training_composure", do.calm, "result", +1, TRAINED),
    M("training_learning", do.wear, "rep.experience", +1, TRAINED),
    M("support_fee", do.run, "tallies.account_support", -1),
    M("follow_up_days", do.follow_up, "customer.follow_up_at", +1, {"support.follow_up": 1.0}),
    M("follow_up_minutes", do.run, "tallies.account_follow_ups", -1),
    M("feedback_fee", do.run, "tallies.account_programmes", -1),
    M("feedback_effect", do.review, "result", -1),
    M("feedback_floor", do.review, "result", +1),
    M("process_decay", do.review, "result", +1),
    M("transparency_fee", do.run, "tallies.account_programmes", -1),
    M("transparency_effect", do.issues_left, "result", -1),
    M("transparency_calm", do.open_(), "talk.anger", -1),
    M("education_fee", do.run, "tallies.account_programmes", -1, {"support.education": 1.0}),
    M("education_effect", do.issues_left, "result", -1, {"support.education": 1.0}),
    M("education_claims", do.claim, "customer.claim", -1, {"support.education": 1.0}),
    M("survey_days", do.year, "answers.customer_answers", -1, within=(7, 365)),
    M("survey_customers", do.year, "answers.customer_answers", +1),
    M("survey_reliability", do.answer_error, "result", -1),
    M("survey_spread", do.answer_error, "result", +1),
    M("survey_response", do.year, "answers.customer_answers", +1),
    M("survey_extremity", do.year, "answers.customer_answers", +1),
    M("survey_response_reps", do.year, "answers.rep_answers", +1),
    M("review_days", do.year, "end_world.review_offered", 0, within=(7, 365)),
    M("adaptive", do.year, "end_policy.generosity", 0, SEVEN_REVIEWS),
    M(
        "adaptive_step",
        do.year,
        "end_policy.generosity",
        0,
        ADAPTING | SEVEN_REVIEWS,
        within=(0.0, 0.05),
    ),
    M("adaptive_service", do.busy, "end_world.seats", +1, {**ADAPTING, "customers": 800}),
)

PRESSED = {"talk.understanding": 1.0, "talk.claim": 4.0}

POLICY = (
    M("handling.authority", do.open_(), "talk.offer", +1),
    M("handling.generosity", do.open_(), "talk.offer", +1, {"handling.authority": 5.0}),
    M("handling.boundary", do.choose, "chance.hold_boundary", +1, PRESSED),
    M("handling.tolerated_abuse", do.choose, "chance.end_contact", -1, ABUSED, within=(0.0, 6.0)),
    M("handling.listening", do.choose, "chance.listen", +1, MISSING),
    M("handling.apology", do.choose, "chance.apologise", +1),
    M("handling.choice", do.choose, "chance.offer_choice", +1, PRESSED),
    M("handling.explaining", do.choose, "chance.explain", +1),
    M(
        "handling.escalation_threshold", do.choose, "chance.escalate", -1,
        {"talk.asked_superior": True},
    ),
    M("handling.timeframe", do.move("escalate", 0.5), "talk.promised", +1),
    M("handling.display_rule", do.labour, "talk.surface", +1, {"talk.felt": 0.8}),
    M("handling.target_aht", do.open_(), "talk.target", +1, within=(0.5, 2.0)),
    M("support.training", do.run, "tallies.training_days", +1),
    M("support.breaks", do.run, "tallies.account_breaks", -1),
    M("support.break_after_abuse", do.run, "tallies.account_breaks", -1, ANGRY),
    M("support.emotional_support", do.buffered, "result", -1),
    M("support.follow_up", do.run, "tallies.follow_ups", +1),
    M("support.feedback", do.review, "result", -1),
    M("support.transparency", do.issues_left, "result", -1),
    M("support.education", do.issues_left, "result", -1),
)  # fmt: skip

MECHANISMS = (*OPERATIONS, *CUSTOMERS, *REPS, *CONFRONTATION, *EMPLOYER, *POLICY)

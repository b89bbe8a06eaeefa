"""The table of mechanisms: for every parameter and policy field, the state on which it acts.

Each row names a rule or a run, the state that is read after it, and the direction in
which that state moves from the low to the high end of the range where the parameter's
note fixes it (0: it differs). ``given`` is the setting in which the mechanism can act.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.moves import ABUSIVE, HUNG_UP, MOVE_NAMES, PRESSING, RESOLVED
from tests.sim import rules as do
from tests.sim.rules import Act
from tests.sim.scenes import MOVE


class Mechanism(NamedTuple):
    """What a parameter acts on, and how that is shown."""

    name: str
    act: Act
    acts_on: str
    way: int
    given: Mapping[str, Any] = {}
    within: tuple[Any, Any] | None = None
    """The part of the range that is compared; None is all of it."""


M = Mechanism
TIRED = {"rep.fatigue": 0.5, "rep.exhaustion": 0.5, "rep.depersonalisation": 0.5}
LEAVING = {"quit_base": 2.0, "labour_market": 4.0}
ESCALATING = {"handling.escalation_threshold": 0.0, "superior_minutes": 60.0}
FURIOUS = {"talk.anger": 1.0}
HURRIED = {"handling.target_aht": 0.3}
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
    M("initial_training_days", do.year, "tallies.training_days", +1, LEAVING),
    M("hiring_days", do.year, "tallies.vacancies_days", +1, LEAVING),
    M("turns", do.run, "tallies.unresolved", -1),
)

CUSTOMERS = (
    M("feeling_spread", do.spread_of("expectation"), "result", +1),
    M("spending", do.mean_of("spending"), "result", +1),
    M("spending_cv", do.spread_of("spending"), "result", +1),
    M("patience_cv", do.spread_of("patience"), "result", +1),
    M("temper", do.mean_of("temper"), "result", +1),
    M("honesty", do.mean_of("honesty"), "result", +1),
    M("voice", do.mean_of("voice"), "result", +1),
    M("trait_spread", do.spread_of("temper"), "result", +1),
    M("fairness_bias", do.mean_of("fairness_bias"), "result", +1),
    M("fairness_spread", do.spread_of("fairness_bias"), "result", +1),
    M("fairness_error", do.claim, "customer.felt_due", +1),
    M("issues_per_year", do.run, "tallies.issues", +1),
    M("product_share", do.kinds(0), "result", +1),
    M("delay_share", do.kinds(1), "result", +1),
    M("misunderstanding_share", do.kinds(2), "result", +1),
    M("loss", do.issue, "customer.loss", +1, {"voice_base": 2.0}),
    M("loss_cv", do.issue, "customer.loss", 0, {"voice_base": 2.0}),
    M("serious_loss", do.issue, "customer.severity", -1, {"voice_base": 2.0}),
    M(
        "product_fault", do.run, "tallies.fair_due/conflicts", +1,
        {"delay_share": 0.0, "misunderstanding_share": 0.0},
    ),
    M(
        "delay_fault", do.run, "tallies.fair_due/conflicts", +1,
        {"product_share": 0.0, "misunderstanding_share": 0.0},
    ),
    M(
        "misunderstanding_fault", do.run, "tallies.fair_due/conflicts", +1,
        {"product_share": 0.0, "delay_share": 0.0},
    ),
    M("voice_base", do.voice, "result", +1),
    M("voice_severity", do.voice, "result", +1),
    M("voice_trait", do.voice, "result", +1, {"customer.voice": 0.9}),
    M("voice_loyalty", do.voice, "result", +1, {"customer.loyalty": 0.9}),
    M("silent_exit", do.run, "tallies.silent_exits", +1),
    M("silent_disappointment", do.bear, "customer.satisfaction", -1),
    M("dishonest_excess", do.claim, "customer.claim", +1),
    M("learned_claims", do.claim, "customer.claim", +1, {"customer.claim_habit": 0.5}),
    M("claim_learning", do.learn_what_pays, "customer.claim_habit", +1, {"customer.granted": 2.0}),
    M("claim_effect", do.claim, "customer.claim", +1, {"customer.claim_habit": 0.5}),
    M("learned_tone", do.speak, "talk.pressing_turns", +1, {"customer.tone_habit": 0.5}),
    M("tone_learning", do.learn_what_pays, "customer.tone_habit", +1, {"customer.granted": 2.0}),
    M("tone_effect", do.speak, "talk.pressing_turns", +1, {"customer.tone_habit": 0.5}),
    M("anger_issue", do.open_(), "talk.anger", +1),
    M("anger_wait", do.open_(wait=10.0), "talk.anger", +1),
    M("anger_repeat", do.open_(), "talk.anger", +1, {"customer.attempts": 2}),
    M("anger_fade", do.fade, "result", +1, {"customer.anger": 0.8}),
    M("pressing_rate", do.speak, "talk.pressing_turns", +1),
    M("abuse_threshold", do.speak, "talk.abusive_turns", -1, {"talk.anger": 0.8}),
    M("abuse_rate", do.speak, "talk.abusive_turns", +1, FURIOUS),
    M("abuse_quiet", do.speak, "talk.abusive_turns", +1, {**FURIOUS, "talk.warnings": 1}),
    M("hang_up_rate", do.answers("ending", HUNG_UP), "result", +1, FURIOUS),
    M("ask_superior_rate", do.answers("asked_superior", 1), "result", +1, FURIOUS),
    M("threat_rate", do.answers("threatened", 1), "result", +1, FURIOUS),
    M("accept_offer", do.accept, "result", +1),
    M("accept_base", do.accept, "result", +1),
    M("accept_heard", do.accept, "result", +1),
    M("accept_anger", do.accept, "result", -1),
    M("firm_yield", do.move("hold_boundary"), "talk.claim", -1),
    M("explain_yield", do.move("explain"), "talk.claim", -1),
    M("raise_again", do.leave_open(), "customer.unsettled", +1),
    M("give_up_after", do.leave_open(0.1), "customer.unsettled", +1, {"customer.attempts": 3}),
    M("weight_distributive", do.quality(0.9, 0.2, 0.2), "result", +1),
    M("weight_procedural", do.quality(0.2, 0.9, 0.2), "result", +1),
    M("weight_interactional", do.quality(0.2, 0.2, 0.9), "result", +1),
    M("overpaid_gain", do.distributive_gain, "result", +1),
    M("overpaid_scale", do.distributive_gain, "result", -1),
    M("satisfaction_anchor", do.satisfaction(0.5), "result", +1),
    M("satisfaction_span", do.satisfaction(0.9), "result", +1),
    M("loss_aversion", do.satisfaction(0.3), "result", -1),
    M("satisfaction_scale", do.satisfaction(0.9), "result", -1),
    M("conflict_weight", do.conclude(), "customer.satisfaction", +1),
    M("enquiry_weight", do.enquiry, "customer.satisfaction", +1, {"customer.satisfaction": 0.1}),
    M("expectation_weight", do.take_in, "customer.expectation", +1),
    M("product_satisfaction", do.month, "customer.satisfaction", +1),
    M("product_pull", do.month, "customer.satisfaction", +1, {"customer.satisfaction": 0.2}),
    M("loyalty_pull", do.month, "customer.loyalty", +1, {"customer.loyalty": 0.2}),
    M("loyalty_conflict", do.conclude(), "customer.loyalty", +1, {"customer.loyalty": 0.2}),
    M("churn_base", do.run, "tallies.leaves", +1),
    M("churn_loyalty", do.run, "tallies.leaves", -1),
    M("spending_loyalty", do.month, "tally.account_sales", +1, {"customer.loyalty": 0.9}),
    M("entry_rate", do.run, "tallies.joins", +1),
    M("entry_neutral", do.year, "tallies.joins", -1),
    M("entry_reputation", do.year, "tallies.joins", +1, {"entry_neutral": -1.0}),
    M("ties", do.run, "tallies.tellings_good", +1),
    M("rewiring", do.ring_distance, "result", +1),
    M("telling_satisfied", do.run, "tallies.tellings_good", +1),
    M("telling_dissatisfied", do.run, "tallies.tellings_bad", +1),
    M("telling_monthly", do.run, "tallies.tellings_good", +1),
    M("hearsay_loyalty", do.hear, "customer.loyalty", +1),
    M("hearsay_expectation", do.hear, "customer.expectation", +1),
    M("reputation_memory", do.reputation, "world.reputation", -1, {"tally.tellings_good": 5}),
    M("contact_survey", do.run, "tallies.survey_answers", +1),
    M("csat_top_box", do.run, "tallies.top_box", -1),
    M("promoter", do.run, "tallies.promoters", -1, {"detractor": 0.05}),
    M("detractor", do.run, "tallies.detractors", +1, {"promoter": 0.95}),
    M("payoff_treatment", do.conclude(), "tally.payoff_customer", +1),
    M("payoff_effort", do.conclude(), "tally.payoff_customer", -1),
)  # fmt: skip

ABUSED = {"talk.tone": ABUSIVE, "talk.abusive_turns": 3}
DRAINED = {"rep.strain_today": 2.0, "rep.chronic": 0.5, "rep.hostility_today": 3.0}
PROUD = {"talk.offers": 1, "talk.offered": 1.8, "talk.right": 0.5}

REPS = (
    M("empathy", do.mean_of("empathy", "rep"), "result", +1),
    M("composure", do.mean_of("composure", "rep"), "result", +1),
    M("sovereignty", do.mean_of("sovereignty", "rep"), "result", +1),
    M("rep_trait_spread", do.spread_of("empathy", "rep"), "result", +1),
    M("rep_fairness_bias", do.mean_of("fairness_bias", "rep"), "result", +1),
    M("rep_fairness_spread", do.spread_of("fairness_bias", "rep"), "result", +1),
    M("rep_fairness_error", do.open_(), "talk.fair", 0),
    M(
        "discretion", do.open_(), "talk.offer", +1,
        {"rep.fairness_bias": 0.4, "handling.generosity": 0.0, "handling.authority": 5.0,
         "customer.claim": 4.0},
    ),
    M("threat_yield", do.threatened, "talk.offer", +1, FURIOUS),
    M("choice_temperature", do.disorder, "result", +1),
    M("depletion_noise", do.disorder, "result", +1, TIRED),
    M("weight_policy", do.choose, "chance.apologise", +1, {"handling.apology": 1.0}),
    M(
        "weight_escalation", do.choose, "chance.escalate", +1,
        {"talk.asked_superior": True, "handling.escalation_threshold": 0.2},
    ),
    M("weight_resolve", do.choose, "chance.offer", +1, {"talk.understanding": 1.0}),
    M("weight_protection", do.choose, "chance.end_contact", +1, ABUSED),
    M("weight_right", do.choose, "chance.hold_boundary", +1, {"talk.right": 0.0}),
    M("weight_rules", do.choose, "chance.argue", -1, within=(0.0, 2.0)),
    M("weight_cynicism", do.choose, "chance.argue", +1, TIRED),
    M("weight_repeat", do.choose, "chance.listen", -1, {"talk.last_move": MOVE["listen"]}),
    M(
        "weight_time", do.choose, "chance.interrupt", +1,
        {"talk.minutes": 20.0, "talk.target": 5.0},
    ),
    M("listening_fatigue", do.listening, "result", -1, TIRED),
    M("listening_exhaustion", do.listening, "result", -1, TIRED),
    M("listening_cynicism", do.listening, "result", -1, TIRED),
    M("cut_short", do.enquiry, "result", -1, HURRIED),
    M("felt_hostility", do.feel, "talk.felt", +1, {"talk.tone": ABUSIVE}),
    M("felt_pressing", do.feel, "talk.felt", +1, {"talk.tone": PRESSING}),
    M("felt_fade", do.feel, "talk.felt", -1, {"talk.felt": 0.8}),
    M("deep_share", do.open_(), "talk.deep_share", +1),
    # What deep acting takes off the feeling must show in the strain of a run, or is for nothing.
    M("acting_relief", do.feel, "talk.felt", -1, {"talk.felt": 0.8}),
    M("leak", do.feel, "talk.leak", +1, {"talk.felt": 0.8}),
    M("leak_heat", do.feel, "talk.anger", +1, {"talk.felt": 0.8}),
    M("strain_hostility", do.feel, "talk.strain", +1, {"talk.tone": ABUSIVE}),
    M("strain_pressing", do.feel, "talk.strain", +1, {"talk.tone": PRESSING}),
    M("strain_unfair", do.conscience, "talk.strain", +1),
    M("strain_conceding", do.conscience, "talk.strain", +1, PROUD),
    M("strain_refusing", do.conscience, "talk.strain", +1, {"talk.offers": 1}),
    M("strain_surface", do.labour, "talk.strain", +1, {"talk.felt": 0.8}),
    M("strain_minute", do.takes, "talk.strain", +1, {"talk.minutes": 10.0}),
    M("strain_time", do.enquiry, "rep.strain_today", +1, HURRIED),
    M("buffer_autonomy", do.buffered, "result", -1),
    M("buffer_support", do.buffered, "result", -1),
    M("buffer_composure", do.buffered, "result", -1),
    M("break_recovery", do.pause, "rep.fatigue", -1, TIRED),
    M("break_relief", do.pause, "rep.strain_today", -1, DRAINED),
    M("fatigue_minute", do.wear, "rep.fatigue", +1),
    M("fatigue_strain", do.wear, "rep.fatigue", +1),
    M("fatigue_overnight", do.rest, "rep.fatigue", -1, TIRED),
    M("drain", do.rest, "rep.chronic", +1, DRAINED),
    M("recovery_night", do.rest, "rep.chronic", -1, DRAINED),
    M("recovery_off", do.rest, "rep.chronic", -1, {**DRAINED, "rep.on_floor": False}),
    M("respite_gain", do.rest, "rep.respite", +1, {"rep.on_holiday": True}),
    M("respite_fade", do.rest, "rep.respite", -1, {"rep.respite": 0.8}),
    M("respite_effect", do.rest, "rep.exhaustion", -1, {**DRAINED, "rep.respite": 0.8}),
    M("crossover", do.rest, "rep.chronic", +1, {"rep.chronic": 0.1}),
    M("depersonalisation_rate", do.rest, "rep.depersonalisation", +1, DRAINED),
    M("depersonalisation_exhaustion", do.rest, "rep.depersonalisation", +1, DRAINED),
    M("depersonalisation_strain", do.rest, "rep.depersonalisation", +1, DRAINED),
    M("accomplishment_rate", do.rest, "rep.accomplishment", +1),
    M("accomplishment_resolving", do.rest, "rep.accomplishment", +1),
    M("accomplishment_exhaustion", do.rest, "rep.accomplishment", -1, DRAINED),
    M("accomplishment_sovereignty", do.rest, "rep.accomplishment", +1, {"rep.pride_today": 3.0}),
    M("memory_rate", do.rest, "rep.unfair", +1, {"rep.unfair_today": 5.0}),
    M("performance_step", do.conclude(), "rep.performance", +1),
    M("mood_contact", do.wear, "rep.mood", -1),
    M("mood_resolving", do.wear, "rep.mood", +1),
    M("mood_fade", do.wear, "rep.mood", +1, {"rep.mood": 0.1}),
    M("mood_overnight", do.rest, "rep.mood", -1, {"rep.mood": 0.1}),
    M("burnout_exhaustion", do.burnt_out, "result", -1, TIRED),
    M("burnout_depersonalisation", do.burnt_out, "result", -1, TIRED | {"rep.exhaustion": 0.7}),
    M("absence_exhaustion", do.illness, "result", +1, {**TIRED, "absence_base": 0.05}),
    M("absence_depersonalisation", do.illness, "result", +1, {**TIRED, "absence_base": 0.05}),
    M("absence_fatigue", do.illness, "result", +1, {"rep.spent": 0.5, "absence_base": 0.05}),
    M("quit_base", do.hazard, "result", +1),
    M("quit_early", do.hazard, "result", +1),
    M("quit_tenure", do.hazard, "result", +1, {"rep.hired": -100}),
    M("quit_exhaustion", do.hazard, "result", +1, TIRED),
    M("quit_depersonalisation", do.hazard, "result", +1, TIRED),
    M("labour_market", do.hazard, "result", +1),
    M("payoff_accomplishment", do.takes, "result", +1, {"talk.ending": RESOLVED}),
)  # fmt: skip

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
    M("adaptive", do.year, "end_policy.generosity", 0),
    M("adaptive_step", do.year, "end_policy.generosity", 0, ADAPTING, within=(0.0, 0.05)),
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

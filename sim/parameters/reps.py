"""Parameters of the reps: who they are, what drains and restores them, how they choose."""

from sim.parameters.base import Group, parameter, switch


class Reps(Group):
    """Traits, emotional labour, strain, burnout, recovery, quitting and the choice of move."""

    empathy: float = parameter(0.6, "1", 0.05, 0.95, "median empathy")
    composure: float = parameter(0.5, "1", 0.05, 0.95, "median composure")
    sovereignty: float = parameter(
        0.45, "1", 0.05, 0.95, "median belief that the customer is sovereign", "B14"
    )
    rep_trait_spread: float = parameter(1.0, "logit", 0.0, 2.0, "spread of traits between reps")
    rep_fairness_bias: float = parameter(
        0.0, "1", -0.5, 0.5, "mean bias of a rep's sense of what is due"
    )
    rep_fairness_spread: float = parameter(0.12, "1", 0.0, 0.6, "spread of that bias between reps")
    rep_fairness_error: float = parameter(
        0.15, "1", 0.0, 0.6, "error of one perception, share of the loss"
    )
    recovery_spread: float = parameter(
        0.689, "1", 0.0, 1.5, "coefficient of variation of recovery between reps (lognormal)"
    )
    calm_experience: float = parameter(
        0.151, "1", 0.0, 0.6, "rise of composure by long experience", "S16, B8: sign"
    )
    calm_contacts: float = parameter(
        10_000.0, "contacts", 500.0, 50_000.0, "contacts until 63 % of that is there: a year's"
    )
    first_exhaustion_higher: float = parameter(
        0.2, "1", 0.0, 0.5, "how far the first staff's exhaustion lies above that of recruits"
    )
    discretion: float = parameter(
        0.25, "1", 0.0, 1.0, "share of a rep's own sense in what is offered"
    )
    threat_yield: float = parameter(
        0.15, "1", 0.0, 1.0, "share of the open excess yielded to a threat to leave"
    )

    choice_temperature: float = parameter(0.32, "1", 0.05, 2.0, "noise of the choice of move")
    depletion_noise: float = parameter(0.8, "1", 0.0, 3.0, "extra noise when fully depleted")
    choice_by_tremble: bool = switch(
        False, "second form: the best move but for a constant error, instead of softmax"
    )
    tremble: float = parameter(
        0.44, "1", 0.0, 0.6, "chance that any move is made instead of the best, undepleted"
    )
    weight_policy: float = parameter(1.6, "1", 0.0, 5.0, "pull of what the policy asks")
    weight_escalation: float = parameter(
        4.0, "1", 0.0, 10.0, "pull of passing a case up where it is called for"
    )
    weight_resolve: float = parameter(0.9, "1", 0.0, 5.0, "pull of the wish to resolve")
    weight_protection: float = parameter(0.7, "1", 0.0, 5.0, "pull of self-protection")
    weight_right: float = parameter(0.6, "1", 0.0, 5.0, "pull of one's own sense of what is right")
    weight_rules: float = parameter(1.0, "1", 0.0, 5.0, "pull of staying within the rules")
    weight_cynicism: float = parameter(
        2.51, "1", 0.0, 5.0, "pull of depersonalisation and low mood", "B8"
    )
    last_resort: float = parameter(
        2.0,
        "1",
        0.0,
        5.0,
        "weight of ending a contact, and of warning without cause, against other moves",
    )
    pressing_hostility: float = parameter(
        0.5, "1", 0.0, 1.0, "hostility of a pressing turn, an abusive one being 1"
    )
    flight: float = parameter(
        0.5, "1", 0.0, 1.0, "share of self-protection's pull that goes to handing a case on"
    )
    weight_repeat: float = parameter(0.5, "1", 0.0, 3.0, "push away from the move just made")
    weight_time: float = parameter(
        0.8, "1", 0.0, 5.0, "pull of a target handling time that is passed"
    )

    listening_fatigue: float = parameter(
        0.25, "1", 0.0, 1.0, "loss of listening at fatigue 1", "B10"
    )
    listening_exhaustion: float = parameter(
        0.116, "1", 0.0, 1.0, "loss of listening at exhaustion 1", "B10"
    )
    listening_cynicism: float = parameter(
        0.2, "1", 0.0, 1.0, "loss of listening at depersonalisation 1", "B8"
    )
    cut_short: float = parameter(
        0.3, "1", 0.0, 1.0, "share of the talk beyond a target that is cut off"
    )
    felt_hostility: float = parameter(
        0.769, "1", 0.0, 1.0, "negative feeling that one abusive turn brings"
    )
    felt_pressing: float = parameter(
        0.25, "1", 0.0, 1.0, "negative feeling that one pressing turn brings"
    )
    felt_fade: float = parameter(
        0.15, "1/turn", 0.0, 1.0, "fading of negative feeling in a civil turn"
    )
    deep_share: float = parameter(
        0.239,
        "1",
        0.0,
        1.0,
        "share of labour done by deep acting at empathy and composure 1, rested",
        "S14",
    )
    acting_relief: float = parameter(
        0.5, "1", 0.0, 1.0, "share of felt emotion that deep acting removes"
    )
    leak: float = parameter(
        0.385, "1", 0.0, 1.0, "share of unhidden feeling that reaches the customer", "B16"
    )

    leak_heat: float = parameter(
        0.0654, "1/turn", 0.0, 0.6, "rise of the customer's anger by what leaks", "B9"
    )
    strain_hostility: float = parameter(
        0.30, "1", 0.0, 2.0, "strain of one abusive turn", "B1, B3: sign"
    )
    strain_pressing: float = parameter(
        0.05, "1", 0.0, 1.0, "strain of one pressing turn", "B1, B3: sign"
    )
    strain_unfair: float = parameter(
        0.25, "1", 0.0, 2.0, "strain of a claim that is all excess", "P5: read"
    )
    strain_conceding: float = parameter(
        0.0368, "1", 0.0, 2.0, "strain of conceding what one thinks wrong", "B14"
    )
    strain_refusing: float = parameter(
        0.305, "1", 0.0, 2.0, "strain of refusing what one thinks right"
    )
    strain_surface: float = parameter(
        0.178, "1", 0.0, 2.0, "strain of a contact of full surface acting", "S14, B4"
    )
    strain_minute: float = parameter(0.002, "1/min", 0.0, 0.05, "strain of a minute's handling")
    strain_time: float = parameter(
        0.05, "1", 0.0, 1.0, "strain of a contact over the target handling time"
    )
    buffer_autonomy: float = parameter(
        0.20, "1", 0.0, 0.8, "share of strain removed by full autonomy", "B1"
    )
    buffer_support: float = parameter(
        0.30, "1", 0.0, 0.8, "share of strain removed by full support", "B11"
    )
    buffer_composure: float = parameter(
        0.653, "1", 0.0, 0.9, "share of strain removed by full composure"
    )
    break_recovery: float = parameter(
        0.015, "1/min", 0.0, 0.2, "share of fatigue gone per minute of break"
    )
    break_relief: float = parameter(
        0.01, "1/min", 0.0, 0.1, "share of the day's strain gone per minute of break"
    )

    fatigue_minute: float = parameter(
        0.0016, "1/min", 0.0, 0.02, "rise of fatigue per minute handled"
    )
    fatigue_strain: float = parameter(0.05, "1", 0.0, 0.5, "rise of fatigue per unit of strain")
    fatigue_overnight: float = parameter(0.85, "1", 0.0, 1.0, "share of fatigue gone after a night")
    drain: float = parameter(0.00698, "1", 0.0, 0.1, "exhaustion per unit of strain")
    drain_by_imbalance: bool = switch(
        False, "second form: what drains is strain over reward, instead of strain alone"
    )
    usual_reward: float = parameter(
        0.5, "1", 0.1, 0.9, "accomplishment at which both forms drain the same"
    )
    recovery_night: float = parameter(
        0.0125, "1/day", 0.0, 0.2, "share of exhaustion gone after a working day's night"
    )
    recovery_off: float = parameter(
        0.00283, "1/day", 0.0, 0.3, "share gone on a day off", "S17, B13"
    )
    respite_gain: float = parameter(
        0.20, "1/day", 0.0, 1.0, "build-up of respite on holiday", "S17, B13"
    )
    respite_fade: float = parameter(
        0.258, "1/day", 0.0, 1.0, "fading of respite afterwards", "S17, B13"
    )
    respite_effect: float = parameter(
        0.0655, "1", 0.0, 0.8, "share of exhaustion lifted by full respite", "S17, B13"
    )
    crossover: float = parameter(
        0.0396, "1/day", 0.0, 0.1, "pull towards the team's mean exhaustion", "S18, B12"
    )
    depersonalisation_rate: float = parameter(0.02, "1/day", 0.0, 0.2, "speed of depersonalisation")
    depersonalisation_exhaustion: float = parameter(
        0.415, "1", 0.0, 1.5, "its level per unit of exhaustion"
    )
    depersonalisation_strain: float = parameter(
        0.0691, "1", 0.0, 0.5, "its level per unit of the day's hostility"
    )
    accomplishment_rate: float = parameter(0.02, "1/day", 0.0, 0.2, "speed of accomplishment")
    accomplishment_resolving: float = parameter(
        0.815, "1", 0.0, 1.5, "its level when every contact is resolved"
    )
    accomplishment_exhaustion: float = parameter(
        0.5, "1", 0.0, 1.5, "its fall per unit of exhaustion"
    )
    accomplishment_sovereignty: float = parameter(
        0.3, "1", 0.0, 1.0, "gain from a concession at full belief in sovereignty", "B14: sign"
    )
    memory_rate: float = parameter(
        0.02, "1/day", 0.0, 0.2, "memory of what a questionnaire asks a rep about"
    )
    performance_step: float = parameter(
        0.02, "1/contact", 0.0, 0.2, "step of a rep's performance: customers' satisfaction"
    )
    mood_contact: float = parameter(0.143, "1", 0.0, 1.0, "fall of mood per unit of strain", "B9")
    mood_resolving: float = parameter(0.04, "1", 0.0, 0.5, "rise of mood after a resolved contact")
    mood_fade: float = parameter(0.06, "1/contact", 0.0, 1.0, "return of mood per contact", "S16")
    mood_overnight: float = parameter(
        0.35, "1", 0.0, 1.0, "share of mood kept until next morning", "B9"
    )

    burnout_exhaustion: float = parameter(
        0.5, "1", 0.1, 0.9, "exhaustion from which a rep counts as burnt out"
    )
    burnout_depersonalisation: float = parameter(
        0.3, "1", 0.05, 0.9, "depersonalisation from which one does (both are needed)"
    )
    absence_exhaustion: float = parameter(
        1.2, "1", 0.0, 5.0, "rise of log absence per unit of exhaustion", "B6"
    )
    absence_depersonalisation: float = parameter(
        0.4, "1", 0.0, 5.0, "the same of depersonalisation", "B6"
    )
    absence_fatigue: float = parameter(
        0.5, "1", 0.0, 3.0, "rise of log absence per unit of yesterday's fatigue"
    )
    quit_base: float = parameter(
        0.159, "1/year", 0.0, 2.0, "hazard of quitting of a settled, rested rep", "S19, O1"
    )
    quit_early: float = parameter(1.5, "1", 0.0, 8.0, "extra hazard of a new hire, as a share")
    quit_tenure: float = parameter(120.0, "days", 10.0, 1_000.0, "time for that to fade to 37 %")
    quit_exhaustion: float = parameter(
        2.16, "1", 0.0, 6.0, "rise of log quitting per unit of exhaustion", "S15, B6: sign"
    )
    quit_depersonalisation: float = parameter(
        1.12, "1", 0.0, 6.0, "the same of depersonalisation", "B6: sign"
    )
    labour_market: float = parameter(
        1.0, "1", 0.1, 4.0, "ease of finding other work, multiplies quitting"
    )
    payoff_accomplishment: float = parameter(
        0.5, "1", 0.0, 3.0, "worth of a resolved conflict, in units of strain"
    )

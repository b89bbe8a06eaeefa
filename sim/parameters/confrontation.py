"""What each move does: to anger, being heard, understanding, time and the rep's strain.

No move is good or bad here. Every range includes zero, and those whose sign no source
fixes reach to both sides of it.
"""

from pydantic import Field

from sim.parameters.base import Group, move_table, parameter

AngerOfMoves = move_table(
    "AngerOfMoves",
    __name__,
    "share",
    -0.6,
    0.6,
    "change of anger, as a share of what can still fall or rise",
    "assumed",
    listen=-0.0401,
    acknowledge=-0.0477,
    let_vent=0.0163,
    apologise=-0.0787,
    ask=-0.017,
    explain=-0.0179,
    offer=-0.00455,
    offer_choice=-0.0218,
    hold_boundary=0.0537,
    warn=0.0398,
    end_contact=0.0829,
    escalate=-0.0269,
    argue=0.164,
    interrupt=0.0706,
    deflect=0.118,
    pass_the_buck=0.0498,
)

HeardByMoves = move_table(
    "HeardByMoves",
    __name__,
    "share",
    -0.6,
    0.6,
    "change of being heard, as a share of what can still rise or fall",
    "V3: sign of listening; else assumed",
    listen=0.253,
    acknowledge=0.151,
    let_vent=0.0422,
    apologise=0.059,
    ask=0.0854,
    explain=0.0647,
    offer=0.0318,
    offer_choice=0.00755,
    hold_boundary=-0.0527,
    warn=0.00908,
    end_contact=0.0349,
    escalate=-0.013,
    argue=-0.381,
    interrupt=-0.449,
    deflect=-0.117,
    pass_the_buck=-0.18,
)

UnderstandingByMoves = move_table(
    "UnderstandingByMoves",
    __name__,
    "share",
    -0.6,
    0.6,
    "change of understanding, as a share of what can still rise or fall",
    "assumed",
    listen=0.246,
    acknowledge=0.04,
    let_vent=0.10,
    ask=0.285,
    explain=0.08,
    offer_choice=0.10,
    interrupt=-0.10,
)

MinutesOfMoves = move_table(
    "MinutesOfMoves",
    __name__,
    "min",
    0.0,
    6.0,
    "time that a move and the answer to it take",
    "assumed",
    listen=1.3,
    acknowledge=0.6,
    let_vent=1.5,
    apologise=0.4,
    ask=1.0,
    explain=1.6,
    offer=1.2,
    offer_choice=1.8,
    hold_boundary=0.9,
    warn=0.5,
    end_contact=0.4,
    escalate=1.2,
    argue=1.1,
    interrupt=0.3,
    deflect=0.6,
    pass_the_buck=0.6,
)

StrainOfMoves = move_table(
    "StrainOfMoves",
    __name__,
    "1",
    -0.2,
    0.2,
    "strain of making the move (below zero: relief)",
    "assumed",
    listen=0.006,
    acknowledge=0.006,
    let_vent=0.015,
    apologise=0.008,
    ask=0.002,
    explain=0.003,
    hold_boundary=0.008,
    warn=0.008,
    end_contact=0.0,
    argue=0.01,
    interrupt=0.004,
)


class Confrontation(Group):
    """The sixteen moves' effects, and how a conversation starts and goes."""

    anger_of_moves: AngerOfMoves = Field(default_factory=AngerOfMoves)  # type: ignore[valid-type]
    heard_by_moves: HeardByMoves = Field(default_factory=HeardByMoves)  # type: ignore[valid-type]
    understanding_by_moves: UnderstandingByMoves = Field(  # type: ignore[valid-type]
        default_factory=UnderstandingByMoves
    )
    minutes_of_moves: MinutesOfMoves = Field(default_factory=MinutesOfMoves)  # type: ignore[valid-type]
    strain_of_moves: StrainOfMoves = Field(default_factory=StrainOfMoves)  # type: ignore[valid-type]

    understanding_start: float = parameter(
        0.25, "1", 0.0, 1.0, "understanding before the first move"
    )
    understanding_carried: float = parameter(
        0.5, "1", 0.0, 1.0, "share of understanding that notes carry to the next contact"
    )
    blind_miss: float = parameter(
        0.6, "1", 0.0, 1.0, "share of its worth that an offer loses when it misses"
    )
    double_effort: float = parameter(
        0.3,
        "1",
        0.0,
        1.0,
        "worth of repeating a move, as a share of its first effect (apology, warning)",
    )
    choice_worth: float = parameter(
        0.0174, "x claim", -0.2, 0.4, "worth of having a choice", "T15: weak"
    )
    respect_base: float = parameter(
        0.30, "1", 0.0, 1.0, "interactional justice of a contact in which nobody listens"
    )
    respect_listening: float = parameter(
        0.50, "1", 0.0, 1.0, "its rise with the rep's listening (enquiries)", "V3: sign"
    )
    respect_heard: float = parameter(
        0.464, "1", 0.0, 1.0, "its rise with being heard (conflicts)", "V3: sign"
    )
    respect_mood: float = parameter(
        0.477, "1", 0.0, 1.0, "its rise per unit of the rep's mood", "B9, B16"
    )
    respect_cynicism: float = parameter(
        0.25, "1", 0.0, 1.0, "its fall per unit of depersonalisation", "B8, B16"
    )
    procedure_base: float = parameter(
        0.75, "1", 0.0, 1.0, "procedural justice of a prompt first contact"
    )
    unsettled_quality: float = parameter(
        0.338, "1", 0.0, 1.0, "share of a contact's quality lost while it is left open"
    )
    apology_worth: float = parameter(
        0.312, "1", -0.2, 0.8, "rise of interactional justice by an apology", "S10, T9: sign"
    )
    explain_procedure: float = parameter(
        0.192, "1", -0.2, 0.6, "rise of procedural justice by an explanation", "V6"
    )
    wait_procedure: float = parameter(
        0.15, "1", 0.0, 0.6, "fall of procedural justice per ten minutes' wait"
    )
    repeat_procedure: float = parameter(
        0.15, "1", 0.0, 0.6, "fall of it per further contact", "O2: sign"
    )
    escalated_procedure: float = parameter(0.0163, "1", -0.2, 0.6, "fall of it by being passed on")
    promise_procedure: float = parameter(
        0.103, "1", -0.2, 0.6, "rise of it by a timeframe that is kept", "V6 by analogy"
    )
    promise_broken: float = parameter(
        0.0181, "1", 0.0, 0.8, "fall of it by a timeframe that is not"
    )
    disrespect: float = parameter(
        0.222, "1", -0.2, 0.6, "fall of interactional justice by being argued with or cut off"
    )
    boundary_respect: float = parameter(
        0.095, "1", -0.4, 0.4, "change of interactional justice by a boundary", "B15"
    )
    ended_respect: float = parameter(
        -0.413, "1", -0.8, 0.2, "change of it by having the contact ended"
    )
    follow_up_mend: float = parameter(
        0.106, "1", 0.0, 1.0, "chance that a follow-up mends what was left open"
    )
    follow_up_warmth: float = parameter(
        0.063, "1", -0.1, 0.3, "rise of satisfaction by a call back"
    )

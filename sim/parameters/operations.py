"""Parameters of the service operation: size, clock, staffing, queue and handling times."""

from sim.parameters.base import Group, parameter


class Operations(Group):
    """Size, opening hours, seats and heads, the queue and the handling times."""

    customers: int = parameter(
        58_000, "customers", 1, 2_000_000, "customers on the first day", "S13 and S19 together"
    )
    market: float = parameter(
        1.25, "x customers", 1.0, 2.0, "people who could be customers, as a multiple of customers"
    )
    seats: int = parameter(20, "seats", 1, 5_000, "desks filled in each shift")
    team_size: int = parameter(10, "reps", 1, 100, "reps in a team")
    open_minutes: float = parameter(
        510.0,
        "min/day",
        30.0,
        1_440.0,
        "opening hours; 1440 is round the clock, queue carried over",
    )
    shift_minutes: float = parameter(
        510.0, "min", 30.0, 1_440.0, "length of a shift, lunch included"
    )
    lunch_minutes: float = parameter(
        30.0, "min", 0.0, 60.0, "unpaid break in the middle of a shift"
    )
    days_per_week: int = parameter(5, "days", 1, 7, "days that a rep works in a week")
    holiday_days: int = parameter(12, "days", 0, 28, "length of one holiday, calendar days")
    holiday_interval: int = parameter(
        182, "days", 30, 730, "from one holiday's start to the next's"
    )
    absence_base: float = parameter(
        0.012, "1/day", 0.0, 0.05, "daily chance that a well rep falls ill on a scheduled day"
    )
    absence_spell: float = parameter(3.0, "days", 1.0, 20.0, "mean length of an absence")
    planned_absence: float = parameter(
        0.12,
        "1",
        0.0,
        0.4,
        "share of scheduled days that staffing expects to lose besides holidays",
    )
    enquiries_per_year: float = parameter(
        3.4, "1/year", 0.0, 60.0, "routine contacts that a customer starts", "S13 and S19 together"
    )
    peak: float = parameter(
        0.35,
        "1",
        0.0,
        0.9,
        "arrival rate at opening above the mean, as a share; it falls linearly to as far below",
    )
    enquiry_minutes: float = parameter(
        6.6, "min", 0.5, 30.0, "mean talk time of an enquiry, skilled"
    )
    handling_cv: float = parameter(
        0.7,
        "1",
        0.0,
        2.0,
        "coefficient of variation of the lognormal factor on talk time",
        "O4: read",
    )
    mean_talk_step: float = parameter(
        0.001, "1/contact", 0.0, 0.1, "step of the mean talk time that a target refers to"
    )
    after_call_minutes: float = parameter(1.4, "min", 0.0, 10.0, "mean after-call work, skilled")
    enquiry_resolution: float = parameter(
        0.831,
        "1",
        0.3,
        1.0,
        "chance that a skilled, listening rep settles an enquiry",
        "S19, O2: read",
    )
    novice_errors: float = parameter(0.25, "1", 0.0, 1.0, "share of that lost at skill 0")
    inattention: float = parameter(0.2, "1", 0.0, 1.0, "share of that lost when nobody listens")
    patience_minutes: float = parameter(
        14.7, "min", 0.2, 60.0, "mean over customers of the mean patience in the queue", "S19, O3"
    )
    redial: float = parameter(0.6, "1", 0.0, 1.0, "chance that one who abandoned calls again")
    redial_minutes: float = parameter(90.0, "min", 1.0, 600.0, "mean time until then")
    repeat_days: float = parameter(
        2.0, "days", 0.1, 20.0, "mean time until an open matter is raised again"
    )
    answer_within: float = parameter(
        20.0, "s", 1.0, 600.0, "threshold of the service level", "O3: read"
    )
    repeat_window: float = parameter(
        7.0, "days", 1.0, 30.0, "window of first-contact resolution by repeats"
    )
    superiors_per_seat: float = parameter(
        0.1, "1", 0.0, 1.0, "superiors on duty for each seat; at least one in a centre"
    )
    superior_minutes: float = parameter(
        9.0, "min", 1.0, 60.0, "mean time a superior takes for a case"
    )
    superior_cv: float = parameter(0.6, "1", 0.0, 2.0, "coefficient of variation of that time")
    promised_minutes: float = parameter(
        60.0, "min", 1.0, 1_440.0, "timeframe that is promised with an escalation"
    )
    novice_skill: float = parameter(
        0.45, "1", 0.0, 1.0, "skill on the first day on the floor", "O4: reps learn"
    )
    learning_contacts: float = parameter(
        1_200.0, "contacts", 50.0, 20_000.0, "contacts until 63 % of the way to full skill is gone"
    )
    novice_slowdown: float = parameter(
        0.7, "1", 0.0, 2.0, "extra handling time at skill 0, as a share", "O4: reps learn"
    )
    fatigue_slowdown: float = parameter(
        0.15, "1", 0.0, 1.0, "extra handling time at fatigue 1", "B10: read"
    )
    exhaustion_slowdown: float = parameter(
        0.1, "1", 0.0, 1.0, "extra handling time at exhaustion 1", "B10: read"
    )
    mood_slowdown: float = parameter(
        0.118, "1", 0.0, 1.0, "extra handling time at mood 0", "B10: sign"
    )
    initial_training_days: int = parameter(
        29, "days", 0, 180, "paid training of a hire before the floor", "O1: 4.2 weeks, read"
    )
    hiring_days: float = parameter(25.0, "days", 0.0, 180.0, "mean time a vacancy stays open")
    turns: int = parameter(24, "turns", 4, 60, "longest conversation; then it ends unresolved")

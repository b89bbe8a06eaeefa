"""What each purpose of a draw means: the words of a table of ODD.md."""

from typing import NamedTuple


class Draw(NamedTuple):
    """Where the draws of one purpose lie, and what its words decide."""

    person: str
    day: str
    turn: str
    words: str


PURPOSES: dict[str, Draw] = {
    "CUSTOMER_TRAITS": Draw(
        "customer",
        "0",
        "0 to 2",
        "0: spending, patience, temper, honesty; 1: voice, fairness bias, expectation, "
        "satisfaction; 2: contentment",
    ),
    "REP_TRAITS": Draw(
        "rep",
        "0",
        "0",
        "empathy, composure, sovereignty, fairness bias",
    ),
    "REP_STATES": Draw(
        "rep",
        "0",
        "0",
        "first holiday, first chronic exhaustion, first accomplishment, recovery",
    ),
    "ENQUIRY": Draw(
        "customer",
        "number of the enquiry",
        "0",
        "days until the next enquiry",
    ),
    "ISSUE": Draw(
        "customer",
        "number of the candidate",
        "0 to 2",
        "0: days until the next candidate; 1: kind, thinning, loss, fault; 2: felt due, "
        "voice, silent exit",
    ),
    "PERCEPTION": Draw(
        "customer",
        "candidates so far",
        "attempt",
        "the rep's error about what is fair",
    ),
    "CALL": Draw(
        "customer",
        "day of arrival",
        "arrival of the day",
        "patience, handling time, enquiry settled, asked after the contact",
    ),
    "TURN": Draw(
        "customer",
        "day of arrival",
        "64 x arrival + turn",
        "the rep's move, acceptance, tone (its rest: missed offer, promise), other answers",
    ),
    "AFTERMATH": Draw(
        "customer",
        "day",
        "arrival of the day",
        "raise again, when (enquiries: and its fraction of a day), follow-up, its "
        "fraction of a day",
    ),
    "SUPERIOR": Draw(
        "customer",
        "day of arrival",
        "arrival of the day",
        "time, error about what is fair, acceptance, asked after the contact",
    ),
    "FOLLOW_UP": Draw(
        "customer",
        "day",
        "candidates so far",
        "mended or not",
    ),
    "TELLING": Draw(
        "customer",
        "day",
        "64 x arrival + block of four ties",
        "one word a tie: told or not",
    ),
    "MONTH": Draw(
        "customer",
        "day",
        "0",
        "leave, talk, with whom",
    ),
    "ENTRY": Draw(
        "seat of the market",
        "day",
        "0",
        "join",
    ),
    "TIES": Draw(
        "seat of the market",
        "0",
        "0, then step",
        "0: number of ties forward; step: the other end, if rewired",
    ),
    "REWIRING": Draw(
        "seat of the market",
        "0",
        "step",
        "rewired or not",
    ),
    "ABSENCE": Draw(
        "rep",
        "day",
        "0",
        "fall ill, for how long",
    ),
    "TRAINING_DAY": Draw(
        "rep",
        "day",
        "0",
        "a refresher or not",
    ),
    "QUITTING": Draw(
        "rep",
        "day",
        "0",
        "quit, how long the place stays vacant",
    ),
    "HIRING": Draw(
        "rep",
        "0",
        "0",
        "tenure of the founding staff",
    ),
    "JOINING": Draw(
        "customer",
        "0",
        "0",
        "how long the first customers have been customers",
    ),
    "SURVEY_SAMPLE": Draw(
        "0",
        "day",
        "0",
        "first seat of the customers' sample",
    ),
    "SURVEY_ANSWER": Draw(
        "rep or customer",
        "day",
        "rep 0, customer 1",
        "who answers; for customers also the errors of satisfaction, distributive and "
        "procedural justice",
    ),
    "SURVEY_NOISE": Draw(
        "rep or customer",
        "day",
        "rep 0 to 2, customer 3",
        "the errors of the other scales",
    ),
    "CORE_ARRIVAL": Draw(
        "arrival",
        "0",
        "0",
        "service core alone: gap to the arrival, patience",
    ),
    "CORE_SERVICE": Draw(
        "arrival",
        "0",
        "0",
        "service core alone: service time",
    ),
    "REDIAL": Draw(
        "customer",
        "day of arrival",
        "arrival of the day",
        "call again, when, its fraction of the next day (an issue that is not redialled: "
        "raised again or dropped)",
    ),
}

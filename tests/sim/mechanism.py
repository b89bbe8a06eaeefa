"""What a row of the table of mechanisms is, and the settings that rows share."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sim.moves import ABUSIVE
from tests.sim.rules import Act


class Mechanism(NamedTuple):
    """What a parameter acts on, and how that is shown."""

    name: str
    act: Act
    acts_on: str
    way: int
    given: Mapping[str, Any] = {}
    within: tuple[Any, Any] | None = None
    """The part of the range that is compared; None is all of it."""


TIRED = {"rep.fatigue": 0.5, "rep.exhaustion": 0.5, "rep.depersonalisation": 0.5}
HURRIED = {"handling.target_aht": 0.3}
FURIOUS = {"talk.anger": 1.0}
ABUSED = {"talk.tone": ABUSIVE, "talk.abusive_turns": 3}

"""The address of one conversation: what brings it back, in a link or from the log."""

from dataclasses import dataclass

from experiments.demo.setting import Setting
from experiments.errors import RequestError, no_such, shown

KINDS = ("escalation", "abuse", "happy_end", "hang_up")
"""Kinds of story that may be looked for."""

FORM = "POLICY.REPLICATION.DAY.CUSTOMER.NUMBER"

MOST_NUMBER = 63
"""A customer's conversations of a day are numbered from 0; there is no address for more."""

MOST_CUSTOMER = 2**32 - 1
"""The largest number of a person that has draws of its own."""


@dataclass(frozen=True)
class Contact:
    """One conversation of a room.

    Attributes
    ----------
    policy : str
        Under which it was held.
    replication : int
        From 1.
    day : int
        After the branch, from 0.
    customer : int
        The person.
    number : int
        Which of the person's conversations over an issue that day, from 0.
    """

    policy: str
    replication: int
    day: int
    customer: int
    number: int

    def __str__(self) -> str:
        """Return the address: ``balanced.1.4.8123.0``."""
        numbers = (self.replication, self.day, self.customer, self.number)
        return ".".join([self.policy, *map(str, numbers)])


def read_contact(setting: Setting, text: str) -> Contact:
    """Return the conversation that an address names; whether it took place is not asked.

    Raises
    ------
    RequestError
        Where it is no address of this room, with every mistake in it.
    """
    policy, *parts = text.rsplit(".", 4)
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
        raise RequestError([f"contact: given {shown(text)}; allowed: {FORM}"])
    ends = {
        "replication": (1, setting.replications),
        "day": (0, setting.days - 1),
        "customer": (0, MOST_CUSTOMER),
        "number": (0, MOST_NUMBER),
    }
    wrong = []
    if policy not in setting.all_titles:
        wrong.append(f"contact: policy: {no_such('policy', policy, setting.all_titles)}")
    for (name, (low, high)), part in zip(ends.items(), parts, strict=True):
        # A number with so many digits is out of range whatever they are.
        if len(part) > 10 or not low <= int(part) <= high:
            wrong.append(f"contact: {name}: given {shown(part)}; allowed: {low} to {high}")
    if wrong:
        raise RequestError(wrong)
    return Contact(policy, *map(int, parts))

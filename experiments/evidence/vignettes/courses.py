"""The prescribed courses: what the rep does in them, and what an issue costs.

The moves of each were written down before any figure was seen (assumed; the findings tell
outcomes and not the rep's turns).
"""

from experiments.evidence.vignettes.scene import Course, Scene
from sim.moves import APOLOGISE, ASK, DEFLECT, EXPLAIN, INTERRUPT, LISTEN, OFFER

TRIVIAL = 0.05
"""A trivial loss, in prices: $5 at $100 a price (T6)."""

SERIOUS = 1.42
"""A serious or large loss, in prices: $142 (T11)."""

PRICE = 1.0
"""A loss of one price."""

EXCELLENT = 1.5
"""Redress of an excellent recovery, as a multiple of what is due."""

OPENING: tuple[int | None, ...] = (LISTEN, ASK)
"""How every contact begins that is neither excellent nor bad."""


def settled_in_full(scene: Scene) -> Course:
    """Return a contact that settles the issue: what is due is paid."""
    return Course(moves=(*OPENING, OFFER), offer=scene.customer.due)


def nothing_granted(again: bool) -> Course:
    """Return a contact in which nothing is offered; the issue is raised again or dropped."""
    return Course(moves=OPENING, settled=False, again=again)


def paid(amount: float) -> Course:
    """Return a contact that is settled with a payment, of nothing perhaps."""
    return Course(moves=(*OPENING, OFFER), offer=amount)


def with_or_without_apology(scene: Scene, apology: bool) -> Course:
    """Return a contact settled in full, begun with an apology, or without in the other turns."""
    first = APOLOGISE if apology else None
    return Course(moves=(first, *OPENING, OFFER), offer=scene.customer.due)


def excellent_recovery(scene: Scene) -> None:
    """Let the company fail the customer, and put it right at once and more than fully."""
    scene.befall(at_fault=True)
    moves = (LISTEN, ASK, APOLOGISE, EXPLAIN, OFFER)
    scene.contact(Course(moves=moves, offer=EXCELLENT * scene.customer.due))


def bad_recovery(scene: Scene, wait: float) -> None:
    """Let the company fail the customer, and wave the complaint away."""
    scene.befall(at_fault=True)
    scene.contact(Course(moves=(INTERRUPT, DEFLECT), settled=False), wait)

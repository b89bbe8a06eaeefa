"""Centres small enough to run in a blink, shared by the tests."""

import os

import pytest
from hypothesis import settings

# Before numpy is loaded, here and in the processes that tests start: matrices this small are
# slower on two threads than on one, and tests run on every processor there is as it is.
for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

from sim import Centre  # noqa: E402

# An example may wait for a compilation; a failure found once is found again everywhere.
settings.register_profile("frontline", deadline=None, derandomize=True)
settings.load_profile("frontline")


@pytest.fixture(scope="session")
def tiny() -> Centre:
    """Return a centre of two desks with the reference centre's habits: a few contacts a day."""
    return Centre(customers=300, seats=2, team_size=2)


@pytest.fixture(scope="session")
def busy() -> Centre:
    """Return a tiny centre with some fifty contacts a day and every mechanism at work."""
    return Centre(
        customers=300,
        seats=2,
        team_size=2,
        enquiries_per_year=40.0,
        issues_per_year=20.0,
        voice_base=-1.0,
        initial_training_days=3,
        survey_days=14,
    )

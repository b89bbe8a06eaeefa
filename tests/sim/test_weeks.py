"""The weekly series: whole weeks, each measured as any stretch of days is."""

import pytest

from sim import Centre, Handling, Policy, Support, simulate, warm_up

FULL = Policy(
    handling=Handling(authority=0.5, escalation_threshold=0.2, tolerated_abuse=1.0),
    support=Support(follow_up=0.8, feedback=1.0),
)


def test_weeks_of_the_warm_up_count_back_from_the_branch(busy: Centre) -> None:
    """Protects the plot of the warm-up: its last week ends with the branch, whole weeks only."""
    for warm_days in (0, 6, 7, 40):
        start = warm_up(busy, Policy(), days=warm_days, seed=5)
        outcome = simulate(busy, Policy(), days=15, seed=5, start=start)
        weeks = outcome.warmup_weekly()
        assert {len(values) for values in weeks.values()} == {warm_days // 7}
        assert {len(values) for values in outcome.weekly().values()} == {2}
        for back in range(warm_days // 7):
            last = warm_days - 7 * back
            one = outcome.warmup_measures(last - 7, last)
            for name, value in one.items():
                got = weeks[name][-1 - back]
                assert got == pytest.approx(value, rel=1e-12, abs=1e-12, nan_ok=True), name


def test_weeks_are_measured_as_any_stretch_is(busy: Centre) -> None:
    """Protects the fast sums of the weekly series: each week as it is measured on its own."""
    outcome = simulate(busy, FULL, days=31, seed=5)
    weeks = outcome.weekly()
    for week in range(4):
        for name, value in outcome.measures(7 * week, 7 * week + 7).items():
            assert weeks[name][week] == pytest.approx(value, rel=1e-12, abs=1e-12, nan_ok=True)

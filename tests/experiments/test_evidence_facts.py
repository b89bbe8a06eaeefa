"""Each fact's statistic, on made data of which the answer is known.

Where a statistic is random, the tolerance is a multiple of its standard error: a false alarm in
10,000 runs; the seeds are fixed, so a test that passes goes on passing.
"""

from math import log

import numpy as np
import pytest
from scipy import stats

from experiments.evidence.answers import LAST, MIDDLE
from experiments.evidence.datasets.panel import NEAR, ContactLog
from experiments.evidence.datasets.questionnaires import CUSTOMER_SCALES, REP_SCALES
from experiments.evidence.datasets.reference import COUNTS
from experiments.evidence.facts import FACTS
from experiments.evidence.facts.s15_consequences import WITHIN
from experiments.evidence.facts.s17_holidays import days_gone
from experiments.evidence.facts.s18_teams import DEMANDS, mates_mean, without_teams
from experiments.evidence.facts.s19_operations import MEASURES
from experiments.evidence.moments import error_spread
from sim.measures import BY_NAME
from sim.moves import ENQUIRY, ISSUE
from sim.state import CONTACT

BY_ID = {fact.id: fact for fact in FACTS}
RARE = stats.norm.isf(0.5e-4)
NOISE = error_spread(0.8)


def estimate(fact, resamples=0, **data):
    names = {"panel": "panel", "placebo": "panel without crossover", "twins": "vignette holidays"}
    return BY_ID[fact].estimate({names.get(k, k): v for k, v in data.items()}, resamples)


def values(fact, **data):
    return {name: found.value for name, found in estimate(fact, **data).items()}


def panel_of(scores, centre, *, wave=LAST, noise=0.0, rng=None, **facts):
    """A panel in which reps gave these answers, a scale's scores by its name."""
    rng = rng or np.random.default_rng(0)
    n = len(centre)
    true = np.column_stack([scores.get(name, rng.standard_normal(n)) for name in REP_SCALES])
    table = {
        "rep_wave": np.full(n, wave),
        "rep_id": np.arange(n),
        "rep_team": np.zeros(n, int),
        "rep_tenure": np.full(n, 400.0),
        "rep_settled": np.ones(n, bool),
        "rep_true": true,
        "rep_error": noise * rng.standard_normal(true.shape),
        "rep_left": np.full(n, np.nan),
        **{f"rep_{name}": each for name, each in facts.items()},
    }
    centres = centre.max() + 1
    factors = rng.random((centres, 7))
    return [
        {
            "factors": factors[one],
            "policy": np.array(one % 4),
            **{name: each[centre == one] for name, each in table.items()},
        }
        for one in range(centres)
    ]


def contacts(customer, gap, satisfaction, **columns):
    rows = np.zeros(len(customer), CONTACT)
    rows["customer"], rows["satisfaction"] = customer, satisfaction
    rows["expectation"], rows["quality"] = 0.5, 0.5 + np.asarray(gap)
    rows["concluded"], rows["matter"] = True, ISSUE
    for name, each in columns.items():
        rows[name] = each
    return rows


def test_s1_correlations_are_of_each_customer_s_last_complaint():
    rng = np.random.default_rng(1)
    n = 500
    justice, early = rng.random((n, 3)), rng.random((n, 3))
    satisfaction = justice @ [0.6, 0.1, 0.3] + 0.1 * rng.random(n)
    log = ContactLog()

    def take(scores, satisfied, **more):
        columns = dict(zip(("distributive", "procedural", "interactional"), scores.T, strict=True))
        log.take(contacts(np.arange(n), np.zeros(n), satisfied, **columns, **more))

    take(early, rng.random(n))  # complaints of before
    take(justice, satisfaction)
    take(early, rng.random(n), concluded=False, matter=ENQUIRY)  # no complaints
    found = values("S1", panel=[{"complaints": log.complaints()}])
    r = [np.corrcoef(each, satisfaction)[0, 1] for each in justice.T]
    assert found["distributive"] == pytest.approx(r[0])
    assert found["distributive_first"] == pytest.approx(r[0] - r[2])
    assert found["procedural_last"] == pytest.approx(r[2] - r[1])


@pytest.mark.parametrize("leans_on", ["distributive", "interactional"])
def test_s2_tells_which_justice_the_year_s_end_leans_on(leans_on):
    rng = np.random.default_rng(2)
    n = 20_000
    true = rng.standard_normal((n, len(CUSTOMER_SCALES)))
    place = CUSTOMER_SCALES.index(leans_on)
    true[:, :2] = 0.6 * true[:, [place]] + 0.8 * true[:, :2]
    asked = {
        "customer_contacts": np.full(n, 2),
        "customer_conflicts": np.ones(n, int),
        "customer_true": true,
        "customer_error": NOISE * rng.standard_normal(true.shape),
    }
    never = {**asked, "customer_conflicts": np.zeros(n, int)}
    never["customer_true"] = rng.standard_normal(true.shape)
    sign = 1.0 if leans_on == "interactional" else -1.0
    # Measured with reliability .8 twice: .6 becomes .48; errors of two correlations.
    for found in values("S2", panel=[asked, never]).values():
        assert abs(found - sign * 0.48) < RARE * 2.0 / np.sqrt(n)


def test_s7_slopes_of_a_value_function_are_told_apart():
    gap = np.linspace(-0.6, 0.6, 4_001)
    size = np.minimum(abs(gap), NEAR) + 0.5 * np.maximum(abs(gap) - NEAR, 0.0)
    satisfaction = 0.5 + np.where(gap < 0.0, -2.0, 1.0) * 0.2 * size
    log = ContactLog()
    log.take(contacts(np.arange(len(gap)), gap, satisfaction))
    log.take(contacts(np.arange(50), np.full(50, 0.3), np.zeros(50), expectation=0.0))  # unjudged
    found = values("S7", panel=[{"slopes": log.slopes()}])
    expected = {"aversion": 2.0, "losses_diminish": 2.0, "gains_diminish": 2.0}
    assert found == pytest.approx(expected, rel=1e-3)


def test_s9_counts_tellings_per_complainant():
    counts = dict(zip(COUNTS, (120.0, 250.0, 100.0, 90.0, 900.0, 300.0), strict=True))
    made = [{"counts": np.array([counts[name] for name in COUNTS])}] * 3
    found = values("S9", **{"reference centre": made})
    assert found == pytest.approx({"dissatisfied_tell": 250 / 90 / 1.2, "good_over_bad": 3.0})


def test_s12_finds_a_known_increment_behind_controls_and_through_error():
    """Mistreatment's four scales explain .15 of exhaustion's variance, tenure and centre more."""
    rng = np.random.default_rng(3)
    n = 40_000
    centre = np.repeat(np.arange(200), 200)
    scales = rng.standard_normal((4, n))
    tenure = rng.uniform(90.0, 800.0, n)
    rest = np.sqrt(0.85 - 0.30) * rng.standard_normal(n)
    by_tenure = np.sqrt(0.30) * (tenure - tenure.mean()) / tenure.std()
    exhaustion = np.sqrt(0.15) * scales.mean(axis=0) * 2.0 + by_tenure + rest
    scores = dict(zip(DEMANDS[:4], scales, strict=True), exhaustion=exhaustion)
    found = values("S12", panel=panel_of(scores, centre, tenure=tenure))
    # The standard error of an explained share R2 is at most 2 sqrt(R2) / sqrt(n).
    slack = RARE * 2.0 * np.sqrt(0.15 / n)
    assert abs(found["exhaustion"] - 0.15) < slack
    assert abs(found["depersonalisation"]) < RARE * 4.0 / np.sqrt(n)
    noisy = values("S12", panel=panel_of(scores, centre, tenure=tenure, noise=NOISE, rng=rng))
    # Independent scales of reliability .8 and an outcome of .8: .8 x .8 of the share is left.
    assert abs(noisy["exhaustion"] - 0.64 * 0.15) < slack


def test_s14_takes_true_scores():
    rng = np.random.default_rng(4)
    n = 400
    surface = rng.standard_normal(n)
    scores = {"surface": surface, "exhaustion": 0.4 * surface + rng.standard_normal(n)}
    centre = np.repeat(np.arange(8), 50)
    found = values("S14", panel=panel_of(scores, centre, noise=NOISE, rng=rng))
    assert found["surface"] == pytest.approx(np.corrcoef(surface, scores["exhaustion"])[0, 1])


def test_s15_counts_quits_of_the_180_days_only_and_new_hires_too():
    rng = np.random.default_rng(5)
    n = 30_000
    burnt = rng.standard_normal(n)
    chance = np.where(burnt > 0.0, 0.6, 0.2)
    soon = rng.random(n) < chance
    left = np.where(soon, MIDDLE + rng.uniform(0.0, WITHIN, n), np.nan)
    left[~soon & (burnt < 0.0)] = MIDDLE + WITHIN + 1.0  # those who quit later stayed
    scores = {"exhaustion": np.sign(burnt)}
    centre = np.repeat(np.arange(100), 300)
    made = panel_of(scores, centre, wave=MIDDLE, left=left, settled=np.zeros(n, bool))
    year_end = panel_of({}, centre)
    both = [
        {**one, **{k: np.concatenate([one[k], other[k]]) for k in one if k.startswith("rep_")}}
        for one, other in zip(made, year_end, strict=True)
    ]
    # Half quit with .6 and half with .2: the chance has a spread of .2, the outcome of .49.
    expected = 0.2 / np.sqrt(0.4 * 0.6)
    assert abs(values("S15", panel=both)["quitting"] - expected) < RARE / np.sqrt(n)


@pytest.mark.parametrize("rate", [0.05, 0.3, 1.0])
def test_s17_a_holiday_that_fades_evenly_is_gone_when_a_tenth_is_left(rate):
    path = np.exp(-rate * np.arange(61.0))
    # Straight lines between evenings: never more than half a day from the curve's own time.
    assert abs(days_gone(path[None])[0] - log(10.0) / rate) < 0.5


def test_s17_what_never_fades_lasts_to_the_end_and_what_lowers_nothing_has_no_length():
    assert days_gone(np.ones((1, 31)))[0] == 30.0
    assert np.isnan(days_gone(-np.ones((1, 31)))[0])


def test_s17_the_fall_is_counted_in_spreads_between_reps():
    rng = np.random.default_rng(6)
    centre = np.repeat(np.arange(10), 40)
    made = panel_of({"exhaustion": 0.3 + 0.1 * rng.standard_normal(400)}, centre)
    spread = np.concatenate([each["rep_true"] for each in made])[:, REP_SCALES.index("exhaustion")]
    at_work = np.full((6, 80), 0.3)
    below = np.concatenate(
        [np.zeros(5), np.linspace(0.0, 0.03, 10), 0.03 * 0.8 ** np.arange(1, 66)]
    )
    twins = [
        {
            "at_work": at_work,
            "on_holiday": at_work - below,
            "rep": np.array([0, 0, 1, 2, 3, 4]) + 50 * unit,
            "before": np.array(5),
            "length": np.array(10),
        }
        for unit in range(2)
    ]
    again = [
        {**one, **{k: np.concatenate([one[k], one[k]]) for k in one if k.startswith("rep_")}}
        for one in made
    ]
    for each in again:
        each["rep_wave"] = np.where(np.arange(80) < 40, MIDDLE, LAST)
    found = estimate("S17", 300, panel=again, twins=twins)
    assert found["holiday"].value == pytest.approx(0.03 / spread.std())
    assert found["holiday"].n == 10
    assert found["holiday"].low < found["holiday"].value < found["holiday"].high
    assert found["fading"].value == pytest.approx(log(0.1) / log(0.8), abs=0.5)


def made_teams(rng, centres, mates, shared):
    """Reps in teams of 8, three a centre; a share of exhaustion is the team's own."""
    n = centres * 24
    centre, team = np.repeat(np.arange(centres), 24), np.tile(np.repeat(np.arange(3), 8), centres)
    own = rng.standard_normal((len(DEMANDS), n))
    of_team = np.repeat(rng.standard_normal(centres * 3), 8)
    exhaustion = own.sum(axis=0) * 0.4 + shared * of_team + rng.standard_normal(n)
    scores = dict(zip(DEMANDS, own, strict=True), exhaustion=exhaustion)
    return panel_of(scores, centre, team=team, noise=mates, rng=rng)


def test_s18_finds_a_team_effect_of_known_size_and_none_in_the_placebo():
    """Of 96 centres: the size within its error, nothing within its own, and the two apart."""
    rng = np.random.default_rng(7)
    shared = 0.6
    real, none = made_teams(rng, 96, 0.0, shared), made_teams(rng, 96, 0.0, 0.0)
    found = estimate("S18", 400, panel=real, placebo=none)
    # With the demands held, what is left of one's own is the team's part and one's own noise;
    # the mean of seven mates holds their demands, too.
    seventh = (1.0 + len(DEMANDS) * 0.16) / 7.0
    slope = shared**2 / (shared**2 + seventh)
    total = 1.0 + len(DEMANDS) * 0.16 + shared**2
    expected = slope * np.sqrt((shared**2 + seventh) / total)
    for part, size in (("team", expected), ("placebo", 0.0)):
        error = (found[part].high - found[part].low) / (2 * 1.96)
        assert abs(found[part].value - size) < RARE * error
    assert found["team"].low > found["placebo"].high


def test_s18_a_dozen_centres_do_not_bias_it():
    """Without a team effect, a dozen centres 40 times: mean 0, and far below as it comes."""
    rng = np.random.default_rng(8)
    found = [values("S18", panel=made_teams(rng, 12, 0.0, 0.0)) for _ in range(40)]
    mean, raw = (np.array([each[k] for each in found]) for k in ("team", "team_as_it_comes"))
    assert abs(mean.mean()) < RARE * mean.std(ddof=1) / np.sqrt(len(found))
    assert raw.mean() < -RARE * raw.std(ddof=1) / np.sqrt(len(found))


def test_s18_takes_the_bias_of_each_resample_off_and_leaves_the_value():
    """The sample's own bias is one number; that of resamples differs, and goes with them.

    So the interval is no mere shift of the one as it comes; the value is, with and without it.
    """
    made = made_teams(np.random.default_rng(9), 12, 0.0, 0.3)
    alone, found = values("S18", panel=made), estimate("S18", 200, panel=made)
    assert alone["team"] == found["team"].value
    assert alone["team_as_it_comes"] == found["team_as_it_comes"].value
    bias = alone["team_as_it_comes"] - alone["team"]
    assert bias < 0.0
    moved = [getattr(found["team_as_it_comes"], end) - bias for end in ("low", "high")]
    assert found["team"].low < found["team"].value < found["team"].high
    assert abs(found["team"].low - moved[0]) > 1e-3 or abs(found["team"].high - moved[1]) > 1e-3


def test_s18_has_no_placebo_where_none_was_simulated():
    found = values("S18", panel=made_teams(np.random.default_rng(9), 12, 0.0, 0.5))
    assert np.isnan(found["placebo"])
    assert np.isfinite(found["team"])


def test_s18_mates_are_the_others_of_a_team():
    found = mates_mean(np.array([3, 1, 3, 3, 1, 9]), np.array([1.0, 2.0, 4.0, 7.0, 6.0, 5.0]))
    np.testing.assert_allclose(found, [5.5, 6.0, 4.0, 2.5, 2.0, np.nan])


def test_s18_scores_without_teams_keep_what_is_held_and_share_nothing_else():
    rng = np.random.default_rng(10)
    held = rng.standard_normal((600, 2))
    teams = np.repeat(np.arange(75), 8)
    own = held @ [0.5, -0.3] + np.repeat(rng.standard_normal(75), 8)
    for scores in without_teams(own, held, rng):
        np.testing.assert_allclose(
            np.sort(scores - held @ [0.5, -0.3]).mean(), own.mean(), atol=0.1
        )
        left = scores - held @ [0.5, -0.3]
        # What mates would share is gone: a correlation of 600, of mates' means in teams of 8.
        assert abs(np.corrcoef(left, mates_mean(teams, left))[0, 1]) < 0.25
    left = own - held @ [0.5, -0.3]
    assert np.corrcoef(left, mates_mean(teams, left))[0, 1] > 0.9


def test_s13_and_s19_are_means_over_replications_and_a_skewness_of_all_talk():
    rng = np.random.default_rng(11)
    years = [dict.fromkeys(BY_NAME, float(k)) for k in (1, 2, 6)]
    years[0]["abandonment"] = 7.0
    talk = [rng.gamma(2.0, size=300) for _ in years]
    made = [
        {
            "measures": np.array([year[name] for name in BY_NAME]),
            "log_talk": np.array([(minutes**power).sum() for power in range(4)]),
        }
        for year, minutes in zip(years, talk, strict=True)
    ]
    found = values("S19", **{"reference centre": made})
    assert found["abandonment"] == 5.0
    assert {found[part] for part in MEASURES if part != "abandonment"} == {3.0}
    assert found["talk"] == pytest.approx(stats.skew(np.concatenate(talk)))
    assert values("S13", **{"reference centre": made}) == {"mild": 3.0, "severe": 3.0}


def test_s20_differences_are_paired_within_centres():
    quits = np.array([[10.0, 8.0, 15.0], [40.0, 38.0, 45.0], [20.0, 18.0, 25.0]])
    made = [{"quits": each, "rep_days": np.full(3, 3650.0)} for each in quits]
    found = estimate("S20", 500, packages=made)
    assert found["involvement"].value == pytest.approx(-0.2)
    # All pairs differ by the same: nothing is uncertain, however unlike the centres are.
    assert found["pressure"].low == pytest.approx(0.5)
    assert found["pressure"].high == pytest.approx(0.5)
    assert found["ordinary"].high - found["ordinary"].low > 1.0

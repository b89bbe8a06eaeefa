r"""Event curves: the share of reps who have quit, or burnt out, by the time since they began.

Time runs from the branch for the staff who were there then, and from the day of hiring for
those hired later. Nobody enters late: the staff of the branch are followed from the branch
on, whatever their tenure, so nothing is truncated on the left. Who has not quit by the end is
censored there; burnout is censored by quitting, too. A curve of burnout therefore says what
would be seen if those who quit were as prone to burn out as those who stayed.

The curve is Kaplan and Meier's (1958), of the reps of all replications together:

.. math:: 1 - \hat S(t) = 1 - \prod_{u \le t} \left(1 - \frac{d_u}{n_u}\right)

The reps of one centre share its fate, so they are not independent; replications are. The
interval is therefore a jackknife that leaves out one replication at a time (Lipsitz, Dear and
Zhao 1994, for clusters): with :math:`\hat\theta_{-i}` from all replications but the i-th, the
n pseudo-values :math:`n \hat\theta - (n - 1) \hat\theta_{-i}` are treated as a sample (Tukey;
see Efron 1982), and a difference between policies is jackknifed as one, pair by pair. Where
each replication follows equally many reps and none is censored, that is exactly the t interval
of the replications' own shares. Curves averaged over replications would fail where a small
centre runs out of people to follow; the joint curve does not.

References
----------
Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations.
Journal of the American Statistical Association 53, 457-481.
Efron, B. (1982). The Jackknife, the Bootstrap and Other Resampling Plans. SIAM.
Lipsitz, S. R., Dear, K. B. G. and Zhao, L. (1994). Jackknife estimators of variance for
parameter estimates from estimating equations with applications to clustered survival data.
Biometrics 50, 842-846.
"""

import math
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Literal

import numpy as np
from scipy import stats

from experiments.analysis.interval import LEVEL, Interval
from experiments.analysis.results import Results
from experiments.periods import YEAR
from experiments.store.parquet import Columns

Group = Literal["staff", "hires"]
Event = Literal["quit", "burnout"]

FOLLOWED = 0.1
LEAST = 3
"""Once anybody is censored, a curve ends where fewer people, or a smaller share of them, are
still followed."""


@dataclass(frozen=True)
class FollowUp:
    """How long people were followed, and whether it ended with the event.

    Attributes
    ----------
    time : ndarray, shape (n,)
        Whole days from the branch or from hiring.
    event : ndarray of bool, shape (n,)
        Whether the event came then; otherwise it is censored.
    replication : ndarray, shape (n,)
        Whose centre it was.
    """

    time: np.ndarray
    event: np.ndarray
    replication: np.ndarray

    def __len__(self) -> int:
        """Return how many people."""
        return len(self.time)


@dataclass(frozen=True)
class EventCurve:
    """The share of people to whom an event has come, by time.

    Attributes
    ----------
    policy : str
        Whose.
    group : {"staff", "hires"}
        Those there at the branch, or those hired after it.
    event : {"quit", "burnout"}
        What came to them.
    days : ndarray, shape (k,)
        0, 1, 2 ... days.
    share, low, high : ndarray, shape (k,)
        Kaplan-Meier share with its interval; ``low`` and ``high`` are NaN where there is
        one replication.
    at_risk : ndarray, shape (k,)
        How many are followed still at the beginning of that day.
    until : int
        The last day up to which enough of them are followed to go by.
    people, events, replications : int
        How many there are.
    """

    policy: str
    group: Group
    event: Event
    days: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    at_risk: np.ndarray
    until: int
    people: int
    events: int
    replications: int


@dataclass(frozen=True)
class EventDifference:
    """Policy ``a`` less policy ``b`` in the share to whom the event has come by a day."""

    a: str
    b: str
    group: Group
    event: Event
    day: int
    difference: Interval


def follow_up(careers: Columns, policy: str, group: Group, event: Event) -> FollowUp:
    """Return how long a policy's reps were followed.

    Parameters
    ----------
    careers : dict of ndarray
        One row a rep: policy, replication, entered, left, burnt_out and days.
    policy : str
        Whose.
    group : {"staff", "hires"}
        Those there at the branch (entered on day 0 or before) or those hired after it.
    event : {"quit", "burnout"}
        What to wait for.
    """
    entered = careers["entered"].astype(float)
    belongs = entered <= 0.0 if group == "staff" else entered > 0.0
    rows = np.flatnonzero((careers["policy"] == policy) & belongs)
    left, burnt_out, end = (
        careers[name][rows].astype(float) for name in ("left", "burnt_out", "days")
    )
    last = np.fmin(left, end)
    when = left if event == "quit" else burnt_out
    came = when <= last  # False where it never did
    since = np.maximum(entered[rows], 0.0)
    time = np.ceil(np.where(came, when, last) - since).astype(int)
    return FollowUp(np.maximum(time, 0), came, careers["replication"][rows])


def kaplan_meier(followed: FollowUp, days: np.ndarray) -> np.ndarray:
    """Return the share to whom the event has come by each day; 0 where there is nobody."""
    if not len(followed):
        return np.zeros(len(days))
    sample = stats.CensoredData(
        uncensored=followed.time[followed.event], right=followed.time[~followed.event]
    )
    return np.asarray(1.0 - stats.ecdf(sample).sf.evaluate(days))


@dataclass(frozen=True)
class _Estimate:
    """The share by day from all replications, and from all but each in turn."""

    share: np.ndarray
    without: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray

    def at(self, day: int) -> tuple[float, np.ndarray]:
        """Return the share by one day, and it without each replication."""
        return float(self.share[day]), self.without[:, day]


def _estimate(followed: FollowUp, replications: tuple[int, ...], days: int) -> _Estimate:
    shape = (len(replications), days + 1)
    cell = np.searchsorted(replications, followed.replication) * (days + 1) + followed.time
    ended = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    events = np.bincount(cell[followed.event], minlength=shape[0] * shape[1]).reshape(shape)
    # Whoever is censored on a day was followed on that day.
    at_risk = np.cumsum(ended[:, ::-1], axis=1)[:, ::-1]
    others = at_risk.sum(axis=0) - at_risk
    stays = 1.0 - (events.sum(axis=0) - events) / np.maximum(others, 1)
    return _Estimate(
        kaplan_meier(followed, np.arange(days + 1)),
        1.0 - np.cumprod(stays, axis=1),
        at_risk.sum(axis=0),
        events.sum(axis=0),
    )


def jackknife(
    estimate: np.ndarray, without: np.ndarray, level: float = LEVEL
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the jackknife's interval of an estimate.

    Parameters
    ----------
    estimate : ndarray, shape (k,)
        From all n replications.
    without : ndarray, shape (n, k)
        From all but each.
    level : float
        The confidence level.

    Returns
    -------
    tuple of ndarray, each of shape (k,)
        NaN below two replications.
    """
    n = len(without)
    if n < 2:
        return np.full(estimate.shape, math.nan), np.full(estimate.shape, math.nan)
    # The pseudo-values n t - (n - 1) t_i have n - 1 times the spread of the t_i.
    spread = (n - 1) * np.std(without, axis=0, ddof=1)
    half = stats.t.ppf(0.5 + level / 2.0, n - 1) * spread / math.sqrt(n)
    return estimate - half, estimate + half


@dataclass(frozen=True)
class EventCurves:
    """The curves of one group and event, a policy each, and what tells them apart.

    Attributes
    ----------
    group : {"staff", "hires"}
        Those there at the branch, or those hired after it.
    event : {"quit", "burnout"}
        What came to them.
    curves : tuple of EventCurve
        In the policies' order.
    differences : tuple of EventDifference
        Later policies less earlier ones, after a year and on the last day up to which
        enough people of both are followed.
    """

    group: Group
    event: Event
    curves: tuple[EventCurve, ...]
    differences: tuple[EventDifference, ...]


def event_curves(results: Results, group: Group, event: Event) -> EventCurves | None:
    """Return the event curves of a group of reps.

    Parameters
    ----------
    results : Results
        The runs, with their careers.
    group : {"staff", "hires"}
        Those there at the branch, or those hired after it.
    event : {"quit", "burnout"}
        What to wait for.

    Returns
    -------
    EventCurves or None
        None where there are no careers.
    """
    careers = results.careers
    if careers is None or not len(careers["policy"]):
        return None
    done = {policy: _done(results, policy) for policy in results.policies}
    followed = {policy: follow_up(careers, policy, group, event) for policy in results.policies}

    @cache
    def estimate(policy: str, replications: tuple[int, ...]) -> _Estimate:
        return _estimate(_among(followed[policy], replications), replications, results.days)

    curves = tuple(
        _curve(policy, group, event, _among(followed[policy], runs), runs, estimate(policy, runs))
        for policy, runs in done.items()
    )
    reach = {curve.policy: curve.until for curve in curves}
    differences = []
    for earlier, later in combinations(results.policies, 2):
        both = tuple(each for each in done[earlier] if each in set(done[later]))
        if not (len(followed[earlier]) and len(followed[later])):
            both = ()
        last = min(reach[earlier], reach[later])
        for day in sorted({min(YEAR, last), last}):
            one, other = (estimate(policy, both).at(day) for policy in (later, earlier))
            found = _difference(one, other)
            differences.append(EventDifference(later, earlier, group, event, day, found))
    return EventCurves(group, event, curves, tuple(differences))


def _done(results: Results, policy: str) -> tuple[int, ...]:
    """Return the replications in which a policy's run did not fail."""
    columns = results.columns
    rows = (columns["policy"] == policy) & (columns["error"] == "")
    return tuple(np.unique(columns["replication"][rows]).tolist())


def _among(followed: FollowUp, replications: tuple[int, ...]) -> FollowUp:
    rows = np.isin(followed.replication, replications)
    return FollowUp(followed.time[rows], followed.event[rows], followed.replication[rows])


def _curve(
    policy: str,
    group: Group,
    event: Event,
    followed: FollowUp,
    replications: tuple[int, ...],
    found: _Estimate,
) -> EventCurve:
    low, high = jackknife(found.share, found.without)
    return EventCurve(
        policy,
        group,
        event,
        days=np.arange(len(found.share)),
        share=found.share,
        low=np.clip(low, 0.0, 1.0),
        high=np.clip(high, 0.0, 1.0),
        at_risk=found.at_risk,
        until=_until(found),
        people=len(followed),
        events=int(np.count_nonzero(followed.event)),
        replications=len(replications),
    )


def _until(found: _Estimate) -> int:
    """Return the last day up to which a curve is to be trusted."""
    at_risk = found.at_risk
    people = int(at_risk[0])
    if not people:
        return 0
    censored = people - at_risk - (np.cumsum(found.events) - found.events)
    enough = (censored == 0) | (at_risk >= max(min(LEAST, people), FOLLOWED * people))
    short = np.flatnonzero(~enough)
    return int(short[0]) - 1 if len(short) else len(at_risk) - 1


def _difference(one: tuple[float, np.ndarray], other: tuple[float, np.ndarray]) -> Interval:
    """Return the difference of two shares, the replications left out pair by pair."""
    n = len(one[1])
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    theta = np.array([one[0] - other[0]])
    low, high = jackknife(theta, (one[1] - other[1])[:, np.newaxis])
    low, high = np.clip(low, -1.0, 1.0), np.clip(high, -1.0, 1.0)
    return Interval(float(theta[0]), float(low[0]), float(high[0]), n)

r"""KPIs of a log of contacts, with standard errors by days, by weeks and by customers.

Each KPI is a ratio of sums over contacts, :math:`r = \sum t / \sum b`. What happens on one day,
in one week (somebody is ill) or to one customer hangs together; so contacts are summed to
clusters c first, and by the delta method

.. math:: \widehat{\mathrm{var}}(r) = \frac{G}{G-1}\,
    \frac{\sum_c (t_c - r\,b_c)^2}{(\sum_c b_c)^2}

with G clusters (the usual linearised ratio estimator of survey sampling; from memory,
unverified). With few clusters it is too small, so it is blown up by how much wider than normal t
with G - 1 degrees of freedom is at 95 %. Of the three the largest is taken, unless the
file asks for one of them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from scipy import stats

from experiments.own_centre.given import Log, Money
from experiments.own_centre.kpis import KPIS
from experiments.own_centre.log import DAY, ContactTable
from experiments.own_centre.measured import Measured, errors_of

CLUSTERS = ("day", "week", "customer")
"""What contacts are summed by; weeks are seven days each from the first one on."""

TIMES = CLUSTERS[:2]

LEAST_CLUSTERS = 5
"""Below, no standard error is given (assumed)."""


@dataclass(frozen=True)
class Computed:
    """What a log of contacts tells.

    Attributes
    ----------
    kpis : dict of str to Measured
        By name.
    missing : dict of str to str
        KPIs that could not be computed, and why.
    rows, left_out : int
        Contacts, and rows of the file that were wrong in themselves.
    first, last : date
        The days of the first and the last contact.
    notes : list of str
        What else is to be said.
    """

    kpis: dict[str, Measured]
    missing: dict[str, str]
    rows: int
    left_out: int
    first: date
    last: date
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Ratio:
    """A KPI as a ratio of sums.

    Attributes
    ----------
    top, bottom : str
        SQL of what a row adds to either sum.
    source : str
        The table or query that the rows come from.
    by : tuple of str
        What rows may be summed by.
    notes : tuple of str
        What is to be known of it.
    """

    top: str
    bottom: str
    source: str = "kept"
    by: tuple[str, ...] = CLUSTERS
    notes: tuple[str, ...] = ()


DIGITS = 6
"""Significant digits that are kept: sums over threads differ in their last ones."""


class _Summed(NamedTuple):
    """A KPI by one kind of cluster: value, standard error, and the sum below the line."""

    value: float
    error: float
    by: str
    clusters: int
    bottom: float


class Cannot(Exception):
    """A KPI cannot be computed, and why."""


def compute(
    log: Log,
    *,
    answer_within: float,
    repeat_window: float,
    money: Money | None = None,
) -> Computed:
    """Compute all KPIs that the columns of a log of contacts allow.

    Parameters
    ----------
    log : Log
        The file, and what its columns are called.
    answer_within : float
        The threshold of the service level, in seconds.
    repeat_window : float
        The window of first-contact resolution, in days.
    money : Money or None
        What one price is.

    Raises
    ------
    RequestError
        Where the file cannot be read.
    """
    with ContactTable(log) as table:
        maker = _Maker(table, answer_within, repeat_window, money)
        kpis: dict[str, Measured] = {}
        missing: dict[str, str] = {}
        for name in KPIS:
            try:
                kpis[name] = maker.measured(name)
            except Cannot as reason:
                missing[name] = str(reason)
        first, last = table.database.execute("SELECT min(day), max(day) FROM kept").fetchall()[0]
        return Computed(kpis, missing, table.rows, table.left_out, first, last, table.notes)


@dataclass
class _Maker:
    """Makes KPIs of a table of contacts."""

    table: ContactTable
    answer_within: float
    repeat_window: float
    money: Money | None

    def measured(self, name: str) -> Measured:
        """Return a KPI.

        Raises
        ------
        Cannot
            With the reason.
        """
        makers: dict[str, Callable[[], Ratio]] = {
            "aht": self._aht,
            "fcr_survey": self._fcr_survey,
            "fcr_no_repeat": self._fcr_no_repeat,
            "fcr_no_return": self._fcr_no_return,
            "csat": self._csat,
            "csat_survey": self._csat_survey,
            "abandonment": self._abandonment,
            "service_level": self._service_level,
            "escalation_rate": lambda: self._of_conflicts(self._escalated()),
            "escalations_per_contact": lambda: Ratio(self._escalated(), "handled"),
            "complaint_share": self._complaint_share,
            "contacts_per_day": self._contacts_per_day,
            "contacts_per_rep_day": self._contacts_per_rep_day,
            "compensation_per_conflict": lambda: self._of_conflicts(self._paid()),
            "compensation_per_contact": lambda: Ratio(self._paid(), "handled"),
            "attrition": lambda: self._never("who quits"),
            "cost_per_contact": lambda: self._never("what the service costs"),
        }
        ratio = makers[name]()
        return self._estimated(name, ratio)

    def _needs(self, *columns: str) -> None:
        missing = [name for name in columns if name not in self.table.there]
        if missing:
            raise Cannot(f"needs the column {' and '.join(missing)}")

    def _never(self, what: str) -> Ratio:
        raise Cannot(f"a log of contacts does not say {what}; give it as a [kpi.NAME]")

    def _aht(self) -> Ratio:
        self._needs("answered", "ended")
        notes: tuple[str, ...] = ()
        if "after_call" not in self.table.there:
            notes = ("no column after_call: ended is taken for the end of after-call work",)
        there = "handled AND minutes IS NOT NULL"
        return Ratio(f"CASE WHEN {there} THEN minutes ELSE 0 END", there, notes=notes)

    def _abandonment(self) -> Ratio:
        if not self.table.gave_up():
            raise Cannot("needs the column abandoned, outcome or answered")
        return Ratio("NOT handled", "true")

    def _service_level(self) -> Ratio:
        self._needs("answered")
        within = f"handled AND wait <= {self.answer_within!r}"
        return Ratio(within, "true", notes=(f"threshold {self.answer_within:g} s",))

    def _escalated(self) -> str:
        if "escalated" in self.table.there:
            return "handled AND coalesce(escalated, false)"
        if words := self.table.words("escalated"):
            return f"handled AND coalesce(outcome IN ({words}), false)"
        raise Cannot("needs the column escalated, or a word for it in [contacts.outcomes]")

    def _paid(self) -> str:
        self._needs("compensation")
        if self.money is None:
            raise Cannot("needs [money]: what one price is in the currency")
        return f"coalesce(compensation, 0) / {self.money.price!r}"

    def _of_conflicts(self, top: str) -> Ratio:
        self._needs("complaint")
        over = "handled AND coalesce(complaint, false)"
        return Ratio(f"CASE WHEN {over} THEN CAST(({top}) AS DOUBLE) ELSE 0 END", over)

    def _complaint_share(self) -> Ratio:
        self._needs("complaint")
        return Ratio("handled AND coalesce(complaint, false)", "handled")

    def _contacts_per_day(self) -> Ratio:
        days = "(SELECT day, count(*) FILTER (handled) AS n FROM kept GROUP BY day)"
        return Ratio("n", "1", days, TIMES, ("days without any contact count as closed",))

    def _contacts_per_rep_day(self) -> Ratio:
        self._needs("rep")
        days = (
            "(SELECT day, count(*) AS n, count(DISTINCT rep) AS reps FROM kept "
            "WHERE handled AND rep IS NOT NULL GROUP BY day)"
        )
        return Ratio("n", "reps", days, TIMES)

    def _top_box(self, by_all: bool) -> Ratio:
        self._needs("satisfaction")
        if (self.table.log.answers == "everybody") != by_all:
            other = "csat_survey" if by_all else "csat"
            raise Cannot(
                f'answers in [contacts] is "{self.table.log.answers}": satisfaction gives {other}'
            )
        there = "handled AND satisfaction IS NOT NULL"
        return Ratio(f"{there} AND satisfaction >= 4", there)

    def _csat(self) -> Ratio:
        return self._top_box(True)

    def _csat_survey(self) -> Ratio:
        return self._top_box(False)

    def _bounds(self) -> tuple[float, float]:
        """Return from when to when a first contact is known for one, and what follows it."""
        first, last = self.table.one(
            "SELECT epoch(CAST(min(day) AS TIMESTAMP)), epoch(CAST(max(day) AS TIMESTAMP)) "
            "FROM kept"
        )
        window = DAY * self.repeat_window
        low, high = first + window, last + DAY - window
        if high <= low:
            raise Cannot(f"needs more than {2 * self.repeat_window:g} days of contacts")
        return low, high

    def _chains(self, key: str) -> str:
        """Return the query of handled contacts with those before and after over the same thing."""
        more = ", resolved" if "resolved" in self.table.there else ""
        customer = ", customer" if "customer" in self.table.there else ""
        return (
            f"(SELECT day, begun{customer}{more}, "
            f"begun - lag(begun) OVER chain AS since, lead(begun) OVER chain - begun AS until "
            f'FROM kept WHERE handled AND "{key}" IS NOT NULL '
            f'WINDOW chain AS (PARTITION BY "{key}" ORDER BY begun))'
        )

    def _fcr_no_repeat(self) -> Ratio:
        self._needs("case")
        low, high = self._bounds()
        first = f"since IS NULL AND begun >= {low!r} AND begun <= {high!r}"
        return self._unrepeated(first, "case")

    def _fcr_no_return(self) -> Ratio:
        self._needs("customer")
        low, high = self._bounds()
        window = DAY * self.repeat_window
        first = f"(since IS NULL OR since > {window!r}) AND begun >= {low!r} AND begun <= {high!r}"
        return self._unrepeated(first, "customer")

    def _unrepeated(self, first: str, key: str) -> Ratio:
        settled = f"{first} AND (until IS NULL OR until > {DAY * self.repeat_window!r})"
        notes = (
            f"the first and the last {self.repeat_window:g} days serve to tell first contacts "
            "and repeats only",
        )
        return Ratio(settled, first, self._chains(key), notes=notes)

    def _fcr_survey(self) -> Ratio:
        self._needs("case", "resolved")
        low, _ = self._bounds()
        asked = f"since IS NULL AND begun >= {low!r} AND resolved IS NOT NULL"
        return Ratio(f"{asked} AND resolved", asked, self._chains("case"))

    def _estimated(self, name: str, ratio: Ratio) -> Measured:
        cluster = self.table.log.cluster
        asked = CLUSTERS if cluster == "largest" else (cluster,)
        able = [
            by for by in ratio.by if by in asked and (by in TIMES or "customer" in self.table.there)
        ]
        found = [self._by(by, ratio) for by in able or ["day"]]
        if not any(each.clusters >= LEAST_CLUSTERS for each in found):
            raise Cannot("too few days and customers for a standard error")
        taken = max(
            (each for each in found if each.clusters >= LEAST_CLUSTERS), key=lambda each: each.error
        )
        value, error, by, clusters, bottom = taken
        kpi = KPIS[name]
        below = above = error
        if kpi.sample == "share":  # or 0 of 50 would be known for sure
            least = errors_of(kpi, value, bottom)
            below, above = max(below, least[0]), max(above, least[1])
        value, below, above = (float(f"{each:.{DIGITS}g}") for each in (value, below, above))
        count = f"{bottom:,.0f} {kpi.sample_of}"
        how = f"computed from {count}; standard error by {clusters:,} {by}s (delta method)"
        return Measured(name, value, below, above, how, ratio.notes)

    def _by(self, by: str, ratio: Ratio) -> "_Summed":
        """Return a KPI with its standard error by one kind of cluster."""
        key = "day"
        if by == "week":
            key = "(day - (SELECT min(day) FROM kept)) // 7"
        elif by == "customer":
            # Who is not known is somebody else each time.
            key = "coalesce(customer, CAST(uuid() AS VARCHAR))"
        rows = (
            f"SELECT {key} AS cluster, coalesce(CAST(({ratio.top}) AS DOUBLE), 0) AS t, "
            f"coalesce(CAST(({ratio.bottom}) AS DOUBLE), 0) AS b FROM {ratio.source}"
        )
        summed = (
            f"SELECT sum(t) AS t, sum(b) AS b FROM ({rows}) GROUP BY cluster "
            "HAVING sum(b) > 0 OR sum(t) > 0"
        )
        self.table.database.execute(f"CREATE OR REPLACE TEMP TABLE clusters AS {summed}")
        top, bottom, clusters = self.table.one("SELECT sum(t), sum(b), count(*) FROM clusters")
        if not bottom:
            raise Cannot("no contact of those that it is taken from")
        value = top / bottom
        if clusters < 2:
            return _Summed(value, math.nan, by, int(clusters), bottom)
        (squares,) = self.table.one(f"SELECT sum((t - {value!r} * b) ** 2) FROM clusters")
        variance = squares * clusters / (clusters - 1.0) / bottom**2
        wider = float(stats.t.ppf(0.975, clusters - 1) / stats.norm.ppf(0.975))
        return _Summed(value, wider * math.sqrt(variance), by, int(clusters), bottom)

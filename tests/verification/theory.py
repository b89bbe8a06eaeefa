"""What queueing theory expects, and how a sample is held against an expectation.

Nothing here is fitted or pasted: every expectation is computed from its formula. Textbook
results are named by author and year, from memory and unverified.

False alarms. Every comparison is made so that a sound model fails it by chance in at most one of
ten thousand draws of the seeds (``FALSE_ALARM``, two-sided). The folder holds fewer than 400
comparisons, so by Bonferroni's inequality less than 4 % of all choices of seeds would show any
failure at all. Seeds are fixed: what passes once stays passed.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.linalg import expm

FALSE_ALARM = 1e-4


def assert_mean(values: ArrayLike, expected: float, *, slack: float = 0.0) -> None:
    """Hold the mean of independent values against its expectation, by Student's t.

    ``slack`` is a relative error that the comparison itself is known to have; it is said where
    it is used from what.
    """
    sample = np.asarray(values, float)
    error = sample.std(ddof=1) / math.sqrt(len(sample))
    bound = stats.t.isf(FALSE_ALARM / 2.0, len(sample) - 1) * error + slack * abs(expected)
    assert abs(sample.mean() - expected) <= bound, (float(sample.mean()), expected, float(error))


def assert_share(hits: int, trials: int, chance: float) -> None:
    """Hold a count of independent trials against its chance, by the exact binomial test."""
    found = stats.binomtest(int(hits), int(trials), chance)
    assert found.pvalue > FALSE_ALARM, (hits, trials, hits / trials, chance)


def assert_normal(score: float) -> None:
    """Hold a standardised deviation within its two-sided normal bound."""
    assert abs(score) <= stats.norm.isf(FALSE_ALARM / 2.0), score


def assert_same_mean(one: ArrayLike, other: ArrayLike) -> None:
    """Hold two independent samples' means to be equal, by Welch's t."""
    assert stats.ttest_ind(one, other, equal_var=False).pvalue > FALSE_ALARM, (
        float(np.mean(np.asarray(one))),
        float(np.mean(np.asarray(other))),
    )


def assert_same_law(one: ArrayLike, other: ArrayLike) -> None:
    """Hold two samples of independent values to be of one law: Kolmogorov and Smirnov, exact."""
    assert stats.ks_2samp(one, other, method="exact").pvalue > FALSE_ALARM, (
        float(np.median(np.asarray(one))),
        float(np.median(np.asarray(other))),
    )


@dataclass(frozen=True)
class Markov:
    """The queue M/M/c+M in its stationary state: Erlang A, and Erlang C for endless patience.

    The number present is a birth-death chain (Palm 1957 for Erlang A, Erlang 1917 for C), so
    its weights follow from the balance of neighbours. An arrival sees that state (Wolff 1982).
    """

    rate: float
    service: float
    patience: float
    servers: int

    @cached_property
    def _shares(self) -> np.ndarray:
        m, t = 1.0 / self.service, 1.0 / self.patience
        logs = [0.0]
        while len(logs) < self.servers + 20 or logs[-1] > max(logs) - 50.0:
            n = len(logs)
            down = min(n, self.servers) * m + max(n - self.servers, 0) * t
            logs.append(logs[-1] + math.log(self.rate / down))
        weights = np.exp(np.array(logs) - max(logs))
        return np.asarray(weights / weights.sum())

    @cached_property
    def _stages(self) -> np.ndarray:
        """Rate at which the queue ahead shrinks, by the number still ahead."""
        ahead = np.arange(len(self._shares) - self.servers)
        return np.asarray(self.servers / self.service + ahead / self.patience)

    @property
    def delayed(self) -> float:
        """Share of the arrivals who find every server busy."""
        return float(self._shares[self.servers :].sum())

    @property
    def occupancy(self) -> float:
        """Share of the servers' time that is busy."""
        number = np.arange(len(self._shares))
        return float(self._shares @ np.minimum(number, self.servers)) / self.servers

    @property
    def queue(self) -> float:
        """Mean number waiting."""
        number = np.arange(len(self._shares))
        return float(self._shares @ np.maximum(number - self.servers, 0))

    @property
    def abandoned(self) -> float:
        """Share who give up: they leave at the rate ``queue / patience`` (Little 1961)."""
        return self.queue / self.patience / self.rate

    @property
    def waited(self) -> float:
        """Mean wait of everybody, those who give up included (Little 1961)."""
        return self.queue / self.rate

    def served_within(self, minutes: float) -> float:
        """Share of the arrivals who are served after at most so many minutes.

        Who finds k waiting is served after k + 1 stages, unless their own patience ends first:
        an absorbing chain over the number still ahead, solved by the matrix exponential.
        """
        busy = self._shares[self.servers :]
        size = len(busy)
        # State 0 is being served; state k + 1 has k waiting ahead. Giving up leaves the chain.
        chain = np.zeros((size + 1, size + 1))
        place = np.arange(1, size + 1)
        chain[place, place] = -self._stages - 1.0 / self.patience
        chain[place, place - 1] = self._stages
        reached = expm(chain * minutes)[1:, 0]
        return float(1.0 - busy.sum() + busy @ reached)

    @property
    def wait(self) -> float:
        """Mean wait of those who are served.

        After k + 1 stages of rates c m + (i + 1) t, given that none of them ends in giving up.
        """
        t = 1.0 / self.patience
        busy = self._shares[self.servers :]
        served = np.cumprod(self._stages / (self._stages + t))
        lasting = np.cumsum(1.0 / (self._stages + t))
        # Given that one is served, each stage still lasts an exponential time of its own rate.
        return float(busy @ (served * lasting)) / (1.0 - self.abandoned)


def loss_of(load: float, servers: int) -> float:
    """Return Erlang's loss formula (1917) by its recursion.

    The share of arrivals that find all servers busy where nobody waits; it knows the mean of the
    service time only, not its law (Sevastyanov 1957).
    """
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def wait_with_one_server(rate: float, service: float, cv: float) -> float:
    """Return the mean wait in M/G/1 (Pollaczek 1930, Khinchine 1932)."""
    load = rate * service
    return load / (1.0 - load) * (1.0 + cv * cv) / 2.0 * service


@dataclass(frozen=True)
class OneServer:
    """M/G/1+G in its stationary state, by level crossings.

    Let v be the density of the wait that an arrival is offered, and P0 the chance of none. The
    offered wait falls through a level x at the rate v(x), and an arrival who finds u < x and
    stays lifts it above x with the chance that its service lasts beyond x - u. In balance

        v(x) = rate (P0 G(x) + integral from 0 to x of v(u) H(u) G(x - u) du)

    with G and H the chances that a service and a patience last longer (the argument is Brill and
    Posner's 1977, the queue Baccelli and Hebuterne's 1981). It is solved on a grid by the
    trapezoidal rule, whose error falls with the square of the step.
    """

    rate: float
    outlasts: Callable[[np.ndarray], np.ndarray]
    """The chance that a service lasts longer."""
    stays: Callable[[np.ndarray], np.ndarray]
    """The chance that a patience lasts longer."""
    reach: float
    """Minutes beyond which hardly any wait is offered."""
    steps: int = 4000

    @cached_property
    def _solved(self) -> tuple[np.ndarray, np.ndarray, float]:
        grid = np.linspace(0.0, self.reach, self.steps + 1)
        step = grid[1]
        tail, patient = self.outlasts(grid), self.stays(grid)
        density = np.zeros_like(grid)
        density[0] = self.rate * tail[0]
        # With P0 = 1; scaled to a total of 1 afterwards.
        for n in range(1, len(grid)):
            weight = density[:n] * patient[:n]
            past = weight @ tail[n:0:-1] - 0.5 * weight[0] * tail[n]
            known = self.rate * (tail[n] + step * past)
            density[n] = known / (1.0 - 0.5 * step * self.rate * patient[n] * tail[0])
        total = 1.0 + np.trapezoid(density, grid)
        return grid, density / total, float(1.0 / total)

    @property
    def delayed(self) -> float:
        """Share of the arrivals who find the server busy; of its time, too (Wolff 1982)."""
        return 1.0 - self._solved[2]

    @property
    def served(self) -> float:
        """Share of the arrivals who are served."""
        grid, density, idle = self._solved
        return float(idle + np.trapezoid(density * self.stays(grid), grid))

    @property
    def wait(self) -> float:
        """Mean wait of those who are served."""
        grid, density, _ = self._solved
        return float(np.trapezoid(grid * density * self.stays(grid), grid)) / self.served


def lognormal_outlasts(mean: float, cv: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return the chance that a lognormal time of this mean lasts longer."""
    v = math.log1p(cv * cv)
    law = stats.lognorm(math.sqrt(v), scale=mean * math.exp(-0.5 * v))
    return lambda x: np.asarray(law.sf(x))


def exponential_outlasts(mean: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return the chance that an exponential time lasts longer."""
    return lambda x: np.exp(-x / mean)


def mixed_outlasts(mean: float, cv: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return the chance that a time lasts longer that is exponential around lognormal means.

    The mixture is integrated by Gauss and Hermite's rule over the normal logarithm.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    v = math.log1p(cv * cv)
    means = mean * np.exp(math.sqrt(v) * nodes - 0.5 * v)
    shares = weights / weights.sum()
    return lambda x: np.asarray(np.exp(-np.divide.outer(np.asarray(x), means)) @ shares)

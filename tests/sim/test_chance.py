"""The generator against its published answers and NumPy, the variates against SciPy."""

import math
from types import SimpleNamespace

import numba
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import special, stats

from sim import chance

WORD = st.integers(0, 2**32 - 1)
COUNTER_AND_KEY = st.tuples(WORD, WORD, WORD, WORD, WORD, WORD)

# Random123, tests/kat_vectors, lines "philox4x32 10": counter, key, answer
# (github.com/DEShawResearch/random123; the same lines in DEShawResearch/fs123,
# core123/ut/ut_philox.cpp). Salmon, Moraes, Dror and Shaw (2011), SC '11.
KNOWN_ANSWERS = [
    (
        "00000000 00000000 00000000 00000000 00000000 00000000",
        "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    ),
    (
        "ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff",
        "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ),
    (
        "243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0",
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]

# The paper's constants at its two word sizes: multipliers and Weyl steps.
CONSTANTS = {
    32: (0xD2511F53, 0xCD9E8D57, 0x9E3779B9, 0xBB67AE85),
    64: (0xD2E7470EE14C6C93, 0xCA5A826395121157, 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B),
}


def words(text: str) -> tuple[int, ...]:
    return tuple(int(word, 16) for word in text.split())


def paper_philox(bits: int, counter: list[int], key: list[int]) -> tuple[int, ...]:
    """Philox4x``bits``-10 as the paper states it, with the word size as a parameter."""
    low = 2**bits - 1
    m0, m1, w0, w1 = CONSTANTS[bits]
    x0, x1, x2, x3 = counter
    for turn in range(10):
        round_key = [(key[0] + turn * w0) & low, (key[1] + turn * w1) & low]
        high_0, low_0 = divmod(m0 * x0, 2**bits)
        high_1, low_1 = divmod(m1 * x2, 2**bits)
        x0, x1, x2, x3 = high_1 ^ x1 ^ round_key[0], low_1, high_0 ^ x3 ^ round_key[1], low_0
    return x0, x1, x2, x3


@numba.njit
def compiled_philox(c0, c1, c2, c3, k0, k1):
    return chance.philox(c0, c1, c2, c3, k0, k1)


@numba.njit
def compiled_variates(u, mean, cv):
    return (
        chance.exponential(u, mean),
        chance.geometric(u, 1.0 + mean),
        chance.poisson(u, mean),
        chance.normal(u),
        chance.lognormal(u, mean, cv),
        chance.unit_trait(u, mean / (1.0 + mean), cv),
    )


def variates(u, mean, cv):
    return compiled_variates.py_func(u, mean, cv)


def uniform_of(word: int) -> float:
    """Return the uniform that a word of the generator stands for."""
    return (word + 0.5) * chance.TO_UNIT


GRID = [uniform_of(word) for word in [0, 1, 2, 2**20, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]]
GRID += [uniform_of(word) for word in range(2**24, 2**32, 2**25)]
# Either side of the borders between the three branches of AS 241.
GRID += [uniform_of(round(u * 2**32) + step) for u in (0.075, 0.925) for step in range(-3, 4)]
GRID += [uniform_of(round(math.exp(-25.0) * 2**32) + step) for step in range(0, 4)]

UNIFORM = WORD.map(uniform_of)


@pytest.mark.parametrize(("address", "answer"), KNOWN_ANSWERS, ids=["zeros", "ones", "pi"])
def test_published_known_answers(address, answer):
    """Protects that the generator is Philox4x32-10 and not a lookalike."""
    assert chance.philox(*words(address)) == words(answer)


@given(st.lists(st.integers(0, 2**64 - 1), min_size=6, max_size=6))
def test_papers_round_agrees_with_numpy_at_64_bits(drawn):
    """Protects the yardstick below: NumPy has Philox at 4x64 only, so it is checked there."""
    counter, key = drawn[:4], drawn[4:]
    # NumPy counts on before it draws.
    before = (sum(word << (64 * place) for place, word in enumerate(counter)) - 1) % 2**256
    theirs = np.random.Philox(counter=before, key=key[0] + (key[1] << 64)).random_raw(4)
    assert paper_philox(64, counter, key) == tuple(int(word) for word in theirs)


@given(COUNTER_AND_KEY)
@example(words(KNOWN_ANSWERS[2][0]))
def test_papers_round_agrees_with_ours_at_32_bits(drawn):
    """Protects every counter and key: the code that agrees with NumPy at 64 bits does so here."""
    assert paper_philox(32, list(drawn[:4]), list(drawn[4:])) == chance.philox(*drawn)


@given(st.lists(COUNTER_AND_KEY, min_size=1, max_size=8))
@example([(2**32 - 1,) * 6])
def test_interpreted_vectorised_and_compiled_are_the_same_bits(drawn):
    """Protects the wrapping of 64-bit products: Python's integers never wrap, NumPy's do."""
    columns = [np.array(column, np.int64) for column in zip(*drawn, strict=True)]
    vectorised = np.array(chance.philox(*columns)).T
    for address, row in zip(drawn, vectorised, strict=True):
        interpreted = chance.philox(*address)
        assert interpreted == tuple(row.tolist())
        assert interpreted == compiled_philox(*address)


@given(WORD, WORD, WORD, WORD, WORD, WORD)
def test_uniforms_are_the_words_at_their_address(person, day, purpose, turn, seed, replication):
    """Protects the order of the address, which every stored result depends on."""
    world = SimpleNamespace(blocks=7, seed=seed, replication=replication)
    drawn = chance.uniforms(world, person, day, purpose, turn)
    expected = paper_philox(32, [person, day, purpose, turn], [seed, replication])
    assert [u * 2.0**32 - 0.5 for u in drawn] == [float(word) for word in expected]
    assert world.blocks == 8


def test_uniforms_never_reach_zero_or_one(monkeypatch):
    """Protects logarithms and quantiles: the interval is open for every possible word."""
    world = SimpleNamespace(blocks=0, seed=1, replication=1)
    monkeypatch.setattr(chance, "philox", lambda *_: (0, 1, 2**32 - 2, 2**32 - 1))
    first, second, third, last = chance.uniforms(world, 1, 1, 1, 1)
    assert 0.0 < first < second < third < last < 1.0
    assert first == 1.0 - last


@pytest.mark.parametrize("u", GRID)
def test_normal_is_scipys_to_14_figures(u):
    """Protects the normal quantile in its three branches, their borders and both far tails."""
    assert chance.normal(u) == pytest.approx(stats.norm.ppf(u), rel=1e-14, abs=0.0)


@given(UNIFORM)
def test_normal_is_scipys_anywhere(u):
    """Protects the normal quantile away from the points that somebody thought of."""
    assert chance.normal(u) == pytest.approx(stats.norm.ppf(u), rel=1e-14, abs=0.0)


@given(UNIFORM)
def test_normal_is_antisymmetric(u):
    """Protects the mean of every trait: the two halves are mirror images to the last bit."""
    assert chance.normal(1.0 - u) == -chance.normal(u)


@given(UNIFORM, st.floats(0.01, 1e4))
def test_exponential_is_scipys(u, mean):
    """Protects gaps, patience and vacancies: the upper-tail quantile of the exponential."""
    assert chance.exponential(u, mean) == pytest.approx(stats.expon.isf(u, scale=mean), rel=1e-13)


@given(UNIFORM, st.floats(1.001, 200.0))
def test_geometric_is_scipys(u, mean):
    """Protects lengths of absence: P(N > n) falls below u exactly at the variate drawn."""
    drawn = chance.geometric(u, mean)
    law = stats.geom(1.0 / mean)
    assert law.sf(drawn) <= u * (1.0 + 1e-12)
    assert drawn == 1 or law.sf(drawn - 1) >= u * (1.0 - 1e-12)


@pytest.mark.parametrize("mean", [0.5, 1.0])
def test_geometric_starts_at_one(mean):
    """Protects that an absence lasts a day at least."""
    assert {chance.geometric(u, mean) for u in GRID} == {1}


@given(UNIFORM, st.floats(0.001, 50.0))
def test_poisson_is_scipys(u, mean):
    """Protects counts drawn by summation: the lower quantile of the Poisson distribution."""
    drawn = chance.poisson(u, mean)
    assert stats.poisson.cdf(drawn, mean) >= u - 1e-12
    assert drawn == 0 or stats.poisson.cdf(drawn - 1, mean) <= u + 1e-12


@given(UNIFORM, st.floats(0.01, 100.0), st.floats(0.01, 4.0))
def test_lognormal_is_scipys_with_the_stated_mean_and_cv(u, mean, cv):
    """Protects that mean and cv are those of the variate, not of its logarithm."""
    spread = math.sqrt(math.log1p(cv * cv))
    law = stats.lognorm(spread, scale=mean / math.sqrt(1.0 + cv * cv))
    assert law.mean() == pytest.approx(mean, rel=1e-12)
    assert law.std() == pytest.approx(mean * cv, rel=1e-9)
    assert chance.lognormal(u, mean, cv) == pytest.approx(law.ppf(u), rel=1e-12)


@given(UNIFORM, st.floats(0.01, 100.0))
def test_lognormal_without_spread_is_its_mean(u, mean):
    """Protects that a coefficient of variation of 0 switches chance off."""
    assert chance.lognormal(u, mean, 0.0) == mean


@given(UNIFORM, st.floats(0.05, 0.95), st.floats(0.0, 2.0))
def test_unit_trait_is_logit_normal_around_its_centre(u, centre, spread):
    """Protects traits: the median is the parameter, and the spread is that of the logit."""
    expected = special.expit(special.logit(centre) + spread * stats.norm.ppf(u))
    assert chance.unit_trait(u, centre, spread) == pytest.approx(expected, rel=1e-12)
    assert 0.0 < chance.unit_trait(u, centre, spread) < 1.0


def test_moments_over_the_unit_interval():
    """Protects the means: the variates, summed over the whole interval, give what was asked."""
    grid = [(step + 0.5) / 20_000 for step in range(20_000)]
    drawn = np.array([variates(u, 3.0, 0.5) for u in grid])
    mean = drawn.mean(axis=0)
    assert mean[:5] == pytest.approx([3.0, 4.0, 3.0, 0.0, 3.0], rel=2e-3, abs=1e-9)
    # Variances: mean squared; (1 - p) / p squared; the mean; one; (mean cv) squared.
    assert drawn.var(axis=0)[:5] == pytest.approx([9.0, 12.0, 3.0, 1.0, 2.25], rel=1e-2)


@given(UNIFORM, UNIFORM, st.floats(0.05, 15.0), st.floats(0.0, 2.0))
def test_variates_move_one_way_with_u(one, other, mean, cv):
    """Protects the pairing of policies: a higher uniform never turns a variate back."""
    low, high = min(one, other), max(one, other)
    assume(low < high)
    a, b = variates(low, mean, cv), variates(high, mean, cv)
    falling, rising = (0, 1), (2, 3, 4, 5)
    assert all(a[index] >= b[index] for index in falling)
    assert all(a[index] <= b[index] for index in rising)


@given(st.integers(0, 2**32 - 2))
def test_normal_rises_between_neighbours(word):
    """Protects against a step at the borders of its branches: no two uniforms give one value."""
    assert chance.normal(uniform_of(word)) < chance.normal(uniform_of(word + 1))


@given(UNIFORM, st.floats(0.01, 40.0), st.floats(0.0, 2.0))
def test_variates_are_the_same_bits_compiled(u, mean, cv):
    """Protects the equality of the engines at its root: the last bit of every variate."""
    assert compiled_variates(u, mean, cv) == variates(u, mean, cv)

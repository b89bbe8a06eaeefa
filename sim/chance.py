"""Addressed chance: every draw is a pure function of who, when and what for.

Philox4x32-10 of Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as
easy as 1, 2, 3", SC '11, doi 10.1145/2063384.2063405. The counter is (person, day,
purpose, turn) and the key is (seed, replication), so two policies that meet the same
customer on the same day meet the same chance. Distributions are inverses of their
distribution functions (the exponential and the geometric of the upper tail): one uniform,
one variate, in step, which keeps the pairing that rejection samplers destroy.

The multiplications are written on 64-bit signed integers. Their products wrap when
compiled and do not when interpreted, but the bits that are kept, ``& MASK`` after an
arithmetic shift, are the same in two's complement.
"""

import math

from sim.behaviours import behaviour

MASK = 0xFFFFFFFF
MULTIPLIER_0 = 0xD2511F53
MULTIPLIER_1 = 0xCD9E8D57
WEYL_0 = 0x9E3779B9
WEYL_1 = 0xBB67AE85
TO_UNIT = 2.0**-32


@behaviour
def philox(c0, c1, c2, c3, k0, k1):
    """Return the four 32-bit words of Philox4x32-10 at a counter under a key.

    Parameters
    ----------
    c0, c1, c2, c3 : int
        The counter, each word in [0, 2**32).
    k0, k1 : int
        The key, each word in [0, 2**32).

    Returns
    -------
    tuple of int
        Four words in [0, 2**32).
    """
    for _ in range(10):
        p0 = MULTIPLIER_0 * c0
        p1 = MULTIPLIER_1 * c2
        c0 = ((p1 >> 32) & MASK) ^ c1 ^ k0
        c1 = p1 & MASK
        c2 = ((p0 >> 32) & MASK) ^ c3 ^ k1
        c3 = p0 & MASK
        k0 = (k0 + WEYL_0) & MASK
        k1 = (k1 + WEYL_1) & MASK
    return c0, c1, c2, c3


@behaviour
def uniforms(world, person, day, purpose, turn):
    """Return the four uniforms in (0, 1) at one address.

    Parameters
    ----------
    world : record
        Holds the key (``seed``, ``replication``) and counts the blocks drawn.
    person, day, purpose, turn : int
        The address, each in [0, 2**32).

    Returns
    -------
    tuple of float
        Four uniforms on the open unit interval, 2**-32 apart.
    """
    world.blocks += 1
    w0, w1, w2, w3 = philox(person, day, purpose, turn, world.seed, world.replication)
    return (
        (w0 + 0.5) * TO_UNIT,
        (w1 + 0.5) * TO_UNIT,
        (w2 + 0.5) * TO_UNIT,
        (w3 + 0.5) * TO_UNIT,
    )


@behaviour
def exponential(u, mean):
    """Return the exponential variate at the upper-tail probability ``u``."""
    return -mean * math.log(u)


@behaviour
def geometric(u, mean):
    """Return the geometric variate on 1, 2, ... with the given mean (>= 1)."""
    if mean <= 1.0:
        return 1
    return 1 + int(math.floor(math.log(u) / math.log1p(-1.0 / mean)))


@behaviour
def poisson(u, mean):
    """Return the Poisson variate at ``u`` by summation; for means below about 50."""
    term = math.exp(-mean)
    total = term
    count = 0
    while u > total and count < 1000:
        count += 1
        term *= mean / count
        total += term
    return count


@behaviour
def normal(u):
    """Return the standard normal quantile.

    Algorithm AS 241 (PPND16) of Wichura (1988), Applied Statistics 37, 477-484:
    about 16 figures.
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = 2.5090809287301226727e3
        top = top * r + 3.3430575583588128105e4
        top = top * r + 6.7265770927008700853e4
        top = top * r + 4.5921953931549871457e4
        top = top * r + 1.3731693765509461125e4
        top = top * r + 1.9715909503065514427e3
        top = top * r + 1.3314166789178437745e2
        top = top * r + 3.3871328727963666080e0
        low = 5.2264952788528545610e3
        low = low * r + 2.8729085735721942674e4
        low = low * r + 3.9307895800092710610e4
        low = low * r + 2.1213794301586595867e4
        low = low * r + 5.3941960214247511077e3
        low = low * r + 6.8718700749205790830e2
        low = low * r + 4.2313330701600911252e1
        low = low * r + 1.0
        return q * top / low
    tail = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(tail))
    if r <= 5.0:
        r -= 1.6
        top = 7.74545014278341407640e-4
        top = top * r + 2.27238449892691845833e-2
        top = top * r + 2.41780725177450611770e-1
        top = top * r + 1.27045825245236838258e0
        top = top * r + 3.64784832476320460504e0
        top = top * r + 5.76949722146069140550e0
        top = top * r + 4.63033784615654529590e0
        top = top * r + 1.42343711074968357734e0
        low = 1.05075007164441684324e-9
        low = low * r + 5.47593808499534494600e-4
        low = low * r + 1.51986665636164571966e-2
        low = low * r + 1.48103976427480074590e-1
        low = low * r + 6.89767334985100004550e-1
        low = low * r + 1.67638483018380384940e0
        low = low * r + 2.05319162663775882187e0
        low = low * r + 1.0
    else:
        r -= 5.0
        top = 2.01033439929228813265e-7
        top = top * r + 2.71155556874348757815e-5
        top = top * r + 1.24266094738807843860e-3
        top = top * r + 2.65321895265761230930e-2
        top = top * r + 2.96560571828504891230e-1
        top = top * r + 1.78482653991729133580e0
        top = top * r + 5.46378491116411436990e0
        top = top * r + 6.65790464350110377720e0
        low = 2.04426310338993978564e-15
        low = low * r + 1.42151175831644588870e-7
        low = low * r + 1.84631831751005468180e-5
        low = low * r + 7.86869131145613259100e-4
        low = low * r + 1.48753612908506148525e-2
        low = low * r + 1.36929880922735805310e-1
        low = low * r + 5.99832206555887937690e-1
        low = low * r + 1.0
    if q < 0.0:
        return -top / low
    return top / low


@behaviour
def lognormal(u, mean, cv):
    """Return the lognormal variate with the given mean and coefficient of variation."""
    variance = math.log1p(cv * cv)
    return mean * math.exp(math.sqrt(variance) * normal(u) - 0.5 * variance)


@behaviour
def unit_trait(u, centre, spread):
    """Return a trait in (0, 1): logit-normal around ``centre`` in (0, 1).

    ``spread`` is the standard deviation on the logit scale; 0 gives ``centre``.
    """
    logit = math.log(centre / (1.0 - centre)) + spread * normal(u)
    return 1.0 / (1.0 + math.exp(-logit))

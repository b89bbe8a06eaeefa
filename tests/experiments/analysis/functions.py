"""Functions whose Sobol' indices are known, on the unit cube."""

import numpy as np

A, B = 7.0, 0.1
"""Ishigami's usual constants."""

WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])
"""Of Sobol's g: the larger, the less a parameter matters."""


def ishigami(points):
    """sin x1 + a sin² x2 + b x3⁴ sin x1 on [-π, π]³."""
    x = np.pi * (2.0 * points - 1.0)
    return np.sin(x[:, 0]) * (1.0 + B * x[:, 2] ** 4) + A * np.sin(x[:, 1]) ** 2


def ishigami_indices():
    """Return first and total indices, from the integrals over [-π, π].

    Means over the interval: sin² is 1/2, sin⁴ is 3/8, x⁴ is π⁴/5 and x⁸ is π⁸/9. So the part of x1
    alone is sin x1 (1 + b π⁴/5), that of x2 alone a (sin² x2 - 1/2), and what is left is
    b sin x1 (x3⁴ - π⁴/5).
    """
    one = 0.5 * (1.0 + B * np.pi**4 / 5.0) ** 2
    two = A**2 * (3.0 / 8.0 - 1.0 / 4.0)
    both = 0.5 * B**2 * np.pi**8 * (1.0 / 9.0 - 1.0 / 25.0)
    variance = one + two + both
    return np.array([one, two, 0.0]) / variance, np.array([one + both, two, both]) / variance


def sobol_g(points, weights=WEIGHTS):
    """Return the product of (|4 x - 2| + a) / (1 + a)."""
    return np.prod((np.abs(4.0 * points - 2.0) + weights) / (1.0 + weights), axis=1)


def sobol_g_indices(weights=WEIGHTS):
    """Return first and total indices: each factor has mean 1 and variance 1/3 / (1 + a)²."""
    own = 1.0 / 3.0 / (1.0 + weights) ** 2
    whole = np.prod(1.0 + own)
    return own / (whole - 1.0), own * whole / (1.0 + own) / (whole - 1.0)

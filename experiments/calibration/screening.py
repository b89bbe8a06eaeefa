"""Which parameters an output depends on enough to be worth a place in its emulator."""

import numpy as np

MOST = 12
"""Active inputs that are allowed in any case: emulators of more learn slowly from some hundred runs
(assumed)."""

RUNS_AN_INPUT = 30
"""Where there are more runs, an active input for each so many (assumed)."""


def active_inputs(points: np.ndarray, values: np.ndarray) -> list[int]:
    """Return the columns that explain an output, the strongest first, by forward selection.

    A parameter comes in with its linear and its quadratic term, as long as that lowers
    Schwarz's criterion (BIC). What is left out acts as noise, as in Craig et al. 1997 and Vernon,
    Goldstein and Bower 2010 (both from memory, unverified).

    Parameters
    ----------
    points : array (n, d)
        Designs on the unit cube.
    values : array (n,)
        The output.

    Returns
    -------
    list of int
        At least one.
    """
    count, dimensions = points.shape
    centred = points - points.mean(axis=0)
    terms = np.stack([centred, centred**2 - (centred**2).mean(axis=0)], axis=2)  # (n, d, 2)
    rest = values - values.mean()
    error = float(rest @ rest)
    chosen: list[int] = []
    limit = min(max(MOST, count // RUNS_AN_INPUT), max(1, count // 5), dimensions)
    while len(chosen) < limit:
        gains = [_gain(terms[:, each, :], rest) for each in range(dimensions)]
        for each in chosen:
            gains[each] = -1.0
        best = int(np.argmax(gains))
        left = max(error - gains[best], 1e-300)
        if chosen and count * np.log(max(error, 1e-300) / left) < 2.0 * np.log(count):
            break
        chosen.append(best)
        basis = np.linalg.qr(terms[:, best, :])[0]
        rest = rest - basis @ (basis.T @ rest)
        error = float(rest @ rest)
        # What is chosen is taken out of the others: gains are then beyond it.
        terms = terms - np.einsum("nk,kdj->ndj", basis, np.einsum("nk,ndj->kdj", basis, terms))
    return chosen


def _gain(pair: np.ndarray, rest: np.ndarray) -> float:
    """Return how much of the sum of squares two terms explain."""
    basis, triangle = np.linalg.qr(pair)
    sound = np.abs(np.diag(triangle)) > 1e-9
    share = basis[:, sound].T @ rest
    return float(share @ share)

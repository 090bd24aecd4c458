"""Tables whose best model is known before anything is fitted."""

import numpy as np


def sparse(rng, n=150, p=40, strong=4):
    """Few strong features among many of noise: L1."""
    x = rng.standard_normal((n, p))
    return x, x[:, :strong] @ np.full(strong, 1.0) + rng.standard_normal(n)


def dense(rng, n=160, p=80):
    """Many small effects of features that are correlated in blocks: L2."""
    blocks = np.repeat(rng.standard_normal((n, p // 8)), 8, axis=1)
    x = np.sqrt(0.75) * blocks + 0.5 * rng.standard_normal((n, p))
    return x, x @ (0.1 + 0.3 * rng.standard_normal(p)) + 1.5 * rng.standard_normal(n)


def noise(rng, n=150, p=15):
    """Nothing to learn."""
    return rng.standard_normal((n, p)), rng.standard_normal(n)


def plenty(rng, n=1500, p=6):
    """Far more rows than features, strong signal: no penalty needed."""
    x = rng.standard_normal((n, p))
    return x, x @ np.linspace(1.0, 2.0, p) + rng.standard_normal(n)


def table(x, y):
    return {f"x{j}": x[:, j] for j in range(x.shape[1])} | {"y": y}


def classes(eta, rng, scale=1.5):
    """Two classes with these log odds."""
    return np.where(rng.random(len(eta)) < 1 / (1 + np.exp(-scale * eta)), "yes", "no")

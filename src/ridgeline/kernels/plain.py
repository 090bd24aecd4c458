"""Penalised quadratics in NumPy alone: the specification of the compiled kernels, and their stand-in."""

from __future__ import annotations

import numpy as np

__all__ = [
    "add_picked",
    "combine",
    "cut_triangle",
    "descend",
    "descend_each",
    "dot_picked",
    "dots",
    "follow",
    "lay_rows",
    "pick",
    "settle",
]

_SWEEPS = 2000


def descend(
    gram: np.ndarray,
    linear: np.ndarray,
    l1: np.ndarray,
    l2: np.ndarray,
    box: np.ndarray,
    lams: np.ndarray,
    beta: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Minimise ½ β'Cβ − c'β + λ Σ (l1_j |β_j| + ½ l2_j β_j²) in the box for each λ; see `ridgeline.kernels.descend`."""
    out, solved = np.zeros((len(lams), len(linear))), np.zeros(len(lams), dtype=bool)
    beta = np.clip(beta, *box)
    for at, lam in enumerate(lams):
        beta, solved[at] = _one(gram, linear, lam * l1, lam * l2, box, beta)
        out[at] = beta
    return out, solved


def descend_each(grams, linears, l1, l2, boxes, betas) -> tuple[np.ndarray, np.ndarray]:
    """Minimise each of several quadratics; see `ridgeline.kernels.descend_each`."""
    given = zip(grams, linears, l1, l2, boxes, betas, strict=True)
    each = [_one(c, d, u, v, box, np.clip(b, *box)) for c, d, u, v, box, b in given]
    return np.array([beta for beta, _ in each]), np.array([solved for _, solved in each])


def follow(gram, ridge, lines, sign, state, order, factor, count, most) -> tuple[int, float]:
    """Follow a path, with a fresh linear system after each change of the support; see `ridgeline.kernels.follow`."""
    beta, pull, hold, ease, drift = lines
    system, left, lower = np.zeros((len(beta),) * 2), 1.0, np.tril_indices(len(beta))
    system[lower] = system.T[lower] = gram[: len(lower[0])]
    system += np.diag(ridge)
    for _ in range(most):
        on = order[:count]
        slope = np.linalg.solve(system[np.ix_(on, on)], (drift - sign * ease)[on])
        fall = drift - system[:, on] @ slope
        gone, leaver = _first(np.maximum(beta[on] * sign[on], 0.0), -slope * sign[on], sign[on] * slope < 0.0)
        outside = state == 0
        up, upper = _first(hold - pull, fall - ease, outside & _rises(fall, ease))
        down, lower = _first(hold + pull, -fall - ease, outside & _rises(-fall, ease))
        come, comer = min((up, upper), (down, lower))
        step = min(left, gone, come)
        beta[on] += step * slope
        pull += step * np.where(state == 1, 0.0, fall)
        hold += step * ease
        left -= step
        if step < min(gone, come):
            left = 0.0
        if left == 0.0 or (come < gone and count == len(order)):
            break
        count = (
            _entered(system, pull, sign, state, order, count, comer)
            if come < gone
            else _left(lines, sign, state, order, count, leaver)
        )
    on = order[:count]
    full = np.linalg.cholesky(system[np.ix_(on, on)])
    factor[: count * (count + 1) // 2] = full[np.tril_indices(count)]
    return count, left


def _rises(fall: np.ndarray, ease: np.ndarray) -> np.ndarray:
    return fall - ease > 1e-12 * (np.abs(fall) + np.abs(ease))


def _first(room: np.ndarray, speed: np.ndarray, able: np.ndarray) -> tuple[float, int]:
    """When the first of those that are able has used up its room, and which."""
    far = np.divide(np.maximum(room, 0.0), speed, where=able, out=np.full(len(room), np.inf))
    at = int(np.argmin(far)) if len(far) else -1
    return (float(far[at]), at) if len(far) else (np.inf, -1)


def _entered(system, pull, sign, state, order, count: int, j: int) -> int:
    on = order[:count]
    rest = system[j, j] - system[j, on] @ np.linalg.solve(system[np.ix_(on, on)], system[on, j])
    if rest <= 1e-11 * system[j, j]:
        state[j] = 2
        return count
    order[count], state[j], sign[j] = j, 1, np.sign(pull[j])
    return count + 1


def _left(lines, sign, state, order, count: int, place: int) -> int:
    j = order[place]
    lines[1][j], lines[0][j] = sign[j] * lines[2][j], 0.0
    order[place : count - 1] = order[place + 1 : count].copy()
    state[state == 2] = 0
    state[j], sign[j] = 0, 0.0
    return count - 1


def dots(starts, places, values, w, out) -> None:
    """Each line of a compressed matrix times w."""
    out[:] = np.bincount(_lines(starts), w[places] * values, len(out))


def combine(starts, rows, values, b, out) -> None:
    """Add each column times its b."""
    out += np.bincount(rows.astype(np.intp), b[_lines(starts)] * values, len(out))


def cut_triangle(triangle, at, out) -> None:
    """Copy rows and columns at increasing places; `out` may be the triangle itself."""
    for i, k in enumerate(at):
        out[i * (i + 1) // 2 : (i + 1) * (i + 2) // 2] = triangle[k * (k + 1) // 2 + at[: i + 1]]


def lay_rows(triangle, rows, first) -> None:
    """Copy rows, as far as the diagonal, from row `first` of the triangle on."""
    start = first * (first + 1) // 2
    for k, row in enumerate(rows, first + 1):
        triangle[start : start + k] = row[:k]
        start += k


def add_picked(values, at, b, out) -> None:
    """Add each picked line times its b to each line of out."""
    out += b[:, : len(at)] @ values[at]


def dot_picked(values, at, r, out) -> None:
    """Each picked line times each line of r."""
    out[:, : len(at)] = r @ values[at].T


def scale_picked(values, at, mean, scale, root, out) -> None:
    """Copy picked lines, less their means and times their scales, each entry times its root."""
    np.subtract(values[at], mean[:, None], out=out)
    out *= scale[:, None]
    out *= root


def pick(starts, rows, values, which, first, down, cells) -> None:
    """Copy columns."""
    for j, a, b in zip(which, first[:-1], first[1:], strict=True):
        down[int(a) : int(b)] = rows[int(starts[j]) : int(starts[j + 1])]
        cells[int(a) : int(b)] = values[int(starts[j]) : int(starts[j + 1])]


def _lines(starts) -> np.ndarray:
    return np.repeat(np.arange(len(starts) - 1), np.diff(starts).astype(np.intp))


def settle(columns, v, rest, known, theta, goal: float, intercept: bool) -> float:
    """Minimise with the columns written out; see `ridgeline.kernels.settle`."""
    mean, scale, l1, l2, low, high = known
    edge = np.inf if intercept else 0.0
    u = np.zeros((len(v), len(mean)))
    u[columns.rows, _lines(columns.starts)] = columns.values
    u = np.hstack([np.ones((len(v), 1)), (u - mean) * scale])
    l1, l2, box = np.append(0.0, l1), np.append(0.0, l2), np.array([np.append(-edge, low), np.append(edge, high)])
    box[:, :1] += 0.0 if intercept else theta[0]
    gram = u.T @ (v[:, None] * u)
    linear = u.T @ rest + gram @ theta
    moved, _ = _one(gram, linear, l1, l2, box, theta.copy())
    rest -= v * (u @ (moved - theta))
    theta[:] = moved
    return _violation(u.T @ rest, l1, l2, box, theta)


def _sweep(gram, diagonal, l1, l2, box, beta, gradient) -> None:
    for j in np.flatnonzero(diagonal + l2 > 0):
        pull = gradient[j] + diagonal[j] * beta[j]
        new = np.sign(pull) * max(abs(pull) - l1[j], 0.0) / (diagonal[j] + l2[j])
        new = min(max(new, box[0, j]), box[1, j])
        if new != beta[j]:
            gradient -= (new - beta[j]) * gram[j]
            beta[j] = new


def _one(gram, linear, l1, l2, box, beta) -> tuple[np.ndarray, bool]:
    gradient, diagonal = linear - gram @ beta, np.diagonal(gram)
    scale = np.sqrt(diagonal.max(initial=0.0))
    for sweep in range(_SWEEPS):
        before = np.sign(beta)
        _sweep(gram, diagonal, l1, l2, box, beta, gradient)
        if np.array_equal(before, np.sign(beta)):
            beta = _on_support(gram, linear, l1, l2, box, beta)
        gradient = linear - gram @ beta
        slack = 1e-15 * (np.abs(linear).max(initial=0.0) + scale * (np.sqrt(diagonal) @ np.abs(beta)))
        if _violation(gradient, l1, l2, box, beta) <= slack * (1 + sweep // 50):
            return beta, True
    return beta, False


def _on_support(gram, linear, l1, l2, box, beta) -> np.ndarray:
    """Towards the exact answer on the coordinates that are free to move, as far as their signs and bounds hold."""
    free = np.flatnonzero((beta > box[0]) & (beta < box[1]) & ((beta != 0) | (l1 == 0)))
    system = gram[np.ix_(free, free)] + np.diag(l2[free])
    now, corner = beta[free], l1[free] > 0
    pull = linear[free] - gram[free] @ beta - l2[free] * now - l1[free] * np.sign(now)
    step = np.linalg.lstsq(system, pull, rcond=1e-11)[0]
    flat = pull - system @ step
    if (
        np.abs(flat).max(initial=0.0) > 1e-10 * np.abs(linear).max()
    ):  # dependent columns: downhill without end, to an edge
        step = flat * 1e20
    low = np.where(corner & (now > 0), np.maximum(box[0, free], 0.0), box[0, free])
    high = np.where(corner & (now < 0), np.minimum(box[1, free], 0.0), box[1, free])
    room = np.where(step > 0, high, low) - now
    share = np.divide(room, step, where=step != 0, out=np.full(len(step), np.inf))
    first = int(np.argmin(share)) if len(share) else 0
    out = beta.copy()
    if len(share) and share[first] <= 1.0:
        out[free] = np.clip(now + share[first] * step, low, high)
        out[free[first]] = now[first] + room[first]
    else:
        out[free] = now + step
    return out


def _violation(gradient, l1, l2, box, beta) -> float:
    g = gradient - l2 * beta
    up = g - np.where(beta >= 0, l1, -l1)
    down = -g - np.where(beta <= 0, l1, -l1)
    worst = np.maximum(np.where(beta < box[1], up, 0.0), np.where(beta > box[0], down, 0.0))
    return float(worst.max(initial=0.0))

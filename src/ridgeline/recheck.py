"""Recheck a model against the table that it was fitted to: the rows, the scales and the certificate, from scratch.

The rows are found again by the plan in the model file; the certificate comes from `ridgeline.problem_ridge` and its
siblings, which share no code with the solvers. Where it fails, the number is sought whose correction alone would mend
most: a coefficient j that is wrong by Δ leaves the gradient g_k = H_kj Δ at k, and g_k² / H_kk is largest at k = j
(Cauchy-Schwarz).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.families import get_family
from ridgeline.path import TARGET, certify
from ridgeline.penalties import elastic_net
from ridgeline.problem import Certificate, Problem, null_objective, standard_columns
from ridgeline.rows import Part, Plan, hold_out, mask_text, problem_of_part, usable
from ridgeline.solvers.scales import learn_standard
from ridgeline.tables import Encoder, Table, Target, read_target_like, scan

__all__ = ["recheck"]

_VIOLATION = 1e-7  # of the optimality conditions, in units of the square root of the null model's objective


@dataclass(frozen=True, eq=False)
class _Claim:
    """What the model file says of itself, in the units of the objective."""

    content: Mapping[str, Any]
    encoder: Encoder
    problem: Problem
    standard: Standardization

    @cached_property
    def coef(self) -> np.ndarray:
        return np.array([f["coef"] for f in self.content["features"]], dtype=np.float64)

    @cached_property
    def scale(self) -> np.ndarray:
        live = self.standard.inverse > 0
        return np.where(live, 1.0 / np.where(live, self.standard.inverse, 1.0), 1.0)

    @cached_property
    def beta(self) -> np.ndarray:
        """Standardized coefficients as columns: (p, 1), or (p, K) for K classes."""
        coef = self.coef.reshape(len(self.coef), -1)
        return coef * self.scale[:, None]

    @property
    def b0(self) -> np.ndarray:
        return np.atleast_1d(np.asarray(self.content["intercept"], dtype=np.float64) + self.standard.mean @ self.coef)

    @property
    def lams(self) -> np.ndarray:
        return np.atleast_1d(np.float64(self.content["lambda"]))


def recheck(content: Mapping[str, Any], encoder: Encoder, data: Any, *, sql: str | None = None) -> list[str]:
    """Compare a model with the table that it was fitted to.

    Parameters
    ----------
    content : mapping
        What model.json holds.
    encoder : Encoder
        Its encoder.
    data : path, frame, query …
        The table, in any dress.
    sql : str, optional
        For a database file: a table of it, or a query.

    Returns
    -------
    list of str
        One sentence for each number that is wrong; empty when all agree.
    """
    record = content["training"]
    table = scan(data, sql=sql, like={**encoder.readings, **record["readings"]})
    if table.rows != record["table_rows"]:
        return [
            f"{table.name} has {table.rows} rows, the table of the fit had {record['table_rows']}: it is another table"
        ]
    part, findings = _training_rows(content, table)
    if findings:
        return findings
    family = get_family(content["family"], content["labels"])
    problem = problem_of_part(part, encoder, family, tuple(record["keep"]))
    problem = replace(problem, l1_ratio=float(content["l1_ratio"]))
    claim = _Claim(content, encoder, problem, learn_standard(problem))
    return _scales(claim) or _certificate(claim)


def _training_rows(content: Mapping[str, Any], table: Table) -> tuple[Part, list[str]]:
    record = content["training"]
    plan = Plan(**{f.name: record[f.name] for f in fields(Plan)})
    like = Target(content["target"], content["task"], np.empty(0), tuple(content["labels"]), None, np.empty(0, bool))
    target = read_target_like(table, like)
    part, _ = usable(table, target, plan)
    held = None
    if not record["test_file"]:
        part, held, _ = hold_out(part, target, plan)
    counts = {"rows": len(part.y)} | ({} if record["test_file"] else {"test_rows": 0 if held is None else len(held.y)})
    findings = [
        f"training: {name} is {record[name]}, the table gives {count}"
        for name, count in counts.items()
        if record[name] != count
    ]
    if not findings and record["mask"] != mask_text(part.rows, table.rows):
        findings.append(f"training: the rows of the mask are not those that seed {plan.seed} and this table give")
    return part, findings


def _scales(claim: _Claim) -> list[str]:
    """Learn standard deviations and fills anew, and compare."""
    features, standard = claim.content["features"], claim.standard
    here = {"sd": standard.sd, "mean": standard.mean, "penalty_factor": claim.problem.factors}
    findings = [
        f"feature {f['feature']!r}: {name} is {f[name]!r}, the table gives {float(values[j])!r}"
        for name, values in here.items()
        for j, f in enumerate(features)
        if not abs(f[name] - values[j]) <= 1e-7 * abs(standard.sd[j]) + 1e-9 * abs(standard.mean[j])
    ]
    findings += [
        f"fill of {features[value]['feature']!r} is {given!r}, the table gives {float(found)!r}"
        for (value, _), given, found in zip(claim.encoder.imputed, claim.content["fill"], standard.fill, strict=True)
        if abs(given - found) > 1e-9 * max(abs(found), standard.sd[value])
    ]
    if len(findings) > 3:
        return [
            *findings[:3],
            f"{len(findings) - 3} more numbers like these: the table, or the seed, is not that of the fit",
        ]
    return findings


def _certificate(claim: _Claim) -> list[str]:
    given = claim.content["certificate"]
    found = certify(claim.problem, claim.standard, claim.beta, claim.b0, claim.lams)[0]
    for name, least in (("relative_gap", TARGET), ("kkt", _VIOLATION * null_objective(claim.problem) ** 0.5)):
        claimed, here = given[name], getattr(found, name)
        if claimed is not None and not here <= least + 100.0 * claimed:
            return [
                f"{_culprit(claim)}: the certificate claims a {name} of {claimed:.1e}, on this table it is {here:.1e}"
            ]
    return _objective(given, found, null_objective(claim.problem))


def _objective(given: Mapping[str, Any], found: Certificate, null: float) -> list[str]:
    # of a fit without any error nothing but rounding is left
    if abs(given["objective"] - found.objective) <= 1e-7 * abs(found.objective) + 1e-12 * null:
        return []
    return [f"certificate: objective is {given['objective']!r}, the table gives {found.objective!r}"]


def _culprit(claim: _Claim) -> str:
    """Name the number whose correction alone would lower the objective most: λ, the intercept or a coefficient."""
    if claim.coef.ndim == 2:
        return "a coefficient, an intercept or lambda is not the optimum's"
    gradient, curvature = _derivatives(claim)
    lam = _lambda_that_fits(claim, gradient)
    if lam is not None:
        return f"lambda is {claim.content['lambda']!r}, the coefficients are those of {lam:.6g}"
    scale = np.append(claim.scale, 1.0)
    penalty = elastic_net(claim.lams, float(claim.content["l1_ratio"]), claim.problem.factors)
    distance = (
        np.append(penalty.distance(claim.beta, gradient[:-1, None] / scale[:-1, None])[:, 0], abs(gradient[-1])) * scale
    )
    curvature[:-1] += penalty.l2[:, 0] * scale[:-1] ** 2
    distance = np.where(np.append(claim.standard.inverse, 1.0) > 0, distance, 0.0)
    gain = np.divide(distance**2, curvature, out=np.zeros_like(distance), where=curvature > 0)
    worst = int(np.argmax(gain))
    if worst == len(gain) - 1:
        return f"intercept {claim.content['intercept']!r} is not the optimum's"
    feature = claim.content["features"][worst]
    return f"feature {feature['feature']!r}: coef {feature['coef']!r} is not the optimum's"


def _lambda_that_fits(claim: _Claim, gradient: np.ndarray) -> float | None:
    """λ at which the coefficients (with an L1 part those that are not 0) would be optimal, when there is one."""
    ratio, beta = float(claim.content["l1_ratio"]), claim.beta[:, 0]
    live = np.append((claim.standard.inverse > 0) & ((beta != 0) | (ratio == 0)), True)
    slope = (1.0 - ratio) * beta + ratio * np.sign(beta)
    pull = np.append(claim.problem.factors * slope * claim.scale, 0.0)[live]
    g = gradient[live]
    if not np.any(pull) or not np.any(g):
        return None
    lam = float(-(g @ pull) / (pull @ pull))
    return lam if lam >= 0 and np.linalg.norm(g + lam * pull) <= 1e-5 * np.linalg.norm(g) else None


def _derivatives(claim: _Claim) -> tuple[np.ndarray, np.ndarray]:
    """Return gradient and diagonal curvature of the mean loss in original units, the intercept last: (p + 1,) each."""
    problem, standard = claim.problem, claim.standard
    b, shift = standard.stored(claim.beta)
    eta = problem.design.predict(b)[:, 0] + shift[0] + claim.b0[0] + problem.offset
    w = problem.weights / problem.weights.sum()
    u, v = w * problem.family.gradient(problem.y, eta), w * problem.family.curvature(problem.y, eta)
    gradient, curvature = np.empty(len(b) + 1), np.empty(len(b) + 1)
    gradient[-1], curvature[-1] = u.sum(), v.sum()
    for start in range(0, len(b), 256):
        j = np.arange(start, min(start + 256, len(b)))
        x = standard_columns(problem, standard, j) * claim.scale[j] + standard.mean[j]
        gradient[j], curvature[j] = u @ x, v @ x**2
    return gradient, curvature

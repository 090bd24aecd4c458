"""Folds as training sets: each repeat of the folds is a round, whose sets are made of the same cells of rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.crossval.folds import Folds
from ridgeline.errors import OptionError
from ridgeline.problem import Problem, TrainingSet
from ridgeline.solvers import Resamples

__all__ = ["Round", "rounds_of"]


@dataclass(frozen=True, eq=False)
class Round:
    """One repeat of the folds.

    Attributes
    ----------
    resamples : Resamples
        All rows first, then the K folds, then the inner folds of nested cross-validation.
    mass : ndarray of shape (K,)
        Weight of the rows that judge each fold.
    inner : ndarray of shape (K, K - 1), or (K, 0)
        Likewise of the inner folds of each; none unless nested.
    """

    resamples: Resamples
    mass: np.ndarray
    inner: np.ndarray


def rounds_of(problem: Problem, folds: Folds, nested: bool) -> list[Round]:
    """Make the rounds of some folds.

    Raises
    ------
    OptionError
        A fold learns from rows of weight 0 only, or none can be judged.
    """
    made = [_round(problem, folds, repeat, nested) for repeat in range(folds.repeats)]
    if sum(one.mass.sum() for one in made) <= 0.0:
        raise OptionError("All rows that the folds are judged on have weight 0; judge them on rows that have weight.")
    return made


def _round(problem: Problem, folds: Folds, repeat: int, nested: bool) -> Round:
    if folds.is_partition:
        labels = folds.labels[repeat]
        sets = _partition(int(labels.max()) + 1, nested)
    else:
        labels, sets = _general(folds, repeat)
    told = labels >= 0
    mass = np.bincount(labels[told], weights=problem.weights[told], minlength=len(sets[0].train))
    if any(mass[s.train].sum() <= 0.0 for s in sets):
        raise OptionError(
            "All rows that some fold learns from have weight 0; spread the rows that have weight over more folds."
        )
    judged, k = np.array([mass[s.test].sum() for s in sets[1:]]), folds.k
    return Round(Resamples.make(problem, labels, sets), judged[:k], judged[k:].reshape(k, -1))


def _partition(k: int, nested: bool) -> tuple[TrainingSet, ...]:
    eye = np.eye(k, dtype=bool)
    sets = [TrainingSet(np.ones(k, bool), np.zeros(k, bool))]
    sets += [TrainingSet(~eye[i], eye[i]) for i in range(k)]
    if nested:
        sets += [TrainingSet(~(eye[i] | eye[j]), eye[j]) for i in range(k) for j in range(k) if i != j]
    return tuple(sets)


def _general(folds: Folds, repeat: int) -> tuple[np.ndarray, tuple[TrainingSet, ...]]:
    """Any list of (train, test) pairs: rows with the same memberships share a cell."""
    member = np.array([np.r_[folds.train_mask(j, repeat), folds.test_mask(j, repeat)] for j in range(folds.k)])
    pattern = np.vstack([member[:, : folds.n], member[:, folds.n :]]).T
    cells, labels = np.unique(pattern, axis=0, return_inverse=True)
    sets = [TrainingSet(np.ones(len(cells), bool), np.zeros(len(cells), bool))]
    sets += [TrainingSet(cells[:, j].astype(bool), cells[:, folds.k + j].astype(bool)) for j in range(folds.k)]
    return labels.ravel().astype(np.intp), tuple(sets)

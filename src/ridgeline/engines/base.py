"""Engine: where blocks live and who merges them. Engines know nothing of regression."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

__all__ = ["Engine", "fold"]

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """Runs a function over parts.

    Both verbs return results in the order of the parts, and `map_reduce` merges in that order, so that an answer does
    not depend on who finished first.
    """

    def map(self, function: Callable[[T], R], parts: Sequence[T]) -> list[R]:
        """[function(part) for part in parts]."""
        ...

    def map_reduce(self, function: Callable[[T], R], parts: Sequence[T], merge: Callable[[R, R], R]) -> R:
        """Left fold of `merge` over `map`."""
        ...


def fold(results: Iterable[R], merge: Callable[[R, R], R]) -> R:
    """Left fold in order."""
    iterator = iter(results)
    total = next(iterator)
    for result in iterator:
        total = merge(total, result)
    return total

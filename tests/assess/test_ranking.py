"""The linearised ranking metrics agree with the exact ones to first order."""

import numpy as np
import pytest

from ridgeline.assess.ranking import Order, auc_terms, precision_terms, projected_auc, projected_precision


def rows(seed, ties):
    rng = np.random.default_rng(seed)
    positive = rng.random(60) < 0.4
    score = np.round(rng.random(60) + 0.3 * positive, 1 if ties else 9)
    return Order(score, positive), rng.random(60) + 0.1


@pytest.mark.parametrize("ties", [True, False])
def test_projections_are_exact_for_the_sample_itself(ties):
    order, weight = rows(0, ties)
    auc, precision = order.measure(weight)
    once = np.ones((1, 60))
    assert projected_auc(once @ np.column_stack(auc_terms(order, weight)))[0] == pytest.approx(auc)
    assert projected_precision(once @ np.column_stack(precision_terms(order, weight)))[0] == pytest.approx(precision)


@pytest.mark.parametrize("ties", [True, False])
def test_projections_have_the_right_derivative(ties):
    order, weight = rows(1, ties)
    step = 1e-6
    counts = np.vstack([np.ones(60), np.ones((60, 60)) + step * np.eye(60)])
    exact = order.measure(counts * weight)
    linear = (
        projected_auc(counts @ np.column_stack(auc_terms(order, weight))),
        projected_precision(counts @ np.column_stack(precision_terms(order, weight))),
    )
    for wanted, found in zip(exact, linear, strict=True):
        assert np.abs((found - found[0]) - (wanted - wanted[0])).max() / step < 1e-5


def test_one_set_of_weights_or_many():
    order, weight = rows(2, ties=True)
    one = order.measure(weight)
    many = order.measure(np.vstack([weight, 2 * weight]))
    assert np.allclose(np.column_stack([one, one]), np.array(many))


def test_resamples_of_the_projection_spread_like_exact_ones():
    rng = np.random.default_rng(3)
    positive = rng.random(900) < 0.3
    score = rng.normal(size=900) + positive
    order, weight = Order(score, positive), np.ones(900)
    counts = np.vstack([np.ones(900), rng.multinomial(900, np.full(900, 1 / 900), 800)])
    exact = order.measure(counts * weight)
    linear = (
        projected_auc(counts @ np.column_stack(auc_terms(order, weight))),
        projected_precision(counts @ np.column_stack(precision_terms(order, weight))),
    )
    for wanted, found in zip(exact, linear, strict=True):
        assert np.corrcoef(wanted, found)[0, 1] > 0.99
        assert found.std() == pytest.approx(wanted.std(), rel=0.05)


def test_neither_is_defined_in_a_resample_without_a_positive_row():
    # They counted as 0 or 1: of a class of one row, more than a third of the resamples.
    order, weight = rows(3, ties=False)
    order.positive[:] = False
    order.positive[7] = True
    counts = np.vstack([np.ones(60), np.ones(60)])
    counts[1, order.order[7]] = 0.0
    assert np.isnan(projected_auc(counts @ np.column_stack(auc_terms(order, weight)))[1])
    assert np.isnan(projected_precision(counts @ np.column_stack(precision_terms(order, weight)))[1])

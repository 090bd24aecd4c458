"""Every family of the table keeps the family's promises, by arithmetic that uses none of its formulas."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest

from ridgeline.errors import TargetError
from ridgeline.families import FAMILIES, get_family
from ridgeline.families.multinomial import Multinomial

Y = {
    "gaussian": [-2.0, 0.0, 0.5, 3.0],
    "binomial": [0.0, 0.25, 0.5, 1.0],
    "poisson": [0.0, 1.0, 2.5, 40.0],
    "gamma": [1e-3, 0.5, 1.0, 40.0],
}
REFUSED = {"gaussian": np.nan, "binomial": 1.5, "poisson": -1.0, "gamma": 0.0}
ETA = np.linspace(-6, 6, 49)
SCALARS = [name for name in FAMILIES if name != "multinomial"]


@pytest.fixture(params=SCALARS)
def name(request):
    return request.param


@pytest.fixture
def family(name):
    return get_family(name)


@pytest.fixture
def y(name):
    return np.array(Y[name])[:, None]


def test_gradient_and_curvature_are_derivatives(family, y):
    h = 1e-5
    slope = (family.loss(y, ETA + h) - family.loss(y, ETA - h)) / (2 * h)
    bend = (family.gradient(y, ETA + h) - family.gradient(y, ETA - h)) / (2 * h)
    np.testing.assert_allclose(np.broadcast_to(family.gradient(y, ETA), slope.shape), slope, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(
        np.broadcast_to(family.curvature(y, ETA + 0 * y), bend.shape), bend, rtol=1e-6, atol=1e-6
    )


def test_loss_and_gradient_in_one_go(family, y):
    loss, gradient = family.loss_gradient(y, ETA + 0 * y)
    np.testing.assert_allclose(loss, family.loss(y, ETA + 0 * y), rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(gradient, family.gradient(y, ETA + 0 * y), rtol=1e-14, atol=1e-14)


def test_the_loss_never_rises_on_the_side_where_it_recedes(name, family):
    y = np.array(Y[name])
    side = family.recession(y)
    for way in (1.0, -1.0):
        near, far = (family.loss(y, np.full(len(y), way * size)) for size in (20.0, 40.0))
        np.testing.assert_array_equal(far <= near, side == way)


@pytest.mark.parametrize("eta", [-60.0, -30.0, -1.0, 0.0, 2.0, 30.0, 60.0])
def test_residuals_keep_their_digits_where_a_class_is_all_but_certain(eta):
    with localcontext() as context:
        context.prec = 60
        share = [1 / (1 + Decimal(-v).exp()) for v in (eta, -eta)]  # of one and of the other class
        exact = np.array([float(share[0]), float(-share[1])])  # residuals of y = 0 and y = 1: mean − y
    for y in (0.0, 1.0):
        want, one = exact[int(y)], np.array([[eta]])
        binomial = get_family("binomial")
        np.testing.assert_allclose(binomial.gradient(np.array([[y]]), one), want, rtol=1e-15)
        np.testing.assert_allclose(binomial.loss_gradient(np.array([[y]]), one)[1], want, rtol=1e-15)
        classes = Multinomial((0, 1))
        found = classes.gradient(np.array([y]), np.array([[0.0, eta]]))
        np.testing.assert_allclose(found, [[-want, want]], rtol=1e-15)


def test_mean_and_link_are_inverse(family):
    mean = np.array([0.01, 0.3, 0.9])
    np.testing.assert_allclose(family.mean(family.link(mean)), mean, rtol=1e-13)


def test_fenchel_young_is_zero_at_the_gradient_and_never_too_small(family, y):
    eta = ETA + 0 * y
    u = family.gradient(y, eta)
    np.testing.assert_allclose(family.fenchel_young(y, eta, u), 0.0, atol=1e-13)
    for other in (-0.5, -1e-3, 1e-3, 0.3):
        moved = family.gradient(y, eta + other)  # always inside the domain of the conjugate
        plain = family.loss(y, eta) + family.conjugate(y, moved) - moved * eta
        bound = family.fenchel_young(y, eta, moved)
        # at least the divergence itself, and of its size
        assert np.all(bound >= plain - 1e-12 * (1 + np.abs(family.loss(y, eta)) + np.abs(moved * eta)))
        assert np.all(bound <= 20 * np.abs(plain) + 1e-10 * (1 + np.abs(family.loss(y, eta))))


def test_conjugate_is_the_largest_value(family, y):
    wide = np.linspace(-40, 12, 20001)
    u = family.gradient(y, np.array([-1.5, 0.0, 1.0]) + 0 * y)
    for i in range(len(y)):
        for k in range(3):
            largest = np.max(u[i, k] * wide - family.loss(y[i], wide))
            np.testing.assert_allclose(family.conjugate(y[i], u[i, k])[0], largest, rtol=1e-5, atol=1e-4)


def test_conjugate_is_infinite_outside_its_domain(name, family):
    outside = {"binomial": -1.5, "poisson": -3.0, "gamma": 1.5}
    if name in outside:
        assert np.isinf(family.conjugate(np.array([1.0]), np.array([outside[name]])))
        assert np.isinf(family.fenchel_young(np.array([1.0]), np.array([0.2]), np.array([outside[name]])))


def test_far_away_nothing_overflows(family, y):
    far = np.array([-800.0, 800.0]) + 0 * y
    loss, gradient = family.loss_gradient(y, far)
    everything = [loss, gradient, family.loss(y, far), family.curvature(y, far), family.mean(far), gradient**2]
    assert all(np.all(np.isfinite(v)) for v in everything)
    assert np.all(family.curvature(y, far) >= 0)


def test_null_eta_minimises(family, name):
    rng = np.random.default_rng(1)
    y = np.array(Y[name])
    w = rng.uniform(0.5, 2, 4)
    for offset in (None, np.array([0.5, -1.0, 2.0, 0.0]), np.array([30.0, -30.0, 0.0, 5.0])):
        o = np.zeros(4) if offset is None else offset
        b0 = family.null_eta(y, w, offset)
        slope = w * family.gradient(y, b0 + o)
        assert abs(slope.sum()) <= 1e-9 * (np.abs(slope).sum() + np.abs(w @ y))


def test_target_out_of_range_is_refused_by_row(name, family):
    with pytest.raises(TargetError, match="row 2"):
        family.check_y(np.array([1.0, 1.0, REFUSED[name]]))
    assert family.check_y(Y[name]).dtype == np.float64


def test_every_family_has_a_row_in_the_grid():
    assert set(Y) == set(SCALARS)


class TestMultinomial:
    """The same promises where η has an axis of classes."""

    family = get_family("multinomial").__class__(("a", "b", "c"))
    y = np.array([0.0, 1.0, 2.0, 1.0])
    eta = np.random.default_rng(0).normal(0, 2, (4, 3, 5))

    def test_gradient_is_the_derivative(self):
        loss, gradient = self.family.loss_gradient(self.y, self.eta)
        np.testing.assert_allclose(loss, self.family.loss(self.y, self.eta), rtol=1e-13)
        np.testing.assert_allclose(gradient, self.family.gradient(self.y, self.eta), atol=1e-14)
        for k in range(3):
            h = 1e-5 * (np.arange(3) == k)[:, None]
            slope = (self.family.loss(self.y, self.eta + h) - self.family.loss(self.y, self.eta - h)) / 2e-5
            bend = (self.family.gradient(self.y, self.eta + h) - self.family.gradient(self.y, self.eta - h))[
                :, k
            ] / 2e-5
            np.testing.assert_allclose(gradient[:, k], slope, atol=1e-8)
            np.testing.assert_allclose(self.family.curvature(self.y, self.eta)[:, k], bend, atol=1e-8)

    def test_fenchel_young(self):
        u = self.family.gradient(self.y, self.eta)
        np.testing.assert_allclose(self.family.fenchel_young(self.y, self.eta, u), 0, atol=1e-13)
        for size in (1e-3, 0.5, 3.0):
            moved = self.family.gradient(self.y, self.eta + size * np.sin(np.arange(3))[:, None])
            gap = (
                self.family.loss(self.y, self.eta)
                + self.family.conjugate(self.y, moved)
                - (moved * self.eta).sum(axis=1)
            )
            bound = self.family.fenchel_young(self.y, self.eta, moved)
            assert np.all(bound >= gap - 1e-12)
            assert np.all(bound <= 20 * gap + 1e-12)
        outside = u - 2.0
        assert np.all(np.isinf(self.family.conjugate(self.y, outside)))
        assert np.all(np.isinf(self.family.fenchel_young(self.y, self.eta, outside)))

    def test_far_away_nothing_overflows(self):
        far = 800.0 * np.sign(self.eta)
        loss, gradient = self.family.loss_gradient(self.y, far)
        assert np.all(np.isfinite(loss))
        assert np.all(np.isfinite(gradient))
        np.testing.assert_allclose(self.family.mean(far).sum(axis=1), 1)

    def test_null_eta_gives_the_shares(self):
        w = np.array([1.0, 2.0, 3.0, 0.5])
        eta = self.family.null_eta(self.y, w)
        np.testing.assert_allclose(self.family.mean(eta[None])[0], np.array([1.0, 2.5, 3.0]) / 6.5)
        assert abs(eta.sum()) < 1e-12

    def test_positions_out_of_range_are_refused(self):
        with pytest.raises(TargetError, match="row 1"):
            self.family.check_y([0, 3])

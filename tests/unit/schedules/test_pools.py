"""Pools: one amount per account and month, attributed in proportion."""

from __future__ import annotations

import numpy as np
import pytest

from wharfage.schedules.pools import pooled_credit, pooled_quantity


def test_credit_in_proportion() -> None:
    """A credit is shared in proportion to what each row spent."""
    found = pooled_credit(np.array([6.0, 2.0]), np.array([0, 0]), np.array([4.0]))
    assert found.tolist() == [3.0, 1.0]


@pytest.mark.parametrize("spent", [0.0, 3.99, 4.0, 4.01, 100.0])
def test_credit_at_its_boundary_story_22(spent: float) -> None:
    """A pool gives what is spent in it, and never more than its amount."""
    found = pooled_credit(np.array([spent]), np.array([0]), np.array([4.0]))
    assert found[0] == pytest.approx(min(spent, 4.0))


def test_each_pool_for_itself() -> None:
    """What one pool leaves over does not go to another."""
    found = pooled_credit(np.array([1.0, 9.0]), np.array([0, 1]), np.array([5.0, 5.0]))
    assert found.tolist() == [1.0, 5.0]


def test_unpriced_rows_do_not_draw() -> None:
    """A row without a cost neither draws from a pool nor gets a credit."""
    found = pooled_credit(np.array([np.nan, 2.0]), np.array([0, 0]), np.array([1.0]))
    assert found.tolist() == [0.0, 1.0]


def test_empty_pool() -> None:
    """A pool in which nothing is spent gives nothing."""
    assert pooled_credit(np.zeros(2), np.zeros(2, int), np.array([4.0])).tolist() == [0.0, 0.0]


def test_quantities_by_pool() -> None:
    """Quantities are summed per pool; unknown ones count as nothing."""
    found = pooled_quantity(np.array([1.0, 2.0, np.nan]), np.array([0, 1, 1]), 3)
    assert found.tolist() == [1.0, 2.0, 0.0]

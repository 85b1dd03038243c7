"""Graduated tiers."""

from __future__ import annotations

import numpy as np
import pytest

from wharfage.errors import ScheduleError
from wharfage.schedules.tiers import graduated_cost, quantity_in_tiers

STARTS = np.array([0.0, 100.0, 1000.0])
PRICES = np.array([0.5, 0.25, 0.1])


@pytest.mark.parametrize(
    ("quantity", "cost"),
    [
        (0, 0),
        (1, 0.5),
        (99, 49.5),
        (100, 50),
        (101, 50.25),
        (999, 50 + 899 * 0.25),
        (1000, 275),
        (1001, 275.1),
        (2000, 375),
    ],
)
def test_each_part_at_its_own_price_story_23(quantity: float, cost: float) -> None:
    """Every part of a quantity costs its own tier's price, on both sides of each boundary."""
    assert graduated_cost(np.array([float(quantity)]), STARTS, PRICES)[0] == pytest.approx(cost)


@pytest.mark.parametrize("quantity", [0, 1, 100, 101, 999.5, 1000, 5000])
def test_parts_in_tiers_make_the_cost_by_hand(quantity: float) -> None:
    """What lies in each tier adds up to the quantity, and at its tier's price to the cost."""
    parts = quantity_in_tiers(quantity, STARTS)
    assert parts.sum() == quantity
    assert parts @ PRICES == pytest.approx(
        graduated_cost(np.array([float(quantity)]), STARTS, PRICES)[0]
    )


def test_one_tier_is_a_product() -> None:
    """A single tier is quantity times price."""
    assert graduated_cost(np.array([7.0]), np.array([0.0]), np.array([2.0]))[0] == 14


def test_free_first_tier() -> None:
    """A free first tier costs nothing up to its end."""
    found = graduated_cost(np.array([100.0, 150.0]), np.array([0.0, 100.0]), np.array([0.0, 0.4]))
    assert found == pytest.approx([0.0, 20.0])


def test_unknown_quantity_has_no_cost() -> None:
    """What is not a number stays so."""
    assert np.isnan(graduated_cost(np.array([np.nan]), STARTS, PRICES)[0])


@pytest.mark.parametrize("starts", [[1.0, 2.0], [0.0, 0.0], [0.0, 2.0, 1.0], []])
def test_senseless_tiers_are_refused(starts: list[float]) -> None:
    """Tiers start at zero and increase."""
    with pytest.raises(ScheduleError):
        graduated_cost(np.array([1.0]), np.array(starts), np.ones(len(starts)))

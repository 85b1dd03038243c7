"""What a result must not depend on: order, tiles, company, the rest of the fleet."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfage.engine import tiles

from .strategies import Workload, few, fleets, free_tiers, price


@given(fleets, free_tiers, st.randoms(use_true_random=False))
@few
def test_row_order_does_not_matter_story_22(
    fleet: list[Workload], free_tier: str, random: st.DataObject
) -> None:
    """Each workload costs the same wherever it stands in the fleet."""
    order = list(range(len(fleet)))
    random.shuffle(order)  # type: ignore[attr-defined]
    straight = price(fleet, free_tier).frame
    mixed = price([fleet[row] for row in order], free_tier).frame["monthly_cost"].to_numpy()
    allowed = 1e-9 * float(straight["monthly_list_cost"].max()) + 1e-12
    assert mixed == pytest.approx(straight["monthly_cost"].to_numpy()[order], abs=allowed)


@given(fleets, free_tiers, st.integers(1, 5))
@few
def test_tiles_do_not_matter(fleet: list[Workload], free_tier: str, size: int) -> None:
    """Each workload costs the same, to the last bit, however the fleet is cut."""
    whole = price(fleet, free_tier).frame["monthly_cost"].to_numpy()
    with patch.object(tiles, "TILE", size):
        cut = price(fleet, free_tier).frame["monthly_cost"].to_numpy()
    np.testing.assert_array_equal(cut, whole)


@given(fleets)
@few
def test_a_workload_alone_costs_what_it_does_among_others(fleet: list[Workload]) -> None:
    """Without shared credits each workload costs the same alone and in the fleet."""
    together = price(fleet, "none").frame["monthly_cost"].to_numpy()
    alone = [price([row], "none").frame["monthly_cost"].item() for row in fleet]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


@given(fleets, free_tiers)
@few
def test_pricing_twice_gives_the_same(fleet: list[Workload], free_tier: str) -> None:
    """The same fleet costs the same every time."""
    first, second = (price(fleet, free_tier).frame["monthly_cost"] for _ in range(2))
    np.testing.assert_array_equal(first, second)


@given(fleets)
@few
def test_a_hole_does_not_change_the_others(fleet: list[Workload]) -> None:
    """A workload without a price changes nothing for the rest."""
    hole = {"service": "aws.fargate", "region": "nowhere", "vcpu": 1, "memory_gib": 2}
    filled = [{"vcpu": None, "memory_gib": None, **row} for row in fleet]
    without = price(filled).frame["monthly_cost"].to_numpy()
    beside = price([*filled, hole]).frame["monthly_cost"].to_numpy()
    np.testing.assert_array_equal(beside[:-1], without)
    assert np.isnan(beside[-1])

"""Properties of the plain array maths."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfage.schedules.pools import pooled_credit
from wharfage.schedules.rounding import billed_seconds, round_up
from wharfage.schedules.tiers import graduated_cost

from .strategies import few, numbers

tiers = st.lists(
    st.tuples(numbers(1, 1e6), numbers(0, 10)), min_size=1, max_size=5, unique_by=lambda t: t[0]
).map(sorted)


def schedule(steps: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Give starts and prices, the first tier from zero."""
    starts = np.array([0.0, *(start for start, _ in steps)])
    prices = np.array([*(price for _, price in steps), 1.0])
    return starts, prices


@given(tiers)
@few
def test_tiers_are_continuous_story_23(steps: list[tuple[float, float]]) -> None:
    """Crossing into a tier changes the price of what follows, not the cost so far."""
    starts, prices = schedule(steps)
    step = 1e-6
    before = graduated_cost(starts[1:] - step, starts, prices)
    at = graduated_cost(starts[1:], starts, prices)
    assert at == pytest.approx(before + step * prices[:-1], rel=1e-9, abs=1e-9)


@given(tiers, st.lists(numbers(0, 2e6), min_size=2, max_size=20).map(sorted))
@few
def test_tiers_never_fall_story_23(steps: list[tuple[float, float]], amounts: list[float]) -> None:
    """More of a tiered quantity never costs less."""
    cost = graduated_cost(np.array(amounts), *schedule(steps))
    assert np.all(np.diff(cost) >= -1e-9 * (1 + cost[:-1]))


@given(tiers, st.lists(numbers(0, 2e6), min_size=3, max_size=20).map(sorted))
@few
def test_falling_prices_are_concave_story_23(
    steps: list[tuple[float, float]], amounts: list[float]
) -> None:
    """Where prices fall from tier to tier, the average price falls with the quantity."""
    starts, prices = schedule(steps)
    falling = np.sort(prices)[::-1]
    some = np.array(amounts) + 1.0
    average = graduated_cost(some, starts, falling) / some
    assert np.all(np.diff(average) <= 1e-9 * (1 + average[:-1]))


@given(numbers(0, 1e6), st.sampled_from([0.001, 0.1, 1, 50, 250]))
@few
def test_round_up_holds_the_quantity(quantity: float, increment: float) -> None:
    """What is rounded up holds the quantity, and is less than one increment above it."""
    found = round_up(np.array([quantity]), increment)[0]
    assert quantity * (1 - 2e-9) <= found < quantity + increment * (1 + 1e-6)


@given(numbers(0, 1e5), st.sampled_from([0.001, 0.1, 1, 50, 250]))
@few
def test_round_up_twice_is_once(quantity: float, increment: float) -> None:
    """What is rounded stays as it is, up to 10^8 increments."""
    once = round_up(np.array([quantity]), increment)
    assert round_up(once, increment)[0] == once[0]


def test_beyond_a_thousand_million_increments_the_slack_is_one() -> None:
    """The slack is relative: of 10^9 increments it is a whole one, and no more."""
    once = round_up(np.array([1e6]), 0.001)[0]
    assert once == pytest.approx(1e6, rel=1.01e-9, abs=0)


@given(st.lists(numbers(0, 1e5), min_size=2).map(sorted))
@few
def test_longer_runs_are_not_billed_less(seconds: list[float]) -> None:
    """A longer run is billed for at least as long."""
    assert np.all(np.diff(billed_seconds(np.array(seconds), 1.0, 60.0)) >= 0)


@given(st.lists(st.tuples(numbers(0, 1e4), st.integers(0, 2)), min_size=1), numbers(0, 1e4))
@few
def test_pools_give_what_they_can_story_22(rows: list[tuple[float, int]], amount: float) -> None:
    """A pool gives its amount or what is spent, whichever is less, and no row more than its cost."""
    cost, pool = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    credit = pooled_credit(cost, pool, np.full(3, amount))
    for number in range(3):
        spent = cost[pool == number].sum()
        assert credit[pool == number].sum() == pytest.approx(min(spent, amount))
    assert np.all(credit <= cost * (1 + 1e-9))

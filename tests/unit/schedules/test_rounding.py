"""Rounding up, and minimums."""

from __future__ import annotations

import numpy as np
import pytest

from wharfage.schedules.rounding import billed_seconds, round_up


@pytest.mark.parametrize(
    ("value", "increment", "expected"),
    [
        (0.0, 1.0, 0.0),
        (1.0, 1.0, 1.0),
        (1.0000001, 1.0, 2.0),
        (0.1 + 0.2, 0.1, 0.3),
        (0.31, 0.1, 0.4),
        (6 * 50.0, 50.0, 300.0),
        (251.0, 250.0, 500.0),
        (0.0801, 0.001, 0.081),
        (1e8, 1.0, 1e8),
    ],
)
def test_round_up(value: float, increment: float, expected: float) -> None:
    """A quantity goes up to the next whole increment, noise of floats left aside."""
    assert round_up(np.array([value]), increment)[0] == expected


@pytest.mark.parametrize("steps", range(1, 40))
def test_whole_tenths_stay(steps: int) -> None:
    """So many tenths of a second, added up or written, are just that many tenths."""
    added = sum([0.1] * steps)
    assert round_up(np.array([added]), 0.1)[0] == steps / 10


def test_round_up_by_row() -> None:
    """Each row may have its own increment."""
    found = round_up(np.array([3.0, 3.0]), np.array([2.0, 5.0]))
    assert found.tolist() == [4.0, 5.0]


def test_round_up_keeps_nan() -> None:
    """What is not a number stays so."""
    assert np.isnan(round_up(np.array([np.nan]), 1.0)[0])


def test_round_up_of_nothing() -> None:
    """No rows give no rows."""
    assert round_up(np.empty(0), 1.0).shape == (0,)


@pytest.mark.parametrize(
    ("seconds", "billed"),
    [(0, 60), (1, 60), (59, 60), (60, 60), (60.2, 61), (61, 61), (299, 299), (3600, 3600)],
)
def test_billed_seconds(seconds: float, billed: float) -> None:
    """A run is billed in whole seconds and for the minimum at least."""
    assert billed_seconds(np.array([float(seconds)]), 1.0, 60.0)[0] == billed


def test_billed_seconds_keep_nan() -> None:
    """A run of unknown length has no billed length, not the minimum."""
    assert np.isnan(billed_seconds(np.array([np.nan]), 1.0, 60.0)[0])

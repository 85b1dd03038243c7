"""Legal sizes, every one of them and what lies just beside it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from wharfage.errors import ScheduleError
from wharfage.schedules.sizes import SizeLadder, is_resized, smallest_size

#: as the provider's page prints them
FARGATE: list[tuple[float, list[float]]] = [
    (0.25, [0.5, 1, 2]),
    (0.5, [1, 2, 3, 4]),
    (1, list(range(2, 9))),
    (2, list(range(4, 17))),
    (4, list(range(8, 31))),
    (8, list(range(16, 61, 4))),
    (16, list(range(32, 121, 8))),
    (32, [60, 120, 244]),
]
LADDER = SizeLadder.from_rungs(FARGATE, listed=True)
LEGAL = [(vcpu, float(memory)) for vcpu, values in FARGATE for memory in values]
RANGES = SizeLadder.from_rungs([(1, [0.125, 4]), (2, [0.125, 8]), (4, [2, 16])], listed=False)
JUST = 1e-6


def reference(vcpu: float, memory: float) -> tuple[float, float] | None:
    """Find the size by looking at every legal one, least vCPU first."""
    holds = [size for size in LEGAL if size[0] >= vcpu and size[1] >= memory]
    return min(holds) if holds else None


def look_up(vcpu: float, memory: float, ladder: SizeLadder = LADDER) -> tuple[float, float] | None:
    """Find the size with the function under test."""
    one, two, too_large = smallest_size(np.array([vcpu]), np.array([memory]), ladder)
    return None if too_large[0] else (float(one[0]), float(two[0]))


@pytest.mark.parametrize("size", LEGAL, ids=str)
def test_legal_size_stays_story_20(size: tuple[float, float]) -> None:
    """A legal size is billed as it is."""
    assert look_up(*size) == size


@pytest.mark.parametrize("size", LEGAL, ids=str)
@pytest.mark.parametrize("by", list(itertools.product([-JUST, 0, JUST], repeat=2)), ids=str)
def test_just_beside_a_legal_size_story_20(
    size: tuple[float, float], by: tuple[float, float]
) -> None:
    """Just below or above a legal size, the smallest one that holds the request is billed."""
    asked = (size[0] + by[0], size[1] + by[1])
    assert look_up(*asked) == reference(*asked)


def test_sizes_never_shrink_story_20() -> None:
    """Asking for more never gives less vCPU; with the vCPU unchanged, never less memory."""
    steps = np.linspace(0.05, 16, 60)
    for vcpu in steps:
        billed, memory, _ = smallest_size(np.full(240, vcpu), np.linspace(0.1, 60, 240), LADDER)
        grows = np.diff(billed) > 0
        assert (np.diff(billed) >= 0).all()
        assert (np.diff(memory)[~grows] >= 0).all()


@pytest.mark.parametrize("asked", [(32.001, 60.0), (1.0, 244.001), (33.0, 300.0)])
def test_above_the_largest(asked: tuple[float, float]) -> None:
    """Above the largest size there is none; nothing is clamped."""
    assert look_up(*asked) is None


def test_noise_of_floats_is_no_more() -> None:
    """A request within a billionth of a legal size is that size."""
    assert look_up(0.1 + 0.2 - 0.05, 0.5 * (1 + 1e-12)) == (0.25, 0.5)


def test_nothing_asked_is_the_smallest() -> None:
    """A request of nothing lands on the smallest size."""
    assert look_up(0.0, 0.0) == (0.25, 0.5)


def test_ranges_keep_memory() -> None:
    """Where every memory value is legal, memory is not rounded."""
    assert look_up(1.0, 3.3, RANGES) == (1.0, 3.3)


def test_ranges_raise_vcpu_for_memory() -> None:
    """More memory than a size may have takes the next size."""
    assert look_up(1.0, 4.001, RANGES) == (2.0, 4.001)


def test_ranges_raise_memory_to_their_least() -> None:
    """A size has a least memory."""
    assert look_up(3.0, 0.5, RANGES) == (4.0, 2.0)


def test_unknown_request_is_not_too_large() -> None:
    """A request that is not a number is unknown, not too large, and has no size."""
    vcpu, memory, too_large = smallest_size(np.array([np.nan]), np.array([1.0]), LADDER)
    assert np.isnan([vcpu[0], memory[0]]).all()
    assert not too_large[0]


@pytest.mark.parametrize(
    "rungs",
    [[], [(1, [2]), (1, [3])], [(1, [4]), (2, [3])], [(1, [3, 2])], [(1, [-1, 2])]],
    ids=str,
)
def test_senseless_ladders_are_refused(rungs: list[tuple[float, list[float]]]) -> None:
    """A ladder has increasing vCPU and memory that never shrinks."""
    with pytest.raises(ScheduleError):
        SizeLadder.from_rungs(rungs, listed=True)


@pytest.mark.parametrize(
    ("asked", "billed", "expected"),
    [
        ((1, 2), (1, 2), False),
        ((1, 2), (1, 3), True),
        ((1, 2), (2, 2), True),
        ((np.nan, np.nan), (1, 2), False),
        ((1 - 1e-12, 2), (1, 2), False),
    ],
)
def test_resized(
    asked: tuple[float, float],
    billed: tuple[float, float],
    expected: bool,
) -> None:
    """A size is resized if it is not the one asked for; an empty request asks for nothing."""
    values = [np.array([float(value)]) for value in (*asked, *billed)]
    assert is_resized(*values)[0] == expected

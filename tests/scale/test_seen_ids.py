"""Ids over all batches: keys on disk, looked through range by range."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfage.scale import ids as rooms
from wharfage.scale.ids import SeenIds, id_keys


@given(st.lists(st.text(max_size=40), min_size=1, max_size=60), st.integers(0, 5))
def test_keys_are_equal_where_ids_are(texts: list[str], skipped: int) -> None:
    """Two ids have one key exactly if they are the same text, wherever they stand in an array."""
    keys = id_keys(pa.array(["x" * skipped, *texts], pa.string()).slice(1))
    distinct = {
        text: {int(key) for key, own in zip(keys, texts, strict=True) if own == text}
        for text in texts
    }
    assert all(len(found) == 1 for found in distinct.values())
    assert len({key for found in distinct.values() for key in found}) == len(distinct)


def test_keys_spread_over_their_ranges() -> None:
    """Ids that count up fall into all ranges about evenly."""
    keys = id_keys(pa.array([f"w-{n}" for n in range(100_000)]))
    sizes = np.bincount((keys >> np.uint64(rooms.BELOW)).astype(np.int64), minlength=rooms.RANGES)
    assert sizes.min() > 200
    assert sizes.max() < 600


@pytest.mark.parametrize("in_memory", [50, 1_000_000])
def test_repeats_are_found_across_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    """Ids that stand before are counted, however few keys fit in memory."""
    monkeypatch.setattr(rooms, "IN_MEMORY", in_memory)
    with SeenIds(tmp_path) as seen:
        for start in (0, 1000, 2000):
            seen.add(pa.array([f"w-{n}" for n in range(start, start + 1000)]))
        assert seen.repeated()[0] == 0
        seen.add(pa.array(["w-5", "w-2999", "w-5", "new"]))
        rows, keys = seen.repeated()
    assert rows == 3
    assert sorted(keys) == sorted(id_keys(pa.array(["w-5", "w-2999"])))
    assert list(tmp_path.iterdir()) == []

"""A large offer file takes no more memory than a small one."""

from __future__ import annotations

from pathlib import Path

from .large_offer_file import MIB, measure

FILE_MIB = 64
GROWTH_MIB = 24


def test_memory_does_not_grow_with_the_file_story_32(tmp_path: Path) -> None:
    """A file that is read to its end adds less than half of its size to the process."""
    told = measure(FILE_MIB * MIB, tmp_path, to_the_end=True)
    assert told["read_mib"] >= FILE_MIB - 1
    assert told["observations"] == told["priced"] > 500
    assert told["ambiguous"] == 1
    assert told["peak_mib"] - told["before_mib"] < GROWTH_MIB


def test_reading_ends_with_the_last_price(tmp_path: Path) -> None:
    """Once every machine has its price the reserved terms, most of a file, are left unread."""
    told = measure(8 * MIB, tmp_path, to_the_end=False)
    assert told["observations"] == told["priced"]
    assert told["read_mib"] < 4

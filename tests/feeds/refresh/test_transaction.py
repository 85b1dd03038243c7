"""A refresh is a transaction: the whole old book or the whole new one, whenever it is killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import wharfage as wf
from wharfage.errors import FeedError, RateTableError
from wharfage.feeds.observation import Observation, Reading
from wharfage.feeds.refresh import refresh
from wharfage.feeds.transaction import workspace
from wharfage.rates.book import bundled_folder
from wharfage.rates.lock import check_lock
from wharfage.rates.versions import current_version, default_folder

See = Callable[..., Observation]
Read = Callable[..., Reading]
SCRIPT = Path(__file__).with_name("killed_refresh.py")

needs_posix = pytest.mark.skipif(os.name == "nt", reason="forks and signals of POSIX")


def versions(out: Path) -> list[str]:
    """Give what stands in the folder of versions."""
    return sorted(path.name for path in (out / "versions").iterdir())


@pytest.fixture(scope="module")
def deaths(
    tmp_path_factory: pytest.TempPathFactory, small_folder: Path
) -> tuple[Path, list[dict[str, Any]]]:
    """Give a place in which a refresh was killed at every step, and what a reader found after."""
    out = tmp_path_factory.mktemp("killed") / "rates"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(out), str(small_folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return out, [json.loads(line) for line in done.stdout.splitlines()]


@needs_posix
def test_killed_at_any_step_the_book_opens_and_is_the_old_or_the_new(
    deaths: tuple[Path, list[dict[str, Any]]],
) -> None:
    """After every death a reader finds one of two whole books, with the same bits in its costs."""
    _, steps = deaths
    old = (steps[0]["digest"], steps[0]["cost"])
    new = (steps[-1]["digest"], steps[-1]["cost"])
    assert old != new
    assert {(step["digest"], step["cost"]) for step in steps} == {old, new}


@needs_posix
def test_refresh_was_killed_at_many_steps(deaths: tuple[Path, list[dict[str, Any]]]) -> None:
    """The deaths are real ones, in copying, in flushing and on both sides of both renames."""
    _, steps = deaths
    assert [step["signal"] for step in steps[1:-1]] == [signal.SIGKILL] * (len(steps) - 2)
    assert len(steps) > 15


@needs_posix
def test_new_book_is_in_force_only_after_the_last_rename(
    deaths: tuple[Path, list[dict[str, Any]]],
) -> None:
    """Every death but the very last leaves the old book in force."""
    _, steps = deaths
    assert {step["digest"] for step in steps[:-2]} == {steps[0]["digest"]}


@needs_posix
def test_leftovers_are_swept(deaths: tuple[Path, list[dict[str, Any]]]) -> None:
    """After the refresh that lived, only the book in force and the one before it are there."""
    out, _ = deaths
    assert len(versions(out)) == 2
    assert sorted(path.name for path in out.iterdir()) == ["current", "refresh.lock", "versions"]


def test_first_refresh_that_was_broken_off_says_so(tmp_path: Path) -> None:
    """A place with versions and no pointer is no empty folder of tables."""
    (tmp_path / "versions" / ".staged" / "aws").mkdir(parents=True)
    with pytest.raises(RateTableError, match="holds no finished rate book"):
        wf.RateBook.open(tmp_path)


def test_pointer_to_nowhere_says_so(tmp_path: Path) -> None:
    """A pointer to a version that is gone names it."""
    (tmp_path / "current").write_text("000009-none\n", encoding="utf-8")
    with pytest.raises(RateTableError, match="names the version '000009-none', which is not there"):
        wf.RateBook.open(tmp_path)


def test_rerun_changes_nothing(small: wf.RateBook, out: Path, see: See, reading: Read) -> None:
    """The same reading a second time writes no version and leaves the digest."""
    first = refresh(small, reading(see("0.05")), out)
    again = refresh(wf.RateBook.open(out), reading(see("0.05")), out)
    assert (first.version is not None, again.version) == (True, None)
    assert again.digest == first.digest == wf.RateBook.open(out).digest
    assert versions(out) == [current_version(out).name]  # type: ignore[union-attr]


def test_unchanged_prices_leave_the_digest(
    small: wf.RateBook, out: Path, see: See, reading: Read
) -> None:
    """A reading that says what the book says is on record, and the digest stays."""
    refresh(small, reading(see("0.04048")), out)
    book = wf.RateBook.open(out)
    assert book.digest == small.digest
    assert [entry.service for entry in book.refreshes] == ["aws.fargate"]


def test_dry_run_writes_nothing(small: wf.RateBook, out: Path, see: See, reading: Read) -> None:
    """Without a place everything is checked and nothing is written."""
    result = refresh(small, reading(see("0.05")), None)
    assert result.version is None
    assert len(result.changes) == 1
    assert result.digest != small.digest
    assert not out.exists()


def test_refreshed_book_is_locked(small: wf.RateBook, out: Path, see: See, reading: Read) -> None:
    """The lock of a refreshed book holds its appended rates."""
    refresh(small, reading(see("0.05")), out)
    assert check_lock(wf.RateBook.open(out)) == []


def test_refreshed_book_knows_its_sources(
    small: wf.RateBook, out: Path, see: See, reading: Read
) -> None:
    """The source of a reading stands in the sources of the refreshed book, after the old ones."""
    refresh(small, reading(see("0.05")), out)
    book = wf.RateBook.open(out)
    assert book.sources["test_2026_12"].page == "AmazonECS price list"
    assert list(book.sources)[:-1] == list(small.sources)


def test_source_with_another_meaning_is_refused(small: wf.RateBook, out: Path, see: See) -> None:
    """A key of sources.yaml never changes what it stands for."""
    said = {"publisher": "someone", "page": "somewhere", "read_as": "somehow"}
    given = Reading([see("0.05", source="aws_ecs_feed_2025_10")], sources={"aws_ecs_feed_2025_10": said})  # fmt: skip
    with pytest.raises(FeedError, match="'aws_ecs_feed_2025_10' stands for something else"):
        refresh(small, given, out)


def test_base_is_untouched(
    small: wf.RateBook, small_folder: Path, out: Path, see: See, reading: Read
) -> None:
    """The book that a refresh starts from stays byte for byte as it is."""
    before = {path: path.read_bytes() for path in small_folder.rglob("*") if path.is_file()}
    refresh(small, reading(see("0.05")), out)
    after = {path: path.read_bytes() for path in small_folder.rglob("*") if path.is_file()}
    assert after == before


def test_bundled_folder_is_refused(small: wf.RateBook, see: See, reading: Read) -> None:
    """No refresh writes into the bundled tables, whatever it is told."""
    for place in (bundled_folder(), bundled_folder() / "new", Path(wf.__file__).parent / "rates"):
        with pytest.raises(FeedError, match="whose rate book is never changed"):
            refresh(small, reading(see("0.05")), place)


def test_folder_of_other_things_is_refused(
    small: wf.RateBook, out: Path, see: See, reading: Read
) -> None:
    """A folder that holds what no refresh wrote is left alone."""
    out.mkdir()
    (out / "letters.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(FeedError, match=r"holds 'letters.txt' \(1 such entries\)"):
        refresh(small, reading(see("0.05")), out)
    assert sorted(path.name for path in out.iterdir()) == ["letters.txt"]


def test_book_of_an_earlier_refresh_is_not_dropped(
    small: wf.RateBook, out: Path, see: See, reading: Read
) -> None:
    """A refresh that starts elsewhere would lose what was appended, and is refused."""
    refresh(small, reading(see("0.05")), out)
    digest = wf.RateBook.open(out).digest
    with pytest.raises(FeedError, match="did not start from"):
        refresh(small, reading(see("0.06")), out)
    assert wf.RateBook.open(out).digest == digest


def test_second_refresh_at_once_is_refused(
    small: wf.RateBook, out: Path, see: See, reading: Read
) -> None:
    """While one refresh writes, another is told so and changes nothing."""
    with workspace(out), pytest.raises(FeedError, match="Another refresh is writing"):
        refresh(small, reading(see("0.05")), out)
    assert refresh(small, reading(see("0.05")), out).version is not None


@needs_posix
def test_lock_of_a_dead_refresh_holds_nobody_up(
    small: wf.RateBook, small_folder: Path, out: Path, see: See, reading: Read
) -> None:
    """A refresh that was killed while it held the lock blocks no other."""
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), str(out), str(small_folder), "hold"],
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "inside\n"
        with pytest.raises(FeedError, match="Another refresh is writing"):
            refresh(small, reading(see("0.05")), out)
        holder.kill()
    assert refresh(small, reading(see("0.05")), out).version is not None


def test_full_disk_leaves_the_old_book(
    small: wf.RateBook, out: Path, see: See, reading: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that refuses is a message with its words, and the old book stays in force."""
    refresh(small, reading(see("0.05")), out)
    book = wf.RateBook.open(out)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(FeedError, match=r"cannot be written to .*: No space left on device"):
        refresh(book, reading(see("0.06", observed_on=book.newest_date.replace(day=2))), out)
    assert wf.RateBook.open(out).digest == book.digest


def test_reader_of_the_version_before_keeps_its_files(
    small: wf.RateBook, out: Path, see: See, reading: Read
) -> None:
    """The version that the pointer left stays until one more refresh has passed."""
    refresh(small, reading(see("0.05")), out)
    held = current_version(out)
    assert held is not None
    later = see("0.06", observed_on=wf.RateBook.open(out).newest_date.replace(day=5))
    refresh(wf.RateBook.open(out), reading(later), out)
    assert held.is_dir()
    assert current_version(out) != held


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/wharfage/rates"),
        ("linux", {}, "/home/someone/.local/share/wharfage/rates"),
        ("darwin", {}, "/home/someone/Library/Application Support/wharfage/rates"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/wharfage/rates"),
        ("win32", {}, "/home/someone/AppData/Local/wharfage/rates"),
    ],
)
def test_default_place(platform: str, environ: dict[str, str], expected: str) -> None:
    """Refreshed books live in the data directory of the platform."""
    assert default_folder(environ, platform, Path("/home/someone")).as_posix() == expected

"""R9: no bundled table changes unnoticed."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

import wharfage as wf
from wharfage.errors import RateTableError
from wharfage.rates.lock import check_lock, lock_text, read_lock, write_lock

UPDATE = "If the change is meant, run: wharfage rates lock"


@pytest.fixture
def locked(good: Path) -> Path:
    """Give the folder of a small book that is locked."""
    write_lock(wf.RateBook.open(good))
    return good


def rewrite(folder: Path, old: str, new: str) -> None:
    """Change the table of a small book."""
    path = folder / "aws" / "fargate.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_bundled_tables_are_as_locked(book: wf.RateBook) -> None:
    """A bundled table that differs from its lock fails here, with what changed."""
    problems = [f"{problem['service']} {problem['message']}" for problem in check_lock(book)]
    assert not problems, "\n".join([*problems, UPDATE])


def test_lock_holds_digest_count_and_newest_date(locked: Path) -> None:
    """The line of a table says what it held when it was locked."""
    line = read_lock(locked)["aws.fargate"]
    assert line.rates == 16
    assert line.newest == dt.date(2026, 6, 1)
    assert line.digest == wf.RateBook.open(locked).digests["aws.fargate"]


def test_unchanged_table_is_no_problem(locked: Path) -> None:
    """A book that is as locked has no problem."""
    assert check_lock(wf.RateBook.open(locked)) == []


def test_changed_price_is_a_problem(locked: Path) -> None:
    """Another price is found by the digest although count and date are the same."""
    rewrite(locked, '"0.20"', '"0.21"')
    (problem,) = check_lock(wf.RateBook.open(locked))
    assert problem["service"] == "aws.fargate"
    assert "16 rates up to 2026-06-01 became 16 up to 2026-06-01" in str(problem["message"])


def test_new_rate_is_counted(locked: Path) -> None:
    """A table that grew says by how much and up to which date."""
    rewrite(locked, "effective_from: 2026-06-01", "effective_from: 2026-07-01")
    rewrite(
        locked, '    us-east-1: "0.004444"', '    eu-west-1: "0.004"\n    us-east-1: "0.004444"'
    )
    (problem,) = check_lock(wf.RateBook.open(locked))
    assert "16 rates up to 2026-06-01 became 17 up to 2026-07-01" in str(problem["message"])


def test_new_table_is_a_problem(locked: Path) -> None:
    """A table that the lock does not know is found."""
    text = (locked / "aws" / "fargate.yaml").read_text(encoding="utf-8")
    other = text.replace("service: aws.fargate", "service: aws.eks")
    (locked / "aws" / "eks.yaml").write_text(other, encoding="utf-8")
    (problem,) = check_lock(wf.RateBook.open(locked))
    assert problem == {"service": "aws.eks", "message": "is not in the lock (16 rates)"}


def test_lost_table_is_a_problem(locked: Path) -> None:
    """A line of the lock without a table is found."""
    with (locked / "rates.lock").open("a", encoding="utf-8") as lock:
        lock.write(f"aws.eks {'0' * 64} 3 2026-01-01\n")
    (problem,) = check_lock(wf.RateBook.open(locked))
    assert problem == {
        "service": "aws.eks",
        "message": "is in the lock, but there is no such table",
    }


def test_book_without_a_lock_has_every_table_as_problem(good: Path) -> None:
    """No lock is an empty lock, not an error."""
    assert read_lock(good) == {}
    assert len(check_lock(wf.RateBook.open(good))) == 1


@pytest.mark.parametrize("line", ["aws.fargate", "a b c d", "a b 1 never", "a b 1 2026-01-01 x"])
def test_line_of_another_form_is_named(good: Path, line: str) -> None:
    """A damaged lock is refused with the number of the line."""
    (good / "rates.lock").write_text(f"# heading\n{line}\n", encoding="utf-8")
    with pytest.raises(RateTableError, match=r"rates.lock:2 is not 'service digest rates newest'"):
        read_lock(good)


def test_lock_says_how_to_write_it_again(book: wf.RateBook) -> None:
    """The first line of the lock holds the command."""
    assert "wharfage rates lock" in lock_text(book).splitlines()[0]


def test_lock_appears_whole_and_leaves_nothing_beside(locked: Path) -> None:
    """The lock is written beside its place and renamed: no part file stays."""
    names = sorted(path.name for path in locked.iterdir())
    assert names == ["aws", "rates.lock", "regions.yaml", "sources.yaml"]


def test_failed_write_keeps_the_old_lock(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails in the middle leaves the lock as it was."""
    before = (locked / "rates.lock").read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    book = wf.RateBook.open(locked)
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        write_lock(book)
    assert (locked / "rates.lock").read_bytes() == before
    assert not list(locked.glob(".rates.lock*"))


def test_lock_with_an_old_digest_is_not_believed(locked: Path) -> None:
    """The newest date of a changed table is read from the table, not from the lock."""
    rewrite(locked, "effective_from: 2026-06-01", "effective_from: 2026-07-01")
    assert wf.RateBook.open(locked).newest_date == dt.date(2026, 7, 1)


def test_command_writes_the_lock_of_a_folder(good: Path) -> None:
    """The command writes the lock of the folder it is given and prints where."""
    done = subprocess.run(
        [sys.executable, "-m", "wharfage.cli", "rates", "lock", str(good)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"written: {good / 'rates.lock'}"
    assert check_lock(wf.RateBook.open(good)) == []

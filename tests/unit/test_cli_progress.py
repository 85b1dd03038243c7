"""Progress: after a second, on a terminal only, without a thread."""

from __future__ import annotations

import io
import threading

import pytest
from rich.console import Console

from wharfage import cli_progress
from wharfage.cli_progress import counting, progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the time, in a list to be changed."""
    now = [100.0]
    monkeypatch.setattr(cli_progress.time, "monotonic", lambda: now[0])
    return now


GONE = "gone"


def terminal() -> Console:
    """Give a console that takes itself for a terminal."""
    return Console(file=io.StringIO(), force_terminal=True, width=80, _environ={"TERM": "xterm"})


def shown(console: Console) -> str:
    """Give what was sent to a console."""
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_quick_work_shows_nothing(clock: list[float]) -> None:
    """Work of less than a second draws no bar."""
    console = terminal()
    with counting(console, "cells") as told:
        assert told is not None
        for done in range(10):
            clock[0] += 0.05
            told(done, 10)
    assert shown(console) == ""


def test_long_work_shows_its_phases(clock: list[float]) -> None:
    """Work that lasts shows what is done, how much of it and how fast, and no thread draws it."""
    console = terminal()
    threads = threading.active_count()
    with progress(console, {"price": "pricing"}, "rows") as told:
        assert told is not None
        for done in (1000, 2000, 3000):
            clock[0] += 1.5
            told("price", done, 4000)
        assert threading.active_count() == threads
    assert "pricing" in shown(console)
    assert "75 %" in shown(console)
    assert "1,000 rows/s" in shown(console)


def test_drawings_are_rare(clock: list[float]) -> None:
    """A thousand calls in a tenth of a second draw one bar."""
    console = terminal()
    with counting(console, "cells") as told:
        assert told is not None
        clock[0] += 2
        told(1, 10_000)
        before = len(shown(console))
        for done in range(2, 1000):
            clock[0] += 0.0001
            told(done, 10_000)
        assert len(shown(console)) == before


@pytest.mark.parametrize("terms", [{"TERM": "dumb"}, None])
def test_no_bars_elsewhere(terms: dict[str, str] | None) -> None:
    """A pipe, a file and a terminal without a cursor get no callback at all."""
    console = Console(file=io.StringIO(), force_terminal=terms is not None, _environ=terms or {})
    with counting(console, "cells") as told:
        assert told is None


def test_bars_go_away_when_work_fails(clock: list[float]) -> None:
    """An error leaves no bar behind: the cursor is shown again."""
    console = terminal()

    def work() -> None:
        with counting(console, "cells") as told:
            assert told is not None
            clock[0] += 2
            told(1, 10)
            raise ValueError(GONE)

    with pytest.raises(ValueError, match="gone"):
        work()
    assert shown(console).rstrip().endswith(("\x1b[?25h", "\x1b[2K"))

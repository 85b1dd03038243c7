"""Progress on a terminal: bars on standard error, once work has lasted longer than a second.

The library calls back with what is done and how much there is, between its own steps; bars are
drawn inside those calls, so that there is no thread, and nothing at all where no terminal reads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

#: seconds after which bars appear, and between two drawings
PATIENCE, PAUSE = 1.0, 0.1

#: what is being done, how much of it is done, and of how much
Told = Callable[[str, int, int | None], None]
#: how much is done, and of how much
Counted = Callable[[int, int], None]


@contextmanager
def progress(
    console: Console, names: Mapping[str, str] | None = None, unit: str = ""
) -> Iterator[Told | None]:
    """Function to call with progress; None where no terminal reads, so that nothing is counted.

    Parameters
    ----------
    console : Console
        Of standard error.
    names : mapping, optional
        What the phases of the work are called on the terminal.
    unit : str
        What is counted, to show how many are done per second.
    """
    if not console.is_terminal or console.is_dumb_terminal:
        yield None
        return
    bars = _Bars(console, names or {}, unit)
    try:
        yield bars.told
    finally:
        bars.stop()


@contextmanager
def counting(console: Console, name: str, unit: str = "") -> Iterator[Counted | None]:
    """Function to call with progress of work that has one phase; None where no terminal reads."""
    with progress(console, unit=unit) as told:
        yield None if told is None else lambda done, total: told(name, done, total)


class _Bars:
    """One bar per phase, drawn when its time has come."""

    def __init__(self, console: Console, names: Mapping[str, str], unit: str) -> None:
        self._console, self._names, self._unit = console, names, unit
        self._begun = time.monotonic()
        self._drawn = 0.0
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._since: dict[str, float] = {}

    def told(self, phase: str, done: int, total: int | None) -> None:
        """Take note, and draw if the work lasts and the last drawing is some time ago."""
        now = time.monotonic()
        since = self._since.setdefault(phase, now)
        is_end = total is not None and done >= total
        if now - self._begun < PATIENCE or (now - self._drawn < PAUSE and not is_end):
            return
        self._drawn = now
        bars = self._shown()
        if phase not in self._tasks:
            name = self._names.get(phase, phase)
            self._tasks[phase] = bars.add_task(name, total=total or None, speed="")
        seconds = now - since
        speed = f"{done / seconds:,.0f} {self._unit}/s" if self._unit and seconds > PATIENCE else ""
        bars.update(self._tasks[phase], completed=done, total=total or None, speed=speed)
        bars.refresh()

    def stop(self) -> None:
        """Take the bars away."""
        if self._bars is not None:
            self._bars.stop()

    def _shown(self) -> Progress:
        if self._bars is None:
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415  only where work lasts  # fmt: skip

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.percentage:.0f} %"),
                TextColumn("{task.fields[speed]}"),
                TimeRemainingColumn(),
            )
            self._bars = Progress(
                *columns, console=self._console, transient=True, auto_refresh=False
            )
            self._bars.start()
        return self._bars

"""``wharfage price`` from file to file: any size, in bounded memory, with progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

#: seconds after which a progress bar appears
PATIENCE = 1.0
#: bytes of a CSV file that is no longer read whole
LARGE = 32 * 2**20
PARQUET = (".parquet", ".pq")
CSV = (".csv", ".tsv", ".txt")
#: results that can be written batch by batch
RESULTS = (".parquet", ".csv")
#: what the phases of the work are called on the terminal
PHASES = {"measure": "pools and tiers", "price": "pricing"}

Progress = Callable[[str, int, int], None]


def goes_by_file(fleet: str, out: Path | None) -> bool:
    """True if a fleet is priced batch by batch: Parquet, a folder of it, or large CSV, into a file."""
    if out is None or out.suffix.lower() not in RESULTS:
        return False
    path = Path(fleet)
    if path.is_dir() or path.suffix.lower() in PARQUET:
        return True
    return path.suffix.lower() in CSV and path.is_file() and path.stat().st_size > LARGE


def price_by_file(
    err: Console,
    fleet: str,
    out: Path,
    *,
    fill: Mapping[str, str | None],
    reasons_shown: int,
    **options: Any,  # noqa: ANN401  the keywords of price_files
) -> int:
    """Price a file into another and say what came of it; how many workloads are unpriced."""
    from wharfage.api import Total  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import bills  # noqa: PLC0415
    from wharfage.scale.files import price_files  # noqa: PLC0415

    given = {name: value for name, value in fill.items() if value is not None}
    with _progress(err) as progress:
        done = price_files(fleet, out, fill=given, progress=progress, **options)
    summary = done.summary
    total = Total(
        summary.totals,
        rows=summary.rows,
        missing=summary.missing,
        lower_bounds=summary.lower_bounds,
        doubtful=summary.doubtful,
    )
    err.print(f"{summary.rows:,} rows written to {out}")
    err.print(f"total  {total}\n", soft_wrap=True)
    bills.print_assumptions(err, done.assumptions)
    if summary.missing:
        err.print(f"\n{summary.missing:,} of {summary.rows:,} workloads have no price:")
        bills.print_reason_counts(err, summary.by_reason(), reasons_shown)
    return summary.missing


@contextmanager
def _progress(err: Console) -> Iterator[Progress | None]:
    """Progress bar on a terminal, with rows per second and the time left, after a second."""
    if not err.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bars  # noqa: PLC0415  keeps --help quick

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %"),
        TextColumn("{task.fields[speed_text]}"),
        TimeRemainingColumn(),
    )
    bars, tasks, begun = Bars(*columns, console=err, transient=True), {}, {}

    def show(phase: str, done: int, total: int) -> None:
        if phase not in tasks:
            begun[phase] = time.monotonic()
            tasks[phase] = bars.add_task(PHASES[phase], total=total, speed_text="")
        seconds = time.monotonic() - begun[phase]
        speed = f"{done / seconds:,.0f} rows/s" if seconds > PATIENCE else ""
        bars.update(tasks[phase], completed=done, total=total, speed_text=speed)
        if time.monotonic() - begun[next(iter(begun))] > PATIENCE:
            bars.start()

    try:
        yield show
    finally:
        bars.stop()

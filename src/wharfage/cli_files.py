"""``wharfage price`` from file to file: any size, in bounded memory, with progress."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from wharfage.cli_options import print_json
from wharfage.cli_progress import progress

#: bytes of a CSV file that is no longer read whole
LARGE = 32 * 2**20
PARQUET = (".parquet", ".pq")
CSV = (".csv", ".tsv", ".txt")
#: results that can be written batch by batch
RESULTS = (".parquet", ".csv")
#: what the phases of the work are called on the terminal
PHASES = {"measure": "pools and tiers", "price": "pricing"}


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
    *,
    out: Path,
    as_json: bool,
    fill: Mapping[str, str | None],
    reasons_shown: int,
    **options: Any,  # noqa: ANN401  the keywords of price_files
) -> int:
    """Price a file into another and say what came of it; how many workloads are unpriced.

    As JSON the workloads are null, for they are in the file that is named.
    """
    from wharfage.outputs import bills  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs.json_document import document  # noqa: PLC0415
    from wharfage.outputs.total import Total  # noqa: PLC0415
    from wharfage.scale.files import price_files  # noqa: PLC0415

    given = {name: value for name, value in fill.items() if value is not None}
    with progress(err, PHASES, "rows") as told:
        done = price_files(fleet, out, fill=given, progress=told, **options)
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
    if as_json:
        chosen = done.options
        data = document(
            "bill",
            on=chosen.on,
            month=chosen.month.text,
            rate_book=done.rate_book_digest,
            assumptions=done.assumptions,
            **bills.total_keys(total),
            workloads=None,
            written=str(out),
        )
        print_json(data)
    if summary.missing:
        err.print(f"\n{summary.missing:,} of {summary.rows:,} workloads have no price:")
        bills.print_reason_counts(err, summary.by_reason(), reasons_shown)
    return summary.missing

"""Files of any size, priced batch by batch: what is in memory does not grow with the file.

A file whose workloads share credits or graduated tiers is read once more, to sum up what they
share; then every batch is priced with the sums of the whole file, so that the result is the same
as that of pricing all of it at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from wharfage.engine.options import read_options
from wharfage.engine.plan import Options
from wharfage.engine.pooling import PoolSums, add_sums
from wharfage.errors import InvalidValueError
from wharfage.outputs.explain import assumption_lines
from wharfage.outputs.files import check_output_path, part_file, whole_file
from wharfage.rates.age import warn_if_stale
from wharfage.rates.book import RateBook
from wharfage.rates.rules import Assumption
from wharfage.scale.csv_source import csv_to_parquet
from wharfage.scale.encoding import known_columns
from wharfage.scale.ids import SeenIds, id_keys, id_texts
from wharfage.scale.kernel import Kernel
from wharfage.scale.meters import meters_of
from wharfage.scale.sources import ParquetSource, open_parquet, parquet_paths
from wharfage.scale.summary import Summary, add_summaries, summarise
from wharfage.scale.survey import Survey, survey
from wharfage.scale.writers import SUFFIXES, add_constants, open_writer, with_constants
from wharfage.units import DEFAULT_MONTH

Item = TypeVar("Item")

#: called with what is done ("measure" or "price"), rows so far and rows in all
Progress = Callable[[str, int, int], None]

#: suffixes of sources
CSV = (".csv", ".tsv", ".txt")
#: parts of sums and summaries that are kept before they are added up
KEPT = 64
#: repeated ids that an error lists
LISTED = 1000


@dataclass(frozen=True)
class PricedFile:
    """What pricing a file came to.

    Attributes
    ----------
    summary : Summary
        Rows, totals, unpriced workloads by reason.
    options : Options
        Date, month and choices.
    rate_book_digest : str
        Digest of the rate book.
    assumptions : dict of str
        Everything that was taken for granted, by name, in words.
    """

    summary: Summary
    options: Options
    rate_book_digest: str
    assumptions: dict[str, str]


def price_files(
    source: str | Path,
    target: str | Path,
    *,
    rates: RateBook | str | Path | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    sizes: str = "round_up",
    strict: bool = False,
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
    fill: Mapping[str, str] | None = None,
    meters: bool = False,
    progress: Progress | None = None,
) -> PricedFile:
    """Price a file into another, in bounded memory, whatever its size.

    Parameters
    ----------
    source : path
        Parquet, a folder of Parquet files, or CSV.
    target : path
        .parquet or .csv; it appears whole or not at all.
    rates, on, month, free_tier, sizes, strict, before_first, assumptions
        As for :func:`wharfage.estimate`.
    fill : mapping of column to text, optional
        What stands in the empty cells of some columns.
    meters : bool
        Add quantity and cost of every meter of the services in the file, and the credits.
    progress : callable, optional
        Called with the phase, rows done and rows in all, after every batch.

    Returns
    -------
    PricedFile
        Rows, totals and reasons. The file has the columns of ``Bill.frame``, then the date, the
        month and the digest of the rate book.

    Raises
    ------
    WorkloadError
        If the source cannot be read or used, or the target cannot be written.
    UnpricedError
        If `strict` and any workload is unpriced.
    """
    place = Path(target)
    check_output_path(place, SUFFIXES)
    book = open_book(rates)
    options = read_options(book, on, month, free_tier, sizes, before_first, assumptions)
    filled = dict(fill or {})
    with opened_source(Path(source), place.resolve().parent) as fleet:
        known = survey(fleet, book, options, filled)
        warn_if_stale(book, known.miniature.services, options.on)
        names = meters_of(book, known.services) if meters else ()
        kernel = Kernel(book, options, meters=names, fill=filled, is_coded=True)
        kernel = replace(kernel, sums=measure_shared(fleet, kernel, known, progress))
        with whole_file(place) as part:
            summary = write_priced(fleet, kernel, part, place.suffix.lower(), progress)
            if strict and summary.unpriced:
                raise summary.error(options)
    said = assumption_lines(known.miniature, summary.assumptions)
    return PricedFile(summary, options, book.digest, said)


def open_book(rates: RateBook | str | Path | None) -> RateBook:
    """Book that was given, opened if it is a path; the bundled one by default."""
    if rates is None:
        return RateBook.bundled()
    return rates if isinstance(rates, RateBook) else RateBook.open(rates)


@contextmanager
def opened_source(path: Path, folder: Path) -> Iterator[ParquetSource]:
    """Source at a path; CSV is turned into a Parquet file in `folder`, for as long as it is needed."""
    if path.suffix.lower() not in CSV or path.is_dir():
        yield open_parquet(parquet_paths(path))
        return
    with part_file(folder) as part:
        csv_to_parquet(path, part)
        yield open_parquet([part])


def measure_shared(
    source: ParquetSource, kernel: Kernel, known: Survey, progress: Progress | None = None
) -> PoolSums | None:
    """What the workloads of a file share; None if that is nothing."""
    sums: PoolSums | None = None
    for _ in range(known.measurements):
        sums = measure(source, replace(kernel, sums=sums), known.pooled, progress)
    return sums


def measure(
    source: ParquetSource,
    kernel: Kernel,
    pooled: Sequence[str],
    progress: Progress | None = None,
) -> PoolSums:
    """Sums over all batches of what the workloads of some services share."""
    parts, done = [PoolSums()], 0
    for batch in read_ahead(source.batches(known_columns(source.schema.names))):
        parts.append(kernel.measure_batch(batch, pooled))
        parts = [add_sums(parts)] if len(parts) > KEPT else parts
        done += batch.num_rows
        if progress is not None:
            progress("measure", done, source.rows)
    return add_sums(parts)


def write_priced(
    source: ParquetSource,
    kernel: Kernel,
    place: Path,
    suffix: str,
    progress: Progress | None = None,
    first_row: int = 1,
) -> Summary:
    """Price every batch of a source into a file at `place`; the sums stand in the kernel.

    Raises
    ------
    InvalidValueError
        If an id stands twice.
    """
    constants = {
        "priced_on": kernel.options.on.isoformat(),
        "priced_month": kernel.options.month.text,
        "rate_book_digest": kernel.book.digest,
    }
    schema = with_constants(kernel.output_schema(source.read_schema), constants)
    parts, row = [Summary()], first_row
    has_ids = "workload" in source.schema.names
    with SeenIds(place.parent) as seen, open_writer(place, suffix, schema) as writer:
        with written_behind(writer.write_batch) as write:
            for batch in read_ahead(source.batches()):
                done = kernel.price(batch, row)
                ids = done.batch.column("workload")
                write(add_constants(done.batch, schema, constants))
                if has_ids:
                    seen.add(ids)
                parts.append(summarise(done.priced, batch.num_rows, ids, row))
                parts = [add_summaries(parts)] if len(parts) > KEPT else parts
                row += batch.num_rows
                if progress is not None:
                    progress("price", row - first_row, source.rows)
        again, keys = seen.repeated()
        if again:
            raise_repeated(source, again, keys, first_row)
    return add_summaries(parts)


def raise_repeated(source: ParquetSource, again: int, keys: Any, first_row: int) -> None:  # noqa: ANN401
    """Raise if ids of these keys stand twice; keys may be alike where ids are not.

    Raises
    ------
    InvalidValueError
        Naming the first id that stands twice.
    """
    import numpy as np  # noqa: PLC0415  with the keys

    seen: set[str] = set()
    failures: list[dict[str, object]] = []
    row = first_row
    for batch in source.batches(["workload"]):
        ids = id_texts(batch.column(0), batch.num_rows, row)
        for place in np.flatnonzero(np.isin(id_keys(ids), keys)):
            name = ids[place].as_py()
            if name in seen:
                failures.append({"row": row + int(place), "workload": name})
            seen.add(name)
            if len(failures) >= LISTED:
                break
        if len(failures) >= LISTED:
            break
        row += batch.num_rows
    if failures:
        raise InvalidValueError(
            f"Workload ids must be unique: {failures[0]['workload']!r} stands in more than one row,"
            f" the second time in row {failures[0]['row']:,} ({again:,} repeated rows).",
            hint="leave the column out to number the rows.",
            failures=failures,
        )


def read_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Items of an iterator, none of them None; while one is used, a thread makes the next."""
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = reader.submit(next, items, None)
            yield item


@contextmanager
def written_behind(write: Callable[[Item], object]) -> Iterator[Callable[[Item], None]]:
    """Function that hands items to `write` in another thread, one at a time and in order."""
    with ThreadPoolExecutor(max_workers=1) as writer:
        pending: list[Future[object]] = []

        def hand_over(item: Item) -> None:
            if pending:
                pending.pop().result()
            pending.append(writer.submit(write, item))

        yield hand_over
        for last in pending:
            last.result()

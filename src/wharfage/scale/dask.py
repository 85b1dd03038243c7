"""Files to files on a Dask cluster: tasks write Parquet, and hand back a few numbers.

A lost worker loses what it holds, so results never stay on workers: every task writes its file,
whole or not at all, and returns a small entry for the manifest. A task that is run again writes the
same bytes under the same name. Workloads of all files share their credits and graduated tiers:
where a file has any, all files are measured first, and then priced with the sums of all.

Workers need wharfage, and see the files under the same paths. Ids must be unique within each file.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from wharfage.engine.options import read_options
from wharfage.engine.plan import Options
from wharfage.engine.pooling import PoolSums, add_sums
from wharfage.errors import ClusterError, InvalidValueError, MissingExtraError, WorkloadError
from wharfage.outputs.files import check_output_path, whole_file
from wharfage.rates.book import RateBook
from wharfage.rates.rules import Assumption
from wharfage.scale.files import measure, open_book, write_priced
from wharfage.scale.kernel import Kernel
from wharfage.scale.meters import meters_of
from wharfage.scale.sources import open_parquet, parquet_paths
from wharfage.scale.summary import Summary, add_summaries
from wharfage.scale.survey import Survey, price_miniature, survey
from wharfage.units import DEFAULT_MONTH

MANIFEST = "manifest.json"
#: times that a task is run again after it failed, or its worker was lost
RETRIES = 3
#: seconds that all tasks of a run may take
TIMEOUT = 86_400.0
#: seconds in which a scheduler has to answer
CONNECT = 30.0


@dataclass(frozen=True)
class Work:
    """What every task needs to know, small enough to be sent with each of them."""

    folder: Path | None
    digest: str
    options: Options
    fill: Mapping[str, str]
    meters: tuple[str, ...] = ()
    sums: PoolSums | None = None

    def kernel(self) -> Kernel:
        """Kernel on the worker.

        Raises
        ------
        ClusterError
            If the worker's rate tables are not those of the client.
        """
        book = _book(self.folder)
        if book.digest != self.digest:
            raise ClusterError(
                f"A worker has rate book {book.digest}, the client has {self.digest}.",
                hint="install one version of wharfage everywhere, or share the folder of rates.",
            )
        return Kernel(book, self.options, self.sums, self.meters, dict(self.fill), is_coded=True)


@cache
def _book(folder: Path | None) -> RateBook:
    return open_book(folder)


@dataclass(frozen=True)
class Surveyed:
    """What is known of one file before it is priced."""

    names: list[str]
    services: tuple[str, ...]
    rows: int
    measurements: int


@dataclass(frozen=True)
class Priced:
    """What a task hands back: the file that it wrote, and what came of it."""

    file: str
    size_bytes: int
    sha256: str
    summary: Summary


def price_on_cluster(
    sources: str | Path | Iterable[str | Path],
    folder: str | Path,
    *,
    client: Any,  # noqa: ANN401  a distributed.Client, or the address of a scheduler
    rates: RateBook | str | Path | None = None,
    on: str | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    sizes: str = "round_up",
    strict: bool = False,
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
    fill: Mapping[str, str] | None = None,
    meters: bool = False,
    timeout: float = TIMEOUT,
) -> dict[str, Any]:
    """Price Parquet files on a Dask cluster, each into a file of the same name in a folder.

    Parameters
    ----------
    sources : path, or several
        Parquet files, or a folder of them; workers see them under the same paths.
    folder : path
        Where the priced files and ``manifest.json`` go. The manifest is written last: a folder
        without one is not finished.
    client : distributed.Client or str
        A client, or the address of a scheduler.
    rates, on, month, free_tier, sizes, strict, before_first, assumptions, fill, meters
        As for :func:`wharfage.scale.files.price_files`.
    timeout : float
        Seconds after which the run is given up.

    Returns
    -------
    dict
        The manifest: rows, totals, unpriced workloads by reason, and an entry per file.

    Raises
    ------
    WorkloadError
        If a file cannot be read or used.
    UnpricedError
        If `strict` and any workload is unpriced; there is no manifest then.
    ClusterError
        If the cluster does not finish in time.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    check_output_path(place / MANIFEST)
    paths = _paths(sources)
    book = open_book(rates)
    options = read_options(book, on, month, free_tier, sizes, before_first, assumptions)
    own_folder = None if book.folder == RateBook.bundled().folder else book.folder
    work = Work(own_folder, book.digest, options, dict(fill or {}))
    (place / MANIFEST).unlink(missing_ok=True)
    with _connected(client) as cluster:
        tasks = _Tasks(cluster, time.monotonic() + timeout)
        known = tasks.run(survey_file, [(path, work) for path in paths])
        work = _prepared(tasks, work, paths, known, book, meters=meters)
        starts = [1 + sum(one.rows for one in known[:n]) for n in range(len(paths))]
        jobs = [
            (path, place / f"{path.stem}.parquet", start, work)
            for path, start in zip(paths, starts, strict=True)
        ]
        entries = tasks.run(price_file, jobs)
    summary = add_summaries(entry.summary for entry in entries)
    if strict and summary.unpriced:
        raise summary.error(options)
    manifest = _manifest(work, summary, entries)
    with whole_file(place / MANIFEST) as part:
        part.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest


def _prepared(
    tasks: _Tasks,
    work: Work,
    paths: Sequence[Path],
    known: Sequence[Surveyed],
    book: RateBook,
    *,
    meters: bool,
) -> Work:
    """Work with what all files have in common: columns checked, meters, sums of pools."""
    services = tuple(dict.fromkeys(name for one in known for name in one.services))
    rows = sum(one.rows for one in known)
    names = list(dict.fromkeys([*(name for one in known for name in one.names), *work.fill]))
    whole = Survey(services, price_miniature(names, services, rows, book, work.options))
    work = replace(work, meters=meters_of(book, services) if meters else ())
    shared = [path for path, one in zip(paths, known, strict=True) if one.measurements]
    for _ in range(whole.measurements):
        sums = tasks.run(measure_file, [(path, work) for path in shared])
        work = replace(work, sums=add_sums(sums))
    return work


def survey_file(path: Path, work: Work) -> Surveyed:
    """Task: services, columns and rows of a file."""
    source = open_parquet([path])
    kernel = work.kernel()
    if not source.rows:
        return Surveyed(source.schema.names, (), 0, 0)
    found = survey(source, kernel.book, work.options, dict(work.fill))
    return Surveyed(source.schema.names, found.services, source.rows, found.measurements)


def measure_file(path: Path, work: Work) -> PoolSums:
    """Task: what the workloads of a file share with those of the others."""
    source, kernel = open_parquet([path]), work.kernel()
    known = survey(source, kernel.book, work.options, dict(work.fill))
    return measure(source, kernel, known.pooled)


def price_file(path: Path, target: Path, first_row: int, work: Work) -> Priced:
    """Task: price a file into another, whole or not at all."""
    source, kernel = open_parquet([path]), work.kernel()
    with whole_file(target) as part:
        summary = write_priced(source, kernel, part, ".parquet", first_row=first_row)
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Priced(target.name, target.stat().st_size, digest, summary)


class _Tasks:
    """Tasks on a cluster, run until they are done or the time is up."""

    def __init__(self, client: Any, deadline: float) -> None:  # noqa: ANN401  a client
        self._client = client
        self._deadline = deadline

    def run(self, task: Callable[..., Any], jobs: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Results of a task for each job, in order; lost tasks are run again.

        Raises
        ------
        ClusterError
            If they are not done in time, or a task was lost too often.
        """
        from distributed import KilledWorker  # noqa: PLC0415  optional

        futures = [self._client.submit(task, *job, retries=RETRIES, pure=False) for job in jobs]
        try:
            return [future.result(timeout=self._left()) for future in futures]
        except TimeoutError as error:
            done = sum(future.done() for future in futures)
            raise ClusterError(
                f"The cluster did not finish in time: {done:,} of {len(futures):,} files are done.",
                hint="give it a longer timeout, or more workers.",
            ) from error
        except (KilledWorker, CancelledError) as error:
            raise ClusterError(
                f"The cluster lost too many workers, or its scheduler: {error}.",
                hint="workers that run out of memory need smaller row groups, or more memory.",
            ) from error
        finally:
            # Not cancelled: that would wait for a scheduler that may be gone.
            for future in futures:
                future.release()

    def _left(self) -> float:
        """Seconds until the time is up."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@contextmanager
def _connected(client: Any) -> Iterator[Any]:  # noqa: ANN401  a client or an address
    try:
        from distributed import Client  # noqa: PLC0415  optional
    except ImportError as error:
        raise MissingExtraError(
            "A Dask cluster needs the package distributed, which is not installed.",
            hint="install wharfage[dask].",
        ) from error
    if not isinstance(client, str):
        yield client
        return
    try:
        own = Client(client, timeout=CONNECT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError) as error:
        raise ClusterError(
            f"There is no Dask scheduler at {client}.", hint="start one: dask scheduler."
        ) from error
    with own:
        yield own


def _paths(sources: str | Path | Iterable[str | Path]) -> list[Path]:
    """Files of the sources; their names must differ, for they are those of the results."""
    given = [sources] if isinstance(sources, str | Path) else list(sources)
    paths = [path.resolve() for one in given for path in parquet_paths(Path(one))]
    if not paths:
        raise WorkloadError("There is no file to price.", hint="give Parquet files, or a folder.")
    stems = [path.stem for path in paths]
    again = sorted({stem for stem in stems if stems.count(stem) > 1})
    if again:
        raise InvalidValueError(
            f"Several files are called {again[0]!r} ({len(again)} such name(s)).",
            hint="their results would have one name: rename them, or price them apart.",
        )
    return paths


def _manifest(work: Work, summary: Summary, entries: Sequence[Priced]) -> dict[str, Any]:
    options = work.options
    return {
        "rate_book_digest": work.digest,
        "on": options.on.isoformat(),
        "month": options.month.text,
        "free_tier": options.free_tier,
        "sizes": options.sizes,
        "before_first": options.before_first,
        "assumptions": dict(options.assumptions),
        **_counts(summary),
        "files": [
            {
                "file": entry.file,
                "size_bytes": entry.size_bytes,
                "sha256": entry.sha256,
                **_counts(entry.summary),
            }
            for entry in entries
        ],
    }


def _counts(summary: Summary) -> dict[str, Any]:
    return {
        "rows": summary.rows,
        "totals": summary.totals,
        "unpriced_rows": summary.missing,
        "lower_bound_rows": summary.lower_bounds,
        "doubtful_rows": summary.doubtful,
        "unpriced": [asdict(group) for group in summary.unpriced.values()],
    }

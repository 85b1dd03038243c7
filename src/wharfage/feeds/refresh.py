"""A refresh: what a feed read becomes a new version of a rate book, or nothing happens.

Everything is compared, checked and staged before anything is put in force. Whatever a gate or a
rule stops is told at once, with the override that passes it.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from wharfage.errors import FeedError
from wharfage.feeds.comparison import Change, Comparison, compare
from wharfage.feeds.crosschecks import check_meters, check_spot
from wharfage.feeds.gates import Gatekeeper, parse_allowances
from wharfage.feeds.observation import Reading
from wharfage.feeds.staging import (
    Finding,
    check_staged,
    copy_book,
    write_changes,
    write_sources,
)
from wharfage.feeds.transaction import publish, workspace
from wharfage.rates.book import RateBook
from wharfage.rates.lock import write_lock
from wharfage.rates.refreshes import Compared, write_refreshes
from wharfage.rates.versions import current_version


@dataclass(frozen=True)
class Refresh:
    """What a refresh did, or would do.

    Attributes
    ----------
    before : RateBook
        The book that it started from.
    reading : Reading
        What was read, with the SKUs that are new, gone or ambiguous.
    changes : tuple of Change
        Rates that were appended.
    same : int
        Observations that say what the book says.
    older, unplaced, passed, left_out : tuple of dict
        Readings older than the book; keys it cannot hold; findings that an override passed; new
        rates that an override left out.
    digest : str
        Digest of the refreshed book.
    out, version : Path or None
        Folder of refreshed books, and the version written; None if nothing was written.
    """

    before: RateBook
    reading: Reading
    changes: tuple[Change, ...]
    same: int
    older: tuple[dict[str, str], ...]
    unplaced: tuple[dict[str, str], ...]
    passed: tuple[dict[str, str], ...]
    left_out: tuple[dict[str, str], ...]
    digest: str
    out: Path | None
    version: Path | None


def refresh(
    book: RateBook, reading: Reading, out: Path | None, *, allow: Iterable[str] = ()
) -> Refresh:
    """Append what a feed read to a book, and put the new book in force in `out`.

    Parameters
    ----------
    book : RateBook
        The book to start from: the one in force in `out`, if there is one.
    reading : Reading
        What a feed read.
    out : Path or None
        Folder of refreshed books; None checks everything and writes nothing.
    allow : iterable of str
        Overrides: ``GATE``, ``GATE:SERVICE`` or ``GATE:SERVICE:REGION``.

    Returns
    -------
    Refresh
        What changed. A reading that changes nothing, of a day that is on record, writes nothing.

    Raises
    ------
    FeedError
        If a gate or a rule stops it (all findings are in ``failures``), if another refresh is
        running, or if `out` cannot be written. The book in `out` is then as it was.
    """
    gates = Gatekeeper(parse_allowances(allow))
    found = compare(book, reading, gates)
    changes = check_spot(found, book, gates)
    changes, left_out = _without(changes, check_meters(found, reading, book, gates))
    compared = _new_records(book, reading, found)
    with _place(out) as staged:
        _check_start(book, out)
        _stage(book, reading, changes, staged, gates)
        write_refreshes(staged, [*book.refreshes, *compared])
        after = RateBook.open(staged)
        write_lock(after)
        version = None
        if out is not None and (changes or compared or current_version(out) is None):
            version = publish(staged, out, after.digest)
    return Refresh(
        before=book,
        reading=reading,
        changes=tuple(changes),
        same=found.same,
        older=tuple(found.older),
        unplaced=tuple(found.unplaced),
        passed=tuple(gates.passed),
        left_out=tuple(left_out),
        digest=after.digest,
        out=out,
        version=version,
    )


def _without(
    changes: Sequence[Change], left_out: set[tuple[str, str]]
) -> tuple[list[Change], list[dict[str, str]]]:
    """Changes without the new rates of some regions, and those rates."""
    kept, dropped = [], []
    for change in changes:
        if change.kind == "added" and (change.service, change.region) in left_out:
            dropped.append({**change.where, "message": "left out, a meter is missing"})
        else:
            kept.append(change)
    return kept, dropped


@contextmanager
def _place(out: Path | None) -> Iterator[Path]:
    """Folder to stage the new book in."""
    if out is not None:
        with workspace(out) as staged:
            yield staged
        return
    with tempfile.TemporaryDirectory(prefix="wharfage-") as folder:
        yield Path(folder)


def _check_start(book: RateBook, out: Path | None) -> None:
    """Refuse to drop what an earlier refresh appended."""
    current = current_version(out) if out is not None else None
    if current is not None and current.resolve() != book.folder.resolve():
        raise FeedError(
            f"{out} holds a refreshed book that this refresh did not start from.",
            hint="run it again, starting from that book.",
        )


def _stage(
    book: RateBook, reading: Reading, changes: list[Change], staged: Path, gates: Gatekeeper
) -> None:
    """Write the new book and check it; `changes` get the marks of what an override passed."""
    marked: set[int] = set()
    for finding in _write(book, reading, changes, staged):
        change = finding.change
        where = change.where if change else {"service": finding.service}
        if change and gates.has_stopped(finding.service, where["rate"]):
            continue
        # R10 tells a price out of any range: the same slip as a jump from the price before it.
        gate = "price_change" if finding.rule == "R10" and change else finding.rule
        if gates.passes(gate, finding.message, **where) and change:
            marked.add(id(change))
    gates.raise_stopped()
    if not marked:
        return
    for n, change in enumerate(changes):
        if id(change) in marked:
            changes[n] = replace(change, confirmed=(*change.confirmed, "price_change"))
    for finding in _write(book, reading, changes, staged):
        gates.passes(finding.rule, finding.message, service=finding.service)
    gates.raise_stopped()


def _write(book: RateBook, reading: Reading, changes: list[Change], staged: Path) -> list[Finding]:
    """Write the new book to an emptied folder; what its rules find there."""
    shutil.rmtree(staged)
    copy_book(book, staged)
    used = {seen.source for seen in reading.observations}
    write_sources(staged, {key: said for key, said in reading.sources.items() if key in used})
    return check_staged(book, staged, write_changes(book, staged, changes))


def _new_records(book: RateBook, reading: Reading, found: Comparison) -> list[Compared]:
    """Comparisons that are not on record yet."""
    known = {(entry.service, entry.read_on) for entry in book.refreshes}
    records = []
    for service in sorted({service for service, _ in found.seen}):
        own = [seen for seen in reading.observations if seen.service == service]
        days = [seen.observed_on or seen.effective_from or dt.date.min for seen in own]
        read_on = reading.read_on or max(days)
        if (service, read_on) in known:
            continue
        keys = sum(len(keys) for (name, _), keys in found.seen.items() if name == service)
        records.append(
            Compared(
                service=service,
                read_on=read_on,
                compared=keys,
                in_force=_keys_of(book, service),
                sources=" ".join(sorted({seen.source for seen in own})),
            )
        )
    return records


def _keys_of(book: RateBook, service: str) -> int:
    """Keys that a table has rates for."""
    return sum(len(set(m.key_code.tolist())) for m in book.table(service).meters.values())

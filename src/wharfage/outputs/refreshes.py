"""A refresh on a terminal: what changed, and what stayed out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from wharfage.feeds.comparison import Change, schedule_text
from wharfage.feeds.refresh import Refresh
from wharfage.outputs.json_document import document
from wharfage.outputs.rate_diff import percent
from wharfage.outputs.tables import print_table

HEADS = ("service", "region", "meter", "variant", "change", "before", "after", "percent", "from")


def print_refresh(console: Console, result: Refresh, limit: int) -> None:
    """Changed rates, then every list of what stayed out; of long lists the first `limit`."""
    counts = Counter(change.kind for change in result.changes)
    said = [f"{counts[kind]:,} {kind}" for kind in ("added", "changed", "withdrawn")]
    console.print(f"{', '.join(said)}, {result.same:,} as they were", soft_wrap=True)
    if result.changes:
        rows = [_row(change) for change in result.changes[:limit]]
        right, drop = ("before", "after", "percent"), ("variant", "from", "region")
        print_table(console, HEADS, rows, right=right, drop=drop)
    _rest(console, len(result.changes), limit)
    reading = result.reading
    _list(console, "older than the book, not written", result.older, limit)
    _list(console, "nothing that the book can hold", result.unplaced, limit)
    _list(console, "passed by an override", result.passed, limit)
    _list(console, "left out by an override", result.left_out, limit)
    _list(console, "new SKUs", reading.new, limit)
    _list(console, "SKUs that are gone", reading.gone, limit)
    _list(console, "ambiguous SKUs", reading.ambiguous, limit)


def refresh_document(result: Refresh) -> dict[str, Any]:
    """What changed and what stayed out as a JSON document; null where no price is."""
    reading = result.reading
    return document(
        "rate_refresh",
        rate_book=result.digest,
        written=result.version,
        same=result.same,
        changes=[_change(change) for change in result.changes],
        older=result.older,
        unplaced=result.unplaced,
        passed=result.passed,
        left_out=result.left_out,
        new_skus=reading.new,
        gone_skus=reading.gone,
        ambiguous_skus=reading.ambiguous,
    )


def _change(change: Change) -> dict[str, Any]:
    """One key with its prices by the start of their tier, before and after, as they are written."""
    old = change.before.schedule if change.before else {}
    after = {seen.tier_start: seen.price for seen in change.observations}
    return {
        "service": change.service,
        "region": change.region or None,
        "meter": change.meter,
        "variant": [value for value in change.key if value != change.region],
        "change": change.kind,
        "rate_date": change.date,
        "before": _prices(old),
        "after": _prices(after),
    }


def _prices(schedule: Mapping[Any, Any]) -> dict[str, str | None]:
    return {str(start): None if price is None else str(price) for start, price in schedule.items()}


def print_outcome(console: Console, result: Refresh) -> None:
    """Which book there is now."""
    if result.version is not None:
        text = f"rate book {result.digest} is in force in {result.out}; use it with --rates {result.out}"
    elif result.out is not None:
        text = f"nothing new; {result.out} stays as it was (digest {result.digest})"
    else:
        text = f"dry run: nothing was written; the book would be {result.digest}"
    console.print(text, soft_wrap=True)


def _row(change: Change) -> tuple[str, ...]:
    after = {seen.tier_start: seen.price for seen in change.observations}
    old = change.before.schedule if change.before else {}
    first = min(after)
    before, now = old.get(first), after[first]
    moved = float(now / before - 1) * 100 if now is not None and before else float("nan")
    variant = [value for value in change.key if value != change.region]
    return (
        change.service,
        change.region or "all",
        change.meter,
        " ".join(variant) or "-",
        change.kind,
        schedule_text(old) if old else "-",
        schedule_text(after),
        percent(moved),
        str(change.date),
    )


def _list(console: Console, title: str, rows: Sequence[Mapping[str, str]], limit: int) -> None:
    """Title with the count, and one line per entry."""
    if not rows:
        return
    console.print(f"\n{title}: {len(rows):,}")
    for row in rows[:limit]:
        words = " · ".join(filter(None, (str(value) for value in row.values())))
        console.print(f"  {words}", soft_wrap=True)
    _rest(console, len(rows), limit)


def _rest(console: Console, count: int, limit: int) -> None:
    if count > limit:
        console.print(f"  ... and {count - limit:,} more")

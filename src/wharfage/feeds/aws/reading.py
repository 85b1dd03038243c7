"""One reading of AWS's prices: which feeds, into one result, or no result at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from operator import itemgetter
from pathlib import Path

from wharfage.errors import FeedError, InvalidValueError, did_you_mean
from wharfage.feeds.aws.bulk import read_bulk_offers, read_plan_files
from wharfage.feeds.aws.connection import Connection, Files, Progress
from wharfage.feeds.aws.ledger import Ledger, RateKey, Scope
from wharfage.feeds.aws.mapping import AwsMapping, bundled_mapping, check_mapping, read_mapping
from wharfage.feeds.aws.price_list_api import read_listed_files, read_products
from wharfage.feeds.aws.spot import read_ec2_spot, read_fargate_spot
from wharfage.feeds.aws.standing import current_rates, rate_key
from wharfage.feeds.observation import Observation, Reading
from wharfage.rates.book import RateBook

#: the public files need no credentials; the two others use the Price List API
SOURCES = ("bulk", "api", "price_lists")
PROVIDER = "aws"
#: failures named in the message itself; all are in ``failures``
SHOWN = 5


def read(
    book: RateBook,
    *,
    services: Sequence[str] | None = None,
    regions: Sequence[str] | None = None,
    source: str = "bulk",
    connection: Connection | None = None,
    progress: Progress | None = None,
    mapping: Path | str | None = None,
    now: dt.datetime | None = None,
) -> Reading:
    """Read AWS's prices for the tables of a book.

    On-demand prices come from `source`; Compute Savings Plans and Fargate Spot always from their
    public files; EC2 Spot from the API, hence not with ``source="bulk"``. A price is dated by the
    day its price list was published, a Spot price by the day it was read.

    Parameters
    ----------
    book : RateBook
        Its tables say which rates are wanted, and what ``gone`` means.
    services, regions : sequence of str, optional
        Only these; all that the mapping names where None.
    source : {"bulk", "api", "price_lists"}
        Public files (no credentials) · GetProducts · the files that ListPriceLists names.
    connection : Connection, optional
        Addresses, profile, time limits and retries.
    progress : callable, optional
        Called with what is read, bytes done, and bytes in all or None; for the APIs the count is
        of characters or entries.
    mapping : path, optional
        File that says which product is which rate; the bundled one by default.
    now : datetime, optional
        Moment of the reading, in UTC; the clock's by default.

    Returns
    -------
    Reading
        Observations in the units of the book; SKUs that are new, gone or ambiguous; sources.

    Raises
    ------
    FeedError
        If something cannot be reached, or anything read is malformed: all of it is listed.
    InvalidValueError
        If a source, service or region is unknown.

    Examples
    --------
    >>> book = RateBook.bundled()
    >>> read(book, services=["aws.fargate"], regions=["us-east-1"])  # doctest: +SKIP
    """
    if source not in SOURCES:
        raise InvalidValueError(
            f"source={source!r} is no source of AWS prices.", hint=f"use {', '.join(SOURCES)}."
        )
    reach = connection or Connection()
    moment = now or dt.datetime.now(dt.UTC)
    own = bundled_mapping() if mapping is None else read_mapping(Path(mapping))
    scope = _scope(book, own, services, regions)
    files = Files(reach, progress)
    ledger = Ledger(scope)
    if source == "bulk":
        read_bulk_offers(files, scope, ledger)
    elif source == "api":
        read_products(reach, scope, ledger, progress)
    else:
        read_listed_files(reach, files, scope, ledger, moment)
    if ledger.placed:
        read_plan_files(files, scope, ledger)
    if scope.services & {rate.service for rate in scope.mapping.fargate_spot}:
        read_fargate_spot(files, scope, ledger, moment)
    if source != "bulk" and scope.mapping.ec2_spot.service in scope.services:
        read_ec2_spot(reach, scope, ledger, moment, progress)
    return _finish(ledger, moment, has_ec2_spot=source != "bulk")


def _scope(
    book: RateBook,
    mapping: AwsMapping,
    services: Sequence[str] | None,
    regions: Sequence[str] | None,
) -> Scope:
    mapped = {target.service for target in mapping.targets() if target.service in book.tables}
    known = book.regions.of_provider(PROVIDER)
    wanted = mapped if services is None else set(services)
    places = set(known) if regions is None else set(regions)
    _refuse_unknown("service", "the AWS mapping names", wanted, mapped)
    _refuse_unknown("region", "the rate book knows", places, known)
    check_mapping(mapping, book, wanted)
    return Scope(book, mapping.narrowed(wanted), frozenset(wanted), frozenset(places))


def _refuse_unknown(kind: str, whose: str, given: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        listed = ", ".join(repr(name) for name in unknown)
        raise InvalidValueError(
            f"{listed}: no {kind} that {whose}.",
            hint=did_you_mean(unknown[0], known) or f"known are {', '.join(sorted(known))}.",
        )


def _finish(ledger: Ledger, moment: dt.datetime, *, has_ec2_spot: bool) -> Reading:
    if ledger.faults:
        named = "; ".join(f"{row['where']}: {row['message']}" for row in ledger.faults[:SHOWN])
        raise FeedError(
            f"{len(ledger.faults):,} malformed entries in what AWS sent: {named}.",
            hint="nothing was changed; try again, and report it if it stays.",
            failures=ledger.faults,
        )
    settled = ledger.settled()
    observations = [row for _, rows in sorted(settled.items(), key=itemgetter(0)) for row in rows]
    gone = _gone(ledger, settled, has_ec2_spot=has_ec2_spot)
    used = {row.source for row in observations}
    sources = {key: stated for key, stated in sorted(ledger.sources.items()) if key in used}
    return Reading(observations, ledger.new, gone, ledger.ambiguous, sources, read_on=moment.date())


def _gone(
    ledger: Ledger, settled: dict[RateKey, list[Observation]], *, has_ec2_spot: bool
) -> list[dict[str, str]]:
    """Rates that the book has and the feeds lack, and SKUs that another took the place of."""
    scope = ledger.scope
    meters = {(t.service, t.meter) for t in scope.mapping.targets() if t.service in scope.services}
    gone = []
    for service, meter in sorted(meters):
        for rate in current_rates(scope.book, service, meter, scope.regions):
            key = (service, meter, rate_key(rate))
            row = {"sku_id": rate.sku or "", "description": _described(key)}
            is_ec2_spot = service == scope.mapping.ec2_spot.service and "spot" in rate.key.values()
            if is_ec2_spot and not has_ec2_spot:
                continue
            if key not in ledger.observations and key not in ledger.refused:
                gone.append(row | {"why": f"no price was read for it; the book has {rate.date}'s"})
            elif key in settled and rate.sku and settled[key][0].sku_id not in ("", rate.sku):
                gone.append(row | {"why": f"SKU {settled[key][0].sku_id} took its place"})
    return gone


def _described(key: RateKey) -> str:
    service, meter, columns = key
    return f"{service} {meter} " + ", ".join(f"{name}={value}" for name, value in columns)

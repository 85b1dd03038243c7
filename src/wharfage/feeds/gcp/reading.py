"""Reads the Cloud Billing Catalog into observations: fetch, place, put machines together."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from wharfage.errors import FeedError, InvalidValueError, UnknownServiceError, did_you_mean
from wharfage.feeds.gcp.catalog import Catalog, Patience
from wharfage.feeds.gcp.connection import Transport
from wharfage.feeds.gcp.machines import Component, machine_prices
from wharfage.feeds.gcp.mapping import MACHINE_SERVICE, SkuMapping, bundled_mapping, read_mapping
from wharfage.feeds.gcp.placing import PROVIDER, Found, Placing, Slot
from wharfage.feeds.gcp.pricing import Price
from wharfage.feeds.observation import Observation, Reading
from wharfage.rates.book import RateBook, parse_date
from wharfage.rates.cells import MACHINE, read_machine_file
from wharfage.rates.table import RateTable

MACHINE_METER = "instance_hours"
MACHINE_RULE = "machine_types"
#: the parts of machines are priced without a licence
OPERATING_SYSTEM = "linux"

Progress = Callable[[str, int, int | None], None]


def read(
    book: RateBook,
    *,
    services: Collection[str] | None = None,
    regions: Collection[str] | None = None,
    progress: Progress | None = None,
    transport: Transport = "grpc",
    endpoint: str | None = None,
    channel: Any = None,  # noqa: ANN401  a gRPC channel
    credentials: Any = None,  # noqa: ANN401  credentials of google-auth
    observed_on: dt.date | str | None = None,
    patience: Patience | None = None,
    mapping: Path | str | None = None,
) -> Reading:
    """Prices of Google Cloud's services, as its Cloud Billing Catalog states them now.

    Parameters
    ----------
    book : RateBook
        Says which tables, regions, region groups and machine types there are.
    services : collection of str, optional
        Rate tables to read for; all that the feed knows otherwise.
    regions : collection of str, optional
        Regions to keep prices of; rates without a region are always kept.
    progress : callable, optional
        Called as ``progress(what, done, total)`` after each page with the service of the catalog
        and its number of SKUs so far; total is None, the catalog does not say it.
    transport : {"grpc", "rest"}
        How to talk to the catalog.
    endpoint, channel, credentials : optional
        Another address, an open gRPC channel, other credentials than the application default.
    observed_on : date or ISO text, optional
        Day of the reading; the catalog's own otherwise. Its ``effectiveTime`` is the time of the
        answer, within hours, not the first day of a price (Cloud Billing API reference).
    patience : Patience, optional
        How long to wait and try again.
    mapping : path, optional
        Folder of another mapping than the bundled one.

    Returns
    -------
    Reading
        One observation per key (and tier), exact, in the units of the tables; SKUs that could
        not be placed. Nothing is written.

    Raises
    ------
    UnknownServiceError
        If a service has no table, or this feed does not read it.
    InvalidValueError
        If a region is unknown.
    FeedError
        If the client is missing, or the catalog cannot be read to its end.

    Examples
    --------
    >>> import wharfage as wf
    >>> read(wf.RateBook.bundled(), regions=["us-central-1"])
    Traceback (most recent call last):
        ...
    wharfage.errors.InvalidValueError: 'us-central-1' is no region of Google Cloud.
    <BLANKLINE>
    Hint: did you mean 'us-central1'?
    """
    known = read_mapping(Path(mapping) if mapping else bundled_mapping())
    placing = Placing(
        book=book,
        mapping=known,
        services=_services(book, known, services),
        regions=_regions(book, regions),
    )
    catalog = Catalog(
        patience or Patience(),
        transport=transport,
        endpoint=endpoint,
        channel=channel,
        credentials=credentials,
    )
    with closing(catalog):
        newest = _fetch(catalog, placing, progress)
    on = parse_date(observed_on) if observed_on is not None else newest
    if on is None:
        raise FeedError(
            "The Cloud Billing Catalog does not say of what day its prices are.",
            hint="give the day of the reading.",
        )
    found = placing.settle()
    # The same words for every reading of a day: the book refuses two meanings of one source.
    source = f"gcp_billing_catalog_{on:%Y_%m_%d}"
    return Reading(
        observations=sorted(_observations(placing, found, on, source), key=_order),
        new=placing.new,
        gone=placing.gone(),
        ambiguous=placing.ambiguous,
        sources={
            source: {
                "publisher": "Google Cloud",
                "page": "Cloud Billing Catalog",
                "published": on.isoformat(),
                "read_as": "answers of ListSkus, Cloud Billing API v1, in USD",
            }
        },
    )


def _services(
    book: RateBook, mapping: SkuMapping, asked: Collection[str] | None
) -> tuple[str, ...]:
    known = sorted(mapping.services & set(book.services()))
    for service in asked or ():
        if service not in known:
            raise UnknownServiceError(
                f"The feed of Google Cloud has no prices for {service!r}.",
                hint=did_you_mean(service, known) or f"it has {', '.join(known)}.",
            )
    return tuple(service for service in known if asked is None or service in asked)


def _regions(book: RateBook, asked: Collection[str] | None) -> frozenset[str] | None:
    known = book.regions.of_provider(PROVIDER)
    for region in asked or ():
        if region not in known:
            raise InvalidValueError(
                f"{region!r} is no region of Google Cloud.", hint=did_you_mean(region, known)
            )
    return frozenset(asked) if asked is not None else None


def _fetch(catalog: Catalog, placing: Placing, progress: Progress | None) -> dt.date | None:
    """Read every service that is needed into `placing`; the newest day that a SKU states."""
    needed = [
        entry
        for entry in placing.mapping.catalog_services
        if entry.services & set(placing.services)
    ]
    listed = catalog.service_ids()
    missing = [entry.name for entry in needed if entry.id not in listed]
    if missing:
        raise FeedError(
            f"The Cloud Billing Catalog does not list {', '.join(missing)}"
            f" ({len(missing)} of {len(needed)} services).",
            hint="without them prices would only seem to be gone; nothing is taken.",
        )
    days = []
    for entry in needed:
        done = 0
        for page in catalog.skus(entry.id, entry.name):
            for sku in page:
                placing.add(sku)
            days += [sku.read_on for sku in page if sku.read_on is not None]
            done += len(page)
            if progress is not None:
                progress(entry.name, done, None)
        if not done:
            raise FeedError(
                f"{entry.name} has no SKU in the Cloud Billing Catalog.",
                hint="without any, prices would only seem to be gone; nothing is taken.",
            )
    return max(days, default=None)


def _observations(
    placing: Placing, found: dict[Slot, Found], on: dt.date, source: str
) -> Iterator[Observation]:
    parts: dict[tuple[str, Component], Price] = {}
    for (owner, place), entry in found.items():
        if isinstance(owner, Component):
            parts[place, owner] = entry.price
            continue
        column = placing.place_column(owner)
        unit = placing.book.table(owner.service).form.meters[owner.meter].pricing_unit
        for start, price in entry.price.tiers:
            yield Observation(
                service=owner.service,
                meter=owner.meter,
                key=({column: place} if column else {}) | dict(owner.key),
                price=price,
                pricing_unit=unit,
                currency=entry.price.currency,
                tier_start=start,
                observed_on=on,
                sku_id=entry.skus[0] if len(entry.skus) == 1 else "",
                source=source,
            )
    if MACHINE_SERVICE in placing.services:
        yield from _machines(placing, parts, on, source)


def _machines(
    placing: Placing, parts: dict[tuple[str, Component], Price], on: dt.date, source: str
) -> Iterator[Observation]:
    table = placing.book.table(MACHINE_SERVICE)
    options = sorted({component.purchase_option for _, component in parts})
    priced = machine_prices(
        _specs(table), placing.mapping.machines, _offered(table), parts, options
    )
    for region, machine, option, price in priced:
        yield Observation(
            service=MACHINE_SERVICE,
            meter=MACHINE_METER,
            key={
                "region": region,
                MACHINE: machine,
                "operating_system": OPERATING_SYSTEM,
                "purchase_option": option,
            },
            price=price.tiers[0][1],
            pricing_unit=table.form.meters[MACHINE_METER].pricing_unit,
            currency=price.currency,
            observed_on=on,
            source=source,
        )


def _specs(table: RateTable) -> list[dict[str, str]]:
    """Sizes of machine types, in the newest version of the rule."""
    newest = table.form.rules[MACHINE_RULE].versions[-1]
    frame = read_machine_file(table.document.path.parent / str(newest.file))
    return [{str(k): str(v) for k, v in row.items()} for row in frame.to_dict("records")]


def _offered(table: RateTable) -> dict[str, list[str]]:
    """Regions of each machine type that the table prices: the catalog prices types everywhere."""
    meter = table.meters[MACHINE_METER]
    place, *variants = np.unravel_index(meter.key_code, meter.sizes)
    machine = variants[meter.variants.index(MACHINE)]
    names = meter.values[meter.variants.index(MACHINE)]
    found: dict[str, list[str]] = defaultdict(list)
    for p, m in np.unique(np.stack([place, machine]), axis=1).T:
        found[names[m]].append(meter.places[p])
    return found


def _order(seen: Observation) -> tuple[str, str, tuple[str, ...], object]:
    return seen.service, seen.meter, tuple(seen.key.values()), seen.tier_start

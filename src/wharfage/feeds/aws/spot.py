"""Spot prices, which no price list has: the Fargate feed, and the EC2 price history."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from email.utils import parsedate_to_datetime
from statistics import median
from typing import Any

from wharfage.errors import FeedError
from wharfage.feeds.aws.clients import api_client, pages
from wharfage.feeds.aws.connection import Connection, Files, Progress, shown
from wharfage.feeds.aws.ledger import Ledger, Scope
from wharfage.feeds.aws.prices import MalformedError, amount, json_object, plain

FARGATE = "Fargate Spot feed"
EC2 = "EC2 Spot price history"


def read_fargate_spot(files: Files, scope: Scope, ledger: Ledger, now: dt.datetime) -> None:
    """Read the Fargate Spot feed into the ledger, dated by the day it was last modified.

    Raises
    ------
    FeedError
        If the feed cannot be read or is no feed.
    """
    url = files.connection.fargate_spot_url or scope.mapping.addresses.fargate_spot

    def parse(chunks: Iterator[bytes], headers: Mapping[str, str]) -> tuple[Any, dt.date]:
        stamp = headers.get("Last-Modified")
        day = parsedate_to_datetime(stamp).date() if stamp else now.date()
        return json.loads(b"".join(chunks)), day

    try:
        feed, day = files.read(url, FARGATE, parse)
        entries = feed["prices"]
    except (ValueError, KeyError, TypeError):
        raise FeedError(
            f"The {FARGATE} at {shown(url)} has another form than before.",
            hint="look at the address with a browser; AWS does not document this file.",
        ) from None
    source = f"aws_fargate_spot_{day:%Y_%m_%d}"
    ledger.sources[source] = {
        "publisher": "Amazon Web Services",
        "page": "price feed behind the Fargate pricing page, Spot",
        "published": day.isoformat(),
        "read_as": FARGATE,
        "url": scope.mapping.addresses.fargate_spot,
    }
    for number, entry in enumerate(entries, start=1):
        try:
            _fargate_entry(entry, scope, ledger, day, source)
        except MalformedError as error:
            ledger.fault(f"{FARGATE} entry {number}", str(error))


def _fargate_entry(
    value: object,
    scope: Scope,
    ledger: Ledger,
    day: dt.date,
    source: str,
) -> None:
    entry = json_object(value, "entry")
    region = json_object(entry.get("attributes"), "attributes").get("aws:region")
    prices = json_object(entry.get("price"), "price")
    if region not in scope.regions:
        return
    unit, currency = str(entry.get("unit")), scope.mapping.currency
    row = {"sku_id": str(entry.get("id", "")), "description": f"Fargate Spot {unit} in {region}"}
    target = next((rate for rate in scope.mapping.fargate_spot if rate.unit == unit), None)
    if target is None:
        ledger.new.append(row | {"why": "the mapping does not name this unit"})
    elif currency not in prices:
        ledger.refuse(**row, why=f"its price is in {', '.join(prices)}, not {currency}")
    else:
        price = amount(prices[currency], "price")
        if not price:
            ledger.refuse(**row, why="its price is zero")
            return
        key = tuple(sorted((target.key | {"region": region}).items()))
        ledger.observe(target, key, [(Decimal(0), price)], day=day, source=source)


def read_ec2_spot(
    connection: Connection,
    scope: Scope,
    ledger: Ledger,
    now: dt.datetime,
    progress: Progress | None = None,
) -> None:
    """Read the Spot prices in force now: per region and type, the median over its zones.

    A zone's price is the latest that the history states for it. AWS has one price per zone, our
    table one per region; the median of the zones is what a workload spread over them pays about.

    Raises
    ------
    FeedError
        If a page cannot be had.
    """
    day = now.date()
    source = f"aws_ec2_spot_history_{day:%Y_%m_%d}"
    ledger.sources[source] = {
        "publisher": "Amazon Web Services",
        "page": "EC2 DescribeSpotPriceHistory, median over zones of the latest price per zone",
        "published": day.isoformat(),
        "read_as": EC2,
    }
    for region in sorted(scope.regions):
        what = f"{EC2} {region}"
        client = api_client(connection, "ec2", region, connection.ec2_endpoint)
        found = pages(
            client,
            "describe_spot_price_history",
            "SpotPriceHistory",
            what,
            connection,
            ProductDescriptions=[scope.mapping.ec2_spot.product_description],
            StartTime=now,
        )
        latest = _latest_by_zone(found, what, ledger, progress)
        _observe_medians(latest, region, ledger, day, source)


def _latest_by_zone(
    pages_of_prices: Iterable[dict[str, Any]],
    what: str,
    ledger: Ledger,
    progress: Progress | None,
) -> dict[str, dict[str, tuple[dt.datetime, Decimal]]]:
    """Latest (time, price) by machine type and zone."""
    latest: dict[str, dict[str, tuple[dt.datetime, Decimal]]] = {}
    done = 0
    for number, page in enumerate(pages_of_prices, start=1):
        for position, entry in enumerate(page["SpotPriceHistory"], start=1):
            try:
                seen = entry["Timestamp"], amount(entry["SpotPrice"], "price")
                machine, zone = entry["InstanceType"], entry["AvailabilityZone"]
            except (MalformedError, KeyError) as error:
                stated = error if isinstance(error, MalformedError) else f"{error} is missing"
                ledger.fault(f"{what} page {number} item {position}", str(stated))
                continue
            zones = latest.setdefault(machine, {})
            zones[zone] = max(zones.get(zone, seen), seen)
        done += len(page["SpotPriceHistory"])
        if progress is not None:
            progress(what, done, None)
    return latest


def _observe_medians(
    latest: Mapping[str, Mapping[str, tuple[dt.datetime, Decimal]]],
    region: str,
    ledger: Ledger,
    day: dt.date,
    source: str,
) -> None:
    target = ledger.scope.mapping.ec2_spot
    for instance_type, zones in latest.items():
        price = plain(median(price for _, price in zones.values()))
        if not price:
            description = f"EC2 Spot {instance_type} in {region}"
            ledger.refuse("", description, "its price is zero")
            continue
        key = target.key | {"region": region, "instance_type": instance_type}
        tiers = [(Decimal(0), price)]
        ledger.observe(target, tuple(sorted(key.items())), tiers, day=day, source=source)

"""The Price List API: products by query, and the addresses of price list files."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from wharfage.feeds.aws.bulk import read_offer_file
from wharfage.feeds.aws.clients import api_client, pages
from wharfage.feeds.aws.connection import Connection, Files, Progress
from wharfage.feeds.aws.ledger import Ledger, Scope
from wharfage.feeds.aws.mapping import Offer
from wharfage.feeds.aws.offer_file import price_list_source, published_on
from wharfage.feeds.aws.prices import MalformedError, json_object

PAGE_SIZE = 100


def read_products(
    connection: Connection, scope: Scope, ledger: Ledger, progress: Progress | None = None
) -> None:
    """Read the offers of the mapping through GetProducts, page by page, into the ledger.

    Raises
    ------
    FeedError
        If a page cannot be had.
    """
    client = _client(connection, scope)
    for code, offer in scope.mapping.offers.items():
        for region in sorted(scope.regions):
            for attributes in _queries(offer):
                what = f"{code} {region}"
                found = pages(
                    client,
                    "get_products",
                    "PriceList",
                    f"{what} from GetProducts",
                    connection,
                    ServiceCode=code,
                    FormatVersion="aws_v1",
                    Filters=_filters(region, attributes),
                    MaxResults=PAGE_SIZE,
                )
                _read_pages(found, code, what, ledger, progress)


def _read_pages(
    found: Iterable[dict[str, Any]],
    code: str,
    what: str,
    ledger: Ledger,
    progress: Progress | None,
) -> None:
    done = 0
    for number, page in enumerate(found, start=1):
        for position, text in enumerate(page["PriceList"], start=1):
            done += len(text)
            _read_item(text, code, f"{what} page {number} item {position}", ledger)
        if progress is not None:
            progress(what, done, None)


def _read_item(text: str, code: str, where: str, ledger: Ledger) -> None:
    try:
        item = json_object(json.loads(text), "item")
    except MalformedError as error:
        ledger.fault(where, str(error))
        return
    except ValueError:
        ledger.fault(where, "it is not JSON")
        return
    try:
        candidates = ledger.consider(code, item.get("product"), where)
        if not candidates:
            return
        day = published_on(item.get("publicationDate"))
        terms = json_object(item.get("terms"), "terms").get("OnDemand", {})
    except MalformedError as error:
        ledger.fault(where, str(error))
        return
    source = price_list_source(ledger, code, day, "GetProducts")
    for candidate in candidates:
        ledger.add_terms(candidate, terms, day, source, where)


def _queries(offer: Offer) -> list[dict[str, str]]:
    """Attributes to ask for, one query each; products known by SKU id need the whole region."""
    if any(rate.usage_type is None for rate in offer.rates):
        return [{}]
    return [concern.attributes for concern in offer.concerns]


def _filters(region: str, attributes: dict[str, str]) -> list[dict[str, str]]:
    wanted = {"regionCode": region} | attributes
    return [{"Type": "TERM_MATCH", "Field": k, "Value": v} for k, v in wanted.items()]


def read_listed_files(
    connection: Connection, files: Files, scope: Scope, ledger: Ledger, now: dt.datetime
) -> None:
    """Read the offer files that ListPriceLists names as in force now.

    Raises
    ------
    FeedError
        If a list, an address or a file cannot be had.
    """
    client = _client(connection, scope)
    for code in scope.mapping.offers:
        for region, url in list(_addresses(client, connection, scope, code, now)):
            ledger.merge(read_offer_file(files, scope, code, region, url))


def _addresses(
    client: Any,  # noqa: ANN401  boto3 makes its clients at run time
    connection: Connection,
    scope: Scope,
    code: str,
    now: dt.datetime,
) -> Iterator[tuple[str, str]]:
    what = f"price lists of {code}"
    lists = pages(
        client,
        "list_price_lists",
        "PriceLists",
        what,
        connection,
        ServiceCode=code,
        EffectiveDate=now,
        CurrencyCode=scope.mapping.currency,
    )
    for listed in (entry for page in lists for entry in page["PriceLists"]):
        region = listed.get("RegionCode")
        if region not in scope.regions:
            continue
        question = {"PriceListArn": listed["PriceListArn"], "FileFormat": "json"}
        for answer in pages(client, "get_price_list_file_url", "Url", what, connection, **question):
            yield region, answer["Url"]


def _client(connection: Connection, scope: Scope) -> Any:  # noqa: ANN401
    region = scope.mapping.addresses.api_region
    return api_client(connection, "pricing", region, connection.pricing_endpoint)

"""The public price list files: an index of offers, an index of regions, a file per region.

No credentials are needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from wharfage.errors import FeedError
from wharfage.feeds.aws.connection import Files
from wharfage.feeds.aws.ledger import Ledger, Scope
from wharfage.feeds.aws.offer_file import read_offer
from wharfage.feeds.aws.prices import MalformedError, json_object
from wharfage.feeds.aws.savings_plans import CODE, read_savings_plans


def read_bulk_offers(files: Files, scope: Scope, ledger: Ledger) -> None:
    """Read the offers of the mapping, region by region, into the ledger.

    Raises
    ------
    FeedError
        If an index or a file cannot be read, or an offer of the mapping is not published.
    """
    index = files.read_json(_address(files, scope, scope.mapping.addresses.offers_index), "offers")
    for code in scope.mapping.offers:
        path = _offer_path(index, code)
        regions = files.read_json(_address(files, scope, path), f"regions of {code}")
        for region, file in _region_files(regions, code):
            if region in scope.regions:
                url = _address(files, scope, file)
                ledger.merge(read_offer_file(files, scope, code, region, url))


def read_offer_file(files: Files, scope: Scope, code: str, region: str, url: str) -> Ledger:
    """All of one offer file that concerns the scope."""
    where = f"{code} {region}"

    def parse(chunks: Iterator[bytes], _: object) -> Ledger:
        return read_offer(chunks, scope, code, where)

    return files.read(url, where, parse)


def read_plan_files(files: Files, scope: Scope, ledger: Ledger) -> None:
    """Read the Savings Plans rates of the on-demand products that the ledger holds.

    Raises
    ------
    FeedError
        If the index or a file cannot be read.
    """
    path = scope.mapping.addresses.savings_plans_index
    index = files.read_json(_address(files, scope, path), "regions of Savings Plans")
    placed = dict(ledger.placed)
    for entry in _list_in(index, "regions", "regions of Savings Plans"):
        region = entry.get("regionCode")
        if region not in scope.regions:
            continue
        url = _address(files, scope, str(entry.get("versionUrl")))
        where = f"{CODE} {region}"

        def parse(chunks: Iterator[bytes], _: object, where: str = where) -> Ledger:
            return read_savings_plans(chunks, scope, placed, where)

        ledger.merge(files.read(url, where, parse))


def _address(files: Files, scope: Scope, path: str) -> str:
    """Address of a path of the price list's host; an index cannot lead to another host."""
    if not path.startswith("/") or path.startswith("//"):
        raise FeedError(
            f"An index of the price list leads to {path!r}, which is no path of its host.",
            hint="check the address of the price list.",
        )
    host = files.connection.price_list_url or scope.mapping.addresses.price_list
    return host.rstrip("/") + path


def _offer_path(index: object, code: str) -> str:
    try:
        offers = json_object(json_object(index, "index").get("offers"), "offers")
        return str(json_object(offers.get(code), code)["currentRegionIndexUrl"])
    except (MalformedError, KeyError):
        raise FeedError(
            f"The index of the price list has no offer {code}.",
            hint="check the address of the price list; AWS may have renamed the offer.",
        ) from None


def _region_files(index: object, code: str) -> Iterable[tuple[str, str]]:
    try:
        regions = json_object(json_object(index, "index").get("regions"), "regions")
        return [(name, str(entry["currentVersionUrl"])) for name, entry in regions.items()]
    except (MalformedError, KeyError, TypeError):
        raise _no_index(f"regions of {code}") from None


def _list_in(index: object, name: str, what: str) -> list[dict[str, Any]]:
    found = index.get(name) if isinstance(index, dict) else None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise _no_index(what)
    return found


def _no_index(what: str) -> FeedError:
    return FeedError(
        f"The index of the {what} has another form than AWS documents.",
        hint="check the address of the price list.",
    )

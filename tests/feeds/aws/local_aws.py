"""A local server that answers like AWS: Price List API, EC2 query API, public files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from .price_list import VERSION, Item, offer_file

OFFERS = "/offers/v1.0/aws"
PLANS = "/savingsPlan/v1.0/aws/AWSComputeSavingsPlan"
SPOT = "/fargate-spot-prices.json"

Interruption = Callable[[Request], Response | None]


def broken_off(body: bytes = b"{") -> Response:
    """Give an answer whose connection ends before the body does."""
    return Response(body, headers={"Content-Length": str(len(body) + 1000)})


def refusal(status: int, code: str, message: str = "") -> Response:
    """Give an error of the AWS JSON protocol."""
    body = json.dumps({"__type": code, "message": message})
    return Response(body, status=status, content_type="application/x-amz-json-1.1")


class LocalAws:
    """What the server holds, what it was asked, and what goes wrong.

    `interrupt` is called with every request and may answer in place of the server.
    """

    page_size = 4

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("").rstrip("/")
        self.items: dict[str, list[Item | str]] = {}
        self.files: dict[str, bytes] = {}
        self.spot_prices: list[dict[str, str]] = []
        self.asked: list[str] = []
        self.interrupt: Interruption = lambda _: None
        server.expect_request(re.compile(".*")).respond_with_handler(self.answer)

    def publish(self, *items: Item) -> None:
        """Offer items through the API, and as bulk files with their indexes."""
        for each in items:
            self.items.setdefault(each["serviceCode"], []).append(each)
        offers = {}
        for code, listed in self.items.items():
            by_region: dict[str, list[Item]] = {}
            for each in listed:
                assert isinstance(each, dict)
                region = each["product"]["attributes"]["regionCode"]
                by_region.setdefault(region, []).append(each)
            for region, found in by_region.items():
                self.put(f"{OFFERS}/{code}/{VERSION}/{region}/index.json", offer_file(code, found))
            index = f"{OFFERS}/{code}/current/region_index.json"
            self.put(
                index,
                {
                    "regions": {
                        region: {
                            "regionCode": region,
                            "currentVersionUrl": f"{OFFERS}/{code}/{VERSION}/{region}/index.json",
                        }
                        for region in by_region
                    }
                },
            )
            offers[code] = {"offerCode": code, "currentRegionIndexUrl": index}
        self.put(f"{OFFERS}/index.json", {"formatVersion": "v1.0", "offers": offers})
        if f"{PLANS}/current/region_index.json" not in self.files:
            self.publish_plans()
        if SPOT not in self.files:
            self.put(SPOT, {"prices": []})

    def publish_plans(self, **files: Item) -> None:
        """Offer Savings Plans files by region (with underscores)."""
        listed = []
        for name, content in files.items():
            region = name.replace("_", "-")
            path = f"{PLANS}/{VERSION}/{region}/index.json"
            self.put(path, content)
            listed.append({"regionCode": region, "versionUrl": path})
        self.put(f"{PLANS}/current/region_index.json", {"regions": listed})

    def put(self, path: str, content: Any) -> None:
        """Offer a JSON file."""
        self.files[path] = json.dumps(content).encode()

    def answer(self, request: Request) -> Response:
        """Answer any request."""
        target = request.headers.get("X-Amz-Target", "")
        name = target.rpartition(".")[2] or request.path
        if request.path == "/" and not target:
            name = parse_qs(request.get_data(as_text=True))["Action"][0]
        self.asked.append(name)
        found = self.interrupt(request)
        if found is not None:
            return found
        if target:
            body = json.loads(request.get_data())
            content = getattr(self, name)(body)
            return Response(json.dumps(content), content_type="application/x-amz-json-1.1")
        if name == "DescribeSpotPriceHistory":
            return self.spot_page(parse_qs(request.get_data(as_text=True)))
        if name not in self.files:
            return Response("no such file", status=404)
        headers = {"Last-Modified": "Wed, 07 Oct 2026 21:37:30 GMT"}
        return Response(self.files[name], content_type="application/json", headers=headers)

    def GetProducts(self, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802  AWS's name
        """Items that fit the filters, a page at a time."""
        wanted = {entry["Field"]: entry["Value"] for entry in body.get("Filters", [])}
        found = [
            each if isinstance(each, str) else json.dumps(each)
            for each in self.items.get(body["ServiceCode"], [])
            if isinstance(each, str) or _fits(each, wanted)
        ]
        start = int(body.get("NextToken", 0))
        page = {"FormatVersion": "aws_v1", "PriceList": found[start : start + self.page_size]}
        if start + self.page_size < len(found):
            page["NextToken"] = str(start + self.page_size)
        return page

    def ListPriceLists(self, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        """Files of one offer."""
        code = body["ServiceCode"]
        regions = [path.split("/")[-2] for path in self.files if f"/{code}/{VERSION}/" in path]
        return {
            "PriceLists": [
                {
                    "PriceListArn": f"arn:aws:pricing:::price-list/aws/{code}/USD/{VERSION}/{region}",
                    "RegionCode": region,
                    "CurrencyCode": body["CurrencyCode"],
                    "FileFormats": ["json", "csv"],
                }
                for region in regions
            ]
        }

    def GetPriceListFileUrl(self, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        """Address of a file, signed as such addresses may be."""
        *_, code, _, version, region = body["PriceListArn"].split("/")
        path = f"{OFFERS}/{code}/{version}/{region}/index.json"
        return {"Url": f"{self.url}{path}?X-Amz-Signature=secretsignature"}

    def spot_page(self, query: dict[str, list[str]]) -> Response:
        """A page of Spot prices in the EC2 query protocol."""
        start = int(query.get("NextToken", ["0"])[0])
        end = start + self.page_size
        rows = "".join(
            "<item>" + "".join(f"<{k}>{v}</{k}>" for k, v in row.items()) + "</item>"
            for row in self.spot_prices[start:end]
        )
        token = str(end) if end < len(self.spot_prices) else ""
        xml = (
            '<DescribeSpotPriceHistoryResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
            f"<requestId>r</requestId><spotPriceHistorySet>{rows}</spotPriceHistorySet>"
            f"<nextToken>{token}</nextToken></DescribeSpotPriceHistoryResponse>"
        )
        return Response(xml, content_type="text/xml")


def _fits(each: Item, wanted: dict[str, str]) -> bool:
    product = each["product"]
    facts = product["attributes"] | {"productFamily": product["productFamily"]}
    return all(facts.get(name) == value for name, value in wanted.items())

"""A small price catalog of the tests' own, served over real sockets by gRPC and by HTTP."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from concurrent import futures
from dataclasses import dataclass, field
from typing import Any

from wharfage.feeds.observation import Observation, Reading

COMPUTE, KUBERNETES, RUN = "6F81-5844-456A", "CCD8-9BF1-090E", "152E-C115-5142"
#: usage unit -> base unit and number of base units
BASES = {
    "s": ("s", 1),
    "h": ("s", 3600),
    "mo": ("s", 2592000),
    "GiBy.s": ("By.s", 1073741824),
    "GiBy.h": ("By.s", 3865470566400),
    "GBy.h": ("By.s", 3600000000000),
    "GiBy.mo": ("By.s", 2783138807808000),
    "count": ("count", 1),
}
#: a status of gRPC and of HTTP for each failure
STATUS = {
    "unavailable": ("UNAVAILABLE", 503),
    "exhausted": ("RESOURCE_EXHAUSTED", 429),
    "internal": ("INTERNAL", 500),
    "denied": ("PERMISSION_DENIED", 403),
}

Tiers = list[tuple[float, str]]
Wire = dict[str, Any]


def wire_sku(
    sku_id: str,
    price: str | Tiers = "0.05",
    *regions: str,
    service: str = KUBERNETES,
    unit: str = "h",
    display: float = 1,
    currency: str = "USD",
    category: tuple[str, str, str] = ("Compute", "Kubernetes", "OnDemand"),
    **changes: Any,
) -> Wire:
    """Write a SKU as the catalog's version 1 sends it."""
    base, factor = BASES[unit]
    tiers = [(0, price)] if isinstance(price, str) else price
    family, group, usage = category
    return {
        "name": f"services/{service}/skus/{sku_id}",
        "skuId": sku_id,
        "description": f"Something  priced ({sku_id})",
        "category": {"resourceFamily": family, "resourceGroup": group, "usageType": usage},
        "serviceRegions": list(regions or ("us-central1",)),
        "pricingInfo": [
            {
                "summary": "",
                "pricingExpression": {
                    "usageUnit": unit,
                    "displayQuantity": display,
                    "tieredRates": [wire_tier(start, text, currency) for start, text in tiers],
                    "baseUnit": base,
                    "baseUnitConversionFactor": factor,
                },
                "currencyConversionRate": 1,
                "effectiveTime": "2026-04-30T07:00:00Z",
            }
        ],
        "serviceProviderName": "Google",
    } | changes


def wire_tier(start: float, price: str, currency: str = "USD") -> Wire:
    """Write one tier; the price goes as whole units and billionths."""
    whole, _, rest = price.partition(".")
    money = {"currencyCode": currency, "units": whole, "nanos": int(f"{rest:0<9}"[:9])}
    return {"startUsageAmount": start, "unitPrice": money}


@dataclass
class Shop:
    """What the server holds, what goes wrong, and what it was asked.

    `faults` gives the failure of the n-th request for SKUs, from 1 on, `always` of every one;
    `leads_back_to` is the token of every page but the last; `at_request` is done, once, when the n-th comes in.
    """

    pages: dict[str, list[list[Wire]]] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)
    always: str = ""
    slow_seconds: float = 0.0
    leads_back_to: str = ""
    at_request: dict[int, Callable[[], None]] = field(default_factory=dict)
    authorizations: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def put(self, service: str, *pages: list[Wire]) -> None:
        """Lay out the SKUs of a service."""
        self.pages[service] = list(pages)

    def services(self) -> Wire:
        """Answer ListServices."""
        listed = [{"name": f"services/{i}", "serviceId": i, "displayName": i} for i in self.pages]
        return {"services": listed}

    def skus(self, service: str, token: str) -> tuple[str, Wire]:
        """Answer ListSkus: a failure or none, and the page."""
        self.asked.append((service, token))
        fault = self.always or self.faults.get(len(self.asked), "")
        threading.Thread(target=self.at_request.get(len(self.asked), lambda: None)).start()
        number = int(token or 0)
        page: Wire = {"skus": self.pages[service][number]}
        if number + 1 < len(self.pages[service]):
            page["nextPageToken"] = self.leads_back_to or str(number + 1)
        if fault == "slow":
            time.sleep(self.slow_seconds)
        return fault, page


def serve_rest(shop: Shop, server: Any) -> str:
    """Answer as the REST interface does; a dropped connection is an answer cut short."""
    from werkzeug import Request, Response

    def answer(request: Request) -> Response:
        parts = request.path.split("/")
        if len(parts) < 4:
            return _json(shop.services())
        authorization = request.headers.get("Authorization", "")
        shop.authorizations.add(authorization)
        fault, page = shop.skus(parts[3], request.args.get("pageToken", ""))
        if fault in STATUS:
            said = f"refused: {authorization}"
            status, code = STATUS[fault]
            error = {"error": {"code": code, "status": status, "message": said}}
            return _json(error, code)
        if fault == "garbage":
            return Response(
                f"<html>sign in to the hotel {authorization}</html>", content_type="text/html"
            )
        found = _json(page)
        if fault == "dropped":
            found.automatically_set_content_length = False
            found.headers["Content-Length"] = str(len(found.data) + 1000)
        return found

    server.expect_request(re.compile("/v1/.*")).respond_with_handler(answer)
    return str(server.url_for("")).rstrip("/")


def _json(content: Wire, status: int = 200) -> Any:
    from werkzeug import Response

    return Response(json.dumps(content), status=status, content_type="application/json")


def serve_grpc(shop: Shop, port: int = 0) -> tuple[Any, int]:
    """Answer as the gRPC interface does; give the server and its port."""
    import grpc
    from google.cloud.billing_v1.types import cloud_catalog as types
    from google.protobuf import json_format

    def filled(message: Any, content: Wire) -> Any:
        json_format.ParseDict(content, type(message).pb(message))
        return message

    def list_skus(request: Any, context: Any) -> Any:
        fault, page = shop.skus(request.parent.split("/")[1], request.page_token)
        if fault in STATUS:
            context.abort(getattr(grpc.StatusCode, STATUS[fault][0]), "refused")
        return filled(types.ListSkusResponse(), page)

    def list_services(_request: Any, _context: Any) -> Any:
        return filled(types.ListServicesResponse(), shop.services())

    server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
    calls = {
        "ListSkus": grpc.unary_unary_rpc_method_handler(
            list_skus, types.ListSkusRequest.deserialize, types.ListSkusResponse.serialize
        ),
        "ListServices": grpc.unary_unary_rpc_method_handler(
            list_services,
            types.ListServicesRequest.deserialize,
            types.ListServicesResponse.serialize,
        ),
    }
    name = "google.cloud.billing.v1.CloudCatalog"
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, calls),))
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, bound


def prices(reading: Reading) -> dict[tuple[str, ...], str]:
    """Give the prices of a reading by the values of their keys, as text."""
    return {_key(found): f"{found.price:f}" for found in reading.observations}


def _key(found: Observation) -> tuple[str, ...]:
    start = (f"from {found.tier_start:f}",) if found.tier_start else ()
    return (*found.key.values(), *start)

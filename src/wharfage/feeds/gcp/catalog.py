"""The Cloud Billing Catalog over the wire: services and SKUs, page by page, with patience.

Transient failures (unavailable, exhausted, slow, a dropped connection) are tried again with
growing pauses for a bounded time; anything else, and the end of patience, is a FeedError.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wharfage.errors import FeedError
from wharfage.feeds.gcp.connection import open_client, require_client
from wharfage.feeds.gcp.failures import TRY_LATER, told, transient
from wharfage.feeds.gcp.sku import Sku, sku_of

#: most SKUs that the catalog puts on one page
PAGE_SIZE = 5000
CURRENCY = "USD"


@dataclass(frozen=True)
class Patience:
    """How long a page is waited for and tried again. [seconds].

    Attributes
    ----------
    first_pause, longest_pause : float
        Pause after the first failure, doubled from then on up to the longest.
    give_up_after : float
        Time for one page, pauses included.
    answer_within : float
        Time for one answer.
    """

    first_pause: float = 1.0
    longest_pause: float = 30.0
    give_up_after: float = 180.0
    answer_within: float = 60.0


class Catalog:
    """A connection to the catalog; every method raises FeedError when a page cannot be had."""

    def __init__(
        self,
        patience: Patience,
        **connection: Any,  # noqa: ANN401  of open_client
    ) -> None:
        require_client()
        self._is_own = connection.get("channel") is None
        self._client = told(lambda: open_client(**connection), "The connection")
        self._how = _how(patience)

    def close(self) -> None:
        """Close the connection; a channel that was given stays open."""
        if self._is_own:
            self._client.transport.close()

    def service_ids(self) -> set[str]:
        """Ids of the services of the catalog."""
        request = {"page_size": PAGE_SIZE}
        pages = _pages(
            lambda: self._client.list_services(request=request, **self._how), "The list of services"
        )
        return {service.service_id for page in pages for service in page.services}

    def skus(self, service: str, name: str) -> Iterator[list[Sku]]:
        """SKUs of a service, one list per page, prices in US dollars.

        Parameters
        ----------
        service, name : str
            The catalog's id of the service, and its name for messages.
        """
        request = {
            "parent": f"services/{service}",
            "currency_code": CURRENCY,
            "page_size": PAGE_SIZE,
        }
        for page in _pages(lambda: self._client.list_skus(request=request, **self._how), name):
            # The plain messages below the client's wrappers: several times as quick to read.
            yield [sku_of(message, service) for message in type(page).pb(page).skus]


def _pages(call: Any, what: str) -> Iterator[Any]:  # noqa: ANN401  pagers of the client
    """Pages of an answer; a server that leads back to a page it gave before is stopped."""
    # The call itself fetches the first page.
    pages: Iterator[Any] = iter(told(call, f"{what}, page 1").pages)
    given: set[str] = set()
    number = 1
    while (page := told(lambda: next(pages, None), f"{what}, page {number}")) is not None:
        if page.next_page_token in given:
            raise FeedError(
                f"{what}: page {number} of the Cloud Billing Catalog leads back to an earlier one.",
                hint=TRY_LATER,
            )
        given.add(page.next_page_token)
        yield page
        number += 1


def _how(patience: Patience) -> dict[str, Any]:
    """Retry and timeout arguments of a call."""
    from google.api_core.retry import Retry, if_exception_type  # noqa: PLC0415  an optional extra
    from google.api_core.timeout import ConstantTimeout  # noqa: PLC0415

    retry = Retry(
        predicate=if_exception_type(*transient()),
        initial=patience.first_pause,
        maximum=patience.longest_pause,
        multiplier=2.0,
        timeout=patience.give_up_after,
    )
    within = ConstantTimeout(patience.answer_within)  # type: ignore[no-untyped-call]
    return {"retry": retry, "timeout": within}

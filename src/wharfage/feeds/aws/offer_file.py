"""Offer files: up to gigabytes of JSON, read in memory that does not grow with the file.

Products come first, then their terms; of the products only those are kept that are rates of ours.
Once each of them has its price the rest of the file (reserved terms, most of it) is left unread.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from wharfage.feeds.aws.connection import optional
from wharfage.feeds.aws.ledger import Candidate, Ledger, Scope
from wharfage.feeds.aws.prices import MalformedError


class JsonParts:
    """Parts of one JSON text that is pushed in chunk by chunk.

    Each part is a queue that fills while the text is read; a part that is no longer needed is
    closed, which saves its parsing.
    """

    def __init__(self) -> None:
        self._ijson = optional("ijson")
        self._readers: dict[str, tuple[Any, list[Any]]] = {}

    def members(self, path: str) -> None:
        """Ask for the members (name, value) of the object at `path`."""
        self._ask(self._ijson.kvitems_coro, path)

    def items(self, path: str) -> None:
        """Ask for every value at `path`."""
        self._ask(self._ijson.items_coro, path)

    def _ask(self, reader: Any, path: str) -> None:  # noqa: ANN401  ijson has no types
        queue = self._ijson.sendable_list()
        self._readers[path] = (reader(queue, path), queue)

    def push(self, chunk: bytes) -> None:
        """Parse another chunk."""
        for reader, _ in self._readers.values():
            reader.send(chunk)

    def take(self, path: str) -> list[Any]:
        """What has been found at `path` since the last call; empty if it was closed."""
        if path not in self._readers:
            return []
        queue = self._readers[path][1]
        found = list(queue)
        queue.clear()
        return found

    def stop(self, path: str) -> None:
        """Stop reading a part."""
        if path in self._readers:
            reader, _ = self._readers.pop(path)
            with suppress(self._ijson.IncompleteJSONError):
                reader.close()

    def finish(self) -> None:
        """End of the text; raises ijson's IncompleteJSONError if it is cut short."""
        for reader, _ in self._readers.values():
            reader.close()

    def abandon(self) -> None:
        """Stop reading every part."""
        for path in list(self._readers):
            self.stop(path)


def published_on(stamp: object) -> dt.date:
    """Day of a publication stamp such as ``2026-09-28T19:42:55Z``.

    Raises
    ------
    MalformedError
        If it is none.
    """
    try:
        return dt.datetime.fromisoformat(str(stamp)).date()
    except ValueError:
        raise MalformedError(f"publicationDate {stamp!r} is not a date") from None


def price_list_source(ledger: Ledger, code: str, day: dt.date, read_as: str) -> str:
    """Key of the source of an offer of one day, which is noted.

    The same key always says the same, whatever region or host was read, for a book refuses a
    source that says something new.
    """
    key = f"aws_{code.lower()}_{read_as.replace(' ', '_').lower()}_{day:%Y_%m_%d}"
    ledger.sources[key] = {
        "publisher": "Amazon Web Services",
        "page": f"AWS Price List, {code}",
        "published": day.isoformat(),
        "url": ledger.scope.mapping.addresses.price_list,
        "read_as": read_as,
    }
    return key


def read_offer(chunks: Iterator[bytes], scope: Scope, code: str, where: str) -> Ledger:
    """Everything of an offer file that concerns the scope.

    Parameters
    ----------
    chunks : iterator of bytes
        The file.
    scope : Scope
        Tables, regions and mapping.
    code : str
        Service code of the offer.
    where : str
        Name of the file, for faults.
    """
    return _OfferReader(scope, code, where).read(chunks)


class _OfferReader:
    def __init__(self, scope: Scope, code: str, where: str) -> None:
        self.ledger = Ledger(scope)
        self.code = code
        self.where = where
        self.awaited: dict[str, list[Candidate]] = {}
        self.has_products = False
        self.published: tuple[dt.date, str] | None = None
        self.stamp: object = None
        self.parts = JsonParts()
        self.parts.items("publicationDate")
        self.parts.members("products")
        self.parts.members("terms.OnDemand")

    def read(self, chunks: Iterator[bytes]) -> Ledger:
        for chunk in chunks:
            self.parts.push(chunk)
            try:
                self._take()
            except MalformedError as error:
                self.ledger.fault(self.where, str(error))
                self.parts.abandon()
                return self.ledger
            if self.published and not self.awaited:
                self.parts.abandon()
                break
        else:
            self.parts.finish()
        for candidate in itertools.chain.from_iterable(self.awaited.values()):
            why = "the file has no on-demand price for it"
            self.ledger.refuse_candidate(candidate, why)
        return self.ledger

    def _take(self) -> None:
        for stamp in self.parts.take("publicationDate"):
            self.stamp = stamp
            self.parts.stop("publicationDate")
        for sku, product in self.parts.take("products"):
            self.has_products = True
            found = self.ledger.consider(self.code, product, f"{self.where}: product {sku}")
            if found:
                self.awaited[sku] = found
        terms = self.parts.take("terms.OnDemand")
        if terms and self.published is None:
            self.published = self._begin_terms()
        for sku, term in terms:
            for candidate in self.awaited.pop(sku, ()):
                if self.published is not None:
                    self.ledger.add_terms(candidate, term, *self.published, self.where)

    def _begin_terms(self) -> tuple[dt.date, str]:
        """Day and source of the file, known from its head; products end where terms begin."""
        if not self.has_products:
            raise MalformedError("its terms come before its products")
        self.parts.stop("products")
        day = published_on(self.stamp)
        return day, price_list_source(self.ledger, self.code, day, "offer file")

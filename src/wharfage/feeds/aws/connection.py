"""Files over HTTP: streamed, with time limits, retried a bounded number of times.

A file whose connection breaks is read again from its start: what was read of it is thrown away.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from math import isfinite
from types import ModuleType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from wharfage.errors import FeedError, InvalidValueError

T = TypeVar("T")

#: called with what is read, bytes done, and bytes in all (None if the server does not say)
Progress = Callable[[str, int, int | None], None]

CHUNK_BYTES = 1 << 16
OK = 200
RETRIED = (429, 500, 502, 503, 504)
REDIRECTS = 3
LONGEST_PAUSE_SECONDS = 60.0


@dataclass(frozen=True)
class Connection:
    """How AWS is reached; None means AWS's own address, from the mapping.

    Attributes
    ----------
    price_list_url : str, optional
        Host of the public price list files.
    fargate_spot_url : str, optional
        The Fargate Spot feed.
    pricing_endpoint, ec2_endpoint : str, optional
        Endpoints of the two APIs. Credentials come from where boto3 looks for them.
    profile : str, optional
        Profile of the AWS configuration.
    attempts : int
        How often a request or a file is tried.
    timeout_seconds, backoff_seconds : float
        Longest silence of a server; first pause between two attempts, doubled each time.
    """

    price_list_url: str | None = None
    fargate_spot_url: str | None = None
    pricing_endpoint: str | None = None
    ec2_endpoint: str | None = None
    profile: str | None = None
    attempts: int = 5
    timeout_seconds: float = 60.0
    backoff_seconds: float = 1.0

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        for name, least in (("attempts", 1), ("timeout_seconds", 0), ("backoff_seconds", 0)):
            value = getattr(self, name)
            if not (isfinite(value) and value >= least):
                raise InvalidValueError(
                    f"{name}={value!r} is not a number from {least} on.",
                    hint="leave it out for the default.",
                )


def optional(name: str) -> ModuleType:
    """Import a package of the ``aws`` extra.

    Raises
    ------
    FeedError
        If it is not installed, with the line that installs it.
    """
    try:
        return import_module(name)
    except ImportError:
        raise FeedError(
            f"Reading AWS prices needs {name}, which is not installed.",
            hint='pip install "wharfage[aws]"',
        ) from None


def shown(url: str) -> str:
    """Address for messages and sources: without query and user, which may hold a signature."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


class Files:
    """Files of the price list, over HTTP."""

    def __init__(self, connection: Connection, progress: Progress | None = None) -> None:
        self.connection = connection
        self.progress = progress
        urllib3, ijson = optional("urllib3"), optional("ijson")
        seconds = connection.timeout_seconds
        # Retries are counted here, for a body that breaks half-way must be tried again as well;
        # and urllib3 would log the address with its query, which may hold a signature.
        self._pool = urllib3.PoolManager(
            retries=urllib3.Retry(connect=0, read=0, status=0, other=0, redirect=REDIRECTS),
            timeout=urllib3.Timeout(connect=seconds, read=seconds),
        )
        self._unanswered = urllib3.exceptions.HTTPError
        self._broken = (urllib3.exceptions.HTTPError, ijson.JSONError)

    def read(self, url: str, what: str, parse: Callable[[Iterator[bytes], Any], T]) -> T:
        """Result of `parse`, given the chunks of a file and its headers.

        `parse` is called again with the whole file if the connection breaks, so it must keep
        nothing outside of its result.

        Raises
        ------
        FeedError
            If the file cannot be had after all attempts, or the server refuses it.
        """
        problem, pause = "", 0.0
        for attempt in range(self.connection.attempts):
            time.sleep(pause)
            pause = self.connection.backoff_seconds * 2**attempt
            try:
                response = self._pool.request("GET", url, preload_content=False)
            except self._unanswered as error:
                problem = f"no answer ({_name(getattr(error, 'reason', None) or error)})"
                continue
            try:
                if response.status == OK:
                    return parse(self._chunks(response, what), response.headers)
                problem = f"it answers {response.status}"
                pause = max(pause, _seconds(response.headers.get("Retry-After")))
                if response.status not in RETRIED:
                    break
            except self._broken as error:
                problem = f"the file breaks off or is damaged ({_name(error)})"
            finally:
                response.close()
        raise FeedError(
            f"{what} could not be read from {shown(url)}: {problem}"
            f" (attempt {attempt + 1} of {self.connection.attempts}).",
            hint="nothing was changed; check the address and the region, or try again later.",
        )

    def read_json(self, url: str, what: str) -> Any:  # noqa: ANN401  JSON holds anything
        """A small JSON file, whole.

        Raises
        ------
        FeedError
            As `read`; also if the file is no JSON.
        """

        def parse(chunks: Iterator[bytes], _: object) -> Any:  # noqa: ANN401
            return json.loads(b"".join(chunks))

        try:
            return self.read(url, what, parse)
        except ValueError:
            raise FeedError(
                f"{what} at {shown(url)} is not JSON.",
                hint="check the address; a proxy may have answered in its place.",
            ) from None

    def _chunks(self, response: Any, what: str) -> Iterator[bytes]:  # noqa: ANN401
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() else None
        for chunk in response.stream(CHUNK_BYTES, decode_content=True):
            if self.progress is not None:
                self.progress(what, response.tell(), total)
            yield chunk


def _seconds(retry_after: str | None) -> float:
    """Pause that a server asks for; a date instead of seconds is not followed."""
    asked = retry_after or ""
    return min(float(asked), LONGEST_PAUSE_SECONDS) if asked.isdigit() else 0.0


def _name(error: object) -> str:
    return type(error).__name__.removesuffix("Error")

"""Clients of the AWS APIs, and their errors told without what must stay secret."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from wharfage.errors import FeedError
from wharfage.feeds.aws.connection import Connection, optional

#: codes with which AWS refuses the caller; what helps is another key or policy
REFUSALS = ("AccessDenied", "Unauthorized", "AuthFailure", "Signature", "Token", "OptIn")


def api_client(connection: Connection, service: str, region: str, endpoint: str | None) -> Any:  # noqa: ANN401  boto3 makes its clients at run time
    """Client of an AWS API, with time limits and bounded retries.

    Raises
    ------
    FeedError
        If boto3 is not installed, or the profile or region makes no client.
    """
    boto3 = optional("boto3")
    config = optional("botocore.config").Config(
        connect_timeout=connection.timeout_seconds,
        read_timeout=connection.timeout_seconds,
        retries={"mode": "standard", "total_max_attempts": connection.attempts},
    )
    with told(f"the {service} client for {region}", connection):
        session = boto3.Session(profile_name=connection.profile)
        return session.client(service, region_name=region, endpoint_url=endpoint, config=config)


@contextmanager
def told(what: str, connection: Connection) -> Iterator[None]:
    """Turn errors of boto3 into FeedError.

    The words of a server are left out: they may repeat the request with its key and signature.
    """
    errors = optional("botocore.exceptions")
    try:
        yield
    except errors.ClientError as error:
        response = error.response
        code = str(response.get("Error", {}).get("Code", "an error"))[:60]
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
        refused = any(word in code for word in REFUSALS)
        raise FeedError(
            f"{what} could not be read: AWS answers {code} ({status}), after at most"
            f" {connection.attempts} attempts per request.",
            hint="check the credentials and their policy (pricing:GetProducts,"
            " pricing:ListPriceLists, pricing:GetPriceListFileUrl, ec2:DescribeSpotPriceHistory),"
            " or read the public files, which need none."
            if refused
            else "nothing was changed; try again later, or with fewer regions.",
        ) from None
    except (errors.NoCredentialsError, errors.PartialCredentialsError):
        raise FeedError(
            f"{what} could not be read: boto3 finds no AWS credentials.",
            hint="set them as for the AWS command line, or read the public files, which need none.",
        ) from None
    except errors.BotoCoreError as error:
        raise FeedError(
            f"{what} could not be read: {type(error).__name__}, after at most"
            f" {connection.attempts} attempts per request.",
            hint="check the endpoint, profile and region; nothing was changed.",
        ) from None


def pages(
    client: Any,  # noqa: ANN401  boto3 makes its clients at run time
    operation: str,
    member: str,
    what: str,
    connection: Connection,
    **question: Any,  # noqa: ANN401
) -> Iterator[dict[str, Any]]:
    """Every page of an answer, each whole.

    boto3's own paginators take an answer that breaks off for an empty one (botocore 1.44 neither
    compares its length nor minds that it is no JSON), so a page must hold `member`, or it is asked
    for again.

    Raises
    ------
    FeedError
        If AWS refuses, does not answer, or never answers whole.
    """
    token = None
    while True:
        page = _whole_page(getattr(client, operation), member, what, connection, question)
        yield page
        following = page.get("NextToken")
        if not following:
            return
        if following == token:
            raise FeedError(
                f"{what} could not be read: AWS names the same next page twice.",
                hint="nothing was changed; try again later.",
            )
        token = question["NextToken"] = following


def _whole_page(
    call: Callable[..., dict[str, Any]],
    member: str,
    what: str,
    connection: Connection,
    question: dict[str, Any],
) -> dict[str, Any]:
    cut_short = optional("botocore.parsers").ResponseParserError
    for attempt in range(connection.attempts):
        if attempt:
            time.sleep(connection.backoff_seconds * 2 ** (attempt - 1))
        with told(what, connection), suppress(cut_short):
            page = call(**question)
            if member in page:
                return page
    raise FeedError(
        f"{what} could not be read: the answer breaks off, {connection.attempts} attempts.",
        hint="nothing was changed; try again later, or with fewer regions.",
    )

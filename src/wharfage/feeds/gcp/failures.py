"""What goes wrong between the catalog and us, and what is said of it.

Messages name the place and the kind of failure and never repeat what a server or a library said:
that text may hold a key or a token.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from wharfage.errors import FeedError

T = TypeVar("T")

SIGN_IN = (
    "sign in with `gcloud auth application-default login`, with an account that may read Cloud"
    " Billing prices in a project that has the Cloud Billing API switched on."
)
TRY_LATER = "the rate book is as it was; try again later."


def transient() -> tuple[type[Exception], ...]:
    """Failures after which the same call may succeed."""
    import requests.exceptions as http  # noqa: PLC0415  comes with the extra
    from google.api_core import exceptions as api  # noqa: PLC0415
    from google.auth.exceptions import TransportError  # noqa: PLC0415

    return (
        api.ServiceUnavailable,
        api.TooManyRequests,
        api.GatewayTimeout,
        api.BadGateway,
        api.InternalServerError,
        http.ConnectionError,
        http.Timeout,
        http.ChunkedEncodingError,
        TransportError,
    )


def told(call: Callable[[], T], what: str) -> T:
    """Result of a call to the client.

    Raises
    ------
    FeedError
        If it fails: `what` was read, and the kind of failure.
    """
    import requests.exceptions as http  # noqa: PLC0415  comes with the extra
    from google.api_core.exceptions import GoogleAPIError, RetryError  # noqa: PLC0415
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415
    from google.protobuf.json_format import ParseError  # noqa: PLC0415

    try:
        return call()
    except RetryError as error:
        last = kind_of(error.cause) if error.cause is not None else "no answer"
        raise FeedError(
            f"{what}: the Cloud Billing Catalog did not answer in time; the last try ended with"
            f" {last}.",
            hint=TRY_LATER,
        ) from None
    except (ParseError, UnicodeDecodeError):
        raise FeedError(
            f"{what}: the Cloud Billing Catalog gave an answer that is no price list.",
            hint="is there a proxy in between, or another server at the endpoint?",
        ) from None
    except GoogleAuthError as error:
        raise FeedError(
            f"{what}: no credentials for the Cloud Billing Catalog ({kind_of(error)}).",
            hint=SIGN_IN,
        ) from None
    except (GoogleAPIError, http.RequestException) as error:
        refused = getattr(error, "code", None) in (401, 403)
        raise FeedError(
            f"{what}: the Cloud Billing Catalog could not be read ({kind_of(error)}).",
            hint=SIGN_IN if refused else TRY_LATER,
        ) from None


def kind_of(error: BaseException) -> str:
    """Kind of a failure without its text: a status, or the name of the exception."""
    status = getattr(error, "grpc_status_code", None)
    if status is not None:
        return str(status.name)
    code = getattr(error, "code", None)
    return f"HTTP {int(code)}" if isinstance(code, int) else type(error).__name__

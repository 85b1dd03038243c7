"""The client of the Cloud Billing Catalog, over gRPC or REST."""

from __future__ import annotations

from typing import Any, Literal

from wharfage.errors import FeedError, InvalidValueError

Transport = Literal["grpc", "rest"]
TRANSPORTS: tuple[Transport, ...] = ("grpc", "rest")
#: a server without encryption: a test on this machine, which is never shown credentials
PLAIN = "http://"


def require_client() -> None:
    """Check that the client is installed.

    Raises
    ------
    FeedError
        If it is not, with the line that installs it.
    """
    try:
        import google.cloud.billing_v1  # noqa: F401, PLC0415  an optional extra
    except ImportError:
        raise FeedError(
            "Reading prices from Google Cloud needs google-cloud-billing, which is not installed.",
            hint="pip install 'wharfage[gcp]'",
        ) from None


def open_client(
    transport: Transport,
    endpoint: str | None = None,
    channel: Any = None,  # noqa: ANN401  a gRPC channel
    credentials: Any = None,  # noqa: ANN401  credentials of google-auth
) -> Any:  # noqa: ANN401  a CloudCatalogClient
    """Client of the catalog.

    Parameters
    ----------
    transport : {"grpc", "rest"}
        How to talk to it.
    endpoint : str, optional
        Another address than Google's; one that starts with ``http://`` is spoken to in plain text
        and gets no credentials unless they are given.
    channel : grpc.Channel, optional
        An open channel, used as it is; gRPC only.
    credentials : google.auth.credentials.Credentials, optional
        Application default credentials are looked for otherwise.

    Raises
    ------
    InvalidValueError
        If the transport is another one, or a channel is given for REST.
    """
    if transport not in TRANSPORTS:
        raise InvalidValueError(
            f"transport={transport!r} is neither of {', '.join(TRANSPORTS)}.", hint="take rest."
        )
    if channel is not None and transport != "grpc":
        raise InvalidValueError("A channel is for gRPC only.", hint="take transport='grpc'.")
    from google.api_core.client_options import ClientOptions  # noqa: PLC0415  an optional extra
    from google.auth.credentials import AnonymousCredentials  # noqa: PLC0415
    from google.cloud import billing_v1  # noqa: PLC0415

    is_plain = endpoint is not None and endpoint.startswith(PLAIN)
    if transport == "grpc" and (channel is not None or is_plain):
        over = billing_v1.CloudCatalogClient.get_transport_class("grpc")
        opened = channel if channel is not None else _plain_channel(str(endpoint))
        return billing_v1.CloudCatalogClient(transport=over(channel=opened))
    anonymous = is_plain and credentials is None
    return billing_v1.CloudCatalogClient(
        transport=transport,
        credentials=AnonymousCredentials() if anonymous else credentials,  # type: ignore[no-untyped-call]
        client_options=ClientOptions(api_endpoint=endpoint),
    )


def _plain_channel(endpoint: str) -> Any:  # noqa: ANN401
    import grpc  # noqa: PLC0415  an optional extra

    # A page of 5,000 SKUs is larger than gRPC's limit of 4 MiB; Google's own channel has none.
    return grpc.insecure_channel(
        endpoint.removeprefix(PLAIN), options=[("grpc.max_receive_message_length", -1)]
    )

"""The real client against local servers: pages, patience, failures, and nothing said too much."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import wharfage as wf
from wharfage.errors import FeedError, InvalidValueError
from wharfage.feeds.gcp import read
from wharfage.feeds.gcp.catalog import Patience
from wharfage.feeds.observation import Reading

from .conftest import QUICK, Reader
from .shop import COMPUTE, KUBERNETES, Shop, prices, serve_grpc, wire_sku

SECRET = "ya29.a-token-that-nobody-may-see"  # noqa: S105  made up
REGIONS = (
    "asia-east1",
    "asia-south1",
    "europe-west1",
    "europe-west4",
    "us-central1",
    "us-east1",
    "us-east4",
    "us-west1",
)
IMPATIENT = Patience(first_pause=0.01, longest_pause=0.05, give_up_after=0.3, answer_within=5)


def lay_out(shop: Shop, pages: int = 8) -> None:
    """Put one SKU per page, each of a region of its own, at 0.051, 0.052 and so on."""
    regions = enumerate(REGIONS[:pages], start=1)
    shop.put(KUBERNETES, *([wire_sku(f"SKU-{n}", f"0.05{n}", r)] for n, r in regions))


def by_region(reading: Reading) -> dict[str, str]:
    """Give the prices of a reading by region."""
    return {key[0]: price for key, price in prices(reading).items()}


ALL = {region: f"0.05{n}" for n, region in enumerate(REGIONS, start=1)}


def test_every_page_is_read(shop: Shop, autopilot: Path, read_shop: Reader) -> None:
    """Eight pages are asked for one after the other, and give the prices of all of them."""
    lay_out(shop)
    assert by_region(read_shop(autopilot)) == ALL
    assert shop.asked == [(KUBERNETES, "")] + [(KUBERNETES, str(n)) for n in range(1, 8)]


def test_both_transports_say_the_same(
    shop: Shop, autopilot: Path, book: wf.RateBook, grpc_endpoint: str, rest_endpoint: str
) -> None:
    """The reading does not show how it was read, its source included."""
    lay_out(shop)
    shop.pages[KUBERNETES][0].append(wire_sku("NEVER-SEEN"))
    readings = [
        read(
            book,
            services=["gcp.gke_autopilot"],
            mapping=autopilot,
            transport=transport,
            endpoint=endpoint,
            patience=QUICK,
        )
        for transport, endpoint in (("grpc", grpc_endpoint), ("rest", rest_endpoint))
    ]
    assert readings[0] == readings[1]


def test_progress_is_told_after_each_page(shop: Shop, autopilot: Path, read_shop: Reader) -> None:
    """The number of SKUs read so far is told once per page; the total is not known."""
    lay_out(shop, pages=2)
    told: list[tuple[str, int, int | None]] = []
    read_shop(autopilot, progress=lambda *said: told.append(said))
    assert told == [("Kubernetes Engine", 1, None), ("Kubernetes Engine", 2, None)]


@pytest.mark.parametrize("fault", ["unavailable", "exhausted", "internal"])
def test_a_passing_failure_is_tried_again(
    shop: Shop, autopilot: Path, read_shop: Reader, fault: str
) -> None:
    """Two failures in a row on page 7 cost two more requests and no price."""
    lay_out(shop)
    shop.faults = {7: fault, 8: fault}
    assert by_region(read_shop(autopilot)) == ALL
    assert len(shop.asked) == 8 + 2


def test_a_slow_answer_is_asked_for_again(shop: Shop, autopilot: Path, read_shop: Reader) -> None:
    """An answer that takes longer than the patience for one is asked for once more."""
    lay_out(shop, pages=2)
    shop.faults, shop.slow_seconds = {2: "slow"}, 1.5
    patience = Patience(0.01, 0.05, give_up_after=30, answer_within=1)
    assert set(by_region(read_shop(autopilot, patience=patience))) == set(REGIONS[:2])
    assert [token for _, token in shop.asked][:3] == ["", "1", "1"]


def test_an_answer_cut_short_is_asked_for_again(
    shop: Shop, autopilot: Path, read_rest: Reader
) -> None:
    """A connection that drops in the middle of page 7 leaves no gap."""
    lay_out(shop)
    shop.faults = {7: "dropped"}
    assert by_region(read_rest(autopilot)) == ALL
    assert len(shop.asked) == 8 + 1


def test_a_server_that_goes_away_and_comes_back_leaves_no_gap(
    shop: Shop, autopilot: Path, book: wf.RateBook
) -> None:
    """The server stops on page 7, cutting its connections; the next one answers the same page."""
    import grpc

    lay_out(shop)
    first, port = serve_grpc(shop)
    started: list[Any] = []

    def go_away() -> None:
        first.stop(None).wait()
        started.append(serve_grpc(shop, port)[0])

    shop.at_request[7] = go_away
    quick = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.min_reconnect_backoff_ms", 50)]
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=quick) as channel:
        reading = read(
            book, services=["gcp.gke_autopilot"], mapping=autopilot, channel=channel, patience=QUICK
        )
    for server in started:
        server.stop(None).wait()
    assert by_region(reading) == ALL
    assert len(started) == 1


def test_patience_ends(shop: Shop, autopilot: Path, read_shop: Reader) -> None:
    """A server that stays unavailable ends the reading with the service and the page."""
    lay_out(shop)
    shop.faults = dict.fromkeys(range(3, 1000), "unavailable")
    with pytest.raises(FeedError) as caught:
        read_shop(autopilot, patience=IMPATIENT)
    assert str(caught.value) == (
        "Kubernetes Engine, page 3: the Cloud Billing Catalog did not answer in time;"
        " the last try ended with UNAVAILABLE.\n\n"
        "Hint: the rate book is as it was; try again later."
    )


def test_a_refusal_is_not_tried_again(shop: Shop, autopilot: Path, read_shop: Reader) -> None:
    """Who may not read prices is told how to sign in, after one request."""
    lay_out(shop)
    shop.always = "denied"
    with pytest.raises(FeedError, match=r"page 1: .* \((PERMISSION_DENIED|HTTP 403)\)") as caught:
        read_shop(autopilot)
    assert "gcloud auth application-default login" in str(caught.value)
    assert len(shop.asked) == 1


def test_an_answer_that_is_no_price_list_is_said(
    shop: Shop, autopilot: Path, read_rest: Reader
) -> None:
    """A page of HTML in place of prices is no catalog, and its text is not repeated."""
    lay_out(shop)
    shop.faults = {2: "garbage"}
    with pytest.raises(
        FeedError, match=r"page 2: .* gave an answer that is no price list"
    ) as caught:
        read_rest(autopilot)
    assert "hotel" not in str(caught.value)


def test_pages_that_lead_in_a_circle_are_stopped(
    shop: Shop, autopilot: Path, read_shop: Reader
) -> None:
    """A token that was given before would be followed for ever."""
    lay_out(shop)
    shop.leads_back_to = "1"
    with pytest.raises(FeedError, match="page 2 of the Cloud Billing Catalog leads back"):
        read_shop(autopilot)


def test_a_service_that_the_catalog_lacks_stops_the_reading(
    shop: Shop, autopilot: Path, read_shop: Reader
) -> None:
    """Without the service every price would seem to be gone."""
    shop.put(COMPUTE, [wire_sku("SKU-1")])
    with pytest.raises(FeedError, match=r"does not list Kubernetes Engine \(1 of 1 services\)"):
        read_shop(autopilot)


def test_a_service_without_a_sku_stops_the_reading(
    shop: Shop, autopilot: Path, read_shop: Reader
) -> None:
    """An empty price list is a fault of the reading, not news."""
    shop.put(KUBERNETES, [])
    with pytest.raises(FeedError, match="Kubernetes Engine has no SKU"):
        read_shop(autopilot)


def test_only_the_services_that_are_needed_are_read(
    shop: Shop, autopilot: Path, read_shop: Reader
) -> None:
    """Compute Engine's SKUs are not asked for when only Autopilot is refreshed."""
    lay_out(shop, pages=1)
    shop.put(COMPUTE, [wire_sku("MACHINE")])
    assert not read_shop(autopilot).new
    assert {service for service, _ in shop.asked} == {KUBERNETES}


@pytest.mark.parametrize("fault", ["denied", "garbage", "unavailable"])
def test_no_credential_is_repeated(
    shop: Shop,
    autopilot: Path,
    read_rest: Reader,
    fault: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A server that sends the token back does not bring it into a message, a log or a traceback."""
    from google.oauth2.credentials import Credentials

    caplog.set_level(logging.INFO)
    lay_out(shop)
    shop.always = fault
    with pytest.raises(FeedError) as caught:
        read_rest(autopilot, credentials=Credentials(token=SECRET), patience=IMPATIENT)
    assert shop.authorizations == {f"Bearer {SECRET}"}
    printed = capfd.readouterr()
    said = [str(caught.value), repr(caught.value), caplog.text, printed.out, printed.err]
    assert not [text for text in said if SECRET in text]
    assert caught.value.__suppress_context__


def test_missing_credentials_are_said(
    autopilot: Path, book: wf.RateBook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without credentials nothing is sent, and the message says how to sign in."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(FeedError, match="no credentials for the Cloud Billing Catalog") as caught:
        read(book, services=["gcp.gke"], mapping=autopilot, transport="rest")
    assert "gcloud auth application-default login" in str(caught.value)
    assert "none.json" not in str(caught.value)


def test_a_missing_client_gives_the_line_that_installs_it(
    autopilot: Path, book: wf.RateBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named when google-cloud-billing is not installed."""
    monkeypatch.setitem(sys.modules, "google.cloud.billing_v1", None)
    with pytest.raises(FeedError, match="needs google-cloud-billing") as caught:
        read(book, mapping=autopilot)
    assert caught.value.hint == "pip install 'wharfage[gcp]'"


def test_the_client_is_loaded_when_it_is_needed() -> None:
    """Who imports the feed does not wait for gRPC."""
    code = "import sys, wharfage.feeds.gcp; sys.exit('grpc' in sys.modules or 'google.api_core' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_transport_is_said(autopilot: Path, book: wf.RateBook) -> None:
    """There are two transports."""
    with pytest.raises(InvalidValueError, match="transport='soap' is neither of grpc, rest"):
        read(book, mapping=autopilot, transport="soap")  # type: ignore[arg-type]


def test_a_channel_is_for_grpc(autopilot: Path, book: wf.RateBook) -> None:
    """A gRPC channel cannot carry REST."""
    with pytest.raises(InvalidValueError, match="A channel is for gRPC only"):
        read(book, mapping=autopilot, transport="rest", channel=object())

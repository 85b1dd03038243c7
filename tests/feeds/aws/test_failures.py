"""What goes wrong on the way is retried, then told; a broken entry fails the whole reading."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug import Request, Response

from wharfage.errors import FeedError, InvalidValueError
from wharfage.feeds.aws.connection import optional

from .conftest import ACCESS_KEY, SECRET, Read
from .local_aws import OFFERS, SPOT, Interruption, LocalAws, broken_off, refusal
from .price_list import Item, ec2_items, ecs_items, ipv4_items, item, spot_feed

USAGE = "USE1-Fargate-vCPU-Hours:perCPU"
FILE = "us-east-1/index.json"


def first(
    times: int, meant: Callable[[Request], bool], answer: Callable[[], Response]
) -> Interruption:
    """Give an interruption of the first few requests that are meant."""
    left = [times]

    def interrupt(request: Request) -> Response | None:
        if not meant(request) or not left[0]:
            return None
        left[0] -= 1
        return answer()

    return interrupt


def is_file(request: Request) -> bool:
    """Tell the offer file of us-east-1."""
    return request.path.endswith(FILE)


def is_api(request: Request) -> bool:
    """Tell a request to GetProducts."""
    return "GetProducts" in request.headers.get("X-Amz-Target", "")


def is_late_page(request: Request) -> bool:
    """Tell a request for the second page or a later one."""
    return is_api(request) and b"NextToken" in request.get_data()


def slow() -> Response:
    """Answer after the reader has given up."""
    time.sleep(0.4)
    return Response("late")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_file_server_is_asked_again(status: int, aws: LocalAws, read_aws: Read) -> None:
    """One refusal for load is followed by a second attempt."""
    aws.publish(*ecs_items())
    aws.interrupt = first(1, is_file, lambda: Response("busy", status=status))
    assert len(read_aws("aws.fargate").observations) == 8


def test_a_file_whose_connection_breaks_is_read_again(aws: LocalAws, read_aws: Read) -> None:
    """What was read before the break is thrown away: nothing is there twice."""
    aws.publish(*ecs_items())
    half = next(text for path, text in aws.files.items() if path.endswith(FILE))[:2000]
    aws.interrupt = first(1, is_file, lambda: broken_off(half))
    reading = read_aws("aws.fargate")
    assert len(reading.observations) == 8
    assert not reading.ambiguous


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: Response("busy", status=503), "it answers 503"),
        (lambda: broken_off(b'{"products": {'), "breaks off"),
        (lambda: Response('{"products": {'), "breaks off"),
        (slow, "no answer"),
    ],
    ids=["busy", "dropped", "cut short", "slow"],
)
def test_a_file_that_never_comes_fails(
    answer: Callable[[], Response], words: str, aws: LocalAws, read_aws: Read
) -> None:
    """After the last attempt the error says what, where and how often."""
    aws.publish(*ecs_items())
    aws.interrupt = first(99, is_file, answer)
    with pytest.raises(FeedError, match=words) as caught:
        read_aws("aws.fargate", timeout_seconds=0.2)
    assert "AmazonECS us-east-1" in str(caught.value)
    assert "attempt 2 of 2" in str(caught.value)
    assert "Hint:" in str(caught.value)


def test_a_missing_file_is_not_asked_again(aws: LocalAws, read_aws: Read) -> None:
    """404 is no passing trouble: one attempt."""
    aws.publish(*ecs_items())
    aws.files = {path: text for path, text in aws.files.items() if not path.endswith(FILE)}
    with pytest.raises(FeedError, match="answers 404"):
        read_aws("aws.fargate")
    assert sum(name.endswith(FILE) for name in aws.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        lambda: refusal(400, "ThrottlingException"),
        lambda: refusal(429, "TooManyRequestsException"),
        lambda: refusal(503, "ServiceUnavailable"),
        broken_off,
    ],
    ids=["throttled", "429", "503", "dropped"],
)
def test_a_late_page_is_asked_again(
    answer: Callable[[], Response], aws: LocalAws, read_aws: Read
) -> None:
    """Trouble on a later page costs one more request, and no product."""
    aws.publish(*ecs_items())
    aws.page_size = 1
    aws.interrupt = first(1, is_late_page, answer)
    assert len(read_aws("aws.fargate", source="api").observations) == 8
    assert aws.asked.count("GetProducts") == 9


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: refusal(400, "ThrottlingException"), "ThrottlingException"),
        (lambda: refusal(503, "ServiceUnavailable"), "503"),
        (broken_off, "from GetProducts could not be read: the answer breaks off"),
        (slow, "ReadTimeout"),
    ],
    ids=["throttled", "503", "dropped", "slow"],
)
def test_a_page_that_never_comes_fails(
    answer: Callable[[], Response], words: str, aws: LocalAws, read_aws: Read
) -> None:
    """After the last attempt a page's trouble ends the reading with what and where."""
    aws.publish(*ecs_items())
    aws.interrupt = first(99, is_late_page, answer)
    with pytest.raises(FeedError, match=words) as caught:
        read_aws("aws.fargate", source="api", timeout_seconds=0.2)
    assert "Hint:" in str(caught.value)


def test_a_spot_page_that_breaks_off_is_asked_again(aws: LocalAws, read_aws: Read) -> None:
    """Half of an XML answer costs one more request."""
    aws.publish(*ec2_items(), *ipv4_items())
    half = b"<DescribeSpotPriceHistoryResponse><spotPriceHistorySet><item>"
    is_spot = lambda request: b"DescribeSpotPriceHistory" in request.get_data()  # noqa: E731
    aws.interrupt = first(1, is_spot, lambda: broken_off(half))
    read_aws("aws.ec2", source="api")
    assert aws.asked.count("DescribeSpotPriceHistory") == 2


def test_refused_keys_hint_at_the_public_files(aws: LocalAws, read_aws: Read) -> None:
    """A policy that does not allow GetProducts is named with what it must allow."""
    aws.publish(*ecs_items())
    aws.interrupt = first(99, is_api, lambda: refusal(400, "AccessDeniedException"))
    with pytest.raises(FeedError, match="AccessDeniedException") as caught:
        read_aws("aws.fargate", source="api")
    assert "pricing:GetProducts" in (caught.value.hint or "")


def test_no_credentials_are_told(
    aws: LocalAws, read_aws: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without keys the API cannot be asked; the public files can."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    aws.publish(*ecs_items())
    with pytest.raises(FeedError, match="finds no AWS credentials") as caught:
        read_aws("aws.fargate", source="api")
    assert "public files" in (caught.value.hint or "")


def test_an_unknown_profile_is_told(read_aws: Read) -> None:
    """A profile that does not exist is a plain error."""
    with pytest.raises(FeedError, match="ProfileNotFound"):
        read_aws("aws.eks", source="api", profile="nobody")


@pytest.mark.parametrize("source", ["api", "price_lists"])
def test_keys_and_signatures_stay_secret(
    source: str, aws: LocalAws, read_aws: Read, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that repeats the whole request does not make us repeat it; nor do logs."""
    caplog.set_level(logging.INFO)
    aws.publish(*ecs_items())

    def repeat(request: Request) -> Response | None:
        if is_api(request):
            return refusal(400, "SignatureDoesNotMatch", f"{request.headers} {SECRET}")
        return Response("no", status=403) if is_file(request) else None

    aws.interrupt = repeat
    with pytest.raises(FeedError) as caught:
        read_aws("aws.fargate", source=source)
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("werkzeug")]
    said = "\n".join([str(caught.value), repr(caught.value), caught.value.failures.to_csv(), *ours])
    for secret in (ACCESS_KEY, SECRET, "secretsignature", "AWS4-HMAC"):
        assert secret not in said


def test_sources_do_not_hold_a_signature(aws: LocalAws, read_aws: Read) -> None:
    """The address of a signed file enters the sources without its query."""
    aws.publish(*ecs_items())
    reading = read_aws("aws.fargate", source="price_lists")
    assert reading.sources
    assert "ignature" not in json.dumps(reading.sources)


def test_every_malformed_item_is_listed(aws: LocalAws, read_aws: Read) -> None:
    """Text that is no JSON, a missing part and a price that is no number: all with their place."""
    nan = item("AmazonECS", "NAN", "us-east-1", USAGE, "NaN")
    bare = item("AmazonECS", "BARE", "us-east-1", "USE1-Fargate-GB-Hours", "1")
    for term in bare["terms"]["OnDemand"].values():
        del term["priceDimensions"]
    aws.publish(*ecs_items())
    aws.items["AmazonECS"] += ["{not json", json.dumps(nan), json.dumps(bare), "[]", '{"a": 1}']
    with pytest.raises(FeedError, match="5 malformed entries") as caught:
        read_aws("aws.fargate", source="api")
    failures = caught.value.failures
    told = "\n".join(failures["where"] + ": " + failures["message"])
    assert "AmazonECS us-east-1 page 3 item 1: it is not JSON" in told
    assert "NAN: price 'NaN'" in told
    assert "BARE: priceDimensions is missing" in told


def broken_price(change: Callable[[Item], Any]) -> Item:
    """Give a product of which something was changed in its only price dimension."""
    found = item("AmazonECS", "BAD", "us-east-1", USAGE, "0.04")
    (term,) = found["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    change(dimension)
    return found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["pricePerUnit"].update(USD="-1"), "finite number from 0"),
        (lambda d: d["pricePerUnit"].update(USD=None), "is not a number"),
        (lambda d: d["pricePerUnit"].clear(), "pricePerUnit is empty"),
        (lambda d: d.pop("unit"), "unit is missing"),
        (lambda d: d.update(beginRange="5"), "gap"),
        (lambda d: d.update(endRange="5"), "gap"),
    ],
)
def test_a_malformed_price_fails_the_reading(
    change: Callable[[Item], Any], words: str, aws: LocalAws, read_aws: Read
) -> None:
    """A price dimension that is not what AWS documents stops the reading, with SKU and file."""
    aws.publish(broken_price(change))
    with pytest.raises(FeedError, match=words) as caught:
        read_aws("aws.fargate")
    assert "AmazonECS us-east-1: SKU BAD" in str(caught.value)


def test_a_tier_gap_fails_the_reading(aws: LocalAws, read_aws: Read) -> None:
    """Tiers of which one begins after the one before has ended are refused."""
    tiers = [("0", "100", "0.02"), ("200", "Inf", "0.01")]
    aws.publish(item("AmazonECS", "GAP", "us-east-1", USAGE, tiers))
    with pytest.raises(FeedError, match="leave a gap or overlap"):
        read_aws("aws.fargate")


def test_terms_before_products_fail_the_reading(aws: LocalAws, read_aws: Read) -> None:
    """A file in another order than AWS's cannot be read in one pass, and is not read wrongly."""
    aws.publish(*ecs_items())
    path = next(path for path in aws.files if path.endswith(FILE))
    content = json.loads(aws.files[path])
    between = {"padding": "x" * 200_000}
    turned = {key: content[key] for key in ("publicationDate", "terms")} | between
    aws.put(path, turned | {"products": content["products"]})
    with pytest.raises(FeedError, match="terms come before its products"):
        read_aws("aws.fargate")


@pytest.mark.parametrize("stamp", [None, "yesterday"])
def test_a_file_without_date_fails_the_reading(
    stamp: str | None, aws: LocalAws, read_aws: Read
) -> None:
    """Without a publication date no rate can be dated."""
    aws.publish(*ecs_items())
    path = next(path for path in aws.files if path.endswith(FILE))
    aws.put(path, json.loads(aws.files[path]) | {"publicationDate": stamp})
    with pytest.raises(FeedError, match="is not a date"):
        read_aws("aws.fargate")


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        (f"{OFFERS}/index.json", {"offers": {}}, "no offer AmazonECS"),
        (f"{OFFERS}/AmazonECS/current/region_index.json", {"regions": []}, "another form"),
        (
            f"{OFFERS}/AmazonECS/current/region_index.json",
            {"regions": {"us-east-1": {"currentVersionUrl": "http://elsewhere/x"}}},
            "no path of its host",
        ),
        (SPOT, {"nothing": 1}, "another form"),
        (SPOT, {"prices": [{"unit": "vCPU-Hours"}]}, "attributes is missing"),
        (SPOT, spot_feed([("us-east-1", "vCPU-Hours", "cheap")]), "'cheap' is not a number"),
    ],
)
def test_a_malformed_index_or_feed_fails(
    path: str, content: Item, words: str, aws: LocalAws, read_aws: Read
) -> None:
    """An index or feed of another form than AWS's is refused in plain words."""
    aws.publish(*ecs_items())
    aws.put(path, content)
    with pytest.raises(FeedError, match=words):
        read_aws("aws.fargate")


def test_an_index_that_is_no_json_fails(aws: LocalAws, read_aws: Read) -> None:
    """A page of a proxy in place of the index is told as such."""
    aws.publish(*ecs_items())
    aws.files[f"{OFFERS}/index.json"] = b"<html>sign in</html>"
    with pytest.raises(FeedError, match="is not JSON"):
        read_aws("aws.fargate")


def test_a_malformed_spot_price_is_listed(aws: LocalAws, read_aws: Read) -> None:
    """An EC2 Spot price that is no number fails the reading with page and item."""
    aws.publish(
        item("AmazonEC2", "X", "us-east-1", "X", "1"), item("AmazonVPC", "Y", "us-east-1", "Y", "1")
    )
    row = {
        "instanceType": "m7g.large",
        "spotPrice": "NaN",
        "timestamp": "2026-10-08T01:00:00.000Z",
        "availabilityZone": "us-east-1a",
    }
    aws.spot_prices = [row]
    with pytest.raises(FeedError, match="EC2 Spot price history us-east-1 page 1 item 1: price"):
        read_aws("aws.ec2", source="api")


def test_a_missing_package_names_the_line_that_installs_it() -> None:
    """A package of the extra that is missing is an error with the command."""
    with pytest.raises(FeedError, match="needs no_such_package") as caught:
        optional("no_such_package")
    assert 'pip install "wharfage[aws]"' in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"source": "web"}, "no source of AWS prices"),
        ({"regions": ["us-east-9"]}, "'us-east-9': no region"),
        ({"attempts": 0}, "attempts=0 is not a number from 1 on"),
        ({"timeout_seconds": float("nan")}, "timeout_seconds=nan is not a number"),
    ],
)
def test_a_misspelt_option_is_told(
    options: dict[str, Any], words: str, aws: LocalAws, read_aws: Read
) -> None:
    """An unknown source or region is refused before anything is asked."""
    with pytest.raises(InvalidValueError, match=words):
        read_aws("aws.fargate", **options)
    assert not aws.asked


def test_a_service_without_mapping_is_told(aws: LocalAws, read_aws: Read) -> None:
    """A service that AWS's mapping does not feed is refused before anything is asked."""
    with pytest.raises(InvalidValueError, match=r"'gcp\.cloud_run': no service"):
        read_aws("gcp.cloud_run")
    assert not aws.asked

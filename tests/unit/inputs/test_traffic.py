"""Traffic on a stack: who serves it, what it fills in, how it sizes, what is missing."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wharfage as wf
from wharfage.errors import DocumentError, InvalidValueError
from wharfage.inputs.manifests import read_stack
from wharfage.inputs.profiles import Profile, read_profile
from wharfage.inputs.stack import Note, Row, Stack
from wharfage.inputs.traffic import Traffic, with_traffic

DAY = Profile((*[0.5] * 23, 12.5))


def stack(*, low: int | None = None, high: int = 0, **columns: Any) -> Stack:
    """Build a stack of one Cloud Run service, with a range if there is one."""
    row = {"workload": "web", "service": "gcp.cloud_run", "region": "us-central1", **columns}
    found = {"workload": "web", "column": "replicas", "low": low, "high": high}
    missing = Note("missing_traffic", "as the reader says", workload="web")
    return Stack([row], ranges=[] if low is None else [found], notes=[missing])


def row_of(found: Stack) -> Row:
    """Give the one row of a stack."""
    [row] = found.workloads
    return row


def codes(found: Stack) -> list[str]:
    """List the codes of a stack's notes."""
    return [note.code for note in found.notes]


def test_requests_are_filled_in() -> None:
    """A service gets the requests that are given, and the reader's note is settled."""
    found = with_traffic(stack(), Traffic(1e6, 0.2, 10))
    row = row_of(found)
    assert (row["requests_per_month"], row["request_seconds"], row["concurrency"]) == (1e6, 0.2, 10)
    assert "missing_traffic" not in codes(found)


def test_the_stack_given_is_left_as_it_is() -> None:
    """Traffic makes another stack."""
    before = stack()
    with_traffic(before, Traffic(1e6, 0.2))
    assert before == stack()


def test_what_a_row_states_stays() -> None:
    """Requests that a row has itself are kept."""
    row = row_of(with_traffic(stack(requests_per_month=5.0), Traffic(1e6, 0.2)))
    assert (row["requests_per_month"], row["request_seconds"]) == (5, 0.2)


@pytest.mark.parametrize(
    ("traffic", "words"),
    [
        (None, "requests_per_month and request_seconds are missing"),
        (Traffic(), "requests_per_month and request_seconds are missing"),
        (Traffic(1e6), "request_seconds is missing"),
        (Traffic(request_seconds=1), "requests_per_month is missing"),
    ],
)
def test_missing_traffic(traffic: Traffic | None, words: str) -> None:
    """Without traffic nothing is made up: the note names the missing input."""
    found = with_traffic(stack(), traffic)
    assert "requests_per_month" not in row_of(found)
    [note] = [note for note in found.notes if note.code == "missing_traffic"]
    assert note.text.startswith(words)


def test_revisions_share_the_requests() -> None:
    """Rows of one service get their share of its requests."""
    rows = [
        {"workload": f"web/{n}", "service": "gcp.cloud_run", "traffic_share": share}
        for n, share in enumerate((0.3, 0.7))
    ]
    found = with_traffic(Stack(rows), Traffic(1e6, 0.2))
    assert [row["requests_per_month"] for row in found.workloads] == [3e5, 7e5]
    assert "traffic_repeated" not in codes(found)


def test_each_service_gets_all_of_the_traffic() -> None:
    """Two services each get all the requests, which is said; named ones alone get it."""
    rows = [{"workload": name, "service": "gcp.cloud_run"} for name in ("a", "b")]
    both = with_traffic(Stack(rows), Traffic(1e6, 0.2))
    assert "traffic_repeated" in codes(both)
    one = with_traffic(Stack(rows), Traffic(1e6, 0.2, workloads=("b",)))
    assert ["requests_per_month" in row for row in one.workloads] == [False, True]
    with pytest.raises(InvalidValueError, match="'c', which is not in the documents"):
        with_traffic(Stack(rows), Traffic(1e6, 0.2, workloads=("c",)))


def test_who_serves_requests() -> None:
    """What stands behind a load balancer serves requests; other pods, and batch work, do not."""
    rows = [{"workload": name, "replicas": 2} for name in ("front", "back", "none")]
    rows[2]["replicas"] = 0
    job = {"workload": "job", "runs_per_month": 30.0}
    riders = [{"rides_with": name, "kind": "load_balancer"} for name in ("front", "none")]
    found = with_traffic(Stack([*rows, job], riders), Traffic(1e6, 0.2, run_seconds=60))
    assert ["requests_per_month" in row for row in found.workloads] == [True, False, False, False]
    assert found.workloads[3]["run_seconds"] == 60


def test_nobody_serves_requests() -> None:
    """Traffic that nothing takes is said."""
    found = with_traffic(Stack([{"workload": "back", "replicas": 2}]), Traffic(1e6, 0.2))
    assert codes(found) == ["traffic_not_used"]


def test_size_of_the_mean() -> None:
    """Even traffic needs requests x seconds / (concurrency x month x utilization) instances."""
    # 10 million requests of 0.5 s, 2 at once, in 730 h at 60 %: 1.585, so 2
    found = with_traffic(stack(low=1, high=10), Traffic(1e7, 0.5, 2))
    assert row_of(found)["replicas"] == 2
    assert (found.ranges[0]["low"], found.ranges[0]["high"]) == (2, 2)


def test_profile_sizes_the_range() -> None:
    """The quietest and the busiest hour give the range, the mean of the hours the replicas."""
    # the mean load is 0.951: 23 hours at half of it need 1 instance, one at 12.5 of it needs 20
    found = with_traffic(stack(low=1, high=50), Traffic(1e7, 0.5, 2, profile=DAY))
    assert (found.ranges[0]["low"], found.ranges[0]["high"]) == (1, 20)
    assert row_of(found)["replicas"] == math.ceil((23 + 20) / 24)
    assert "sized_from_traffic" in codes(found)


def test_the_range_holds() -> None:
    """Instances stay within the autoscaler's range, and too few of them are said."""
    found = with_traffic(stack(low=3, high=5), Traffic(1e7, 0.5, 2, profile=DAY))
    assert (found.ranges[0]["low"], found.ranges[0]["high"]) == (3, 5)
    assert "too_few_replicas" in codes(found)


def test_fixed_replicas_stay() -> None:
    """Replicas that nothing moves stay, and too few of them are said."""
    rows = [{"workload": "web", "replicas": 4, "traffic_share": 1.0}]
    found = with_traffic(Stack(rows), Traffic(1e8, 0.5, 2))
    assert row_of(found)["replicas"] == 4
    assert "too_few_replicas" in codes(found)


def test_concurrency() -> None:
    """Concurrency that is missing is one, said; above the document's limit it is the limit."""
    assert "concurrency_assumed" in codes(with_traffic(stack(), Traffic(1e6, 0.2)))
    eight = with_traffic(stack(at_once_limit=8), Traffic(1e6, 0.2))
    [text] = [note.text for note in eight.notes if note.code == "concurrency_assumed"]
    assert "the dear end; the document allows 8: --concurrency says" in text
    one = with_traffic(stack(at_once_limit=1), Traffic(1e6, 0.2))
    assert "concurrency_assumed" not in codes(one)
    above = with_traffic(stack(at_once_limit=8), Traffic(1e6, 0.2, 20))
    assert row_of(above)["concurrency"] == 8
    assert "concurrency_above_limit" in codes(above)


def test_timeout() -> None:
    """Requests longer than the document's timeout are said."""
    assert "request_timeout" in codes(with_traffic(stack(timeout_seconds=5), Traffic(1e6, 6)))


def test_cost_of_a_service_with_traffic() -> None:
    """With traffic, a Cloud Run service is billed by its requests."""
    text = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: web, labels: {cloud.googleapis.com/location: us-central1}}
spec: {template: {spec: {containers: [{resources: {limits: {cpu: 1000m, memory: 512Mi}}}]}}}
"""
    found = with_traffic(read_stack(text), Traffic(1e7, 0.2))
    frame = wf.estimate(found.fleet(), free_tier="none").frame
    # tier 1: 0.000024 and 0.0000025 a second, 0.40 a million requests
    assert frame["monthly_cost"].tolist() == [pytest.approx(2e6 * (24e-6 + 0.5 * 2.5e-6) + 4)]


@given(
    st.floats(0, 1e12),
    st.floats(0, 1e4),
    st.integers(1, 20),
    st.integers(0, 1000),
    st.lists(st.floats(0.01, 100), min_size=24, max_size=24),
)
def test_sizes_stay_in_the_range(
    requests: float, seconds: float, low: int, more: int, weights: list[float]
) -> None:
    """Whatever the traffic, replicas are whole and within the range that was given."""
    mean = sum(weights) / len(weights)
    profile = Profile(tuple(weight / mean for weight in weights))
    found = with_traffic(
        stack(low=low, high=low + more), Traffic(requests, seconds, profile=profile)
    )
    [span] = found.ranges
    replicas = row_of(found).get("replicas", low)
    assert low <= span["low"] <= replicas <= span["high"] <= low + more
    assert isinstance(replicas, int)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"requests_per_month": -1}, "requests_per_month=-1 is out of range"),
        ({"request_seconds": math.nan}, "request_seconds=nan is out of range"),
        ({"concurrency": 0.5}, "concurrency=0.5 is out of range"),
        ({"run_seconds": math.inf}, "run_seconds=inf is out of range"),
        ({"target_utilization": 0}, "target_utilization=0 is no part of 1"),
    ],
)
def test_no_traffic(values: dict[str, float], words: str) -> None:
    """Numbers that are no traffic are refused."""
    with pytest.raises(InvalidValueError, match=words):
        Traffic(**values)


@pytest.mark.parametrize("count", [24, 168])
def test_profiles(count: int, tmp_path: Path) -> None:
    """A profile is a list, a list under weights, or a column of CSV; its mean is 1."""
    weights = [1.0] * (count - 1) + [count + 1.0]
    texts = {
        "a.yaml": f"weights: {weights}\n",
        "b.json": json.dumps(weights),
        "c.csv": "hour,weight\n" + "".join(f"{n},{w}\n" for n, w in enumerate(weights)),
        "d.tsv": "".join(f"{w}\n" for w in weights),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        profile = read_profile(tmp_path / name)
        assert len(profile.weights) == count
        assert profile.peak_to_mean == pytest.approx((count + 1) / 2)
        assert math.fsum(profile.weights) == pytest.approx(count)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.yaml", "[1, 2]\n", "a.yaml: 2 weights, not 24 or 168"),
        ("a.yaml", f"{[0] * 24}\n", "every weight is 0"),
        ("a.yaml", "weights:\n- 1\n- x\n", "a.yaml:3: 'x' is no weight"),
        ("a.yaml", "weights: {a: 1}\n", "is no weight"),
        ("a.yaml", "a: [\n", "not valid YAML"),
        ("a.csv", "hour,weight\n0,-1\n", "a.csv:2: '-1' is no weight"),
        ("a.csv", "1e400\n", "weights, not 24 or 168"),
        ("a.csv", "", "0 weights, not 24 or 168"),
    ],
)
def test_no_profiles(name: str, text: str, words: str, tmp_path: Path) -> None:
    """What is no profile is refused with file and line."""
    (tmp_path / name).write_text(text)
    with pytest.raises(DocumentError) as caught:
        read_profile(tmp_path / name)
    assert words in str(caught.value)


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    """A file that cannot be read is named."""
    with pytest.raises(DocumentError, match=r"none\.csv: cannot be read"):
        read_profile(tmp_path / "none.csv")

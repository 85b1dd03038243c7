"""Cells that cannot be used: each keeps its row unpriced, with the words that say why."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import wharfage as wf
from wharfage.engine.fleet import encode_fleet
from wharfage.errors import InvalidValueError

GOOD = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}

BAD = [
    ("vcpu", -1, "invalid_value: vcpu is negative"),
    ("vcpu", math.inf, "invalid_value: vcpu is infinite"),
    ("vcpu", -math.inf, "invalid_value: vcpu is infinite"),
    ("vcpu", "inf", "invalid_value: vcpu is infinite"),
    ("vcpu", 1e13, "invalid_value: vcpu is absurd: above 1e+12"),
    ("vcpu", "two", "invalid_value: vcpu takes a number, not 'two' (write a plain number in vCPU)"),
    ("vcpu", "1,5", "invalid_value: vcpu takes a number, not '1,5'"),
    ("vcpu", "1000m", "invalid_value: vcpu takes a number, not '1000m'"),
    ("vcpu", "1e3m", "invalid_value: vcpu takes a number, not '1e3m'"),
    ("vcpu", True, "invalid_value: vcpu takes a number, not 'True'"),
    ("vcpu", [1, 2], "invalid_value: vcpu takes a number, not '[1, 2]'"),
    ("vcpu", {"a": 1}, "invalid_value: vcpu takes a number"),
    ("vcpu", None, "required: vcpu is empty"),
    ("memory_gib", "1Gi", "(write a plain number in GiB: 1 instead of '1Gi')"),
    ("memory_gib", "512Mi", "invalid_value: memory_gib takes a number, not '512Mi'"),
    ("memory_gib", "1G", "invalid_value: memory_gib takes a number, not '1G'"),
    ("memory_gib", "", "required: memory_gib is empty"),
    ("replicas", 1.5, "invalid_value: replicas is not a whole number"),
    ("replicas", -1, "invalid_value: replicas is negative"),
    ("replicas", 1e10, "invalid_value: replicas is absurd: above 1e+09"),
    ("concurrency", 0, "invalid_value: concurrency is below 1"),
    ("min_instances", 0.5, "invalid_value: min_instances is not a whole number"),
    ("operating_system", "Linux", "'Linux' is no operating_system (did you mean 'linux')"),
    ("cpu_architecture", "arm", "'arm' is no cpu_architecture (did you mean 'arm64')"),
    ("cpu_architecture", "sparc", "'sparc' is no cpu_architecture (one of x86_64, arm64)"),
    ("cpu_architecture", ["arm64"], "is no cpu_architecture"),
    ("purchase_option", "sport", "'sport' is no purchase_option (did you mean 'spot')"),
    ("purchase_option", {"a": 1}, "is no purchase_option"),
    ("region", "us-est-1", "unknown_region: 'us-est-1' (did you mean"),
    ("region", None, "required: region is empty"),
    ("service", "aws.fargat", "unknown_service: 'aws.fargat' (did you mean 'aws.fargate'"),
    ("service", ["aws.fargate"], "unknown_service"),
    ("service", None, "required: service is empty"),
]


def reasons(column: str, cell: object) -> list[object]:
    """Price a bad workload between two good ones, and give the reason of each."""
    fleet = [GOOD, {**GOOD, column: cell}, GOOD]
    return wf.estimate(fleet).frame["unpriced_reason"].tolist()


@pytest.mark.parametrize(("column", "cell", "words"), BAD, ids=str)
def test_bad_cell_says_why_story_1(column: str, cell: object, words: str) -> None:
    """A cell that makes no sense leaves its row without a price, with these words."""
    assert words in str(reasons(column, cell)[1])


@pytest.mark.parametrize(("column", "cell", "words"), BAD, ids=str)
def test_bad_cell_leaves_the_others_priced(column: str, cell: object, words: str) -> None:  # noqa: ARG001
    """A bad cell is its own row's problem."""
    before, _, after = reasons(column, cell)
    assert pd.isna(before)
    assert pd.isna(after)


@pytest.mark.parametrize("cell", [-1, "x", None])
def test_bad_size_is_not_called_too_large(cell: object) -> None:
    """A size that cannot be read is not also said to be above the largest."""
    assert "largest" not in str(reasons("vcpu", cell)[1])


@pytest.mark.parametrize("cell", ["0.5", " 0.5 ", "5e-1", ".5", np.float32(0.5)])
def test_numbers_as_text(cell: object) -> None:
    """A plain number may be written as text."""
    assert (
        encode_fleet(pd.DataFrame({"vcpu": pd.Series([cell, 1], dtype=object)})).arrays["vcpu"][0]
        == 0.5
    )


def test_unused_column_is_not_checked() -> None:
    """A bad cell in a column that the service does not read is ignored."""
    assert pd.isna(reasons("kubernetes_version", "no such version")[1])


def test_several_faults_are_all_told() -> None:
    """A row with two faults names both."""
    bad = {**GOOD, "vcpu": -1, "replicas": 0.5}
    reason = wf.estimate([GOOD, bad]).frame["unpriced_reason"][1]
    assert "vcpu is negative" in reason
    assert "replicas is not a whole number" in reason


def test_a_column_of_text_is_a_file_fault() -> None:
    """A number column without any number is a fault of the file, not of its cells."""
    with pytest.raises(InvalidValueError, match=r"'vcpu' holds no number in any of its 2 filled"):
        wf.estimate([{**GOOD, "vcpu": "small"}, {**GOOD, "vcpu": "large"}])


def test_many_different_bad_texts_share_a_reason() -> None:
    """Reasons stay few however many different texts there are."""
    fleet = [GOOD, *({**GOOD, "vcpu": f"x{n}"} for n in range(200))]
    assert wf.estimate(fleet).frame["unpriced_reason"].nunique() <= 51


def test_long_bad_text_is_cut() -> None:
    """A reason does not repeat a page of text."""
    assert len(str(reasons("vcpu", "x" * 10_000)[1])) < 200


@pytest.mark.parametrize("cell", ["maybe", 2, "on"])
def test_bad_flag(cell: object) -> None:
    """A flag is yes or no."""
    pod = {"service": "gcp.gke_autopilot", "region": "us-central1"}
    frame = wf.estimate([pod, {**pod, "bursting": cell}]).frame
    assert "is no bursting (one of false, true)" in frame["unpriced_reason"][1]

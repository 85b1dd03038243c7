"""JSON documents: the same first keys everywhere, full precision, null where there is no number."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd

import wharfage as wf
from wharfage.outputs.bills import bill_document
from wharfage.outputs.json_document import document, json_text, plain

FIRST = ["what", "on", "month", "rate_book", "assumptions"]


def test_first_keys_come_first() -> None:
    """A document begins with the keys that all have, known or not."""
    found = document("rates", rates=[])
    assert list(found) == [*FIRST, "rates"]
    assert found["on"] is None


def test_no_number_is_null() -> None:
    """NaN, infinity, NaT and NA are null, in frames, lists and mappings."""
    frame = pd.DataFrame({"cost": [np.nan, np.inf], "day": [pd.NaT, pd.Timestamp("2026-10-01")]})
    assert plain(frame) == [
        {"cost": None, "day": None},
        {"cost": None, "day": "2026-10-01T00:00:00"},
    ]
    assert plain({"a": [pd.NA, float("-inf")]}) == {"a": [None, None]}


def test_numbers_have_full_precision() -> None:
    """A number comes back to the last bit."""
    cost = 0.1 + 0.2
    assert json.loads(json_text(document("x", cost=np.float64(cost))))["cost"] == cost


def test_text_is_ascii() -> None:
    """Names of any script survive a pipe of any encoding."""
    text = json_text(document("x", name="東京"))
    assert text.isascii()
    assert json.loads(text)["name"] == "東京"


def test_dates_are_iso() -> None:
    """A date is its ISO text."""
    assert document("x", on=dt.date(2026, 10, 1))["on"] == "2026-10-01"


def test_unpriced_rows_say_why() -> None:
    """A workload without a price is null with its reason."""
    fleet = [{"service": "aws.fargate", "region": "nowhere-1", "vcpu": 1, "memory_gib": 2}]
    (row,) = bill_document(wf.estimate(fleet), lines=False)["workloads"]
    assert row["monthly_cost"] is None
    assert "nowhere-1" in row["unpriced_reason"]

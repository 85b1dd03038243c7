"""Columns of every kind that pandas and Arrow keep are encoded alike, and without copies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from wharfage.engine.encoded import EMPTY, short
from wharfage.engine.fleet import MANY, encode_fleet
from wharfage.engine.workload_ids import FEW, row_numbers
from wharfage.errors import InvalidValueError
from wharfage.inputs.fleet import Records

WORDS = ["us-east-1", "eu-west-1", None, "us-east-1"]
#: ways in which one column of words may be kept
KINDS: dict[str, Any] = {
    "object": lambda words: pd.Series(words, dtype=object),
    "str": lambda words: pd.Series(words, dtype="str"),
    "string[python]": lambda words: pd.Series(words, dtype="string[python]"),
    "category": lambda words: pd.Series(words, dtype="category"),
    "category with more": lambda words: pd.Series(
        pd.Categorical(words, categories=["af-south-1", "us-east-1", "eu-west-1"])
    ),
    "large text": lambda words: pd.Series(words, dtype=pd.ArrowDtype(pa.large_string())),
    "chunks": lambda words: pd.concat(
        [pd.Series(words[:1], dtype="str"), pd.Series(words[1:], dtype="str")], ignore_index=True
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_words_of_any_kind(kind: str) -> None:
    """Codes follow the order of appearance, however a column is kept."""
    fleet = encode_fleet(pd.DataFrame({"region": KINDS[kind](WORDS)}))
    assert fleet.arrays["region"].tolist() == [0, 1, EMPTY, 0]
    assert fleet.values["region"] == ("us-east-1", "eu-west-1")


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"object", "string[python]"}))
def test_constant_words_take_no_memory(kind: str) -> None:
    """A column of one word is one code, repeated without being stored."""
    column = KINDS[kind](["us-east-1"] * 300)
    codes = encode_fleet(pd.DataFrame({"region": column})).arrays["region"]
    assert codes.strides == (0,)
    assert codes.tolist() == [0] * 300


def test_last_word_counts_too() -> None:
    """A column that looks constant for long has its last word read."""
    fleet = encode_fleet(pd.DataFrame({"region": pd.Series(["a"] * 5000 + ["b"], dtype="str")}))
    assert fleet.arrays["region"][-1] == 1


def test_clean_numbers_are_not_copied() -> None:
    """Numbers that need no change are used where they lie."""
    table = pd.DataFrame({"vcpu": [0.5, 1.0]})
    assert np.shares_memory(encode_fleet(table).arrays["vcpu"], table["vcpu"].to_numpy())


def test_a_change_of_the_input_does_not_reach_the_fleet() -> None:
    """Whoever writes into the table afterwards writes into a table of their own."""
    table = pd.DataFrame({"vcpu": [0.5, 1.0]})
    fleet = encode_fleet(table)
    table.loc[0, "vcpu"] = 64.0
    assert fleet.arrays["vcpu"].tolist() == [0.5, 1.0]


@pytest.mark.parametrize("kind", ["str", "object", "string[python]"])
@pytest.mark.parametrize("text", ["0.1", " 0.1 ", "1e-1"])
def test_numbers_as_text_of_any_kind(kind: str, text: str) -> None:
    """A text column of numbers is read to the last digit, empty cells left empty."""
    table = pd.DataFrame({"vcpu": pd.Series([text, None, "16"], dtype=kind)})
    np.testing.assert_array_equal(encode_fleet(table).arrays["vcpu"], [0.1, np.nan, 16.0])


def test_narrow_floats_keep_their_decimals() -> None:
    """A float32 of 0.05 is 0.05, and an empty one stays empty."""
    table = pd.DataFrame({"vcpu": np.array([0.05, np.nan, 0.05], dtype=np.float32)})
    np.testing.assert_array_equal(encode_fleet(table).arrays["vcpu"], [0.05, np.nan, 0.05])


def test_faults_of_a_column_without_a_gap() -> None:
    """Least and greatest decide that a column is looked at: one bad cell among many is found."""
    cells = np.ones(1000)
    cells[700] = -1
    [fault] = encode_fleet(pd.DataFrame({"replicas": cells})).faults
    assert fault.rows.tolist() == [700]


def test_records_are_encoded_as_their_table() -> None:
    """A list of records gives what a table of the same cells gives."""
    rows = [
        {"workload": " a ", "region": "us-east-1", "vcpu": 1, "bursting": True},
        {"workload": "", "region": None, "vcpu": None, "memory_gib": 0.5},
        {"workload": "c", "region": "eu-west-1", "vcpu": 2.5, "memory_gib": "4"},
    ]
    records, table = Records(rows), Records(rows).frame
    one, other = encode_fleet(records), encode_fleet(table)
    assert one.workloads.tolist() == other.workloads.tolist() == ["a", "2", "c"]
    for name, values in other.arrays.items():
        np.testing.assert_array_equal(one.arrays[name], values)
    assert one.values["region"] == other.values["region"]
    pd.testing.assert_frame_equal(one.frame, table)


def test_large_fleets_are_encoded_alike() -> None:
    """Columns on several cores give what they give one by one."""
    few = pd.DataFrame({"region": pd.Series(["a", "b"], dtype="str"), "vcpu": [1.0, 2.0]})
    many = pd.concat([few] * (MANY // 2), ignore_index=True)
    fleet = encode_fleet(many)
    assert fleet.arrays["region"].tolist() == [0, 1] * (MANY // 2)
    assert fleet.arrays["vcpu"].tolist() == [1.0, 2.0] * (MANY // 2)


@pytest.mark.parametrize("rows", [1, 9, 10, FEW, FEW + 1, 9_999, 10_000, 10_001, 123_456])
def test_row_numbers(rows: int) -> None:
    """Row numbers are those that Python writes."""
    found = row_numbers(rows)
    texts = found.tolist() if rows <= FEW else found.to_pylist()
    assert texts == [str(number) for number in range(1, rows + 1)]


@pytest.mark.parametrize("kind", ["str", "object", "category"])
def test_ids_of_any_kind(kind: str) -> None:
    """Ids lose the blanks around them, and empty ones are row numbers."""
    table = pd.DataFrame({"workload": pd.Series([" b ", None, "a"], dtype=kind)})
    assert encode_fleet(table).workloads.tolist() == ["b", "2", "a"]


def test_ids_in_any_order_are_unique() -> None:
    """Ids that are not in order are told apart all the same."""
    ids = pd.Series([str(number) for number in range(3000, 0, -1)], dtype="str")
    assert encode_fleet(pd.DataFrame({"workload": ids})).workloads[0] == "3000"


@pytest.mark.parametrize("last", ["7", "2999"])
def test_repeated_ids_are_found_among_many(last: str) -> None:
    """An id that stands twice is found far from its twin, and beside it."""
    ids = [str(number) for number in range(3000)] + [last]
    table = pd.DataFrame({"workload": pd.Series(ids, dtype="str")})
    with pytest.raises(InvalidValueError, match=f"'{last}' .* the second time in row 3,001"):
        encode_fleet(table)


def test_a_row_number_may_not_be_an_id_too() -> None:
    """An empty id is its row number, which no other row may have."""
    with pytest.raises(InvalidValueError, match="'2' stands in more than one row"):
        encode_fleet(pd.DataFrame({"workload": pd.Series(["2", None], dtype="str")}))


def test_whole_numbers_are_ids() -> None:
    """Ids may be numbers."""
    assert encode_fleet(pd.DataFrame({"workload": [7, 5]})).workloads.tolist() == ["7", "5"]


def test_long_text_is_cut() -> None:
    """A message repeats a text up to forty characters."""
    assert short("x" * 50) == "x" * 39 + "…"

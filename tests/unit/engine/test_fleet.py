"""Encoding a fleet: ids, absent columns, codes, warnings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wharfage.columns import FLEET_COLUMNS
from wharfage.engine.fleet import EMPTY, FleetWarning, encode_fleet
from wharfage.errors import InvalidValueError


def frame(**columns: list[object]) -> pd.DataFrame:
    """Give a table of the columns, each of mixed cells."""
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})


def test_no_rows_is_a_fault() -> None:
    """A fleet without a row is refused."""
    with pytest.raises(InvalidValueError, match="holds no row"):
        encode_fleet(pd.DataFrame({"service": []}))


def test_ids_are_row_numbers_without_a_column() -> None:
    """Without ids the workloads are numbered from one."""
    assert encode_fleet(frame(vcpu=[1, 2])).workloads.tolist() == ["1", "2"]


def test_empty_ids_are_row_numbers() -> None:
    """A workload without an id is called by its row number."""
    assert encode_fleet(frame(workload=["a", None, ""])).workloads.tolist() == ["a", "2", "3"]


def test_number_ids_are_text() -> None:
    """Ids that are whole numbers lose the point that a missing neighbour gave them."""
    ids = pd.DataFrame({"workload": [7.0, np.nan]})
    assert encode_fleet(ids).workloads.tolist() == ["7", "2"]


def test_repeated_ids_are_refused() -> None:
    """An id that stands twice is refused with its second row and the number of such rows."""
    with pytest.raises(InvalidValueError, match=r"'a' .* the second time in row 3 \(2 repeated"):
        encode_fleet(frame(workload=["a", "b", "a", "b"]))


def test_repeated_ids_are_all_listed() -> None:
    """Every repeated row is among the failures."""
    with pytest.raises(InvalidValueError) as caught:
        encode_fleet(frame(workload=["a", "b", "a", "b"]))
    assert caught.value.failures["row"].tolist() == [3, 4]


def test_repeated_columns_are_refused() -> None:
    """A column that stands twice is refused."""
    twice = pd.DataFrame([[1, 2]], columns=["vcpu", "vcpu"])
    with pytest.raises(InvalidValueError, match="'vcpu' stands 2 times"):
        encode_fleet(twice)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("replica", "replicas"), ("memory_gb", "memory_gib"), ("vcpus", "vcpu"), ("regoin", "region")],
)
def test_misspelt_column_is_warned_of(written: str, meant: str) -> None:
    """A column that is nearly a known one draws a warning with that name."""
    with pytest.warns(FleetWarning, match=f"'{written}' is not used: did you mean '{meant}'"):
        encode_fleet(frame(**{written: [1]}))


def test_misspelt_column_is_remembered() -> None:
    """The warnings stay with the fleet."""
    with pytest.warns(FleetWarning):
        fleet = encode_fleet(frame(replica=[1]))
    assert fleet.warnings == ["Column 'replica' is not used: did you mean 'replicas'?"]


def test_other_columns_pass_without_a_warning() -> None:
    """A column of the user's own is nobody's business."""
    assert encode_fleet(frame(team=["a"], cost_centre=["b"])).warnings == []


def test_a_near_name_beside_the_name_is_fine() -> None:
    """A column that is like a known one draws no warning where that one is there too."""
    assert encode_fleet(frame(replicas=[1], replica=[1])).warnings == []


def test_absent_columns_take_no_memory() -> None:
    """An absent column is one value, repeated without being stored."""
    assert encode_fleet(frame(vcpu=[1] * 1000)).arrays["concurrency"].strides == (0,)


@pytest.mark.parametrize(
    "column",
    [c for c in FLEET_COLUMNS.values() if c.name != "workload"],
    ids=lambda column: column.name,
)
def test_an_empty_cell_means_the_same_as_no_column(column: object) -> None:
    """Empty text, a missing value and an absent column all mean the default."""
    name = column.name  # type: ignore[attr-defined]
    absent = encode_fleet(frame(other=[1])).arrays[name][0]
    for empty in (None, "", float("nan"), pd.NA, "  "):
        cells = encode_fleet(frame(**{name: [empty, empty]})).arrays[name]
        np.testing.assert_array_equal(cells, [absent, absent])


def test_open_columns_have_the_fleets_own_words() -> None:
    """The vocabulary of an open column is what stands in it."""
    fleet = encode_fleet(frame(region=["b", "a", "b", None]))
    assert fleet.values["region"] == ("b", "a")
    assert fleet.arrays["region"].tolist() == [0, 1, 0, EMPTY]


def test_closed_columns_have_the_contracts_words() -> None:
    """The vocabulary of a closed column does not depend on the fleet."""
    fleet = encode_fleet(frame(operating_system=["windows"]))
    assert fleet.values["operating_system"] == ("linux", "windows")
    assert fleet.arrays["operating_system"].tolist() == [1]


def test_words_lose_the_blanks_around_them() -> None:
    """Blanks around a word do not make another word."""
    assert encode_fleet(frame(region=[" us-east-1 "])).values["region"] == ("us-east-1",)


def test_version_text_is_not_a_number_story_25() -> None:
    """Kubernetes 1.30 is not 1.3."""
    fleet = encode_fleet(frame(kubernetes_version=["1.30", "1.3"]))
    assert fleet.values["kubernetes_version"] == ("1.30", "1.3")


@pytest.mark.parametrize("cell", [True, "true", "TRUE", "yes", "1", 1, 1.0, np.True_])
def test_flags_that_are_true(cell: object) -> None:
    """Many spellings of yes are true."""
    assert encode_fleet(frame(bursting=[cell])).arrays["bursting"].tolist() == [1]


@pytest.mark.parametrize("cell", [False, "false", "False", "no", "0", 0, 0.0, np.False_])
def test_flags_that_are_false(cell: object) -> None:
    """Many spellings of no are false."""
    assert encode_fleet(frame(bursting=[cell])).arrays["bursting"].tolist() == [0]


@pytest.mark.parametrize("kind", ["int8", "Int64", "float32", "Float64", "string", "category"])
def test_numbers_of_any_kind(kind: str) -> None:
    """A number is a number in whatever kind of column it comes."""
    table = pd.DataFrame({"replicas": pd.Series([3], dtype=object).astype(kind)})
    assert encode_fleet(table).arrays["replicas"].tolist() == [3.0]


def test_the_input_is_left_alone() -> None:
    """Encoding changes nothing in the table that was given."""
    table = frame(workload=["a"], vcpu=["1"], region=[" us-east-1 "])
    before = table.copy(deep=True)
    encode_fleet(table)
    pd.testing.assert_frame_equal(table, before)

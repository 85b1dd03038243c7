"""Reading fleets: files, Arrow, tables, lists."""

from __future__ import annotations

import decimal
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import wharfage as wf
from wharfage.errors import InvalidValueError, WorkloadError
from wharfage.inputs.fleet import read_fleet

HEADER = "workload,service,region,vcpu,memory_gib,replicas"
ROW = "checkout,aws.fargate,us-east-1,1,2,3"
CSV = f"{HEADER}\n{ROW}\n"
RECORD = {"workload": "checkout", "service": "aws.fargate", "region": "us-east-1"}
RECORD |= {"vcpu": 1, "memory_gib": 2, "replicas": 3}
COST = 3 * 730 * (0.04048 + 2 * 0.004445)

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Give a function that writes a file and gives its path."""

    def file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return file


def cost(fleet: object) -> float:
    """Price a fleet of one workload."""
    return float(wf.estimate(fleet).frame["monthly_cost"].item())


FILES = {
    "a.csv": CSV,
    "upper.CSV": CSV,
    "bom.csv": b"\xef\xbb\xbf" + CSV.encode(),
    "crlf.csv": CSV.replace("\n", "\r\n"),
    "spaced.csv": CSV.replace(",", ", "),
    "quoted.csv": CSV.replace("us-east-1", '"us-east-1"'),
    "no_last_newline.csv": CSV.rstrip("\n"),
    "text.txt": CSV,
    "a.tsv": CSV.replace(",", "\t"),
    "list.json": json.dumps([RECORD]),
    "object.json": json.dumps(RECORD),
    "lines.jsonl": json.dumps(RECORD) + "\n",
    "lines.ndjson": "\n" + json.dumps(RECORD) + "\r\n\n",
}


@pytest.mark.parametrize("name", FILES)
def test_file_formats(write: Write, name: str) -> None:
    """The same fleet costs the same from every format and dialect."""
    assert cost(write(name, FILES[name])) == pytest.approx(COST)


def test_path_as_text(write: Write) -> None:
    """A path may be plain text."""
    assert cost(str(write("a.csv", CSV))) == pytest.approx(COST)


def test_parquet(tmp_path: Path) -> None:
    """Parquet is read as it is."""
    pd.DataFrame([RECORD]).to_parquet(tmp_path / "a.parquet")
    assert cost(tmp_path / "a.parquet") == pytest.approx(COST)


def test_data_frame_goes_in_as_it_is() -> None:
    """A DataFrame is not copied on the way in."""
    frame = pd.DataFrame([RECORD])
    assert read_fleet(frame) is frame


@pytest.mark.parametrize("kind", ["table", "reader", "batch"])
def test_arrow(kind: str) -> None:
    """Anything that offers an Arrow stream is a fleet."""
    table = pa.Table.from_pylist([RECORD])
    streams = {"table": table, "reader": table.to_reader(), "batch": table.to_batches()[0]}
    assert cost(streams[kind]) == pytest.approx(COST)


def test_arrow_decimals_are_numbers() -> None:
    """Exact decimals are read as the numbers they are."""
    table = pa.Table.from_pylist([{**RECORD, "vcpu": decimal.Decimal("1.0")}])
    assert cost(table) == pytest.approx(COST)


def test_arrow_dictionaries_are_words() -> None:
    """Dictionary-encoded text is text."""
    table = pa.Table.from_pylist([RECORD])
    coded = table.set_column(1, "service", table["service"].dictionary_encode())
    assert cost(coded) == pytest.approx(COST)


def test_arrow_nulls_are_empty() -> None:
    """A column of nulls means its default."""
    table = pa.Table.from_pylist([RECORD]).drop_columns(["replicas"])
    empty = table.append_column("replicas", pa.nulls(1))
    assert cost(empty) == pytest.approx(COST / 3)


@pytest.mark.parametrize("fleet", [[RECORD], (RECORD,), RECORD, iter([RECORD])], ids=type)
def test_records(fleet: object) -> None:
    """A list, a tuple, a generator of dicts, or one dict, is a fleet."""
    assert cost(fleet) == pytest.approx(COST)


def test_records_with_different_keys() -> None:
    """What a record leaves out is empty."""
    fleet = [RECORD, {k: v for k, v in RECORD.items() if k not in ("workload", "replicas")}]
    assert wf.estimate(fleet).frame["monthly_cost"].tolist() == pytest.approx([COST, COST / 3])


def test_text_stays_text(write: Write) -> None:
    """A version in a text file keeps its last zero."""
    frame = read_fleet(write("a.csv", "kubernetes_version\n1.30\n"))
    assert frame["kubernetes_version"].tolist() == ["1.30"]


def test_words_like_na_stay_words(write: Write) -> None:
    """Only an empty cell is empty: an id such as NA is an id."""
    assert read_fleet(write("a.csv", "workload,x\nNA,1\n"))["workload"].tolist() == ["NA"]


def test_json_lines_end_at_line_feeds_only(write: Write) -> None:
    """A line separator inside a JSON text does not end the line."""
    line = json.dumps({**RECORD, "note": "one\u2028two"}, ensure_ascii=False)
    assert cost(write("a.jsonl", line + "\n")) == pytest.approx(COST)


FAULTS = {
    "empty.csv": ("", "is empty"),
    "empty.json": ("", "is empty"),
    "empty.parquet": ("", "is empty"),
    "blank.csv": ("\n\n", "cannot be read as CSV"),
    "utf16.csv": (CSV.encode("utf-16"), "is not UTF-8 text (byte 0 is not)"),
    "latin.csv": (CSV.replace("checkout", "café").encode("latin-1"), "is not UTF-8 text (byte"),
    "long_row.csv": (f"{CSV}{ROW},9\n", "Expected 6 fields in line 3, saw 7"),
    "long_rows.csv": (f"{HEADER}\n{ROW},9\n", "rows with more cells than its header"),
    "open_header.csv": ('"' + CSV * 5000, "cannot be read as CSV"),
    "open_quote.csv": (f'{HEADER}\n"{ROW}\n', "cannot be read as CSV"),
    "bad.json": ("[{", "bad.json is not valid JSON"),
    "number.json": ("5", "row 1 is int"),
    "mixed.json": ('[{"vcpu": 1}, "x", null]', "row 2 is str (2 such row(s))"),
    "bad.jsonl": ('{"vcpu": 1}\n{bad\n\n[}\n', "bad.jsonl:2 is not valid JSON"),
    "bad.parquet": ("not parquet", "is not a Parquet file that can be read"),
    "sheet.xlsx": ("x", "'sheet.xlsx' has no suffix that says how to read it"),
    "no_suffix": ("x", "has no suffix that says how to read it"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_file_that_cannot_be_read(write: Write, name: str) -> None:
    """A file that is no fleet is refused with these words."""
    content, words = FAULTS[name]
    with pytest.raises(WorkloadError) as caught:
        read_fleet(write(name, content))
    assert words in str(caught.value)


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "bad.parquet"])
def test_file_fault_has_a_hint(write: Write, name: str) -> None:
    """A refused file comes with a hint."""
    with pytest.raises(WorkloadError) as caught:
        read_fleet(write(name, FAULTS[name][0]))
    assert caught.value.hint


@pytest.mark.parametrize("name", ["header.csv", "header.tsv", "list.json"])
def test_fleet_without_rows(write: Write, name: str) -> None:
    """A header without rows is no fleet."""
    content = "[]" if name.endswith("json") else HEADER
    with pytest.raises(InvalidValueError, match="holds no row"):
        wf.estimate(write(name, content))


@pytest.mark.parametrize(
    "header", ["vcpu,vcpu", 'vcpu,"vcpu"', "vcpu, vcpu"], ids=["plain", "quoted", "spaced"]
)
def test_repeated_column_in_a_header(write: Write, header: str) -> None:
    """A name that stands twice in a header is refused, never renamed."""
    with pytest.raises(InvalidValueError, match=r"'vcpu' stands 2 times in the header of a\.csv"):
        read_fleet(write("a.csv", f"{header}\n1,2\n"))


def test_repeated_column_in_arrow() -> None:
    """A name that stands twice in an Arrow table is refused."""
    twice = pa.table([pa.array([1]), pa.array([2])], names=["vcpu", "vcpu"])
    with pytest.raises(InvalidValueError, match="'vcpu' stands 2 times"):
        read_fleet(twice)


def test_bad_json_lines_are_all_listed(write: Write) -> None:
    """Every bad line is among the failures, by its number in the file."""
    with pytest.raises(WorkloadError, match=r"\(2 such line") as caught:
        read_fleet(write("a.jsonl", '{"vcpu": 1}\n{bad\n\n[}\n'))
    assert caught.value.failures["line"].tolist() == [2, 4]


def test_missing_file_names_its_neighbour(write: Write) -> None:
    """A file that is not there is refused with the name of one that is like it."""
    path = write("fleet.csv", CSV)
    with pytest.raises(WorkloadError, match=r"did you mean 'fleet\.csv'"):
        read_fleet(path.with_name("fleets.csv"))


def test_missing_folder(tmp_path: Path) -> None:
    """A folder that is not there is no neighbour to search."""
    with pytest.raises(WorkloadError, match="cannot be read"):
        read_fleet(tmp_path / "nowhere" / "fleet.csv")


def test_unknown_suffix_offers_a_known_one(write: Write) -> None:
    """A suffix that is nearly known is hinted."""
    with pytest.raises(WorkloadError, match=r"did you mean '\.csv'"):
        read_fleet(write("a.cvs", CSV))


@pytest.mark.parametrize("fleet", [None, 5, 1.5])
def test_what_is_no_fleet(fleet: object) -> None:
    """Something else is refused, and the hint says what a fleet may be."""
    with pytest.raises(WorkloadError, match="a DataFrame, an Arrow table, a path or a list"):
        read_fleet(fleet)

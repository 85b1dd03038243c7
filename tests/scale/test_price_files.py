"""Files priced batch by batch: the result is the one that pricing all at once gives."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import wharfage as wf
from wharfage.outputs import files as outputs
from wharfage.scale import sources
from wharfage.scale.files import price_files

MakeFleet = Callable[..., pd.DataFrame]

ON = "2026-10-01"
PROVENANCE = ["priced_on", "priced_month", "rate_book_digest"]

pytestmark = pytest.mark.usefixtures("small_batches")


def read(path: Path) -> pd.DataFrame:
    """Read a result back."""
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare every column: numbers to 1e-12, the rest by what it says."""
    assert list(found.columns) == [*expected.columns, *PROVENANCE]
    for name, column in expected.items():
        if pd.api.types.is_numeric_dtype(column):
            np.testing.assert_allclose(found[name], column, rtol=1e-12, err_msg=name)
        else:
            own = found[name].astype(object).where(found[name].notna(), None)
            assert own.tolist() == column.astype(object).where(column.notna(), None).tolist()


@pytest.mark.parametrize("target", ["priced.parquet", "priced.csv"])
def test_file_equals_the_bill(fleet_file: Path, tmp_path: Path, target: str) -> None:
    """Batches of a file cost what the whole fleet costs, in input order, credits and tiers shared."""
    bill = wf.estimate(fleet_file, on=ON)
    done = price_files(fleet_file, tmp_path / target, on=ON)
    assert_same(read(tmp_path / target), bill.frame)
    total = bill.total(strict=False)
    assert done.summary.totals == pytest.approx(total, rel=1e-12)
    assert done.summary.rows == total.rows
    assert done.summary.missing == total.missing > 0
    assert (done.summary.lower_bounds, done.summary.doubtful) == (
        total.lower_bounds,
        total.doubtful,
    )
    assert done.assumptions == bill.assumptions
    assert done.rate_book_digest == bill.rate_book_digest


@pytest.mark.parametrize(
    "keywords",
    [
        {"free_tier": "none"},
        {"month": "2026-02", "sizes": "strict"},
        {"on": "2020-01-01", "before_first": "nearest"},
        {"assumptions": {"cloud_run_credit": "per_mode"}},
    ],
    ids=lambda keywords: next(iter(keywords)),
)
def test_keywords_mean_the_same(fleet_file: Path, tmp_path: Path, keywords: dict[str, Any]) -> None:
    """The keywords of an estimate are those of a file."""
    target = tmp_path / "priced.parquet"
    price_files(fleet_file, target, **({"on": ON} | keywords))
    assert_same(read(target), wf.estimate(fleet_file, **({"on": ON} | keywords)).frame)


def test_csv_equals_the_bill(tmp_path: Path, make_fleet: MakeFleet) -> None:
    """CSV is read as text, cell by cell, as when it is read at once."""
    source, target = tmp_path / "fleet.csv", tmp_path / "priced.csv"
    make_fleet(400).assign(note=' "a, b" ', version="1.30").to_csv(source, index=False)
    price_files(source, target, on=ON)
    found = pd.read_csv(target, dtype={"version": str})
    expected = wf.estimate(source, on=ON).frame
    costs = [name for name in expected if str(expected[name].dtype) == "float64"]
    np.testing.assert_allclose(found[costs], expected[costs], rtol=1e-12)
    assert found["version"].tolist() == expected["version"].tolist()
    assert found["note"].tolist() == expected["note"].tolist()
    assert (
        found["unpriced_reason"].dropna().tolist() == expected["unpriced_reason"].dropna().tolist()
    )


def test_wide_csv_is_read_in_pieces(
    tmp_path: Path, make_fleet: MakeFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of CSV that its reader hands over in several pieces is one batch."""
    monkeypatch.setattr(sources, "BATCH", 131_072)
    source, target = tmp_path / "fleet.csv", tmp_path / "priced.parquet"
    fleet = make_fleet(20_000).assign(**{f"label_{n}": "x" for n in range(60)})
    fleet.to_csv(source, index=False)
    done = price_files(source, target, on=ON)
    assert done.summary.totals == pytest.approx(
        wf.estimate(fleet, on=ON).total(strict=False), rel=1e-12
    )


def test_folder_is_one_fleet(tmp_path: Path, make_fleet: MakeFleet) -> None:
    """The files of a folder share their pools, in the order of their names."""
    fleet = make_fleet(500)
    folder = tmp_path / "fleet" / "deeper"
    folder.mkdir(parents=True)
    fleet.iloc[:200].to_parquet(folder.parent / "a.parquet", index=False)
    fleet.iloc[200:].to_parquet(folder / "b.parquet", index=False)
    (folder / "_SUCCESS").touch()
    price_files(folder.parent, tmp_path / "priced.parquet", on=ON)
    assert_same(read(tmp_path / "priced.parquet"), wf.estimate(fleet, on=ON).frame)


def test_meters_add_up_over_the_file(fleet_file: Path, tmp_path: Path) -> None:
    """With meters, a row's costs per meter less its credits are its cost."""
    target = tmp_path / "priced.parquet"
    price_files(fleet_file, target, on=ON, meters=True)
    found = read(target)
    meters = [name.removesuffix("_quantity") for name in found if name.endswith("_quantity")]
    assert {"vcpu_hours", "requests", "cluster_hours"} <= {*meters}
    costs = found[[f"{meter}_cost" for meter in meters]].sum(axis="columns", min_count=1)
    np.testing.assert_allclose(costs - found["credits"], found["monthly_cost"], atol=1e-9)


def test_readers_find_plain_text(fleet_file: Path, tmp_path: Path) -> None:
    """Names that are coded in memory are plain strings to whoever reads the file."""
    target = tmp_path / "priced.parquet"
    price_files(fleet_file, target, on=ON)
    schema = pq.read_schema(target)
    assert all(
        pa.types.is_string(schema.field(name).type)
        for name in ("workload", "service", "cost_status", "unpriced_reason", "priced_on")
    )


def test_other_columns_keep_their_types(tmp_path: Path, make_fleet: MakeFleet) -> None:
    """Columns that nothing reads come out as they went in."""
    others = {
        "seen": pa.array([3, 4], pa.duration("s")),
        "at": pa.array([5, None], pa.timestamp("us", "Asia/Seoul")),
        "tags": pa.array([["x"], []], pa.list_(pa.string())),
        "count": pa.array([2**60 + 1, None], pa.int64()),
    }
    table = pa.Table.from_pandas(make_fleet(2))
    for name, column in others.items():
        table = table.append_column(name, column)
    pq.write_table(table, tmp_path / "fleet.parquet")
    price_files(tmp_path / "fleet.parquet", tmp_path / "priced.parquet", on=ON)
    found = pq.read_table(tmp_path / "priced.parquet")
    assert {name: found[name].combine_chunks() for name in others} == others


def test_fleet_that_shares_nothing_is_read_once(tmp_path: Path, make_fleet: MakeFleet) -> None:
    """Without pools and tiers there is no measuring pass; with them there is."""
    phases: list[str] = []
    fleet = make_fleet(300)
    for name in ("aws.fargate", "gcp.cloud_run"):
        fleet[fleet["service"] == name].to_parquet(tmp_path / "fleet.parquet", index=False)
        price_files(
            tmp_path / "fleet.parquet",
            tmp_path / "priced.parquet",
            on=ON,
            progress=lambda phase, *_: phases.append(f"{name} {phase}"),  # noqa: B023  called at once
        )
    assert [*dict.fromkeys(phases)] == [
        "aws.fargate price",
        "gcp.cloud_run measure",
        "gcp.cloud_run price",
    ]


def test_progress_ends_at_all_rows(fleet_file: Path, tmp_path: Path) -> None:
    """Progress counts rows of every phase up to all."""
    seen: dict[str, tuple[int, int]] = {}

    def note(phase: str, done: int, total: int) -> None:
        seen[phase] = (done, total)

    price_files(fleet_file, tmp_path / "priced.parquet", on=ON, progress=note)
    assert seen == {"measure": (700, 700), "price": (700, 700)}


def faults(source: Path, target: Path, **keywords: Any) -> tuple[str, str]:
    """Give the messages of the file's way and of the bill's."""
    messages = []
    for work in (
        lambda: price_files(source, target, on=ON, **keywords),
        lambda: wf.estimate(source, on=ON, **keywords),
    ):
        with pytest.raises(wf.WharfageError) as caught:
            work()
        messages.append(f"{type(caught.value).__name__}: {caught.value}")
    assert not target.exists()
    assert [path for path in target.parent.iterdir() if path.suffix == ".part"] == []
    return messages[0], messages[1]


def twice(fleet: pd.DataFrame) -> pd.DataFrame:
    """Give one id to three rows of different batches."""
    ids = fleet["workload"].where(~fleet.index.isin([100, 300]), fleet["workload"][5])
    return fleet.assign(workload=ids)


@pytest.mark.parametrize(
    "spoil",
    [
        twice,
        lambda fleet: fleet.drop(columns="service"),
        lambda fleet: fleet.drop(columns=["region", "transfer_to"]),
        lambda fleet: fleet.rename(columns={"memory_gib": "memory_gb"}).drop(columns="vcpu"),
        lambda fleet: fleet.iloc[:0],
    ],
    ids=["ids", "service", "columns", "misspelt", "empty"],
)
def test_faults_of_the_file_read_the_same(
    tmp_path: Path,
    make_fleet: MakeFleet,
    spoil: Callable[[pd.DataFrame], pd.DataFrame],
) -> None:
    """What is wrong with a whole file is said in the words of an estimate; nothing is written."""
    source = tmp_path / "fleet.parquet"
    fleet = spoil(make_fleet(400))
    fleet.to_parquet(source, index=False)
    misspelt = "memory_gb" in fleet
    if misspelt:
        with pytest.warns(wf.FleetWarning, match="memory_gb"):
            found, expected = faults(source, tmp_path / "priced.parquet")
    else:
        found, expected = faults(source, tmp_path / "priced.parquet")
    assert found == expected


def test_numbers_that_are_none_throughout_are_a_fault(
    tmp_path: Path, make_fleet: MakeFleet
) -> None:
    """A column of numbers that holds none in the whole file is a fault of the file."""
    source = tmp_path / "fleet.parquet"
    make_fleet(400).assign(vcpu="many").to_parquet(source, index=False)
    found, expected = faults(source, tmp_path / "priced.parquet")
    assert found.splitlines()[0] == expected.splitlines()[0]
    assert "holds no number in any of its 400 filled cells, the first is 'many'" in found


def test_numbers_that_are_none_in_one_batch_are_faults_of_rows(
    tmp_path: Path, make_fleet: MakeFleet, small_batches: int
) -> None:
    """A whole batch of words among the numbers leaves its rows unpriced, as in an estimate."""
    source, target = tmp_path / "fleet.parquet", tmp_path / "priced.parquet"
    fleet = make_fleet(300)
    words = fleet["vcpu"].astype(str).where(fleet.index >= small_batches, "many")
    fleet.assign(vcpu=words).to_parquet(source, index=False)
    price_files(source, target, on=ON)
    assert_same(read(target), wf.estimate(source, on=ON).frame)


def test_strict_tells_all_and_writes_nothing(fleet_file: Path, tmp_path: Path) -> None:
    """With strict, every reason is told as in an estimate, and there is no file."""
    found, expected = faults(fleet_file, tmp_path / "priced.parquet", strict=True)
    assert found == expected
    assert "workloads have no price on 2026-10-01" in found


@pytest.mark.parametrize("content", [b"", b"PAR1 no more", b"x" * 100])
def test_broken_parquet_is_a_fault(tmp_path: Path, content: bytes) -> None:
    """A file that is no Parquet is said to be none."""
    source = tmp_path / "fleet.parquet"
    source.write_bytes(content)
    with pytest.raises(wf.WorkloadError, match=r"fleet\.parquet is"):
        price_files(source, tmp_path / "priced.parquet", on=ON)


def test_cut_off_parquet_is_a_fault(fleet_file: Path, tmp_path: Path) -> None:
    """A page that cannot be read ends the run, and nothing is written."""
    data = bytearray(fleet_file.read_bytes())
    data[4:4000] = bytes(3996)
    fleet_file.write_bytes(data)
    with pytest.raises(wf.WorkloadError):
        price_files(fleet_file, tmp_path / "priced.parquet", on=ON)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fleet.parquet"]


def test_files_of_a_folder_must_agree(tmp_path: Path, make_fleet: MakeFleet) -> None:
    """A folder whose files differ in their columns is refused, with the columns."""
    folder = tmp_path / "fleet"
    folder.mkdir()
    make_fleet(10).to_parquet(folder / "a.parquet", index=False)
    make_fleet(10).assign(more=1).to_parquet(folder / "b.parquet", index=False)
    with pytest.raises(wf.WorkloadError, match=r"b.parquet has other columns than a.parquet: more"):
        price_files(folder, tmp_path / "priced.parquet", on=ON)


def test_folder_without_parquet_is_a_fault(tmp_path: Path) -> None:
    """A folder that holds no Parquet file is no fleet."""
    (tmp_path / "fleet").mkdir()
    with pytest.raises(wf.WorkloadError, match="holds no Parquet file"):
        price_files(tmp_path / "fleet", tmp_path / "priced.parquet", on=ON)


@pytest.mark.parametrize(
    "text",
    [
        "service,region,vcpu,memory_gib\naws.fargate,us-east-1,1\n",
        "service,region,vcpu,memory_gib\naws.fargate,us-east-1,1,2\n\naws.fargate,us-east-1,1",
        'service,region,vcpu,memory_gib\n"aws.fargate",us-east-1,1,2\naws.fargate,"us\neast",1\n',
        "service,region,vcpu,memory_gib\naws.fargate,us-east-1,1,2,3\n",
        "service,region,vcpu,memory_gib\naws.fargate,us-east-1,1,2\naws.fargate,us-east-1,1,2,3\n",
        "service,region,region,memory_gib\naws.fargate,us-east-1,1,2\n",
        "service,region,vcpu,memory_gib\naws.fargate,us-east-1,1,2\nx,\u00e9,1,2\n".encode(
            "latin-1"
        ),
        "",
    ],
    ids=["short", "cut", "quoted", "long", "later", "twice", "latin", "empty"],
)
def test_faults_of_csv_read_the_same(tmp_path: Path, text: str | bytes) -> None:
    """A CSV file that cannot be read is refused in the same words, whatever its size."""
    source = tmp_path / "fleet.csv"
    source.write_bytes(text if isinstance(text, bytes) else text.encode())
    found, expected = faults(source, tmp_path / "priced.csv")
    assert found == expected


def test_faults_across_blocks_of_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short row and a wrong byte are found at their place, wherever blocks are cut."""
    from wharfage.scale import csv_source

    monkeypatch.setattr(csv_source, "BLOCK", 7)
    text = "service,region,vcpu,memory_gib\r\n" + "aws.fargate,us-east-1,1,2\r\n" * 3
    for wrong in ("\r\naws.fargate,us-east-1\r\n", "caf\u00e9,,\u4e2d,\r\n"):
        source = tmp_path / "fleet.csv"
        source.write_bytes((text + wrong).encode()[: -3 if "caf" in wrong else None])
        found, expected = faults(source, tmp_path / "priced.csv")
        assert found == expected


def test_parts_of_dead_processes_are_removed(tmp_path: Path) -> None:
    """What a killed process left is removed; what others still write stays."""
    left = {
        "dead": tmp_path / f".wharfage-{outputs.HOST}-4194399-0.part",
        "own number, earlier process": tmp_path
        / f".wharfage-{outputs.HOST}-{os.getpid()}-9999.part",
        "alive": tmp_path / f".wharfage-{outputs.HOST}-{os.getppid()}-0.part",
        "elsewhere": tmp_path / ".wharfage-another.host-1-0.part",
        "not ours": tmp_path / "mine.part",
    }
    for path in left.values():
        path.touch()
    with (
        outputs.whole_file(tmp_path / "a.txt") as one,
        outputs.whole_file(tmp_path / "b.txt") as two,
    ):
        one.write_text("a")
        two.write_text("b")
    assert [name for name, path in left.items() if path.exists()] == [
        "alive",
        "elsewhere",
        "not ours",
    ]
    assert (tmp_path / "a.txt").read_text() + (tmp_path / "b.txt").read_text() == "ab"

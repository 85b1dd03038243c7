"""The kernel: a record batch in, the same with costs out, whatever runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import wharfage as wf
from wharfage.engine.options import read_options
from wharfage.engine.pooling import add_sums
from wharfage.scale.kernel import Kernel
from wharfage.scale.meters import meters_of

MakeFleet = Callable[..., pd.DataFrame]

ON = "2026-10-01"
ROW = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1.0, "memory_gib": 2.0}


@pytest.fixture
def kernel(book: wf.RateBook) -> Kernel:
    """Give a kernel without sums."""
    return Kernel(book, read_options(book, ON, "730h", "account", "round_up", None, None))


def batch_of(*rows: dict[str, object]) -> pa.RecordBatch:
    """Make a record batch of some rows."""
    return pa.RecordBatch.from_pylist(list(rows))


def test_batch_equals_the_bill(kernel: Kernel, make_fleet: MakeFleet) -> None:
    """A batch of a whole fleet has the columns and the bits of the bill's frame."""
    fleet = make_fleet(300)
    found = kernel.price_batch(pa.RecordBatch.from_pandas(fleet)).to_pandas()
    expected = wf.estimate(fleet, on=ON).frame
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_exact=True)


@pytest.mark.parametrize("is_coded", [True, False])
@pytest.mark.parametrize("meters", [(), ("vcpu_hours", "requests")])
def test_schema_is_known_beforehand(
    kernel: Kernel, make_fleet: MakeFleet, is_coded: bool, meters: tuple[str, ...]
) -> None:
    """The schema that is announced is that of every priced batch, an empty one included."""
    own = replace(kernel, is_coded=is_coded, meters=meters, fill={"region": "us-east-1", "x": "y"})
    batch = pa.RecordBatch.from_pandas(make_fleet(50))
    schema = own.output_schema(batch.schema)
    assert own.price_batch(batch).schema == schema
    assert own.price_batch(batch.slice(0, 0)).schema == schema


def test_vocabularies_may_differ_by_batch(kernel: Kernel, make_fleet: MakeFleet) -> None:
    """Dictionary columns with other words in another order cost the same."""
    fleet = make_fleet(120).drop(columns="billing_account")
    batch = pa.RecordBatch.from_pandas(fleet)
    place = batch.schema.get_field_index("region")
    words = pa.array(sorted({*fleet["region"], "unused"}, reverse=True))
    codes = pa.array([words.to_pylist().index(name) for name in fleet["region"]], pa.int8())
    coded = batch.set_column(place, "region", pa.DictionaryArray.from_arrays(codes, words))
    found, expected = kernel.price_batch(coded), kernel.price_batch(batch)
    assert found["monthly_cost"] == expected["monthly_cost"]
    assert found["unpriced_reason"] == expected["unpriced_reason"]


def test_rows_are_numbered_where_ids_are_missing(kernel: Kernel) -> None:
    """An empty id is the number of the row in the whole fleet."""
    batch = batch_of(ROW | {"workload": " a "}, ROW | {"workload": None}, ROW | {"workload": ""})
    assert kernel.price_batch(batch, first_row=11)["workload"].to_pylist() == ["a", "12", "13"]
    numbered = kernel.price_batch(batch_of(ROW, ROW), first_row=11)
    assert numbered.schema.names[0] == "workload"
    assert numbered["workload"].to_pylist() == ["11", "12"]


@pytest.mark.parametrize("ids", [[1, 20], [1.0, 20.0], [1.5, 2.0], [True, False]])
def test_ids_read_as_in_a_bill(kernel: Kernel, ids: list[object]) -> None:
    """Ids that are no text are written as the bill writes them."""
    rows = [ROW | {"workload": name} for name in ids]
    found = kernel.price_batch(batch_of(*rows))["workload"].to_pylist()
    assert found == wf.estimate(pd.DataFrame(rows), on=ON).frame["workload"].tolist()


def test_text_among_numbers_is_a_fault_of_its_rows(kernel: Kernel) -> None:
    """A batch whose numbers are all text is unpriced row by row: only a file can be wrong throughout."""
    rows = [ROW | {"vcpu": "one"}, ROW | {"vcpu": "two"}]
    found = kernel.price_batch(batch_of(*rows))
    assert found.num_rows == 2
    assert found["monthly_cost"].null_count == 2
    assert all("takes a number, not" in text for text in found["unpriced_reason"].to_pylist())


def test_numbers_as_text_are_numbers(kernel: Kernel) -> None:
    """Numbers that stand as text, with blanks and empty cells, are read."""
    batch = batch_of(ROW | {"vcpu": " 1 ", "replicas": ""}, ROW | {"vcpu": "1e0", "replicas": "2"})
    one, two = kernel.price_batch(batch)["monthly_cost"].to_pylist()
    assert two == 2 * one


def test_empty_cells_are_filled(kernel: Kernel) -> None:
    """A filled column stands in the result as it was priced."""
    own = replace(kernel, fill={"region": "us-east-1", "purchase_option": "spot"})
    found = own.price_batch(batch_of(ROW | {"region": None}, ROW | {"region": "ap-northeast-2"}))
    assert found["region"].to_pylist() == ["us-east-1", "ap-northeast-2"]
    assert found["purchase_option"].to_pylist() == ["spot", "spot"]
    spot = wf.estimate([ROW | {"purchase_option": "spot"}], on=ON).frame["monthly_cost"]
    assert found["monthly_cost"][0].as_py() == spot[0]


def test_meters_add_up_to_the_cost(kernel: Kernel, make_fleet: MakeFleet) -> None:
    """The costs of a workload's meters, less its credits, are its monthly cost."""
    fleet = make_fleet(300)
    own = replace(kernel, meters=meters_of(kernel.book, fleet["service"].unique()))
    found = own.price_batch(pa.RecordBatch.from_pandas(fleet)).to_pandas()
    costs = found[[f"{meter}_cost" for meter in own.meters]].sum(axis="columns", min_count=1)
    np.testing.assert_allclose(costs - found["credits"], found["monthly_cost"], atol=1e-9)
    fargate = found[found["service"] == "aws.fargate"]
    assert fargate["requests_cost"].isna().all()
    priced = fargate[fargate["monthly_cost"].notna()]
    assert priced["vcpu_hours_quantity"].tolist() == (730.0 * priced["replicas"]).tolist()


def test_measuring_some_services_is_enough(kernel: Kernel, make_fleet: MakeFleet) -> None:
    """The services that share nothing can be left out of the sums."""
    batch = pa.RecordBatch.from_pandas(make_fleet(200))
    pooled = ["gcp.cloud_run", "gcp.cloud_run_jobs", "aws.data_transfer", "aws.eks"]
    assert kernel.measure_batch(batch, pooled) == kernel.measure_batch(batch)
    assert not kernel.measure_batch(batch, ["aws.fargate"]).spent


def blocks() -> list[str]:
    """Give the code of the package's documentation: one text per engine."""
    import inspect

    import wharfage.scale

    found: list[list[str]] = []
    for line in inspect.getdoc(wharfage.scale).splitlines():
        if line.endswith("::"):
            found.append([])
        elif found and (line.startswith("    ") or not line):
            found[-1].append(line[4:])
    return ["\n".join(lines) for lines in found]


class Spark:
    """As much of a Spark frame as the documentation uses: partitions of record batches."""

    def __init__(self, partitions: list[list[pa.RecordBatch]]) -> None:
        self.partitions = partitions

    def mapInArrow(self, work: Callable[..., object], _schema: object) -> Spark:  # noqa: N802
        """Map every partition, as an iterator."""
        return Spark([list(work(iter(batches))) for batches in self.partitions])

    def collect(self) -> list[object]:
        """Give rows with a field per column."""
        rows = (row for part in self.partitions for batch in part for row in batch.to_pylist())
        return [type("Row", (), row) for row in rows]

    @property
    def write(self) -> Spark:
        """Write nowhere."""
        return self

    def parquet(self, _path: str) -> None:
        """Keep what would be written."""
        Spark.written = [batch for part in self.partitions for batch in part]


def test_documented_spark_code_shares_pools(make_fleet: MakeFleet) -> None:
    """The code for Spark prices partitions as the whole fleet costs."""
    fleet = make_fleet(200)
    fleet = fleet[fleet["service"] != "aws.data_transfer"].reset_index(drop=True)
    table = pa.Table.from_pandas(fleet)
    batches = table.to_batches(max_chunksize=40)
    names = {
        "fleet": Spark([batches[:2], batches[2:]]),
        "FLEET_FIELDS": list(table.schema),
        "to_ddl": str,
    }
    exec(blocks()[0], names)  # noqa: S102  our own documentation
    found = pa.Table.from_batches(Spark.written).to_pandas()
    expected = wf.estimate(fleet, on=ON).frame
    np.testing.assert_allclose(found["monthly_cost"], expected["monthly_cost"], rtol=1e-12)


def test_documented_ray_code_prices_tables(make_fleet: MakeFleet) -> None:
    """The code for Ray prices a table of several chunks."""
    fleet = make_fleet(100)
    spark, ray = blocks()
    names: dict[str, object] = {}
    exec(spark.split("def measure")[0], names)  # noqa: S102  our own documentation
    exec(ray.split("fleet =")[0].replace("import ray", ""), names)  # noqa: S102
    sums = add_sums(
        [Kernel(*names["book_and_options"]()).measure_batch(pa.RecordBatch.from_pandas(fleet))]
    )
    table = pa.Table.from_batches(pa.Table.from_pandas(fleet).to_batches(max_chunksize=30))
    found = names["Pricing"](sums)(table)
    assert found.num_rows == 100

"""The bars: each kind of work, done by wharfage and by its peers on the same rows."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import fleets
import numpy as np
import pandas as pd
import peers
import sql
from harness import Case, Contender

import wharfage as wf


def _duckdb(tables: dict[str, Any]) -> Any:
    import duckdb

    connection = duckdb.connect()
    for name, frame in tables.items():
        connection.register(f"{name}_given", frame)
        # A native table: nothing is converted while the clock runs.
        connection.execute(f"create table {name} as select * from {name}_given")
        connection.unregister(f"{name}_given")
    return connection


def _query(text: str) -> Any:
    return lambda connection: float(connection.execute(text).fetchall()[0][0])


# Re-pricing an encoded Fargate fleet


def _encoded(rows: int, fast: str = "never") -> wf.Fleet:
    os.environ["WHARFAGE_FAST"] = fast
    fleet = wf.encode(fleets.fargate_fleet(rows))
    wf.estimate(fleet, on="2026-09-30")
    return fleet


def _total(fleet: object) -> float:
    return wf.estimate(fleet, on=fleets.ON).total()["USD"]


def _polars_state(rows: int) -> Any:
    import polars as pl

    as_codes = [pl.col(name).cast(pl.Categorical) for name in peers.KEYS]
    fleet = pl.from_pandas(fleets.fargate_fleet(rows)).with_columns(as_codes)
    return fleet, pl.from_pandas(fleets.fargate_rates()).with_columns(as_codes)


def _polars_total(state: Any) -> float:
    import polars as pl

    return float(peers.polars_priced(*state).select(pl.col("monthly_cost").sum()).collect().item())


FARGATE = Case(
    "re-price an encoded Fargate fleet, all meters and total",
    10_000_000,
    {
        "wharfage": Contender(_encoded, _total),
        "wharfage, fast": Contender(lambda rows: _encoded(rows, "always"), _total),
        "duckdb": Contender(
            lambda rows: _duckdb({"fleet": fleets.fargate_fleet(rows), "rates": fleets.fargate_rates()}),
            _query(sql.FARGATE_TOTAL),
        ),
        "polars": Contender(_polars_state, _polars_total),
        "pandas": Contender(
            lambda rows: (fleets.fargate_fleet(rows).astype(dict.fromkeys(peers.KEYS, "category")),
                          fleets.fargate_rates().astype(dict.fromkeys(peers.KEYS, "category"))),
            lambda state: float(peers.pandas_priced(*state)["monthly_cost"].sum()),
            repeats=2,
        ),
    },
    bar=5,
    reach=15,
)  # fmt: skip


def _encoded_mixed(rows: int, fast: str = "never") -> wf.Fleet:
    os.environ["WHARFAGE_FAST"] = fast
    fleet = wf.encode(fleets.mixed_fleet(rows))
    wf.estimate(fleet, on="2026-09-30")
    return fleet


MIXED = Case(
    "re-price an encoded mixed fleet over six core services",
    5_000_000,
    {
        "wharfage": Contender(_encoded_mixed, _total),
        "wharfage, fast": Contender(lambda rows: _encoded_mixed(rows, "always"), _total),
        "duckdb": Contender(
            lambda rows: _duckdb({"fleet": fleets.mixed_fleet(rows), "mixed_rates": fleets.mixed_rates()}),
            _query(sql.MIXED_TOTAL),
        ),
    },
    bar=3,
    reach=8,
)  # fmt: skip


# A frame with strings in, a frame with costs out


def _frame(fleet: pd.DataFrame) -> float:
    return float(wf.estimate(fleet, on=fleets.ON).frame["monthly_cost"].sum())


def _polars_strings(rows: int) -> Any:
    import polars as pl

    return pl.from_pandas(fleets.fargate_fleet(rows)), pl.from_pandas(fleets.fargate_rates())


def _polars_frame(state: Any) -> float:
    return float(peers.polars_priced(*state).collect()["monthly_cost"].sum())


def _arrow_state(rows: int) -> Any:
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect()
    connection.register("fleet", pa.Table.from_pandas(fleets.fargate_fleet(rows)))
    connection.register("rates", fleets.fargate_rates())
    return connection


def _arrow_frame(connection: Any) -> float:
    import pyarrow.compute as pc

    table = connection.execute(sql.FARGATE_ROWS).to_arrow_table()
    return float(pc.sum(table["monthly_cost"]).as_py())


FRAME = Case(
    "frame with string columns: checked, priced, frame out",
    5_000_000,
    {
        "wharfage": Contender(fleets.fargate_fleet, _frame, repeats=3),
        "polars": Contender(_polars_strings, _polars_frame, repeats=3),
        "duckdb": Contender(_arrow_state, _arrow_frame, repeats=3),
        "pandas": Contender(
            lambda rows: (fleets.fargate_fleet(rows), fleets.fargate_rates()),
            lambda state: float(peers.pandas_priced(*state)["monthly_cost"].sum()),
            repeats=2,
        ),
    },
    bar=1.5,
    reach=3,
)


# Parquet in, Parquet with a cost per meter out


def _parquet(rows: int) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(tempfile.mkdtemp()) / "fleet.parquet"
    step, writer = 1_000_000, None
    for start in range(0, rows, step):
        part = fleets.fargate_fleet(min(step, rows - start), fleets.SEED + start)
        table = pa.Table.from_pandas(part, preserve_index=False)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return path


def _sum_of(path: Path) -> float:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    parts = pq.ParquetFile(path).iter_batches(columns=["monthly_cost"])
    return float(sum(pc.sum(part["monthly_cost"]).as_py() for part in parts))


def _stream(path: Path) -> float:
    from wharfage.scale.files import price_files

    target = path.with_name("priced.parquet")
    price_files(path, target, on=fleets.ON, meters=True)
    return _sum_of(target)


def _copy(path: Path) -> float:
    import duckdb

    connection = duckdb.connect()
    connection.register("rates", fleets.fargate_rates())
    connection.execute(f"create view fleet as select * from '{path}'")
    target = path.with_name("copied.parquet")
    connection.execute(f"copy ({sql.FARGATE_METERS}) to '{target}' (format parquet)")
    return _sum_of(target)


STREAM = Case(
    "Parquet to Parquet, a column per meter",
    20_000_000,
    {
        "wharfage": Contender(_parquet, _stream, repeats=1),
        "duckdb": Contender(_parquet, _copy, repeats=1),
    },
    bar=1,
    reach=2,
)


# Many price scenarios


SCENARIOS = [
    {"region": region, "discount": discount}
    for region in fleets.REGIONS[:10]
    for discount in (0, 0.05, 0.1, 0.15, 0.2)
]


def _reprice(state: tuple[wf.Fleet, pd.DataFrame]) -> float:
    # A fleet that was only encoded: what it uses is added up while the clock runs.
    fleet = wf.encode(state[1]) if state[0] is None else state[0]
    return float(wf.reprice(fleet, SCENARIOS, on=fleets.ON)["monthly_cost"].sum())


def _each_estimated(frame: pd.DataFrame) -> float:
    totals = [
        wf.estimate(frame.assign(region=s["region"]), on=fleets.ON).total(strict=False)["USD"]
        * (1 - s["discount"])
        for s in SCENARIOS
    ]
    return float(np.sum(totals))


def _on_demand(rows: int) -> pd.DataFrame:
    return fleets.fargate_fleet(rows).assign(purchase_option="on_demand")


REPRICE = Case(
    "totals under 50 price scenarios",
    1_000_000,
    {
        "wharfage": Contender(lambda rows: (wf.encode(_on_demand(rows)), None), _reprice),
        "one estimate each": Contender(_on_demand, _each_estimated, repeats=1),
    },
    bar=1,
    reach=10,
    unit=f"row x {len(SCENARIOS)} scenarios",
)


# One workload


ONE = {"service": "aws.fargate", "region": "ap-northeast-2", "vcpu": 0.5, "memory_gib": 1}


def _many_ones(times: int) -> float:
    cost = 0.0
    for _ in range(times):
        cost = wf.estimate([ONE], on=fleets.ON).total()["USD"]
    return cost


def _warm(times: int) -> int:
    _many_ones(20)
    return times


ONE_WORKLOAD = Case(
    "estimate of one workload, warm",
    200,
    {"wharfage": Contender(_warm, _many_ones)},
    bar=3,
    reach=0.5,
    unit="call",
)

CASES = {
    "fargate": FARGATE,
    "mixed": MIXED,
    "frame": FRAME,
    "stream": STREAM,
    "reprice": REPRICE,
    "one": ONE_WORKLOAD,
}

"""What pandas and Polars users would write for the Fargate fleets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

KEYS = ["region", "cpu_architecture", "purchase_option"]
LADDER_VCPU = np.array([0.25, 0.5, 1, 2, 4, 8, 16])
LADDER_MEMORY = np.array([2.0, 4, 8, 16, 30, 60, 120])


def pandas_priced(fleet: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Merge with the price list, then whole columns."""
    frame = fleet.merge(rates, on=KEYS, how="left")
    memory = frame["memory_gib"].to_numpy()
    rung = np.maximum(
        np.searchsorted(LADDER_VCPU, frame["vcpu"].to_numpy()),
        np.searchsorted(LADDER_MEMORY, memory),
    )
    low = 2.0 ** (rung - 1)
    small = np.select([memory <= 0.5, memory <= 1], [0.5, 1.0], 2.0)
    billed_memory = np.select(
        [rung == 0, rung == 5, rung == 6, rung == 7],
        [
            small,
            np.maximum(16, 16 + 4 * np.ceil((memory - 16) / 4)),
            np.maximum(32, 32 + 8 * np.ceil((memory - 32) / 8)),
            np.select([memory <= 60, memory <= 120], [60.0, 120.0], 244.0),
        ],
        np.maximum(low, np.ceil(memory)),
    )
    hours = (
        np.maximum(np.ceil(frame["run_seconds"]), 60)
        / 3600
        * frame["runs_per_month"]
        * frame["replicas"]
    )
    storage = np.maximum(frame["ephemeral_storage_gib"] - 20, 0)
    frame["monthly_cost"] = hours * (
        0.25 * 2.0**rung * frame["vcpu_hours"]
        + billed_memory * frame["memory_gib_hours"]
        + storage * frame["ephemeral_storage_gib_hours"]
    )
    return frame


def polars_priced(fleet: Any, rates: Any) -> Any:
    """Join lazily with the price list, then expressions; the engine fuses them."""
    import polars as pl

    memory = pl.col("memory_gib")

    def rung_of(column: str, limits: np.ndarray) -> pl.Expr:
        return pl.sum_horizontal([(pl.col(column) > limit).cast(pl.Int32) for limit in limits])

    rung = pl.col("rung")
    billed_memory = (
        pl.when(rung == 0)
        .then(pl.when(memory <= 0.5).then(0.5).when(memory <= 1).then(1.0).otherwise(2.0))
        .when(rung == 5)
        .then(pl.max_horizontal(pl.lit(16.0), 16 + 4 * ((memory - 16) / 4).ceil()))
        .when(rung == 6)
        .then(pl.max_horizontal(pl.lit(32.0), 32 + 8 * ((memory - 32) / 8).ceil()))
        .when(rung == 7)
        .then(pl.when(memory <= 60).then(60.0).when(memory <= 120).then(120.0).otherwise(244.0))
        .otherwise(pl.max_horizontal(pl.lit(2.0).pow(rung - 1), memory.ceil()))
    )
    hours = (
        pl.max_horizontal(pl.col("run_seconds").ceil(), pl.lit(60.0))
        / 3600
        * pl.col("runs_per_month")
        * pl.col("replicas")
    )
    storage = pl.max_horizontal(pl.col("ephemeral_storage_gib") - 20, pl.lit(0.0))
    cost = hours * (
        0.25 * pl.lit(2.0).pow(rung) * pl.col("vcpu_hours")
        + billed_memory * pl.col("memory_gib_hours")
        + storage * pl.col("ephemeral_storage_gib_hours")
    )
    return (
        fleet.lazy()
        .with_columns(
            pl.max_horizontal(
                rung_of("vcpu", LADDER_VCPU), rung_of("memory_gib", LADDER_MEMORY)
            ).alias("rung")
        )
        .join(rates.lazy(), on=KEYS, how="left")
        .with_columns(cost.alias("monthly_cost"))
    )

"""Costs of a bill by service, region, tag and component: what is priced added up, the rest counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from wharfage.columns import FLEET_COLUMNS, METERS, RESULT_COLUMNS, Kind

if TYPE_CHECKING:
    from wharfage.api import Bill

#: tags that are broken down, and distinct values up to which a column is one
TAGS = 6
TAG_VALUES = 200
NO_VALUE = "(none)"

#: columns that break a bill down where they hold more than one value, besides tags
OWN = ("purchase_option", "billing_account", "part")

#: columns that say where a row of documents comes from
ORIGIN = ("rides_with", "manifest_file", "where")

#: meters in words short enough for a table
COMPONENTS = {
    "vcpu_hours": "vCPU",
    "memory_gib_hours": "memory",
    "ephemeral_storage_gib_hours": "ephemeral storage",
    "idle_vcpu_hours": "vCPU of idle warm instances",
    "idle_memory_gib_hours": "memory of idle warm instances",
    "requests": "requests",
    "cluster_hours": "cluster fees",
    "extended_support_hours": "extended support of Kubernetes",
    "forwarding_rule_hours": "load balancer rules",
}


def tag_columns(frame: pd.DataFrame) -> list[str]:
    """Columns that nobody prices and that sort workloads: teams, environments and the like."""
    found = []
    known = {*FLEET_COLUMNS, *RESULT_COLUMNS, *OWN, *(ORIGIN if "part" in frame else ())}
    for name in frame.columns:
        if name in known:
            continue
        distinct = frame[name].astype("string").nunique()
        if 1 <= distinct <= TAG_VALUES and distinct < max(len(frame), 2):
            found.append(str(name))
    return found[:TAGS]


def by_column(
    frame: pd.DataFrame, name: str, currency: pd.Series, cost: str = "monthly_cost"
) -> pd.DataFrame:
    """Costs by the values of one column, dearest first.

    Parameters
    ----------
    frame : DataFrame
        One row per workload, or per charge.
    name, cost : str
        Column whose values are told apart, and the one that is added up.
    currency : Series
        Currency of each row.

    Returns
    -------
    DataFrame
        currency, name, rows, unpriced, monthly_cost; unpriced rows are counted and left out.
    """
    words = _words(frame, name)
    keys = pd.DataFrame(
        {
            "currency": currency.to_numpy(),
            "name": words.to_numpy(),
            "monthly_cost": frame[cost].to_numpy(),
        }
    )
    keys["unpriced"] = keys["monthly_cost"].isna()
    groups = keys.groupby(["currency", "name"], sort=False, dropna=False)
    sums = groups.agg(
        rows=("unpriced", "size"),
        unpriced=("unpriced", "sum"),
        monthly_cost=("monthly_cost", "sum"),
    )
    # What holds no priced row has no cost, which is not a cost of nothing.
    sums.loc[sums["unpriced"] == sums["rows"], "monthly_cost"] = float("nan")
    sums = sums.reset_index().sort_values(
        ["currency", "monthly_cost", "name"], ascending=[True, False, True], na_position="last"
    )
    return sums.reset_index(drop=True)


def breakdowns(bill: Bill, currency: pd.Series) -> dict[str, pd.DataFrame]:
    """Costs by service, region, tags and whatever else tells workloads apart, by title."""
    frame = bill.frame
    tags = tag_columns(frame)
    own = [name for name in OWN if name in frame and len(_words(frame, name).unique()) > 1]
    names = [name for name in ("service", "region") if name in frame]
    return {name.replace("_", " "): by_column(frame, name, currency) for name in names + tags + own}


def by_component(lines: pd.DataFrame, currencies: Mapping[str, str]) -> pd.DataFrame:
    """Costs by what is charged; credits are a row of their own."""
    words = {name: COMPONENTS.get(name, meter.meaning) for name, meter in METERS.items()}
    component = lines["meter"].map(words).fillna("credits and free tiers")
    return by_column(
        lines.assign(component=component),
        "component",
        lines["service"].map(currencies),
        "effective_cost",
    )


def _words(frame: pd.DataFrame, name: str) -> pd.Series:
    """Values of a column as text; an empty cell is its default, if that is a word."""
    column = FLEET_COLUMNS.get(name)
    empty = NO_VALUE
    if column is not None and column.kind is Kind.CATEGORY and column.default is not None:
        empty = str(column.default)
    words = frame[name].astype("string").str.strip()
    return words.mask(words == "").fillna(empty)

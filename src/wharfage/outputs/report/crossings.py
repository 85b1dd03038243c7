"""Break-evens of the costliest request-driven workloads: from how many requests on what is cheaper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.break_even import BreakEven, breakeven
from wharfage.columns import FLEET_COLUMNS
from wharfage.errors import WharfageError
from wharfage.services import find_service

#: workloads that are looked at, places beside today's, and how far the traffic may grow
WORKLOADS = 3
RIVALS = 3
GROWTH = 10.0

AXIS = "requests_per_month"
#: columns that a place has of its own, or that are varied
PLACED = (
    "workload",
    "service",
    "region",
    "purchase_option",
    "billing_mode",
    "billing_account",
    AXIS,
)


@dataclass(frozen=True)
class Crossing:
    """One workload along its requests: a break-even, or why there is none."""

    workload: str
    requests: float
    today: str
    found: BreakEven | None
    reason: str = ""


def crossings(
    fleet: pd.DataFrame,
    requests: NDArray[np.float64],
    ranked: pd.DataFrame,
    keywords: Mapping[str, Any],
) -> list[Crossing]:
    """Break-evens of request-driven workloads, costliest first, each kind of work once.

    Parameters
    ----------
    fleet : DataFrame
        ``Bill.frame``.
    requests : array (n,)
        Requests per month of each row; NaN where it is not request-driven.
    ranked : DataFrame
        ``Comparison.frame`` of the same fleet.
    keywords : mapping
        As for :func:`wharfage.breakeven`.
    """
    driven = fleet.assign(**{AXIS: requests})
    driven = driven[(requests > 0) & fleet["monthly_cost"].notna()]
    shape = [name for name in driven if name in FLEET_COLUMNS and name not in PLACED]
    driven = driven.sort_values("monthly_cost", ascending=False, kind="stable")
    driven = driven.drop_duplicates([*shape, "service"]).head(WORKLOADS)
    found = []
    for row in driven.to_dict("records"):
        own = ranked[(ranked["workload"] == row["workload"]) & ranked["rank"].notna()]
        crossing = _crossing({str(k): v for k, v in row.items()}, own, shape, keywords)
        if crossing is not None:
            found.append(crossing)
    return found


def _crossing(
    row: Mapping[str, Any], ranked: pd.DataFrame, shape: list[str], keywords: Mapping[str, Any]
) -> Crossing | None:
    """Today's place against the cheapest others; None where there is no other."""
    places = ranked[~ranked["service"].map(lambda name: find_service(name).plans_nodes)]
    today = places[places["is_baseline"]].head(1)
    others = places[~places["is_baseline"]].drop_duplicates(["service", "billing_mode"])
    names = [_name(place) for place in pd.concat([today, others.head(RIVALS)]).to_dict("records")]
    if not len(today) or len(names) < 2:  # noqa: PLR2004  a break-even takes two
        return None
    cells = {name: row[name] for name in shape if not pd.isna(row[name]) and row[name] != ""}
    requests = float(row[AXIS])
    try:
        result = breakeven(
            names, along=AXIS, between=(0.0, GROWTH * requests), workload=cells, **keywords
        )
    except WharfageError as error:
        return Crossing(str(row["workload"]), requests, names[0], None, error.message)
    # Along one axis it is no surface.
    return Crossing(str(row["workload"]), requests, names[0], cast("BreakEven", result))


def _name(place: Mapping[Any, Any]) -> str:
    """Name of a place, as break-evens take it."""
    parts = [str(place["service"])]
    if place["purchase_option"] != "on_demand":
        parts.append(str(place["purchase_option"]))
    if not pd.isna(place["billing_mode"]):
        parts.append(str(place["billing_mode"]))
    return "/".join(parts) + f"@{place['region']}"

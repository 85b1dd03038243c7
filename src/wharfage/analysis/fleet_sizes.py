"""From which size of the fleet nodes are cheaper than a service that bills each workload.

The same fleet x times over costs on nodes ``F + r + b x``: F its clusters, b the least that each
more of it can cost once nodes are full, r what this plan has above that because nodes are whole. Elsewhere it costs
``F' - k + s x``: s the workloads before credits, k their credits, which do not grow. Nodes are
cheaper from ``x = (F + r - F' + k) / (s - b)`` on, and never where s is not above b. Both sides
count the workloads that both can price.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wharfage.analysis.node_scenarios import PlannedFleet
from wharfage.analysis.scenarios import PricedScenario
from wharfage.analysis.shared_costs import CLUSTER
from wharfage.engine.plan import Options

COLUMNS = (
    "nodes", "service", "region", "purchase_option", "billing_mode", "workloads", "nodes_cost",
    "service_cost", "cheaper_from",
)  # fmt: skip


def break_even(
    scenarios: Sequence[PricedScenario], shared: Sequence[pd.DataFrame], options: Options
) -> pd.DataFrame:
    """Multiple of the fleet from which each service of nodes is cheaper than each other service.

    Parameters
    ----------
    scenarios : sequence of PricedScenario
        Of one comparison.
    shared : sequence of DataFrame
        Shared costs of each.
    options : Options
        Month that was priced.

    Returns
    -------
    DataFrame
        `nodes_cost` and `service_cost` are of this fleet, shared costs included; `cheaper_from`
        is 0 where nodes are cheaper at any size, NaN where they never are.
    """
    rows = []
    for number, entry in enumerate(scenarios):
        if not isinstance(entry.priced, PlannedFleet):
            continue
        for other_number, other in enumerate(scenarios):
            same = entry.scenario.purchase_option == other.scenario.purchase_option
            if isinstance(other.priced, PlannedFleet) or not same:
                continue
            row = _pair(entry, other, shared[number], shared[other_number], options)
            if row is not None:
                rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _pair(
    entry: PricedScenario,
    other: PricedScenario,
    shared: pd.DataFrame,
    other_shared: pd.DataFrame,
    options: Options,
) -> dict[str, object] | None:
    """One comparison of nodes with a service; None where they have no workload in common."""
    planned, priced = entry.priced, other.priced
    if not isinstance(planned, PlannedFleet):
        return None
    cost, other_cost = planned.monthly_cost, priced.monthly_cost
    both = ~np.isnan(cost) & ~np.isnan(other_cost) & other.shown
    if not both.any():
        return None
    least = whole = 0.0  # per month
    for place in planned.places:
        attributed = float(np.nansum(place.plan.attributed[0]))
        own = float(np.nansum(np.where(both[place.rows], place.plan.attributed[0], 0.0)))
        part = own / attributed * options.month.hours if attributed > 0 else 0.0
        least += place.plan.growth_cost * part
        whole += place.plan.hourly_nodes_cost * part
    fixed = _clusters(shared) + max(whole - least, 0.0)
    credit = sum((priced.credit(pool) for pool in priced.pools), np.zeros(len(cost)))[both].sum()
    growing = float(other_cost[both].sum() + credit)
    other_fixed = _clusters(other_shared) - float(credit)
    saved = growing - least
    return {
        "nodes": entry.scenario.service,
        "service": other.scenario.service,
        "region": other.scenario.region,
        "purchase_option": other.scenario.purchase_option,
        "billing_mode": other.scenario.billing_mode,
        "workloads": int(both.sum()),
        "nodes_cost": least + fixed,
        "service_cost": growing + other_fixed,
        "cheaper_from": max((fixed - other_fixed) / saved, 0.0) if saved > 0 else float("nan"),
    }


def _clusters(shared: pd.DataFrame) -> float:
    return float(shared.loc[shared["kind"] == CLUSTER, "monthly_cost"].sum())

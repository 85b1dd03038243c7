"""What the workloads of a scenario share: clusters, and what stands idle on nodes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wharfage.analysis.node_scenarios import PlannedFleet
from wharfage.analysis.ranked_frame import names_of
from wharfage.analysis.scenarios import PricedScenario
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import encode_fleet
from wharfage.engine.plan import Options
from wharfage.services import find_service

#: kinds of shared cost
CLUSTER, IDLE = "cluster", "idle_nodes"
COLUMNS = (
    "service", "purchase_option", "billing_mode", "cluster_service", "region", "billing_account",
    "monthly_list_cost", "monthly_cost", "reason", "kind",
)  # fmt: skip


def shared_costs(entry: PricedScenario, options: Options) -> pd.DataFrame:
    """Clusters of one scenario, priced as a fleet of their own, and idle nodes of its plans."""
    parts = [_clusters(entry, options)]
    if isinstance(entry.priced, PlannedFleet):
        idle = entry.priced.idle_costs()
        named = idle.assign(**_names(entry), cluster_service=None, reason=None, kind=IDLE)
        parts.append(named.reindex(columns=list(COLUMNS)))
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def _names(entry: PricedScenario) -> dict[str, str | None]:
    scenario = entry.scenario
    names = ("service", "purchase_option", "billing_mode")
    return {name: getattr(scenario, name) for name in names}


def _clusters(entry: PricedScenario, options: Options) -> pd.DataFrame:
    """Clusters of one scenario: one per region and billing account."""
    cluster = find_service(entry.scenario.service).cluster
    priced = entry.priced
    used = np.flatnonzero(~np.isnan(priced.monthly_cost))
    if cluster is None or not len(used):
        return pd.DataFrame(columns=list(COLUMNS))
    places = pd.DataFrame(
        {column: names_of(priced.fleet, column)[used] for column in ("region", "billing_account")}
    )
    places = places.drop_duplicates().sort_values(["billing_account", "region"], ignore_index=True)
    clusters = price_fleet(encode_fleet(places.assign(**cluster)), priced.book, options)
    return pd.DataFrame(
        {
            **_names(entry),
            "cluster_service": cluster["service"],
            "region": places["region"],
            "billing_account": places["billing_account"],
            "monthly_list_cost": clusters.list_cost,
            "monthly_cost": clusters.monthly_cost,
            "reason": clusters.reasons.text(),
            "kind": CLUSTER,
        }
    )

"""What the fleet is charged for in every scenario: its cost meter by meter, shared costs included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from wharfage.analysis.node_scenarios import NODE_SHARE, PlannedFleet
from wharfage.analysis.scenarios import PricedScenario
from wharfage.analysis.shared_costs import IDLE
from wharfage.engine.assemble import line_frame

COLUMNS = ("service", "region", "purchase_option", "billing_mode", "meter", "monthly_cost")
#: shared costs beside the meters: cluster fees, what is given back of them, idle room on nodes
CLUSTER, CLUSTER_CREDIT, IDLE_NODES = "cluster", "credit:cluster", "idle_nodes"


def component_totals(
    scenarios: Sequence[PricedScenario], shared: Sequence[pd.DataFrame]
) -> pd.DataFrame:
    """Sum the charges of the fleet by scenario and meter; what has no price is left out.

    The sums of a scenario add up to its ``monthly_cost`` in the totals. A cluster stands with its
    list price, and what is given back of it as ``credit:cluster``.
    """
    rows = [
        (*_names(entry), meter, cost)
        for entry, own in zip(scenarios, shared, strict=True)
        for charges in (_charges(entry), _shared(own))
        for meter, cost in charges
        if cost
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _names(entry: PricedScenario) -> tuple[str | None, ...]:
    scenario = entry.scenario
    return scenario.service, scenario.region, scenario.purchase_option, scenario.billing_mode


def _charges(entry: PricedScenario) -> Iterator[tuple[str, float]]:
    priced = entry.priced
    if isinstance(priced, PlannedFleet):
        yield NODE_SHARE, float(pd.Series(priced.monthly_cost).sum())
        return
    lines = line_frame(priced)
    for meter, cost in lines.groupby("meter", sort=False)["effective_cost"].sum().items():
        yield str(meter), float(cost)


def _shared(shared: pd.DataFrame) -> Iterator[tuple[str, float]]:
    known = shared[shared["monthly_cost"].notna()]
    is_idle = known["kind"] == IDLE
    yield IDLE_NODES, float(known.loc[is_idle, "monthly_cost"].sum())
    clusters = known.loc[~is_idle, ["monthly_list_cost", "monthly_cost"]].sum()
    yield CLUSTER, float(clusters["monthly_list_cost"])
    yield CLUSTER_CREDIT, float(clusters["monthly_cost"] - clusters["monthly_list_cost"])

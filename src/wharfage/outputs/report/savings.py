"""What would be cheaper, and by how much: each idea is a fleet of its own, priced like the bill.

A comparison says where each workload is cheapest. What that saves is not added up from there: the
changed fleet is priced again, with its credits and with the clusters that it needs on top.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS
from wharfage.services import find_service, service_ids

Array = NDArray[np.float64]

#: monthly cost of every row of a fleet, NaN where it has none
Price = Callable[[pd.DataFrame], Array]

#: less than half a cent a month is no saving
LEAST = 0.005

#: what a row of a fleet is changed to
PLACE = ["service", "region", "purchase_option", "billing_mode"]
CLUSTER = ["cluster", "region", "account"]


@dataclass(frozen=True)
class Saving:
    """One idea, priced.

    Attributes
    ----------
    name : str
        What is done, in words.
    changes : DataFrame
        Workloads that change: row (of the fleet), service, region, purchase_option,
        billing_mode, saving. [currency per month]
    total : float
        What the fleet costs less, added clusters counted. [currency per month]
    clusters : int
        Clusters that are added.
    """

    name: str
    changes: pd.DataFrame
    total: float
    clusters: int = 0


def candidates_of(ranked: pd.DataFrame, fleet: pd.DataFrame) -> pd.DataFrame:
    """Places where a workload would cost less, cheapest first within the workload.

    Nodes are not among them: what a workload costs there depends on all the others.

    Parameters
    ----------
    ranked : DataFrame
        ``Comparison.frame``.
    fleet : DataFrame
        ``Bill.frame``.
    """
    on_nodes = [name for name in service_ids() if find_service(name).plans_nodes]
    cheaper = ranked["feasible"] & (ranked["saving"] > LEAST) & ~ranked["service"].isin(on_nodes)
    found = ranked.loc[cheaper, ["workload", *PLACE, "saving"]].reset_index(drop=True)
    row = pd.Index(fleet["workload"]).get_indexer(found["workload"])
    today = fleet["service"].astype("string").str.split(".").str[0].to_numpy()[row]
    cluster = {name: (find_service(name).cluster or {}).get("service") for name in service_ids()}
    return found.drop(columns="workload").assign(
        row=row,
        same_cloud=found["service"].str.split(".").str[0].to_numpy() == today,
        cluster=found["service"].map(cluster).astype("string"),
        account=accounts(fleet).to_numpy()[row],
    )


def accounts(fleet: pd.DataFrame) -> pd.Series:
    """Billing account of each row."""
    if "billing_account" not in fleet:
        return pd.Series("default", index=fleet.index, dtype="string")
    cells = fleet["billing_account"].astype("string").str.strip()
    return cells.mask(cells == "").fillna("default")


def move(name: str, fleet: pd.DataFrame, candidates: pd.DataFrame, price: Price) -> Saving:
    """Every workload in the cheapest of its candidates, as long as new clusters are worth it.

    Parameters
    ----------
    name : str
        Of the idea.
    fleet : DataFrame
        ``Bill.frame``.
    candidates : DataFrame
        From :func:`candidates_of`, or part of it.
    price : callable
        Prices a fleet as the bill was.
    """
    places = _new_clusters(fleet, candidates, price)
    left = candidates.merge(places, how="left", on=CLUSTER)
    while True:
        chosen = left.drop_duplicates("row")
        gain = chosen[chosen["fee"].notna()].groupby(CLUSTER)["saving"].sum()
        fees = places.set_index(CLUSTER)["fee"].reindex(gain.index)
        poor = gain.index[gain <= fees]
        if not len(poor):
            break
        # A cluster that costs more than all who would move there save is not built.
        is_poor = pd.MultiIndex.from_frame(left[CLUSTER]).isin(poor)
        left = left[~is_poor | left["fee"].isna()]
    return _priced(name, fleet, chosen, price)


def buy(
    name: str,
    fleet: pd.DataFrame,
    eligible: NDArray[np.bool_],
    options: Sequence[str],
    price: Price,
) -> Saving:
    """Workloads bought in the cheapest of some ways, where they run today.

    Parameters
    ----------
    eligible : array (n,)
        Rows that may be bought so.
    options : sequence of str
        Purchase options; what a service does not sell is left as it is.
    """
    rows = np.flatnonzero(eligible)
    least = fleet["monthly_cost"].to_numpy()[rows] - LEAST
    bought = np.full(len(rows), None, dtype=object)
    for option in options:
        offer = pd.DataFrame({"row": rows, "purchase_option": option})
        cost = price(_changed(fleet, offer))[rows]
        is_less = cost < least
        least = np.where(is_less, cost, least)
        bought[is_less] = option
    chosen = pd.DataFrame({"row": rows, "purchase_option": bought})
    return _priced(name, fleet, chosen[chosen["purchase_option"].notna()], price)


def drop(name: str, fleet: pd.DataFrame, lines: pd.DataFrame, meter: str) -> Saving:
    """A charge that is not paid any more, such as a surcharge for old versions.

    Parameters
    ----------
    lines : DataFrame
        ``Bill.lines()``.
    meter : str
        Meter of the charge.
    """
    charged = lines[(lines["meter"] == meter) & (lines["effective_cost"] > 0)]
    rows = pd.Index(fleet["workload"]).get_indexer(charged["workload"])
    cost = charged["effective_cost"].to_numpy()
    changes = pd.DataFrame({"row": rows, "saving": cost}).reindex(columns=["row", *PLACE, "saving"])
    return Saving(name, changes, float(cost.sum()))


def _new_clusters(fleet: pd.DataFrame, candidates: pd.DataFrame, price: Price) -> pd.DataFrame:
    """Clusters that candidates need and the fleet does not have: cluster, region, account, fee."""
    needed = candidates.loc[candidates["cluster"].notna(), CLUSTER].drop_duplicates()
    cluster = {name: (find_service(name).cluster or {}).get("service") for name in service_ids()}
    service = fleet["service"].astype("string")
    # A row of a service that runs on clusters has one, whether its fee is in the fleet or not.
    there = pd.MultiIndex.from_arrays(
        [service.map(cluster).fillna(service), fleet["region"], accounts(fleet)]
    )
    needed = needed[~pd.MultiIndex.from_frame(needed).isin(there)].reset_index(drop=True)
    if not len(needed):
        return needed.assign(fee=pd.Series(dtype=float))
    fee = price(_cluster_rows(needed))
    return needed.assign(fee=np.where(np.isnan(fee), np.inf, fee))


def _cluster_rows(places: pd.DataFrame) -> pd.DataFrame:
    """Clusters as rows of a fleet."""
    cells = {}
    for name in service_ids():
        form = find_service(name).cluster
        if form and not find_service(name).plans_nodes:
            cells[form["service"]] = form
    rows = pd.DataFrame([cells[name] for name in places["cluster"]])
    return rows.assign(
        workload=[f"added cluster {n}" for n in range(1, len(rows) + 1)],
        region=places["region"].to_numpy(),
        billing_account=places["account"].to_numpy(),
    )


def _priced(name: str, fleet: pd.DataFrame, chosen: pd.DataFrame, price: Price) -> Saving:
    """The fleet with changes, priced; a change that saves nothing after all is taken back."""
    found = _measured(name, fleet, chosen, price)
    is_worth = found.changes["saving"] > LEAST
    if is_worth.all():
        return found
    return _measured(name, fleet, chosen[is_worth.to_numpy()], price)


def _measured(name: str, fleet: pd.DataFrame, chosen: pd.DataFrame, price: Price) -> Saving:
    if not len(chosen):
        return Saving(name, pd.DataFrame(columns=["row", *PLACE, "saving"]), 0.0)
    added = chosen.iloc[:0]
    if "fee" in chosen:
        added = chosen.loc[chosen["fee"].notna(), CLUSTER].drop_duplicates()
    parts = [_changed(fleet, chosen), *([_cluster_rows(added)] if len(added) else [])]
    cost = price(pd.concat(parts, ignore_index=True))
    saving = fleet["monthly_cost"].to_numpy() - cost[: len(fleet)]
    changes = chosen.assign(saving=saving[chosen["row"]]).reindex(columns=["row", *PLACE, "saving"])
    total = float(np.nansum(saving)) - float(cost[len(fleet) :].sum())
    return Saving(name, changes.reset_index(drop=True), total, len(added))


def _changed(fleet: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """What is priced of a fleet, with some rows changed."""
    rows = changes["row"].to_numpy()
    cells = {}
    for column in PLACE:
        if column in changes:
            values = (
                fleet[column].astype(object).to_numpy(copy=True)
                if column in fleet
                else np.full(len(fleet), None, dtype=object)
            )
            values[rows] = changes[column].astype(object).to_numpy()
            cells[column] = pd.Series(values, index=fleet.index, dtype=object)
    given = fleet[[name for name in fleet if name in FLEET_COLUMNS]]
    return given.assign(**cells)

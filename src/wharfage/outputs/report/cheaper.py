"""What would be cheaper: ideas for the whole fleet, the largest moves, and every platform."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wharfage.outputs.figures import money
from wharfage.outputs.report.elements import (
    Cell,
    Head,
    Html,
    count,
    element,
    note,
    numeric,
    section,
    share,
    table,
)
from wharfage.outputs.report.facts import Facts

#: moves shown; the table of all workloads has every one
MOVES = 15
MOVE_NOTE = (
    "Each idea is the whole fleet changed and priced again, credits and added clusters counted;"
    " ideas do not add up. Not counted: the work of moving, data sent between clouds, and fees that"
    " nothing would need any more. Worker pools and jobs serve no requests: whether a workload"
    " needs an address of its own is not in a fleet."
)
BUY_NOTE = (
    "Commitments are for work that runs all month, and are paid whether used or not; Spot is for"
    " work that may be interrupted."
)


def cheaper(facts: Facts) -> Html:
    """Section on what would be cheaper, or why nothing was compared."""
    title = "What would be cheaper"
    if facts.platforms is not None:
        return section("cheaper", title, _documents(facts), _remarks(facts))
    if facts.comparison is None:
        return section("cheaper", title, note(f"Not compared: {facts.not_compared}"))
    parts = [_ideas(facts), note(MOVE_NOTE, " ", BUY_NOTE), _largest(facts), _platforms(facts)]
    return section("cheaper", title, *parts, facts.pictures.get("ranking", ""), _remarks(facts))


def _remarks(facts: Facts) -> Html:
    return note(" ".join(facts.remarks)) if facts.remarks else Html("")


def _ideas(facts: Facts) -> Html:
    unit = f"{facts.only_currency} / month"
    ideas = [*facts.moves, *facts.purchases, *facts.upgrades]
    rows: list[list[Cell]] = [
        [
            idea.name,
            count(len(idea.changes)),
            count(idea.clusters) if idea.clusters else "-",
            money(facts.cost - idea.total),
            money(idea.total),
            share(idea.total / facts.cost if facts.cost else np.nan),
        ]
        for idea in sorted(ideas, key=lambda idea: -idea.total)
        if len(idea.changes)
    ]
    heads = [
        Head("idea"),
        numeric("rows changed"),
        numeric("added clusters"),
        numeric("cost then", unit),
        numeric("saving", unit),
        numeric("share"),
    ]
    return table("Ideas for the whole fleet, one at a time", heads, rows)


def place_names(places: pd.DataFrame, today: pd.Series) -> pd.Series:
    """Places in words; the region only where it is not that of today.

    Examples
    --------
    >>> places = pd.DataFrame({"service": ["gcp.cloud_run"], "region": ["us-east4"], "billing_mode": ["request"]})
    >>> place_names(places, pd.Series(["us-east-1"])).tolist()
    ['gcp.cloud_run (request) in us-east4']
    """
    mode, region = places["billing_mode"].astype("string"), places["region"].astype("string")
    is_same = region.fillna("").to_numpy() == today.astype("string").fillna("").to_numpy()
    words = places["service"].astype("string") + (" (" + mode + ")").fillna("")
    return words + (" in " + region).mask(is_same, "")


def _largest(facts: Facts) -> Html:
    ideas = [idea.changes.set_index("row") for idea in facts.moves]
    best = pd.concat([idea["saving"] for idea in ideas]).astype(float).groupby(level=0).max()
    order = best.sort_values(ascending=False, kind="stable").index[:MOVES]
    today = facts.fleet.iloc[order.to_numpy(int)]
    columns = [today["workload"], today["service"] + " in " + today["region"]]
    columns.append(today["monthly_cost"].map(money))
    for idea in ideas:
        own = idea.reindex(order)
        names = place_names(own, today["region"])
        columns += [names.fillna("-"), own["saving"].astype(float).map(money)]
    rows = list(zip(*(column.astype(str) for column in columns), strict=True))
    if not rows:
        return note("No workload is cheaper on another service.")
    unit = f"{facts.only_currency} / month"
    heads = [
        Head("workload"),
        Head("today"),
        numeric("cost", unit),
        Head("same cloud"),
        numeric("saving", unit),
        Head("either cloud"),
        numeric("saving", unit),
    ]
    shown = table("The largest moves of single workloads", heads, rows)
    more = len(best) - len(rows)
    rest = note(f"{more:,} more workloads would cost less elsewhere.") if more > 0 else ""
    return element("div", shown, rest)


def _platforms(facts: Facts) -> Html:
    """The whole fleet on each service, against what the same workloads cost today."""
    comparison = facts.comparison
    if comparison is None:
        return Html("")
    today = costs_today(comparison.frame)
    rows: list[list[Cell]] = []
    for row in comparison.totals.to_dict("records"):
        mode = row["billing_mode"] if isinstance(row["billing_mode"], str) else ""
        now = today.get((row["service"], mode), np.nan)
        rows.append(
            [
                str(row["service"]) + (f" ({mode})" if mode else ""),
                f"{row['priced']:,} of {row['workloads']:,}",
                money(now),
                money(row["workload_cost"]),
                money(row["shared_cost"]) + (" +" if row["unpriced_clusters"] else ""),
                money(row["monthly_cost"]),
                money(now - row["monthly_cost"]),
                share(row["unused_vcpu"]),
                share(row["unused_memory"]),
            ]
        )
    unit = f"{facts.only_currency} / month"
    heads = [
        Head("service"),
        numeric("runs and has a price"),
        numeric("these today", unit),
        numeric("workloads there", unit),
        numeric("clusters, idle nodes", unit),
        numeric("in all", unit),
        numeric("saving", unit),
        numeric("idle vCPU"),
        numeric("idle memory"),
    ]
    caption = "The fleet on each service: most workloads first, then cheapest"
    return element("div", table(caption, heads, rows), _left_out(facts))


def _left_out(facts: Facts) -> Html:
    left_out = () if facts.comparison is None else facts.comparison.left_out
    if not left_out:
        return Html("")
    return note(
        f"Today's cost leaves out {len(left_out):,} rows that are no workloads, such as cluster"
        " fees. Each platform gets all free tiers of the account. + leaves out clusters without a"
        " price."
    )


def costs_today(ranked: pd.DataFrame) -> dict[tuple[str, str], float]:
    """What the workloads that a service can price cost today, by service and billing mode."""
    priced = ranked[ranked["monthly_cost"].notna()]
    now = pd.DataFrame(
        {
            "workload": pd.factorize(priced["workload"])[0],
            "service": priced["service"].to_numpy(),
            "mode": priced["billing_mode"].fillna("").to_numpy(),
            "today": (priced["monthly_cost"] + priced["saving"]).to_numpy(),
        }
    )
    # Work without requests is shown once, instance-based; it is in the request-based fleet too.
    request = now[now["mode"] == "request"]
    again = now[(now["mode"] == "instance") & ~now["workload"].isin(request["workload"])]
    again = again[again["service"].isin(request["service"].unique())].assign(mode="request")
    sums = pd.concat([now, again]).groupby(["service", "mode"])["today"].sum()
    keys = zip(sums.index.get_level_values(0), sums.index.get_level_values(1), strict=True)
    return dict(zip(keys, sums.tolist(), strict=True))


def _documents(facts: Facts) -> Html:
    """Documents on each platform, with what rides along."""
    if facts.platforms is None:
        return Html("")
    rows: list[list[Cell]] = []
    for row in facts.platforms.totals.to_dict("records"):
        mode = f" ({row['billing_mode']})" if isinstance(row["billing_mode"], str) else ""
        rows.append(
            [
                str(row["service"]) + mode,
                "-" if pd.isna(row["region"]) else str(row["region"]),
                f"{row['can_run']:,} of {row['workloads']:,}",
                money(row["workload_cost"]),
                money(row["rider_cost"]),
                money(row["cluster_cost"]),
                money(row["monthly_cost"]) + (" +" if row["unpriced"] else ""),
            ]
        )
    unit = f"{facts.only_currency} / month"
    heads = [
        Head("platform"),
        Head("region"),
        numeric("runs"),
        numeric("workloads", unit),
        numeric("what rides along", unit),
        numeric("clusters", unit),
        numeric("in all", unit),
    ]
    caption = "The whole stack on each platform: complete first, then cheapest"
    return element(
        "div", table(caption, heads, rows), note("+ leaves out rows that have no price.")
    )

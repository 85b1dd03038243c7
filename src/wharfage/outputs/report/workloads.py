"""The workloads: the costliest as a plain table, and all of them for the page to sort and filter."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wharfage.outputs.figures import money
from wharfage.outputs.report.breakdowns import tag_columns
from wharfage.outputs.report.cheaper import place_names
from wharfage.outputs.report.elements import (
    Bar,
    Cell,
    Head,
    Html,
    element,
    note,
    numeric,
    section,
    share,
    table,
)
from wharfage.outputs.report.facts import Facts
from wharfage.outputs.report.workload_data import Shown, as_json, costliest

#: workloads of the plain table, which is what is printed
TOP = 15
#: tags beside each workload
TAGS = 4


def top(facts: Facts) -> Html:
    """The costliest workloads, and how much of the bill they are."""
    fleet = facts.fleet
    order = costliest(fleet["monthly_cost"])[:TOP]
    shown = fleet.iloc[order]
    shown = shown[shown["monthly_cost"].notna()]
    most = float(shown["monthly_cost"].max()) if len(shown) else 1.0
    unused = facts.waste["unused_cost"].iloc[order]
    rows: list[list[Cell]] = [
        [
            str(row["workload"]),
            str(row["service"]),
            str(row["region"]),
            Bar(money(row["monthly_cost"]), row["monthly_cost"] / (most or 1.0)),
            share(row["monthly_cost"] / facts.cost if facts.cost else float("nan")),
            money(lost),
        ]
        for row, lost in zip(shown.to_dict("records"), unused, strict=False)
    ]
    unit = f"{facts.only_currency} / month".strip()
    heads = [
        Head("workload"),
        Head("service"),
        Head("region"),
        numeric("cost", unit),
        numeric("share"),
        numeric("of it unused", unit),
    ]
    part = float(shown["monthly_cost"].sum()) / facts.cost if facts.cost else float("nan")
    said = f"These {len(shown):,} of {len(fleet):,} workloads are {share(part)} of the cost."
    shown_table = table("Costliest workloads", heads, rows, unseen=True)
    return section("top", "Costliest workloads", shown_table, note(said))


def all_workloads(facts: Facts) -> Html:
    """Room for the table that the page builds from its data."""
    held = min(len(facts.fleet), len(costliest(facts.fleet["monthly_cost"])))
    bound = ""
    if held < len(facts.fleet):
        bound = note(f"The table holds the {held:,} costliest of {len(facts.fleet):,} workloads.")
    more = len(facts.fleet) - min(TOP, len(facts.fleet))
    printed = element(
        "p",
        f"{more:,} more workloads are in the table of the page itself, which is not printed.",
        class_="print-only",
    )
    script = element("noscript", note("The table of all workloads needs JavaScript."))
    room = element("div", id="workloads-table", class_="screen-only")
    return section("workloads", "All workloads", bound, script, room, printed if more else "")


def workload_json(facts: Facts) -> str:
    """Data of the table of all workloads."""
    fleet = facts.fleet
    tags = tag_columns(fleet)[:TAGS]
    unit = f"{facts.only_currency} / month".strip()
    columns = [
        Shown("workload", "text", fleet["workload"]),
        Shown("service", "word", fleet["service"]),
        Shown("region", "word", fleet["region"]),
        *(Shown(name, "word", fleet[name]) for name in tags),
        Shown("vCPU", "number", fleet["billed_vcpu"], "billed"),
        Shown("memory", "number", fleet["billed_memory_gib"], "GiB billed"),
        Shown("cost", "money", fleet["monthly_cost"], unit),
    ]
    if not facts.only_currency:
        columns.append(Shown("currency", "word", facts.currency))
    columns.append(Shown("unused", "money", facts.waste["unused_cost"], unit))
    if facts.moves:
        columns += _cheaper(facts, unit)
    columns.append(Shown("status", "word", fleet["cost_status"]))
    if (fleet["cost_status"] == "unpriced").any():
        columns.append(Shown("why not priced", "word", fleet["unpriced_reason"]))
    return as_json(columns, costliest(fleet["monthly_cost"]), facts.only_currency)


def _cheaper(facts: Facts, unit: str) -> list[Shown]:
    """Cheapest place of each workload on either cloud, and what it saves."""
    changes = facts.moves[1].changes
    places = np.full(len(facts.fleet), "", dtype=object)
    saving = np.full(len(facts.fleet), np.nan)
    rows = changes["row"].to_numpy(int)
    places[rows] = place_names(changes, facts.fleet["region"].iloc[rows]).to_numpy()
    saving[rows] = changes["saving"].to_numpy(float)
    return [
        Shown("cheaper on", "word", pd.Series(places)),
        Shown("saving", "money", pd.Series(saving), unit),
    ]

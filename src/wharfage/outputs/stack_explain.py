"""Explanations of what a stack shares: nodes that a plan chose, and who pays for them."""

from __future__ import annotations

import numpy as np

from wharfage.analysis.stack_nodes import PlannedGroup
from wharfage.analysis.stack_prices import SharedNodes
from wharfage.analysis.stack_riders import NODES
from wharfage.engine.priced import PricedFleet
from wharfage.outputs.explain import assumption_lines, explain_workload
from wharfage.outputs.figures import money, number


def stack_assumptions(priced: PricedFleet) -> dict[str, str]:
    """Everything that was taken for granted for a stack, plans of nodes included."""
    if not isinstance(priced, SharedNodes):
        return assumption_lines(priced)
    return {**assumption_lines(priced.whole), **priced.assumptions}


def explain_shared(priced: SharedNodes, name: str) -> str | None:
    """Arithmetic of pods on planned nodes, or of the nodes; None for any other row."""
    found = np.flatnonzero(priced.fleet.workloads == name)
    if not len(found) or not priced.shares[found[0]]:
        return None
    row = int(found[0])
    return _of_pods(priced, row) if priced.is_pod[row] else _of_nodes(priced, row)


def _of_nodes(priced: SharedNodes, row: int) -> str:
    """Nodes at their whole cost, and what of it is paid for by whom."""
    currency = _currency(priced, row)
    return "\n".join(
        [
            explain_workload(priced.whole, row),
            "",
            f"  of which workloads pay {money(-priced.shares[row])} {currency} for what they ask for",
            f"  and {money(priced.monthly_cost[row])} {currency} stand idle, the cost of this row",
        ]
    )


def _of_pods(priced: SharedNodes, row: int) -> str:
    group = next(g for g in priced.groups if row in (*g.group.pods, *g.group.daemons))
    currency, options = _currency(priced, row), priced.options
    frame = priced.fleet.frame
    if group.group.stated:
        nodes = frame.iloc[group.group.stated]
    else:
        nodes = frame[(frame["part"] == NODES) & (frame["region"] == group.group.region)]
        nodes = nodes[nodes["service"] == group.group.service]
    kinds = ", ".join(
        f"{count:g} x {kind}" for kind, count in zip(nodes["instance_type"], nodes["node_count"], strict=True)
    )  # fmt: skip
    whole = float(np.sum(priced.whole.monthly_cost[nodes.index]))
    sizes = [
        f"{number(float(priced.fleet.arrays[column][row]))} {unit}"
        for column, unit in (("vcpu", "vCPU"), ("memory_gib", "GiB"))
        if not np.isnan(priced.fleet.arrays[column][row])
    ]
    cost = float(priced.monthly_cost[row])
    chosen = "the documents state" if group.group.stated else "were planned"
    who = f"{_pods(priced, group, row)} of {' and '.join(sizes) or 'no requests'}"
    share = (
        f"{money(cost)} of the {money(whole)} {currency} that the nodes cost, by what it asks for;"
    )
    text = [
        f"{priced.fleet.workloads[row]} on {group.group.service} in {group.group.region}",
        f"  on {options.on}, month {options.month.text}, rate book {priced.book.digest}",
        "",
        f"  {who} on nodes that {chosen}: {kinds}",
        f"  {'node_share':<30} {share}",
        f"  {'':<30} a vCPU weighs as much as 9 GiB; what nobody asks for stays with the nodes",
        "",
        f"monthly cost  {money(cost)} {currency}  (list {money(priced.list_cost[row])})",
        f"daily cost    {money(cost * options.month.per_day)} {currency}",
        "",
        "assumptions",
        *(f"  {name}: {said}" for name, said in priced.assumptions.items()),
        "",
        f"what the nodes cost stands in {', '.join(map(repr, nodes['workload']))}",
    ]
    return "\n".join(text)


def _pods(priced: SharedNodes, group: PlannedGroup, row: int) -> str:
    """How many pods a row has on the nodes."""
    own = group.group
    if str(priced.fleet.workloads[row]) in priced.on_each_node:
        return "one pod on every node"
    if group.place is None:
        count = group.pods[row]
    else:
        count = group.place.plan.pods["pods"].iloc[[*own.pods, *own.daemons].index(row)]
    return f"{number(float(count))} pod{'' if count == 1 else 's'} at once"


def _currency(priced: SharedNodes, row: int) -> str:
    service = priced.fleet.values["service"][priced.fleet.arrays["service"][row]]
    return priced.book.table(service).form.currency

"""The later sections: what is unused, break-evens, how sure the figures are."""

from __future__ import annotations

import pandas as pd

from wharfage.outputs.break_evens import KINDS, place
from wharfage.outputs.figures import money, number
from wharfage.outputs.report.crossings import GROWTH, Crossing
from wharfage.outputs.report.elements import (
    Bar,
    Cell,
    Head,
    Html,
    count,
    element,
    join,
    note,
    numeric,
    section,
    table,
)
from wharfage.outputs.report.facts import Facts

#: rows of a table; what is beyond is counted
ROWS = 10
UNUSED_NOTE = (
    "Requested and billed sizes of all replicas together, averaged over the month. A workload that"
    " asks for nothing takes the service's default, which is no waste. Machines that are rows of"
    " the fleet, and the least time that a run is billed, are not looked at."
)


def unused(facts: Facts) -> Html:
    """Section on requested and billed sizes: by service, then the workloads that lose most."""
    unit = f"{facts.only_currency} / month"
    sizes = facts.waste.assign(service=facts.fleet["service"].to_numpy())
    known = sizes[sizes["unused_cost"].notna()]
    by_service = known.groupby("service").sum().sort_values("unused_cost", ascending=False)
    most = float(by_service["unused_cost"].max()) if len(by_service) else 0.0
    rows: list[list[Cell]] = [
        [
            str(name),
            *_sizes(row),
            Bar(money(row["unused_cost"]), row["unused_cost"] / (most or 1.0)),
        ]
        for name, row in by_service.iterrows()
    ]
    heads = [Head("service"), *_size_heads(), numeric("unused cost", unit)]
    parts = [table("Paid for and not asked for, by service", heads, rows)]
    top = known[known["unused_cost"] > 0].nlargest(ROWS, "unused_cost")
    rows = [
        [str(facts.fleet["workload"].iloc[int(str(at))]), str(row["service"]), *_sizes(row),
         money(row["unused_cost"])]
        for at, row in top.iterrows()
    ]  # fmt: skip
    heads = [Head("workload"), Head("service"), *_size_heads(), numeric("unused cost", unit)]
    if rows:
        parts.append(table("Workloads that lose most to sizes", heads, rows))
    picture = facts.pictures.get("waste", "")
    return section("unused", "Paid for and not asked for", *parts, picture, note(UNUSED_NOTE))


def _size_heads() -> list[Head]:
    return [
        numeric("requested", "vCPU"),
        numeric("billed", "vCPU"),
        numeric("requested", "GiB"),
        numeric("billed", "GiB"),
    ]


def _sizes(row: pd.Series) -> list[str]:
    names = ("requested_vcpu", "billed_vcpu", "requested_memory_gib", "billed_memory_gib")
    return [f"{row[name]:,.1f}" for name in names]


def break_evens(facts: Facts) -> Html:
    """Section on break-evens; nothing where there is none to tell."""
    parts = [
        _crossing(each, facts.pictures.get(f"break_even_{n}", ""))
        for n, each in enumerate(facts.crossings)
    ]
    nodes = _nodes(facts)
    if not parts and not nodes:
        return Html("")
    return section("break-evens", "Break-evens", nodes, *parts)


def _nodes(facts: Facts) -> Html:
    """From which size of the fleet nodes are cheaper."""
    if facts.comparison is None or not len(facts.comparison.break_even):
        return Html("")
    sizes = facts.comparison.break_even
    order = {name: n for n, name in reversed(list(enumerate(facts.comparison.totals["service"])))}
    rows: list[list[Cell]] = []
    for nodes, own in sizes.groupby("nodes", sort=False):
        near = own.assign(order=own["service"].map(order)).nsmallest(3, "order")
        for row in near.to_dict("records"):
            times = row["cheaper_from"]
            when = f"{times:.2g}" if times > 0 else "any size"
            mode = f" ({row['billing_mode']})" if isinstance(row["billing_mode"], str) else ""
            rows.append(
                [
                    str(nodes),
                    f"{row['service']}{mode}",
                    count(row["workloads"]),
                    money(row["nodes_cost"]),
                    money(row["service_cost"]),
                    "never" if pd.isna(times) else when,
                ]
            )
    unit = f"{facts.only_currency} / month"
    heads = [
        Head("nodes"),
        Head("against"),
        numeric("workloads of both"),
        numeric("on nodes", unit),
        numeric("there", unit),
        numeric("nodes are cheaper from", "times this fleet"),
    ]
    return table("From which size of the fleet nodes are cheaper", heads, rows)


def _crossing(crossing: Crossing, picture: object) -> Html:
    """Table of one workload along its requests."""
    title = element("h3", element("bdi", crossing.workload), " as its requests grow")
    if crossing.found is None:
        return element("div", title, note(f"No break-even: {crossing.reason}"))
    intervals, roots = crossing.found.intervals, crossing.found.roots
    ends = [*(KINDS[kind] for kind in roots["kind"]), "-"]
    rows: list[list[Cell]] = []
    for n, row in enumerate(intervals.head(ROWS).to_dict("records")):
        is_here = row["low"] <= crossing.requests <= row["high"]
        who = str(row["cheapest"] or "none can run") + (" ◂ today's requests" if is_here else "")
        costs = [money(row["monthly_cost_low"]), money(row["monthly_cost_high"])]
        rows.append([who, place(row["low"]), place(row["high"]), *costs, ends[n]])
    heads = [
        Head("cheapest"),
        numeric("from", "requests / month"),
        numeric("to", "requests / month"),
        numeric("cost from", "per month"),
        numeric("cost to", "per month"),
        Head("ends with"),
    ]
    caption = f"{crossing.workload} as its requests grow"
    more = len(intervals) - len(rows)
    said = (
        f"Today {number(crossing.requests)} requests a month on {crossing.today}; looked at up to"
        f" {GROWTH:g} times that, against the cheapest others, each an account of its own."
        " A stated number of replicas does not grow with the requests."
    )
    said += f" {more:,} more stretches are not shown." if more > 0 else ""
    return element(
        "div",
        title,
        table(caption, heads, rows, unseen=True),
        picture,
        note(said),
        class_="crossing",
    )


def certainty(facts: Facts) -> Html:
    """Section on what is missing, doubtful, assumed, and how old the rates are."""
    parts = [_unpriced(facts), _doubtful(facts), *_of_documents(facts)]
    parts += [_ages(facts), _assumptions(facts)]
    return section("certainty", "How sure this is", *parts)


def _unpriced(facts: Facts) -> Html:
    unpriced = facts.fleet[facts.fleet["cost_status"] == "unpriced"]
    if not len(unpriced):
        return note("Every workload has a price.")
    groups = unpriced.groupby("unpriced_reason", sort=False)["workload"].agg(["size", "first"])
    groups = groups.sort_values("size", ascending=False, kind="stable")
    rows: list[list[Cell]] = [
        [str(reason), count(row["size"]), str(row["first"])]
        for reason, row in groups.head(ROWS).iterrows()
    ]
    heads = [Head("reason"), numeric("workloads"), Head("first of them")]
    more = len(groups) - len(rows)
    rest = note(f"{more:,} more reasons; the table of all workloads has them.") if more > 0 else ""
    return element(
        "div", table("Workloads without a price, left out of every sum", heads, rows), rest
    )


def _doubtful(facts: Facts) -> Html:
    is_unsure = facts.fleet["cost_status"].isin(["doubtful", "lower_bound"])
    if not is_unsure.any():
        return note("No figure rests on a doubtful rate.")
    groups = facts.fleet[is_unsure].groupby(["service", "cost_status"])
    sums = groups.agg(
        size=("workload", "size"), first=("workload", "first"), cost=("monthly_cost", "sum")
    )
    words = {
        "doubtful": "a rate is marked unsure, or is old for Spot",
        "lower_bound": "a minor charge has no rate: the cost is the least it can be",
    }
    rows: list[list[Cell]] = [
        [str(row["service"]), words[str(row["cost_status"])], count(row["size"]), str(row["first"]),
         money(row["cost"])]
        for row in sums.reset_index().to_dict("records")
    ]  # fmt: skip
    unit = f"{facts.only_currency} / month"
    heads = [Head("service"), Head("why"), numeric("workloads"), Head("first of them")]
    heads.append(numeric("cost", unit))
    return table("Doubtful figures", heads, rows)


def _of_documents(facts: Facts) -> list[Html]:
    """Amounts that nobody stated, and what was assumed of documents."""
    lists = {"Not stated, and not priced": facts.missing, "Notes on the documents": facts.notes}
    return [
        element(
            "div", element("h3", title), element("ul", *(element("li", each) for each in texts))
        )
        for title, texts in lists.items()
        if texts
    ]


def _ages(facts: Facts) -> Html:
    dates = facts.lines.groupby("service")["rate_date"].agg(["min", "max"])
    rows: list[list[Cell]] = []
    for age in sorted(facts.ages, key=lambda age: -age.days):
        used = dates.loc[age.service] if age.service in dates.index else None
        span = "-" if used is None or pd.isna(used["min"]) else _span(used["min"], used["max"])
        old = f"{age.days:,}" + (" stale" if age.is_stale else "")
        rows.append([age.service, span, str(age.newest_rate), str(age.compared_on), old])
    heads = [
        Head("rate table"),
        Head("dates of rates used"),
        Head("newest rate"),
        Head("last compared with its sources"),
        numeric("age", "days"),
    ]
    digest = element("code", facts.bill.rate_book_digest)
    said = note("Rate book ", digest, f"; rates and rules of {facts.bill.on}.")
    return element("div", table("Rate tables used, oldest first", heads, rows), said)


def _span(first: object, last: object) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _assumptions(facts: Facts) -> Html:
    said = dict(facts.bill.assumptions)
    if facts.comparison is not None:
        said |= {
            name: text for name, text in facts.comparison.assumptions.items() if name not in said
        }
    terms = join(
        element("div", element("dt", name.replace("_", " ")), element("dd", text))
        for name, text in said.items()
    )
    return element("div", element("h3", "Taken for granted"), element("dl", terms))

"""The first screen: what is paid, where, what could be saved, and how sure that is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wharfage.outputs.figures import money
from wharfage.outputs.report.elements import (
    Bar,
    Cell,
    Head,
    Html,
    amounts,
    count,
    element,
    numeric,
    section,
    share,
    table,
)
from wharfage.outputs.report.facts import Facts

#: rows of a breakdown; the rest is one row
ROWS = 8


def summary(facts: Facts) -> Html:
    """Tiles with the figures that matter, and a warning where figures are missing."""
    tiles = [_cost(facts), _saving(facts), _unused(facts), _sure(facts)]
    inner = element("div", *tiles, class_="tiles")
    return section("summary", "In short", _warning(facts), inner)


def where(facts: Facts) -> Html:
    """Where the money goes: by service, region, tags and component."""
    parts = [
        _breakdown(f"By {title}", title, "workloads", frame)
        for title, frame in facts.breakdowns.items()
    ]
    parts.append(_breakdown("By component", "component", "charges", facts.components))
    picture = facts.pictures.get("components", "")
    return section("where", "Where it goes", element("div", *parts, class_="pairs"), picture)


def _tile(title: str, figure: str, unit: str, *lines: object) -> Html:
    shown = element("p", figure, Html(" "), element("small", unit), class_="figure")
    said = (element("p", line) for line in lines if line)
    return element("div", element("h3", title), shown, *said, class_="tile")


def _cost(facts: Facts) -> Html:
    total = facts.bill.total(strict=False)
    per_day = {
        name: float(facts.fleet.loc[(facts.currency == name).to_numpy(), "daily_cost"].sum())
        for name in total
    }
    lists = facts.fleet["monthly_list_cost"].sum()
    less = f"{money(lists - facts.cost)} below list price" if facts.only_currency in total else ""
    figure, unit = amounts(total), "per month"
    if facts.only_currency:
        figure, unit = (
            money(total.get(facts.only_currency, np.nan)),
            f"{facts.only_currency} per month",
        )
    return _tile("We pay", figure, unit, f"{amounts(per_day)} per day", less)


def _saving(facts: Facts) -> Html:
    title = "Could be saved"
    if facts.platforms is not None:
        return _documents(facts, title)
    if not facts.moves:
        return _tile(title, "-", "", f"not compared: {facts.not_compared}")
    stay, move = (max(idea.total, 0.0) for idea in facts.moves)
    upgrade = sum(idea.total for idea in facts.upgrades)
    best = max(stay, move) + upgrade
    others = [
        f"or {idea.name.partition(',')[0]}: {money(idea.total)}"
        for idea in facts.purchases
        if idea.total > 0
    ]
    if best <= 0:
        return _tile(title, "nothing", "", "no service is cheaper for any workload", *others)
    kept = [f"{idea.name}: {money(idea.total)}" for idea in facts.upgrades if idea.total > 0]
    moved = f"move workloads: {money(max(stay, move))}"
    same = f"({money(stay)} without leaving the cloud)"
    return _tile(title, money(best), _per_month(facts, best), *kept, f"{moved} {same}", *others)


def _documents(facts: Facts, title: str) -> Html:
    """What the cheapest platform that runs all of a stack saves."""
    totals = facts.platforms.totals if facts.platforms is not None else pd.DataFrame()
    whole = totals[totals["is_complete"] & (totals["unpriced"] == 0)]
    best = whole.nsmallest(1, "monthly_cost").to_dict("records")
    if not best or best[0]["monthly_cost"] >= facts.cost:
        return _tile(title, "nothing", "", "no platform that runs all of it is cheaper")
    saved = facts.cost - best[0]["monthly_cost"]
    return _tile(
        title, money(saved), _per_month(facts, saved), f"all of it on {best[0]['service']}"
    )


def _per_month(facts: Facts, cost: float) -> str:
    """Unit of a cost, with its share of the whole."""
    part = share(cost / facts.cost) if facts.cost else "-"
    return f"{facts.only_currency} per month ({part})"


def _unused(facts: Facts) -> Html:
    waste = facts.waste.sum()
    lost = float(waste["unused_cost"])
    pieces = [
        f"{waste[f'billed_{name}'] - waste[f'requested_{name}']:,.1f} of {waste[f'billed_{name}']:,.1f} {word}"
        for name, word in (("vcpu", "vCPU"), ("memory_gib", "GiB"))
    ]
    said = (
        f"{', '.join(pieces)}: sizes are rounded up" if lost > 0 else "sizes fit what is asked for"
    )
    return _tile("Paid for, not asked for", money(lost), _per_month(facts, lost), said)


def _sure(facts: Facts) -> Html:
    status = facts.fleet["cost_status"].value_counts()
    unpriced = int(status.get("unpriced", 0))
    doubtful = facts.fleet["cost_status"].isin(["doubtful", "lower_bound"])
    sure = "no figure rests on a doubtful rate"
    if doubtful.any():
        cost = facts.fleet.loc[doubtful, "monthly_cost"].sum()
        sure = f"{count(doubtful.sum())} on doubtful rates: {money(cost)} {facts.only_currency}"
    age = max((age.days for age in facts.ages), default=0)
    dated = f"rates of {facts.bill.on}" + (f"; oldest table {age:,} days older" if age > 0 else "")
    priced = count(len(facts.fleet) - unpriced)
    return _tile("How sure", priced, f"of {len(facts.fleet):,} have a price", sure, dated)


def _warning(facts: Facts) -> Html:
    """Line about workloads without a price: a sum that leaves them out is not the bill."""
    unpriced = int((facts.fleet["cost_status"] == "unpriced").sum())
    if not unpriced:
        return Html("")
    text = f"{unpriced:,} of {len(facts.fleet):,} workloads have no price. They are left out of every sum on this page, not counted as 0: "
    link = element("a", "see why", href="#certainty")
    return element("p", text, link, ".", class_="warning")


def _breakdown(caption: str, title: str, of: str, frame: pd.DataFrame) -> Html:
    """Table of one breakdown, with a bar behind each cost."""
    total = frame.groupby("currency")["monthly_cost"].transform(lambda c: c.clip(lower=0).sum())
    frame = frame.assign(part=frame["monthly_cost"] / total.where(total > 0))
    several = len(frame["currency"].unique()) > 1
    has_gaps = bool(frame["unpriced"].any())
    unit = "per month" if several else f"{frame['currency'].iloc[0]} / month" if len(frame) else ""
    heads = [Head(title), numeric(of), numeric("cost", unit), numeric("share")]
    heads += [numeric("not priced")] if has_gaps else []
    shown = frame if len(frame) <= ROWS + 1 else pd.concat([frame.head(ROWS), _rest(frame)])
    rows: list[list[Cell]] = []
    for row in shown.to_dict("records"):
        cost = money(row["monthly_cost"]) + (f" {row['currency']}" if several else "")
        part = float(row["part"])
        cells: list[Cell] = [str(row["name"]), count(row["rows"])]
        cells += [cost, Bar(share(part), 0.0 if np.isnan(part) else part)]
        rows.append([*cells, *([count(row["unpriced"])] if has_gaps else [])])
    return element("div", table(caption, heads, rows), class_="pair")


def _rest(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for what a breakdown does not show, for each currency."""
    rest = frame.iloc[ROWS:]
    sums = rest.groupby("currency", as_index=False)[
        ["rows", "unpriced", "monthly_cost", "part"]
    ].sum()
    return sums.assign(name=f"{len(rest):,} others")

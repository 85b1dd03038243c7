"""Heat map: the same work in every region, on every service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.outputs.pictures.theme import (
    BLANK,
    CHARACTER,
    NOTHING,
    ON_LIGHT,
    SHADES,
    STEP,
    finished,
    load_altair,
    rows_of,
)
from wharfage.outputs.pictures.words import (
    COST,
    check_priced,
    check_top,
    rates_line,
    scenario_label,
    short_money,
    some,
)
from wharfage.rates.book import RateBook

if TYPE_CHECKING:
    from wharfage.api import Comparison
    from wharfage.rates.regions import Regions

#: least width of a column
COLUMN = 104
#: height of a line of a heading
LINE = 14
#: from here on, as a part of the range of costs, a cell is too dark for dark text
DARK = 0.45


def regions(
    result: Comparison,
    *,
    workload: str | None = None,
    top: int = 40,
    rates: RateBook | None = None,
) -> Any:  # noqa: ANN401  a chart
    """Cells of cost: a row for each region or metropolitan area, a column for each scenario.

    Parameters
    ----------
    result : Comparison
        Regions of both clouds in one metropolitan area share a row.
    workload : str, optional
        One workload; else the sum over all workloads of the row, clusters apart.
    top : int
        Rows: the cheapest; how many others there are is said.
    rates : RateBook, optional
        Whose list of metropolitan areas is used; that of the bundled book by default.

    Returns
    -------
    Chart
        Costs in USD per month. A cell has a shade only if all workloads of its row have a price
        there; else it says for how many the cost is, or that there is none.

    Raises
    ------
    InvalidValueError
        If there is no such workload.
    """
    check_top(top)
    frame = result.frame
    if workload is not None:
        known = frame["workload"].astype(str)
        frame = frame[known == str(workload)]
        if frame.empty:
            raise InvalidValueError(
                f"There is no workload {workload!r} among those compared.",
                hint=did_you_mean(str(workload), known.unique()[:100_000])
                or f"the first is {known.iloc[0]!r}.",
            )
    cells = _cells(frame, (rates or RateBook.bundled()).regions)
    check_priced(int(cells["cost"].notna().sum()), len(cells), "scenarios in each region")
    best = cells.groupby("row")["shade"].min().sort_values(kind="stable", na_position="last")
    order = list(best.index[:top])
    shown = cells[cells["row"].isin(order)]
    has_price = shown.groupby("column", sort=False)["cost"].count() > 0
    without = list(has_price.index[~has_price])
    shown = shown[~shown["column"].isin(without)]
    means = shown.groupby("column")["shade"].mean()
    columns = means.sort_values(kind="stable", na_position="last")
    count = frame["workload"].drop_duplicates().size
    of = f"{count:,} workloads cost" if count > 1 else f"{frame['workload'].iloc[0]} costs"
    is_grey = bool(shown["shade"].isna().any())
    lines = [
        "Cheapest row and column first; clusters and idle nodes are apart",
        "Each row has workloads of its own" if (cells["workloads"] < count).any() else "",
        "Grey: the cost of some workloads only, or no price" if is_grey else "",
        f"No price anywhere: {some(without)}" if without else "",
        f"{top:,} of {len(best):,} regions are shown, the cheapest" if len(best) > top else "",
        rates_line(result),
    ]
    title = f"What {of} in each region [{COST}]"
    return finished(_drawn(shown, order, list(columns.index)), title, lines)


def _cells(frame: pd.DataFrame, areas: Regions) -> pd.DataFrame:
    """Cost of each row and column, how many workloads it covers, and its shade, NaN if not all."""
    used = frame[frame["region"].notna()]
    rows = _rows_of_regions(list(used["region"].unique()), areas)
    keys = ["service", "purchase_option", "billing_mode"]
    kinds = used[keys].drop_duplicates()
    label = {
        tuple(row.values()): scenario_label(row)
        for row in kinds.astype(object).where(kinds.notna(), None).to_dict("records")
    }
    plain = used[keys].astype(object).where(used[keys].notna(), None)
    used = used.assign(
        row=used["region"].map(rows),
        column=[label[key] for key in plain.itertuples(index=False, name=None)],
    )
    whole = used.groupby("row")["workload"].nunique()
    cells = (
        used.groupby(["row", "column"], sort=False)["monthly_cost"]
        .agg(cost="sum", priced="count")
        .reset_index()
    )
    cells["workloads"] = cells["row"].map(whole)
    cells["cost"] = cells["cost"].where(cells["priced"] > 0)
    cells["shade"] = cells["cost"].where(cells["priced"] == cells["workloads"])
    return cells


def _rows_of_regions(names: list[str], areas: Regions) -> dict[str, str]:
    """Row of each region: its metropolitan area with all regions in it, or itself."""
    found = dict(zip(names, names, strict=True))
    for metro, members in areas.metros.items():
        own = [code for codes in members.values() for code in codes if code in found]
        title = metro.replace("_", " ").title()
        found |= dict.fromkeys(own, f"{title} ({' = '.join(own)})")
    return found


def _drawn(cells: pd.DataFrame, order: list[str], columns: list[str]) -> Any:  # noqa: ANN401
    alt = load_altair()
    low, high = cells["shade"].min(), cells["shade"].max()
    is_dark = (cells["shade"] - low) > DARK * max(high - low, 1e-9)
    is_part = cells["shade"].isna() & cells["cost"].notna()
    text = np.where(cells["cost"].isna(), "no price", cells["cost"].map(short_money))
    of = " for " + cells["priced"].astype(str) + " of " + cells["workloads"].astype(str)
    cells = cells.assign(text=np.where(is_part, text + of, text), is_dark=is_dark)
    words = [*cells["text"], *(word for name in columns for word in name.split("/"))]
    width = max(COLUMN, int(max(map(len, words), default=0) * CHARACTER) + 14)
    # One line for each part of a scenario's name.
    top = alt.Axis(
        orient="top",
        labelAngle=0,
        labelExpr="split(datum.label, '/')",
        labelLineHeight=LINE,
        # Further lines of a heading grow downwards, from the first one.
        labelPadding=4 + LINE * max(name.count("/") for name in columns),
        labelOverlap=False,
        ticks=False,
        domain=False,
    )
    x = alt.X("column:N", sort=columns, title=None, axis=top)
    y = alt.Y("row:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False))
    empty = alt.Chart(rows_of(cells[cells["shade"].isna()])).mark_rect(color=NOTHING, stroke=BLANK)
    shaded = alt.Chart(rows_of(cells[cells["shade"].notna()])).mark_rect(stroke=BLANK)
    # From light to dark: the dearest is the darkest, in grey too.
    scale = alt.Scale(scheme=SHADES, reverse=True, domain=[low, high])
    legend = alt.Legend(title=COST, orient="bottom", gradientLength=260, format="~s")
    layers = [empty.encode(x=x, y=y)]
    if cells["shade"].notna().any():
        color = alt.Color("shade:Q", scale=scale, legend=legend)
        layers.append(shaded.encode(x=x, y=y, color=color))
    for dark, ink in ((True, BLANK), (False, ON_LIGHT)):
        numbers = alt.Chart(rows_of(cells[cells["is_dark"] == dark])).mark_text(color=ink)
        layers.append(numbers.encode(x=x, y=y, text="text:N"))
    return alt.layer(*layers).properties(width=alt.Step(width), height=alt.Step(STEP))

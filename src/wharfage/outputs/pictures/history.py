"""Price history: every dated price of a service, as the rate book holds it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wharfage.errors import InvalidValueError
from wharfage.outputs.pictures.lines import TEXT, Upright, named_lines
from wharfage.outputs.pictures.theme import (
    BLANK,
    INK,
    WIDTH,
    finished,
    line_scales,
    load_altair,
    rows_of,
)
from wharfage.outputs.pictures.words import (
    CURRENCY,
    check_top,
    some,
)
from wharfage.outputs.rates import rate_frame

if TYPE_CHECKING:
    from wharfage.rates.book import RateBook

#: meters that are drawn below one another, and the height of each
PANELS, HEIGHT = 4, 170
DAY_MS = 86_400_000.0
#: up to here an axis names days, then months
SHORT_DAYS = 400


@dataclass(frozen=True)
class Days:
    """Days, as the scale of a picture. [milliseconds since 1970]."""

    low: float
    high: float
    is_log: bool = False

    def pixel(self, value: float) -> float:
        """Place of a day on the picture, from its left side."""
        return (value - self.low) / (self.high - self.low) * WIDTH

    def channel(self, field: str, *, labels: bool = True) -> Any:  # noqa: ANN401  an x channel
        """Horizontal place of a field."""
        alt = load_altair()
        scale = alt.Scale(domain=[self.low, self.high], nice=False, type="utc")
        is_short = self.high - self.low < SHORT_DAYS * DAY_MS
        day = "%Y-%m-%d" if is_short else "%Y-%m"
        axis = alt.Axis(format=day, tickCount=5, labels=labels, labelOverlap=True)
        return alt.X(f"{field}:T", title=None, scale=scale, axis=axis)


def history(
    result: RateBook,
    *,
    service: str | None = None,
    meter: str | None = None,
    region: str | Sequence[str] | None = None,
    top: int = 6,
) -> Any:  # noqa: ANN401  a chart
    """Prices of a service over time, one part for each meter.

    Parameters
    ----------
    result : RateBook
        A price holds from its date until the next; before its first date there is no line.
    service : str
        Whose prices.
    meter, region : str, optional
        One meter; one region or several. All by default.
    top : int
        Lines of a meter: those whose price changed most often, then those with most dates; how
        many others there are is said.

    Returns
    -------
    Chart
        List prices in USD per pricing unit. A withdrawn price ends with a cross.

    Raises
    ------
    InvalidValueError
        If no service is given, or it has no such meter or region.
    """
    if service is None:
        raise InvalidValueError(
            "The prices of which service shall be drawn?", hint="plot(book, service='aws.fargate')."
        )
    check_top(top)
    rates = _rates(result, service, meter, region)
    last = result.newest_date
    sizes = (
        rates.groupby("meter", sort=False)["changes"]
        .max()
        .sort_values(ascending=False, kind="stable")
    )
    shown = [name for name in rates["meter"].unique() if name in set(sizes.index[:PANELS])]
    first = rates.loc[rates["meter"].isin(shown), "date"].min()
    days = Days(_ms(first), _ms(max(last, first + dt.timedelta(days=1))))
    alt = load_altair()
    panels = [_panel(rates[rates["meter"] == name], name, days, last, top) for name in shown]
    count = {name: rates.loc[rates["meter"] == name, "series"].nunique() for name in shown}
    crowded = [f"{top} of {n:,} of {name}" for name, n in count.items() if n > top]
    others = [name for name in sizes.index if name not in shown]
    where = region if isinstance(region, str) else ", ".join(region or ())
    lines = [
        "A line is the price used from its date on; hollow points were read that day, filled ones took effect",
        f"Lines shown, those with most changes: {'; '.join(crowded)}" if crowded else "",
        f"Meters not shown: {some(others)}" if others else "",
        f"Prices up to {last}, rate book {result.digest}",
    ]
    title = f"List prices of {service}{' in ' + where if where else ''} [{CURRENCY} per unit]"
    # The same name may stand for another line in another part.
    parts = alt.vconcat(*panels, spacing=14)
    drawn = parts.resolve_scale(color="independent", strokeDash="independent")
    return finished(drawn, title, lines)


def _rates(
    book: RateBook, service: str, meter: str | None, region: str | Sequence[str] | None
) -> pd.DataFrame:
    """Every dated rate: meter, series (its name), date, price (NaN: withdrawn), kind, changes."""
    places: list[str | None] = [region] if isinstance(region, str) else [*(region or ())] or [None]
    found = [rate_frame(book, service, region=place, meter=meter) for place in places]
    rates = pd.concat(found, ignore_index=True).drop_duplicates()
    if rates.empty:
        raise InvalidValueError(
            f"{service} has no rate for that.", hint="leave out meter or region."
        )
    rates["date"] = [dt.date.fromisoformat(day) for day in rates["rate_date"]]
    rates["price"] = pd.to_numeric(rates["list_unit_price"], errors="coerce")
    rates["series"] = _names(rates)
    by = rates.groupby(["meter", "series"], sort=False)
    distinct = by["list_unit_price"].transform("nunique")
    dates = by["date"].transform("nunique")
    # What changed most comes first; of those, what was read most often.
    rates["changes"] = distinct * 1000 + dates
    return rates


def _names(rates: pd.DataFrame) -> list[str]:
    """Name of each line: what sets it apart from the others of its meter."""
    names = pd.Series("", index=rates.index)
    for _, own in rates.groupby("meter", sort=False):
        cells = own["key"].str.split(", ", expand=True).fillna("")
        tiers = own["tier_start"].astype(str)
        columns = [
            own["region"],
            *(cells[n] for n in cells),
            tiers.radd("from ").where(tiers != "0", ""),
        ]
        used = [column for column in columns if len(column.unique()) > 1] or columns[:1]
        texts = [" ".join(filter(None, row)) for row in zip(*used, strict=True)]
        names.loc[own.index] = np.array(texts, dtype=object)
    return names.tolist()


def _panel(rates: pd.DataFrame, meter: str, days: Days, last: dt.date, top: int) -> Any:  # noqa: ANN401
    alt = load_altair()
    order = rates.drop_duplicates("series").sort_values("changes", ascending=False, kind="stable")
    names = order["series"].head(top).tolist()
    unit = str(rates["pricing_unit"].iloc[0])
    own = rates[rates["series"].isin(names)].sort_values("date", kind="stable")
    points = pd.DataFrame(
        {
            "x": own["date"].map(_ms),
            "name": own["series"],
            "cost": own["price"],
            "kind": own["rate_date_kind"],
        }
    )
    # The last price still holds on the last day; after a withdrawal nothing does.
    ends = points.groupby("name").last().reset_index().assign(x=_ms(last), kind=None)
    line = pd.concat([points, ends[ends["cost"].notna()]], ignore_index=True)
    height = max(HEIGHT, TEXT * len(names))
    upright = Upright.of(points["cost"], days, f"{CURRENCY} per {unit}", height, "~g")
    colors = dict(zip(names, line_scales(names)[0].range, strict=True))
    marks = points[points["cost"].notna()].assign(
        ring=lambda p: p["name"].map(colors),
        fill=lambda p: np.where(p["kind"] == "observed", BLANK, p["name"].map(colors)),
    )
    dots = (
        alt.Chart(rows_of(marks))
        .mark_point(size=44, opacity=1, strokeWidth=1.8)
        .encode(
            x=days.channel("x"),
            y=upright.channel(),
            stroke=alt.Stroke("ring:N", scale=None),
            fill=alt.Fill("fill:N", scale=None),
            tooltip=["name:N", "cost:Q", "kind:N"],
        )
    )
    crosses = (
        alt.Chart(rows_of(_withdrawn(points)))
        .mark_point(shape="cross", angle=45, size=90, fill=INK, stroke=INK, opacity=1)
        .encode(x=days.channel("x"), y=upright.channel())
    )
    name = alt.TitleParams(meter, fontSize=13, anchor="start", color=INK, offset=6)
    drawn = named_lines(line, names, days, upright, interpolate="step-after", over=[dots, crosses])
    return drawn.properties(title=name)


def _withdrawn(points: pd.DataFrame) -> pd.DataFrame:
    """Where lines end: the last price, on the day of its withdrawal."""
    before = points.groupby("name")["cost"].shift(1)
    gone = points["cost"].isna() & before.notna()
    return points[["x", "name"]].assign(cost=before)[gone]


def _ms(day: dt.date) -> float:
    return day.toordinal() * DAY_MS - dt.date(1970, 1, 1).toordinal() * DAY_MS

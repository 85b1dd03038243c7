"""Break-even: the cost of every contender along an axis, and below it who is the cheapest where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from wharfage.outputs.pictures.lines import HEIGHT, Along, Upright, fits, ink_rule, named_lines
from wharfage.outputs.pictures.theme import (
    BLANK,
    INK,
    NOTHING,
    ON_LIGHT,
    PALETTE,
    WIDTH,
    finished,
    line_scales,
    load_altair,
    rows_of,
)
from wharfage.outputs.pictures.words import COST, check_priced, compact, rates_line, some

if TYPE_CHECKING:
    from wharfage.analysis.break_even import BreakEven

#: room that the number of a change takes, and stretches that are told in words
LABEL, TOLD = 46, 4
#: height of the strip of the cheapest
STRIP = 26
TIE, NOBODY = "same cost", "none can run"


def break_even(result: BreakEven) -> Any:  # noqa: ANN401  a chart
    """Cost of every contender along the axis, every change of the cheapest, and its stretches.

    Parameters
    ----------
    result : BreakEven
        Its ``costs()`` are the lines, its ``intervals`` the strip below, its ``roots`` the rules.

    Returns
    -------
    Chart
        Costs in USD per month. Where a contender has no price its line has a gap.
    """
    alt = load_altair()
    along = Along.of(result.axis)
    costs = result.costs().set_axis(["x", "name", "cost"], axis="columns")
    check_priced(int(costs["cost"].notna().sum()), len(result.names), "contenders")
    upright = Upright.of(costs["cost"], along, COST, HEIGHT)
    lines = named_lines(costs, result.names, along, upright, labels=False)
    rules = _rules(result, along)
    upper = alt.layer(*rules, lines)
    chart = alt.vconcat(upper, _strip(result, along), spacing=4)
    title = f"The cheapest along {along.title}: cost [{COST}]"
    return finished(
        chart, title, [_told(result), gaps_line(result), places_line(result), rates_line(result)]
    )


def _rules(result: BreakEven, along: Along) -> list[Any]:
    """A rule at every change, with its place where there is room for the number."""
    alt = load_altair()
    roots = result.roots
    if roots.empty:
        return []
    marks = pd.DataFrame({"x": roots["at"].to_numpy(float)})
    free, texts = -1.0 * LABEL, []
    for at in marks["x"]:
        pixel = along.pixel(at)
        texts.append(compact(at) if pixel >= free else "")
        free = pixel + LABEL if texts[-1] else free
    marks["text"] = texts
    base = alt.Chart(rows_of(marks)).encode(x=along.channel("x", labels=False))
    return [
        base.mark_rule(**ink_rule(strokeDash=[3, 3])),
        base.mark_text(dy=-8, baseline="bottom").encode(text="text:N", y=alt.value(4)),
    ]


def _strip(result: BreakEven, along: Along) -> Any:  # noqa: ANN401  a chart
    """Stretches along the axis in the colour of the cheapest, with its name where it fits."""
    alt = load_altair()
    found = result.intervals
    colors = dict(zip(result.names, line_scales(result.names)[0].range, strict=True))
    rows = []
    for row in found.to_dict("records"):
        name = row["cheapest"] if isinstance(row["cheapest"], str) else NOBODY
        fill = colors.get(name, BLANK if name == NOBODY else NOTHING)
        word = name if name in colors or name == NOBODY else TIE
        width = along.pixel(row["high"]) - along.pixel(row["low"])
        rows.append(
            {
                "low": row["low"],
                "high": row["high"],
                "middle": along.pixel(row["low"]) + width / 2,
                "cheapest": name,
                "fill": fill,
                "ink": BLANK if fill in PALETTE[:3] else ON_LIGHT,
                "text": word if fits(word, width) else "",
            }
        )
    base = alt.Chart(rows_of(pd.DataFrame(rows)))
    bars = base.mark_bar(stroke=INK, strokeWidth=0.6).encode(
        x=along.channel("low"),
        x2="high:Q",
        y=alt.value(0),
        y2=alt.value(STRIP),
        color=alt.Color("fill:N", scale=None),
        tooltip=["cheapest:N", "low:Q", "high:Q"],
    )
    names = [
        alt.Chart(rows_of(pd.DataFrame([row])))
        .mark_text(baseline="middle", color=row["ink"])
        .encode(x=alt.value(row["middle"]), y=alt.value(STRIP / 2), text="text:N")
        for row in rows
        if row["text"]
    ]
    return alt.layer(bars, *names).properties(width=WIDTH, height=STRIP)


def _told(result: BreakEven) -> str:
    """Say who is cheapest from where to where, as far as that is short."""
    found = result.intervals
    told = [
        f"{row['cheapest'] or NOBODY} from {compact(row['low'])} to {compact(row['high'])}"
        for row in found.head(TOLD).to_dict("records")
    ]
    more = f"; and {len(found) - TOLD:,} more stretches" if len(found) > TOLD else ""
    return "Cheapest: " + "; ".join(told) + more


def gaps_line(result: BreakEven) -> str:
    """Say who has no price where, and the reason of the first."""
    found = result.infeasible
    if found.empty:
        return ""
    names = some(list(dict.fromkeys(found["contender"])))
    first = found.iloc[0]
    where = f"from {compact(first['low'])} to {compact(first['high'])}"
    return f"No price, and no line there: {names} ({where}: {first['reason']})"


def places_line(result: BreakEven) -> str:
    """Say where each contender is, unless its name does."""
    places = result.regions.items()
    return "; ".join(f"{name} in {place}" for name, place in places if "@" not in name)

"""Uncertainty fan: how far a cost may lie from its middle, where inputs are uncertain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from wharfage.errors import InvalidValueError
from wharfage.outputs.pictures.theme import (
    BLANK,
    INK,
    NUMBERS,
    PALETTE,
    STEP,
    WIDTH,
    finished,
    load_altair,
    rows_of,
)
from wharfage.outputs.pictures.words import (
    COST,
    check_priced,
    check_top,
    missing_line,
    rates_line,
    scenario_label,
    short_money,
    some,
)

if TYPE_CHECKING:
    from wharfage.analysis.ranges import Ranges

#: bands from the widest to the narrowest, light to dark
BANDS = (PALETTE[5], PALETTE[3], PALETTE[1], PALETTE[0])
BY = ("scenario", "workload")


def fan(result: Ranges, *, by: str | None = None, top: int = 20) -> Any:  # noqa: ANN401  a chart
    """Bands between quantiles, one inside the other, with the typical cost as a mark.

    Parameters
    ----------
    result : Ranges
        Its quantiles, in pairs: the lowest with the highest.
    by : {"scenario", "workload"}, optional
        Rows: the fleet in every scenario, or every workload. Scenarios, unless there is only one
        of them and several workloads.
    top : int
        Rows that are drawn: the cheapest scenarios, or the dearest workloads by their mean; how
        many others there are is said.

    Returns
    -------
    Chart
        Costs in USD per month. What has no price in some draws has no band and is named.
    """
    way = _way(result, by)
    check_top(top)
    rows, whole = _rows(result, way)
    known = rows[rows["mean"].notna()].sort_values(
        "mean", ascending=way == "scenario", kind="stable"
    )
    check_priced(len(known), len(rows), f"{way}s")
    shown = known.head(top)
    title = f"What {whole} may cost: {_quantile_words(result)} [{COST}]"
    lines = [
        "The white line is the middle of all draws (p50), the diamond is the typical input",
        _rest(known, top, way),
        _missing(rows, way),
        "Uncertain: "
        + ("; ".join(f"{name}, {how}" for name, how in result.inputs.items()) or "nothing"),
        f"{result.sampling.draws:,} draws, seed {result.sampling.seed}. {rates_line(result)}",
    ]
    return finished(_drawn(shown, result.quantiles), title, lines)


def _way(result: Ranges, by: str | None) -> str:
    if by is None:
        return BY[1] if len(result.totals) == 1 and len(result.frame) > 1 else BY[0]
    if by not in BY:
        raise InvalidValueError(
            f"Rows of a fan are not by {by!r}.", hint=f"by is {' or '.join(BY)}."
        )
    return by


def _rows(result: Ranges, way: str) -> tuple[pd.DataFrame, str]:
    """Rows with a label each, and what they are parts of."""
    totals, frame = result.totals, result.frame
    if way == "scenario":
        count = int(totals["workloads"].iloc[0])
        label = [scenario_label(row) for row in totals.to_dict("records")]
        part = totals["priced"] < count
        label = [
            f"{name} ({priced:,} of {count:,})" if less and priced else name
            for name, less, priced in zip(label, part, totals["priced"], strict=True)
        ]
        return totals.assign(label=label), "the fleet" if count > 1 else "the workload"
    several = len(totals) > 1
    label = [
        f"{row['workload']}: {scenario_label(row)}" if several else str(row["workload"])
        for row in frame.to_dict("records")
    ]
    return frame.assign(label=label), "each workload"


def _drawn(shown: pd.DataFrame, quantiles: dict[str, float]) -> Any:  # noqa: ANN401  a chart
    alt = load_altair()
    names = [name for name, _ in sorted(quantiles.items(), key=lambda pair: pair[1])]
    order = shown["label"].tolist()
    high = float(shown[[*names, "typical"]].max().max()) if len(shown) else 1.0
    scale = alt.Scale(domain=[0.0, max(high, 1e-9) * 1.38], nice=False)
    y = alt.Y("label:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False))
    axis = alt.Axis(format=NUMBERS, tickCount=6)
    pairs = [(names[n], names[-1 - n]) for n in range(len(names) // 2)]
    shades = BANDS[: len(pairs)]
    bands = [
        alt.Chart(rows_of(shown[["label", low, up]].set_axis(["label", "low", "high"], axis=1)))
        .mark_bar(stroke=INK, strokeWidth=0.6, height={"band": 0.72 - 0.18 * min(n, 2)})
        .encode(
            x=alt.X("low:Q", title=COST, scale=scale, axis=axis),
            x2="high:Q",
            y=y,
            color=alt.value(shade),
        )
        for n, ((low, up), shade) in enumerate(zip(pairs, shades, strict=False))
    ]
    told = shown.assign(
        end=shown[[*names, "typical"]].max(axis=1),
        text=[
            " · ".join(short_money(row[name]) for name in names) if len(names) <= 3  # noqa: PLR2004
            else " · ".join(short_money(row[n]) for n in (names[0], names[len(names) // 2], names[-1]))
            for row in shown.to_dict("records")
        ],
    )  # fmt: skip
    base = alt.Chart(rows_of(told[["label", "typical", "end", "text", *names]])).encode(y=y)
    middle = [name for name in names if quantiles[name] == 0.5]  # noqa: PLR2004
    marks = [
        base.mark_tick(color=shade, thickness=thickness, size=STEP * 0.72).encode(x=f"{name}:Q")
        for name in middle
        for shade, thickness in ((INK, 5.0), (BLANK, 2.4))
    ]
    typical = base.mark_point(shape="diamond", size=60, color=INK, fill=BLANK, opacity=1)
    numbers = base.mark_text(align="left", dx=8).encode(x="end:Q", text="text:N")
    layers = [
        *bands,
        *marks,
        typical.encode(x=alt.X("typical:Q", scale=scale, axis=axis, title=COST)),
        numbers,
    ]
    return alt.layer(*layers).properties(width=WIDTH, height=alt.Step(STEP))


def _quantile_words(result: Ranges) -> str:
    names = sorted(result.quantiles, key=result.quantiles.__getitem__)
    return f"{names[0]} to {names[-1]}" if len(names) > 1 else names[0]


def _rest(known: pd.DataFrame, top: int, way: str) -> str:
    rest = known.iloc[top:]
    if rest.empty:
        return ""
    said = f"{top:,} of {len(known):,} {way}s are shown"
    if way == "scenario":
        return f"{said}, those with the lowest mean"
    return f"{said}, those with the highest mean; the others cost {short_money(rest['mean'].sum())} on average, together"


def _missing(rows: pd.DataFrame, way: str) -> str:
    missing = rows.loc[rows["mean"].isna(), "label"].tolist()
    line = missing_line(len(missing), len(rows), f"{way}s")
    return f"{line} (in all draws): {some(missing)}" if missing else ""

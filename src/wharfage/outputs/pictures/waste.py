"""Waste of a bill: what workloads ask for, and what is billed for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wharfage.errors import UnpricedError
from wharfage.outputs.pictures.components import grouped, groups_of
from wharfage.outputs.pictures.theme import (
    BLANK,
    INK,
    NUMBERS,
    PALETTE,
    STEP,
    finished,
    load_altair,
    rows_of,
)
from wharfage.outputs.pictures.words import (
    check_top,
    compact,
    rates_line,
)

if TYPE_CHECKING:
    from wharfage.api import Bill

REQUESTED, BILLED = "requested", "billed"
#: what each stage adds to the one before it
STAGES = {REQUESTED: "asked for", BILLED: "billed, not asked for"}
COLORS = (PALETTE[0], PALETTE[4], BLANK)
RESOURCES = {"vcpu": "vCPU", "memory_gib": "memory [GiB]"}
#: width of one of the two parts
HALF = 330
#: room for the numbers beside the longest bar
ROOM = 1.62


def waste(result: Bill, *, by: str = "workload", top: int = 20) -> Any:  # noqa: ANN401  a chart
    """Bars of what is billed: what was asked for, then what was not; most of it unused on top.

    Parameters
    ----------
    result : Bill
        Its ``sizes``: of all replicas that run at once, on average.
    by : str
        ``workload``, or another column of ``bill.frame``.
    top : int
        Bars; all others are one bar of their own.

    Returns
    -------
    Chart
        vCPU and GiB of memory. Rows without a size, such as cluster fees, are left out and counted.

    Raises
    ------
    InvalidValueError
        If the fleet has no such column.
    UnpricedError
        If nothing is billed by its size.
    """
    frame = result.frame
    label = groups_of(frame, by)
    check_top(top)
    sizes = result.sizes.assign(label=label.to_numpy())
    columns = [f"{stage}_{name}" for name in RESOURCES for stage in (REQUESTED, BILLED)]
    known = sizes[sizes[columns].notna().all(axis=1)]
    if known.empty:
        raise UnpricedError(
            "There is nothing to draw: no workload of the fleet has a price by its size.",
            hint="plot(bill) shows its charges.",
        )
    sums = known.groupby("label")[columns].sum()
    names = grouped(_unused(sums), top)
    rows = known.assign(label=known["label"].map(names)).groupby("label")[columns].sum()
    rows = rows.reindex(list(dict.fromkeys(names.values())))
    left_out = len(sizes) - len(known)
    lines = [
        "Sizes of all replicas that run at once, on average; beside the bars: what nobody asked for",
        _whole(rows),
        f"{left_out:,} of {len(sizes):,} rows have no size (fees, or no price) and are not shown"
        if left_out
        else "",
        rates_line(result),
    ]
    return finished(
        sized_bars(rows, STAGES), "What is asked for, and what is billed [vCPU and GiB]", lines
    )


def sized_bars(rows: pd.DataFrame, stages: Mapping[str, str]) -> Any:  # noqa: ANN401  a chart
    """Two parts side by side, vCPU and memory: what is asked for, and what each stage adds to it.

    Parameters
    ----------
    rows : DataFrame
        By label, a column ``<stage>_<resource>`` for every stage and resource; no stage is less
        than the one before it.
    stages : mapping of str
        Stages from what is asked for to what is paid for, with what each adds, in words.
    """
    alt = load_altair()
    halves = []
    for number, (resource, title) in enumerate(RESOURCES.items()):
        own = rows[[f"{stage}_{resource}" for stage in stages]]
        added = own.set_axis(list(stages.values()), axis=1)
        added = added - added.shift(1, axis=1).fillna(0.0)
        halves.append(_half(added, title, labels=number == 0))
    return alt.hconcat(*halves, spacing=18)


def _half(added: pd.DataFrame, title: str, *, labels: bool) -> Any:  # noqa: ANN401  a chart
    alt = load_altair()
    words, order = list(added.columns), list(added.index)
    paid, asked = added.sum(axis=1).to_numpy(float), added[words[0]].to_numpy(float)
    scale = alt.Scale(domain=[0.0, max(float(paid.max()), 1e-9) * ROOM], nice=False)
    axis = alt.Axis(ticks=False, domain=False, labels=labels)
    y = alt.Y("label:N", sort=order, title=None, axis=axis)
    rows = added.rename_axis("label").reset_index()
    rows = rows.melt("label", var_name="part", value_name="size")
    rows["step"] = rows["part"].map(words.index)
    bars = (
        alt.Chart(rows_of(rows[rows["size"] != 0]))
        .mark_bar(stroke=INK, strokeWidth=0.6, height={"band": 0.72})
        .encode(
            x=alt.X(
                "size:Q",
                title=title,
                stack="zero",
                scale=scale,
                axis=alt.Axis(format=NUMBERS, tickCount=4),
            ),
            y=y,
            color=alt.Color(
                "part:N",
                title=None,
                sort=words,
                scale=alt.Scale(domain=words, range=list(COLORS[: len(words)])),
                legend=alt.Legend(orient="bottom", symbolType="square"),
            ),
            order="step:Q",
        )
    )
    share = np.where(paid > 0, 1.0 - asked / np.where(paid > 0, paid, 1.0), 0.0)
    told = pd.DataFrame({"label": order, "end": paid})
    told["text"] = [
        compact(size) + ("" if percent(part) == "0 %" else f", {percent(part)} unused")
        for size, part in zip(paid, share, strict=True)
    ]
    numbers = alt.Chart(rows_of(told)).mark_text(align="left", dx=6)
    ends = numbers.encode(x=alt.X("end:Q", scale=scale), y=y, text="text:N")
    return alt.layer(bars, ends).properties(width=HALF, height=alt.Step(STEP))


def percent(share: float) -> str:
    """Share in percent, rounded half up.

    Examples
    --------
    >>> percent(0.125), percent(0.0)
    ('13 %', '0 %')
    """
    return f"{int(np.floor(100.0 * share + 0.5 + 1e-9))} %"


def _unused(sums: pd.DataFrame) -> pd.Series:
    """Unused vCPU and memory of each group, each as a part of what the fleet is billed for."""
    found = pd.Series(0.0, index=sums.index)
    for name in RESOURCES:
        billed = sums[f"{BILLED}_{name}"]
        whole = billed.sum()
        found += (billed - sums[f"{REQUESTED}_{name}"]) / whole if whole > 0 else 0.0
    return found


def _whole(rows: pd.DataFrame) -> str:
    words = []
    for name, title in RESOURCES.items():
        billed, asked = rows[f"{BILLED}_{name}"].sum(), rows[f"{REQUESTED}_{name}"].sum()
        share = 1.0 - asked / billed if billed > 0 else 0.0
        words.append(f"{percent(share)} of {title.split(' [')[0]} is unused")
    return "In all, " + ", ".join(words)

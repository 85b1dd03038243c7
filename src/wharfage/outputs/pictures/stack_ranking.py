"""Ranking of platforms for documents: what the whole stack costs on each, and what of it costs that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from wharfage.errors import InvalidValueError
from wharfage.outputs.pictures.stacked import stacked_bars
from wharfage.outputs.pictures.theme import PALETTE, finished
from wharfage.outputs.pictures.words import (
    COST,
    check_priced,
    rates_line,
    scenario_label,
    short_money,
    some,
)

if TYPE_CHECKING:
    from wharfage.api_stack_results import StackComparison

#: parts of a stack in the order in which they are stacked, and what else is in each of them
PARTS = {
    "workloads": ("workload",),
    "idle nodes": ("nodes",),
    "cluster": ("cluster",),
    "load balancer": ("load_balancer",),
    "disks": ("disk",),
    "addresses, NAT, transfer": ("public_ipv4", "nat_gateway", "transfer"),
    "logs, images, events": ("logs", "registry", "events"),
}
COLORS = dict(zip(PARTS, PALETTE, strict=True))
_PART_OF = {part: name for name, parts in PARTS.items() for part in parts}
#: after the label of a platform that leaves something out
INCOMPLETE = " *"


def ranking(result: StackComparison, *, top: int = 20) -> Any:  # noqa: ANN401  a chart
    """Bars of the platforms for a stack, complete answers first, stacked by what is charged.

    Parameters
    ----------
    result : StackComparison
        The stack on every platform, in its order.
    top : int
        Bars; how many others there are, and what they cost, is said.

    Returns
    -------
    Chart
        Costs in USD per month. Platforms that leave something out carry a mark and are named; those
        that run nothing, or have no price, have no bar and are named.
    """
    if top < 1:
        raise InvalidValueError(f"top is {top!r}.", hint="a picture has at least one bar.")
    totals = result.totals.assign(label=_labels(result.totals), note=_notes(result.totals))
    priced = totals[totals["monthly_cost"].notna()]
    check_priced(len(priced), len(totals), "platforms")
    shown = priced.head(top)
    parts = result.parts
    # Parts are numbered by the order of the totals, those without a rank included.
    labels = dict(enumerate(totals["label"], start=1))
    parts = parts.assign(label=parts["rank"].map(labels), part=parts["part"].map(_PART_OF))
    parts = parts[parts["label"].isin(shown["label"]) & parts["monthly_cost"].gt(0)]
    sums = parts.groupby(["label", "part"], as_index=False, sort=False)["monthly_cost"].sum()
    chart = stacked_bars(
        pd.DataFrame(sums),
        shown[["label", "monthly_cost", "note"]],
        shown["label"].tolist(),
        COLORS,
    )
    count = int(totals["workloads"].iloc[0])
    what = "one workload" if count == 1 else f"{count:,} workloads"
    title = f"What {what} cost on each platform, all included [{COST}]"
    return finished(chart, title, [*_said(totals, shown, priced.iloc[top:]), rates_line(result)])


def _labels(totals: pd.DataFrame) -> list[str]:
    """Platform, option, mode and region; nodes where those of the documents are compared too."""
    on_both = set(totals.loc[totals["nodes"] == "stated", "service"])
    labels = []
    for row in totals.to_dict("records"):
        nodes = f" ({row['nodes']} nodes)" if row["service"] in on_both else ""
        labels.append(scenario_label(row) + nodes + ("" if row["is_complete"] else INCOMPLETE))
    return labels


def _notes(totals: pd.DataFrame) -> list[str]:
    """What stands beside the cost of a platform that leaves something out."""
    notes = []
    for row in totals.to_dict("records"):
        said = [f"{row['can_run']:,} of {row['workloads']:,} run"] if row["infeasible"] else []
        said += [f"{row['unpriced']:,} without a price"] if row["unpriced"] else []
        notes.append(", ".join(said))
    return notes


def _said(totals: pd.DataFrame, shown: pd.DataFrame, rest: pd.DataFrame) -> list[str]:
    """Lines of the subtitle."""
    partial = shown[~shown["is_complete"].astype(bool)]
    names = [label.removesuffix(INCOMPLETE) for label in partial["label"]]
    none = totals[totals["monthly_cost"].isna()]
    cannot = (none["can_run"] == 0).to_numpy(dtype=bool)
    others = ""
    if len(rest):
        low, high = (
            short_money(value) for value in (rest["monthly_cost"].min(), rest["monthly_cost"].max())
        )
        others = f"{len(rest):,} more platforms cost {low} to {high}"
    return [
        "Complete answers first, then cheapest" if names else "Cheapest first",
        f"* leaves something out: {some(names)}" if names else "",
        _named("Cannot run it", none[cannot]),
        _named("No price", none[~cannot]),
        others,
    ]


def _named(words: str, rows: pd.DataFrame) -> str:
    names = [label.removesuffix(INCOMPLETE) for label in rows["label"]]
    return f"{words}: {some(names)}" if names else ""

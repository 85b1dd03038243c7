"""A whole stack on every platform that can run it, with what rides along, ranked.

Each scenario is the stack placed on one platform and priced as one fleet: no billing rule stands
here. A platform that runs all of the stack ranks before one that leaves some of it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from wharfage.analysis.compare import is_feasible
from wharfage.analysis.platforms import Platform, read_guide
from wharfage.analysis.scenarios import BILLING_MODES
from wharfage.analysis.stack_clusters import home_of
from wharfage.analysis.stack_prices import NO_ROOM, SharedNodes, price_placed, range_of
from wharfage.analysis.stack_riders import NODES, MissingInput, Usage
from wharfage.analysis.stack_room import with_room_as_work
from wharfage.analysis.stacks import (
    WORKLOAD,
    PlacedStack,
    Where,
    place_stack,
    without,
)
from wharfage.columns import PURCHASE_OPTIONS
from wharfage.engine.plan import Options
from wharfage.engine.priced import PricedFleet
from wharfage.errors import InvalidValueError, MissingColumnError, did_you_mean
from wharfage.inputs.stack import Note, Stack
from wharfage.rates.book import RateBook
from wharfage.services import find_service

TOTALS_COLUMNS = (
    "rank", "service", "title", "region", "purchase_option", "billing_mode", "workloads",
    "can_run", "infeasible", "unpriced", "workload_cost", "rider_cost", "cluster_cost",
    "idle_cost", "monthly_cost", "lowest_cost", "highest_cost", "is_complete", "remark",
    "successor", "nodes",
)  # fmt: skip


@dataclass(frozen=True)
class StackScenario:
    """A stack on one platform.

    Attributes
    ----------
    infeasible : mapping of workload to reason
        Workloads that cannot run there; they and their riders are left out of the costs.
    priced : PricedFleet or None
        The rest, priced; None where nothing can run.
    ends : tuple of float
        What is priced with every autoscaler at its least and at its most; NaN without any.
    nodes : str, optional
        Whether nodes are ``stated`` by the documents or ``planned``; None where there are none.
    """

    platform: Platform
    where: Where
    workloads: int
    infeasible: Mapping[str, str]
    placed: PlacedStack | None
    priced: PricedFleet | None
    ends: tuple[float, float] = (np.nan, np.nan)
    nodes: str | None = None

    @property
    def notes(self) -> list[Note]:
        """What is worth saying of the stack there."""
        found = list(self.placed.notes) if self.placed is not None else []
        return found + (self.priced.notes_on_room if isinstance(self.priced, SharedNodes) else [])

    @cached_property
    def parts(self) -> pd.DataFrame:
        """One row per workload, rider and cluster: workload, part, service, region, monthly_cost, reason."""
        columns = ["workload", "part", "rides_with", "service", "region"]
        if self.priced is None:
            return pd.DataFrame(columns=[*columns, "monthly_cost", "reason"])
        frame = self.priced.fleet.frame[columns]
        reason = self.priced.reasons.text()
        return frame.assign(monthly_cost=self.priced.monthly_cost, reason=reason)

    def totals(self) -> dict[str, object]:
        """Sums of workloads, riders and clusters, and what they leave out."""
        parts = self.parts
        kind = parts["part"].where(parts["part"].isin([WORKLOAD, "cluster", NODES]), "rider")
        cost = parts["monthly_cost"].astype(float)
        unpriced = int(cost.isna().sum())
        sums = {
            name: float(cost[kind == name].sum()) for name in (WORKLOAD, "rider", "cluster", NODES)
        }
        can_run = self.workloads - len(self.infeasible)
        has_price = bool(cost[kind == WORKLOAD].notna().any())
        regions = parts.loc[kind == WORKLOAD, "region"].drop_duplicates().tolist()
        return {
            "service": self.platform.service,
            "title": self.platform.title,
            "region": ", ".join(map(str, regions)) or None,
            "purchase_option": self.where.purchase_option,
            "billing_mode": self.where.billing_mode,
            "workloads": self.workloads,
            "can_run": can_run,
            "infeasible": len(self.infeasible),
            "unpriced": unpriced,
            "workload_cost": sums[WORKLOAD],
            "rider_cost": sums["rider"],
            "cluster_cost": sums["cluster"],
            "idle_cost": sums[NODES],
            "monthly_cost": sum(sums.values()) if has_price else np.nan,
            "lowest_cost": self.ends[0] if has_price else np.nan,
            "highest_cost": self.ends[1] if has_price else np.nan,
            "is_complete": not self.infeasible and not unpriced,
            "remark": self.platform.remark,
            "successor": self.platform.successor,
            "nodes": self.nodes,
        }


@dataclass(frozen=True)
class ComparedStack:
    """A stack in every scenario."""

    stack: Stack
    book: RateBook
    options: Options
    scenarios: tuple[StackScenario, ...]

    @cached_property
    def ranked(self) -> tuple[StackScenario, ...]:
        """Scenarios in the order of their rank."""
        order = self._sums.index
        return tuple(self.scenarios[number] for number in order)

    @cached_property
    def totals(self) -> pd.DataFrame:
        """The stack in every scenario: complete answers first, then cheapest first.

        `monthly_cost` is what can run and is priced, with riders and clusters; NaN where nothing
        can run or is priced, which has no rank. `infeasible` counts workloads, `unpriced` rows of any part.
        `idle_cost` is the part of nodes that no workload asks for; `lowest_cost` and
        `highest_cost` are the bounds of autoscalers, NaN without any; `nodes` is ``stated`` where
        the nodes are those of the documents, ``planned`` where they are chosen.
        """
        return self._sums.reset_index(drop=True)[list(TOTALS_COLUMNS)]

    @cached_property
    def _sums(self) -> pd.DataFrame:
        frame = pd.DataFrame([each.totals() for each in self.scenarios])
        order = ["infeasible", "unpriced", "monthly_cost"]
        frame = frame.sort_values(order, kind="stable")
        ranked = frame["monthly_cost"].notna()
        frame["rank"] = ranked.cumsum().where(ranked).astype("Int64")
        return frame

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """Workloads that a platform cannot run, and rows without a price, with the reason."""
        rows = []
        for each in self.ranked:
            mode, option = each.where.billing_mode, each.where.purchase_option
            own = {
                "service": each.platform.service,
                "purchase_option": option,
                "billing_mode": mode,
                "nodes": each.nodes,
            }
            rows += [
                {**own, "workload": name, "is_infeasible": True, "reason": reason}
                for name, reason in each.infeasible.items()
            ]
            parts = each.parts
            for part in parts[parts["monthly_cost"].isna()].to_dict("records"):
                found = {"workload": part["workload"], "reason": part["reason"]}
                rows.append({**own, "is_infeasible": False, **found})
        columns = [
            "service", "purchase_option", "billing_mode", "nodes", "workload", "is_infeasible",
            "reason",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def missing(self) -> list[MissingInput]:
        """Amounts that nobody stated, on any of the platforms."""
        placed = [each.placed for each in self.ranked if each.placed is not None]
        return list(dict.fromkeys(each for stack in placed for each in stack.missing))

    @cached_property
    def notes(self) -> list[Note]:
        """Notes on the documents, then those on platforms that meet a need in part."""
        where: dict[Note, list[str]] = {}
        for each in self.ranked:
            for note in each.notes:
                where.setdefault(note, []).append(each.platform.service)
        placed = [
            replace(note, text=f"on {', '.join(dict.fromkeys(names))}: {note.text}")
            for note, names in where.items()
        ]
        return list(dict.fromkeys([*self.stack.notes, *placed]))


def compare_placed(
    stack: Stack,
    book: RateBook,
    options: Options,
    *,
    usage: Usage,
    region: str | None,
    services: Sequence[str] | None,
    regions: Sequence[str] | None,
    purchase_options: Sequence[str] | None,
) -> ComparedStack:
    """Stack on every platform of the guide, or on those given.

    Raises
    ------
    InvalidValueError
        If a service, region or option is unknown, or the stack holds no workload.
    MissingColumnError
        If neither the documents nor the arguments say where.
    """
    stack = with_room_as_work(stack, book, options)
    if not stack.workloads:
        raise InvalidValueError(
            "The documents hold no workload to compare.", hint="give a Deployment, for instance."
        )
    is_somewhere = home_of(stack).region or any(r.get("region") for r in stack.workloads)
    if region is None and regions is None and not is_somewhere:
        raise MissingColumnError(
            f"No region to compare in: none of the {len(stack.workloads):,} workloads names one.",
            hint="give --region us-east-1; the other cloud takes the region of the same metro area.",
        )
    scenarios: list[StackScenario] = []
    for platform in _platforms(services, book):
        for where in _places(platform, stack, region, regions, purchase_options, book):
            anew = replace(where, plans_anew=True)
            tried = [where, anew]
            if _is_bought_otherwise(stack, where):
                tried = [anew]
            for each in tried:
                found = _scenario(stack, platform, each, usage, book, options)
                scenarios.append(found)
                if found.nodes != "stated":
                    break
    if not scenarios:
        raise InvalidValueError(
            "No platform of the comparison is in any of the regions.",
            hint="regions may mix clouds: --regions us-east-1,us-central1.",
        )
    return ComparedStack(stack, book, options, tuple(scenarios))


def _is_bought_otherwise(stack: Stack, where: Where) -> bool:
    """Whether an option is asked for that the nodes of the documents are not bought as."""
    stated = [r for r in stack.riders if r["kind"] == NODES and r.get("platforms")]
    bought = {rider.get("purchase_option") or "on_demand" for rider in stated}
    return where.purchase_option is not None and bool(bought - {where.purchase_option})


def _scenario(
    stack: Stack,
    platform: Platform,
    where: Where,
    usage: Usage,
    book: RateBook,
    options: Options,
) -> StackScenario:
    own = [r for r in stack.riders if r["kind"] == "load_balancer" or r.get("platforms")]
    whole = replace(stack, riders=own)
    placed = place_stack(replace(whole, notes=[]), where, usage, book.regions)
    priced = price_placed(placed, book, options)
    rows = priced.fleet.frame
    reasons = priced.reasons.text()
    found = np.flatnonzero(~is_feasible(priced) & (rows["part"] == WORKLOAD).to_numpy())
    infeasible = {str(rows["workload"][row]): str(reasons[row]) for row in found}
    if isinstance(priced, SharedNodes):
        infeasible |= {n.workload: n.text for n in priced.notes_on_room if n.code == NO_ROOM}
    nodes = None
    if placed.groups:
        nodes = "stated" if any(group.stated for group in placed.groups) else "planned"
    scenario = StackScenario(
        platform, where, len(stack.workloads), infeasible, None, None, nodes=nodes
    )
    kept = without(stack, infeasible)
    if not kept.workloads:
        return scenario
    kept = replace(kept, notes=[])
    plans = priced.groups if isinstance(priced, SharedNodes) and not infeasible else None
    placed = place_stack(kept, where, usage, book.regions)
    priced = price_placed(placed, book, options, plans)
    ends = range_of(kept, where, usage, book, options) or (np.nan, np.nan)
    # What an autoscaler moves may be left behind, as nodes are on another platform.
    ends = ends if ends[0] < ends[1] else (np.nan, np.nan)
    return replace(scenario, placed=placed, priced=priced, ends=ends)


def _platforms(services: Sequence[str] | None, book: RateBook) -> list[Platform]:
    guide = read_guide()
    every = [each for each in guide.platforms if each.service in book.tables]
    if services is None:
        return every
    found = []
    for name in dict.fromkeys(services):
        find_service(name)
        platform = guide.platform(name)
        if platform is None:
            raise InvalidValueError(
                f"{name!r} is no platform that a stack can be placed on.",
                hint=f"platforms: {', '.join(each.service for each in every)}.",
            )
        found.append(platform)
    return found


def _places(
    platform: Platform,
    stack: Stack,
    region: str | None,
    regions: Sequence[str] | None,
    purchase_options: Sequence[str] | None,
    book: RateBook,
) -> list[Where]:
    """Where a platform is tried: each region, option and billing mode."""
    own = book.regions.of_provider(platform.cloud)
    known = {code for names in book.regions.names.values() for code in names}
    for name in [*(regions or []), *([region] if region else [])]:
        if name not in known:
            raise InvalidValueError(
                f"{name!r} is no region of any cloud.",
                hint=did_you_mean(name, known) or "regions may mix clouds: us-east-1, us-central1.",
            )
    for option in purchase_options or []:
        if option not in PURCHASE_OPTIONS:
            raise InvalidValueError(
                f"{option!r} is no purchase option.",
                hint=did_you_mean(option, PURCHASE_OPTIONS) or ", ".join(PURCHASE_OPTIONS),
            )
    has_requests = any(row.get("requests_per_month") is not None for row in stack.workloads)
    has_modes = "billing_mode" in find_service(platform.service).columns and has_requests
    modes: Sequence[str | None] = BILLING_MODES if has_modes else [None]
    places: Sequence[str | None] = (
        [region] if regions is None else [name for name in regions if name in own]
    )
    options: Sequence[str | None] = purchase_options or [None]
    is_fixed = regions is not None
    return [
        Where(platform.service, place, option, mode, is_move=True, is_region_fixed=is_fixed)
        for place in places
        for option in options
        for mode in modes
    ]

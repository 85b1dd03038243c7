"""Workloads as groups of identical pods: what a plan packs.

Always-on work counts by its replicas. Batch runs, requests and work of some hours count by the
pods that run at once on average, rounded up for all alike pods together: an autoscaler adds and
removes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.columns import PURCHASE_OPTIONS
from wharfage.engine.fleet import EMPTY, Fleet
from wharfage.engine.plan import Options
from wharfage.engine.reasons import Reasons
from wharfage.nodes.settings import PlanSettings
from wharfage.rates.book import RateBook
from wharfage.rates.rules import select_rules
from wharfage.schedules.rounding import SLACK, round_up
from wharfage.services.accelerators import NO_GPU, gpu_count, has_gpu
from wharfage.services.demand import (
    ALWAYS_ON,
    REQUESTS,
    RUNS,
    instance_hours,
)
from wharfage.units import MIB_PER_GIB, MILLICORES_PER_VCPU

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ON_DEMAND, SPOT = PURCHASE_OPTIONS.index("on_demand"), PURCHASE_OPTIONS.index("spot")
#: order of the columns of `demand`
DIMENSIONS = ("cpu", "memory", "pods", "gpu", "ephemeral storage")
CPU, MEMORY, SLOTS, GPU, STORAGE = range(len(DIMENSIONS))
#: fleet columns that a plan reads
COLUMNS = (
    "vcpu", "memory_gib", "ephemeral_storage_gib", "init_vcpu", "init_memory_gib", "gpu_type",
    "gpu_count", "operating_system", "cpu_architecture", "purchase_option", "replicas",
    "hours_per_month", "runs_per_month", "run_seconds", "requests_per_month", "request_seconds",
    "concurrency", "min_instances", "instance_type", "max_per_node", "min_zones",
    "start_seconds", "end_seconds",
)  # fmt: skip
#: what makes pods alike, beside their demand
TRAITS = ("cpu_architecture", "gpu_type", "instance_type", "option", "max_per_node", "min_zones")
#: workloads that may not share a node with themselves, each a group of its own, before they share
SEPARATE = 200
#: "any number" of pods on a node
ANY = 1_000_000_000


@dataclass(frozen=True)
class Pods:
    """Parts of workloads, each of one purchase option, in groups of pods that are alike.

    Attributes
    ----------
    row : array of int (e,)
        Workload of each part.
    load : array (e,)
        Pods of the part that run at once; not whole for work that an autoscaler follows.
    group : array of int (e,)
        Group of each part.
    demand : array of int (k, 5)
        What one pod of each group takes. [millicores, MiB, 1, GPUs, MiB]
    traits : DataFrame (k rows)
        What else makes pods alike: codes, and limits.
    requested : array (n, 2)
        Request of one replica of each workload, before rounding. [vCPU, GiB]
    replicas : array (n,)
        Pods of each workload at once; NaN where it cannot be planned.
    reasons : Reasons
        Why workloads cannot be planned.
    is_average : array of bool (n,)
        Workloads that count by their average load.
    """

    row: Ints
    load: Floats
    group: Ints
    demand: Ints
    traits: pd.DataFrame
    requested: Floats
    replicas: Floats
    reasons: Reasons
    is_average: NDArray[np.bool_]

    def __len__(self) -> int:
        """Number of groups."""
        return len(self.demand)


def read_pods(
    fleet: Fleet, book: RateBook, options: Options, service: str, settings: PlanSettings
) -> Pods:
    """Groups of pods of a fleet on one service.

    Parameters
    ----------
    fleet : Fleet
        Encoded workloads; their own service and region are not read.
    book, options, service, settings
        Where and how they run.

    Returns
    -------
    Pods
        A workload that cannot be planned is in no group, and has its reason.
    """
    demand = np.full(len(fleet), ALWAYS_ON)
    demand[~np.isnan(fleet.arrays["runs_per_month"])] = RUNS
    demand[~np.isnan(fleet.arrays["requests_per_month"])] = REQUESTS
    reasons = _faults(fleet, book, service, demand)
    replicas, is_average = mean_pods(fleet, book, options, service, demand)
    _refuse_spread(fleet, replicas, settings, reasons)
    replicas[reasons.any] = np.nan
    part, load, option = _parts(fleet, replicas, settings)
    size = _sizes(fleet)
    keys = _keys(fleet, part, option, size[part], load)
    names = list(keys.columns)
    group = np.asarray(keys.groupby(names, sort=True).ngroup(), dtype=np.int64)
    distinct = keys.assign(group=group).drop_duplicates("group").sort_values("group")
    return Pods(
        row=part,
        load=load,
        group=group,
        demand=distinct[list(DIMENSIONS)].to_numpy(dtype=np.int64),
        traits=distinct[list(TRAITS)].reset_index(drop=True),
        requested=np.column_stack([size[:, CPU] / MILLICORES_PER_VCPU, size[:, MEMORY] / MIB_PER_GIB]),
        replicas=replicas,
        reasons=reasons,
        is_average=is_average & ~reasons.any,
    )  # fmt: skip


def pods_of_groups(pods: Pods) -> Ints:
    """Whole pods of each group: (k,)."""
    load = np.zeros(len(pods))
    np.add.at(load, pods.group, pods.load)
    return round_up(load, 1.0).astype(np.int64)


def _sizes(fleet: Fleet) -> Floats:
    """Whole base units that one replica asks for: (n, 5); NaN where a cell is empty."""
    given = fleet.arrays

    def whole(name: str, per_unit: float) -> Floats:
        return np.asarray(round_up(given[name] * per_unit, 1.0), dtype=np.float64)

    vcpu = np.fmax(whole("vcpu", MILLICORES_PER_VCPU), whole("init_vcpu", MILLICORES_PER_VCPU))
    memory = np.fmax(whole("memory_gib", MIB_PER_GIB), whole("init_memory_gib", MIB_PER_GIB))
    storage = np.nan_to_num(whole("ephemeral_storage_gib", MIB_PER_GIB))
    return np.column_stack([vcpu, memory, np.ones(len(fleet)), gpu_count(given), storage])


def _faults(fleet: Fleet, book: RateBook, service: str, demand: Ints) -> Reasons:
    """Why workloads cannot be planned, before any machine is looked at."""
    given, reasons = fleet.arrays, Reasons(len(fleet))
    for cell in fleet.faults:
        if cell.column in COLUMNS:
            reasons.add(cell.rows, cell.reason)
    bad = {cell.column: cell.rows for cell in fleet.faults}

    def fault(mask: NDArray[np.bool_], text: str, column: str = "") -> None:
        mask = np.array(np.broadcast_to(mask, len(fleet)))
        mask[bad.get(column, [])] = False
        reasons.add(np.flatnonzero(mask), text)

    required = [("vcpu", ALWAYS_ON, True), ("memory_gib", ALWAYS_ON, True)]
    required += [("run_seconds", RUNS, False), ("request_seconds", REQUESTS, False)]
    for name, kind, always in required:
        empty = np.isnan(given[name]) & (always | (demand == kind))
        fault(empty, f"required: {name} is empty", name)
    both = ~np.isnan(given["runs_per_month"]) & ~np.isnan(given["requests_per_month"])
    words = "runs_per_month and requests_per_month in one row are two kinds of work"
    fault(both, f"invalid_value: {words}")
    windows = given["operating_system"] != 0
    fault(windows, "not_offered: nodes are planned for Linux only")
    no_type = (given["gpu_type"] == NO_GPU) & (given["gpu_count"] > 0)
    fault(no_type, "required: gpu_type is empty but gpu_count is not", "gpu_type")
    sold = book.table(service).form.purchase_options
    for code in np.unique(given["purchase_option"]):
        if code >= 0 and PURCHASE_OPTIONS[code] not in sold:
            text = f"not_offered: {service} is not sold as {PURCHASE_OPTIONS[code]}"
            fault(given["purchase_option"] == code, text)
    backwards = given["end_seconds"] < np.nan_to_num(given["start_seconds"])
    fault(backwards, "invalid_value: end_seconds is before start_seconds")
    fault(
        given["max_per_node"] == 0, "contradiction: max_per_node is 0, so that no node may hold it"
    )
    return reasons


def mean_pods(
    fleet: Fleet, book: RateBook, options: Options, service: str, demand: Ints
) -> tuple[Floats, NDArray[np.bool_]]:
    """Pods of each workload that run at once, and where that is an average."""
    rules = select_rules(book.table(service), options.on, assumptions=options.assumptions)
    target = float(rules.assumptions["target_utilization"])
    month = options.month
    hours = np.where(
        np.isnan(fleet.arrays["hours_per_month"]), month.hours, fleet.arrays["hours_per_month"]
    )
    columns = {
        **fleet.arrays,
        "hours_per_month": hours,
        "demand": demand,
        "month_seconds": np.array([month.seconds]),
    }
    used = instance_hours(
        columns, rules["run_increment_seconds"], rules["minimum_run_seconds"], target
    )
    is_average = (demand == RUNS) | (hours < month.hours * (1.0 - SLACK))
    is_average |= (demand == REQUESTS) & np.isnan(fleet.arrays["replicas"])
    return np.array(used / month.hours), is_average


def _refuse_spread(
    fleet: Fleet, replicas: Floats, settings: PlanSettings, reasons: Reasons
) -> None:
    """Give a reason to workloads that cannot be spread over as many zones as they must."""
    zones = fleet.arrays["min_zones"]
    few = (zones > 1) & (replicas > 0) & (replicas < zones)
    text = "contradiction: min_zones is more than there are pods at once"
    reasons.add(np.flatnonzero(few), text)
    if settings.zones is not None:
        text = f"contradiction: min_zones is more than the {settings.zones:,} zones of the plan"
        reasons.add(np.flatnonzero(zones > settings.zones), text)


def _parts(fleet: Fleet, replicas: Floats, settings: PlanSettings) -> tuple[Ints, Floats, Ints]:
    """Workloads split between on demand and Spot: workload, pods and option of each part."""
    option = fleet.arrays["purchase_option"]
    able = np.flatnonzero(~np.isnan(replicas))
    load = replicas[able]
    may = np.where(option[able] == ON_DEMAND, np.maximum(load - settings.on_demand_base, 0.0), 0.0)
    # The share holds over the fleet: single pods cannot be shared out one by one.
    upto = np.floor(np.cumsum(np.floor(may + SLACK)) * settings.spot_share + SLACK)
    spot = np.minimum(np.diff(upto, prepend=0.0), may)
    row = np.concatenate([able, able])
    loads = np.concatenate([load - spot, spot])
    options = np.concatenate([option[able], np.full(len(able), SPOT)])
    # Work of no pods keeps its place, so that it costs nothing instead of being lost.
    kept = np.flatnonzero((loads > 0) | (np.arange(len(row)) < len(able)))
    return row[kept], loads[kept], options[kept]


def _keys(fleet: Fleet, row: Ints, option: Ints, size: Floats, load: Floats) -> pd.DataFrame:
    """What makes the pods of each part alike, one row per part."""
    given = {name: fleet.arrays[name][row] for name in TRAITS if name != "option"}
    limit = np.where(np.isnan(given["max_per_node"]), ANY, given["max_per_node"])
    # A limit that all replicas keep on one node is none.
    limit = np.where(limit >= load, ANY, limit)
    limited = np.flatnonzero(limit < ANY)
    own = np.zeros(len(row), np.int64)
    # Past so many, alike workloads share one limit: stricter than asked, and still quick.
    own[limited] = row[limited] + 1 if len(limited) <= SEPARATE else 0
    spread = given["min_zones"] > 1
    sizes = {name: size[:, place].astype(np.int64) for place, name in enumerate(DIMENSIONS)}
    return pd.DataFrame(
        {
            **sizes,
            "cpu_architecture": given["cpu_architecture"],
            "gpu_type": np.where(has_gpu(given | {"gpu_type": given["gpu_type"]}), given["gpu_type"], NO_GPU),
            "instance_type": given["instance_type"],
            "option": option,
            "max_per_node": limit.astype(np.int64),
            "min_zones": np.where(spread, given["min_zones"], 1).astype(np.int64),
            "own": own,
        }
    )  # fmt: skip


def named_machines(fleet: Fleet, codes: Sequence[int]) -> list[str | None]:
    """Machine types that groups ask for by name; None where any will do."""
    names = fleet.values["instance_type"]
    return [None if code == EMPTY or code < 0 else names[code] for code in codes]

"""Random Autopilot Pods that are billed by the node: accelerators, machines, sizes and places."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from random import Random

from .machine_fleets import UNKNOWN_MACHINES
from .price_tables import load_table
from .random_cells import Workload, awkward, chance, near, put_demand, put_init, put_size
from .rules_gcp_nodes import ATTACHED, Machine, read_machines

# With a premium, and with machines of all counts but the last two
GPUS = [
    *("nvidia-l4", "nvidia-l4", "nvidia-tesla-t4", "nvidia-tesla-t4"),
    *("nvidia-tesla-a100", "nvidia-a100-80gb", "nvidia-h100-80gb"),
    *("nvidia-h100-mega-80gb", "nvidia-h200-141gb"),
]
# Sold elsewhere, without a premium, or made up
OTHER_GPUS = ["nvidia-tesla-v100", "nvidia-tesla-p100", "nvidia-rtx-pro-6000", "nvidia-l5", "l4"]
UNKNOWN = [*UNKNOWN_MACHINES["gcp.compute_engine"], "g2-standard-5", "c3-standard"]
ARM = ["c4a-standard-8", "n4a-standard-4", "t2a-standard-4"]
# Series that the Performance class runs on, and any other
SERIES = ["c3-", "c3-", "c3d-", "c4-", "c4d-", "h3-", "z3-", "n1-", "n2-", "e2-", "m1-", ""]


def _holders(machines: list[Machine], gpu_type: str) -> list[Machine]:
    """Return the machines that an accelerator is built into, or may be attached to."""
    if gpu_type in ATTACHED:
        return [one for one in machines if one.name.startswith("n1-standard-")]
    return [one for one in machines if one.gpu_type == gpu_type]


@lru_cache(maxsize=4096)
def _places(tables: Path, machine: str, gpu_type: str, option: str) -> tuple[str, ...]:
    """Return the regions that have a price for a machine and a premium for what runs on it."""
    bought = ("purchase_option", option)
    sold = {
        region
        for (_, key), cells in load_table(tables, "gcp.compute_engine").machines.items()
        if bought in key
        for region, name in cells
        if name == machine
    }
    of_class = ("compute_class", "accelerator" if gpu_type else "performance")
    premiums = [("premium_vcpu_hours", of_class)]
    if gpu_type:
        premiums.append(("premium_gpu_hours", ("gpu_type", gpu_type)))
    rates = load_table(tables, "gcp.gke_autopilot").rates
    for meter, column in premiums:
        key = frozenset([column, bought])
        sold &= {place for name, asked, place in rates if name == meter and asked == key}
    return tuple(sorted(sold))


def _put_size(rng: Random, row: Workload, machine: Machine) -> None:
    """Write a request that a machine mostly holds: small, just as large, or a little too large."""
    most = float(machine.vcpu), float(machine.memory_gib)
    shape = rng.randint(0, 9)
    if shape <= 2:
        size = awkward(rng, min(most[0], 4.0)), awkward(rng, min(most[1], 16.0))
    elif shape <= 6:
        size = awkward(rng, most[0]), awkward(rng, most[1])
    else:
        size = near(rng, most[0]), near(rng, most[1])
    if chance(rng, 5):
        size = rng.choice([(most[0] * 2, 1.0), (1.0, most[1] * 2), (0.0, 0.0)])
    put_size(rng, row, size, may_be_empty=True)
    if chance(rng, 30):
        put_init(rng, row)


def _put_gpus(rng: Random, row: Workload, machines: list[Machine]) -> Machine:
    """Write an accelerator, often a machine; return one that has it, to take the size from."""
    row["gpu_type"] = gpu_type = rng.choice(OTHER_GPUS if chance(rng, 6) else GPUS)
    if chance(rng, 30):
        classes = ["accelerator", "accelerator", "performance", "balanced", "scale_out"]
        row["compute_class"] = rng.choice(classes)
    holders = _holders(machines, gpu_type) or machines
    machine = rng.choice(holders)
    if chance(rng, 70):
        counts = [1, 1, 2, 3, 4, 5, 6, 7, 8]
        most = int(machine.gpu_count) or 8
        row["gpu_count"] = min(most, rng.choice(counts)) if chance(rng, 80) else rng.choice(counts)
    if chance(rng, 3):
        row["gpu_count"] = rng.choice([0, 16, 17, 1.5, -1])
    if chance(rng, 40):
        row["instance_type"] = machine.name
    if chance(rng, 2):
        row["cpu_architecture"] = "arm64"
    return machine


def _put_machine(rng: Random, row: Workload, machines: list[Machine]) -> Machine:
    """Write the Performance class and its machine; rarely a class without what it needs."""
    row["compute_class"] = "performance"
    series = rng.choice(SERIES)
    machine = rng.choice([one for one in machines if one.name.startswith(series)])
    row["instance_type"] = machine.name
    if chance(rng, 5):
        row["instance_type"] = rng.choice([None, ""])
    if chance(rng, 4):
        row["compute_class"] = "accelerator"
    if chance(rng, 3):
        row["gpu_count"] = rng.choice([0, 1])
    return machine


def put_node_pod(rng: Random, row: Workload, tables: Path) -> None:
    """Write a Pod that is billed by the node into a row that has its purchase option."""
    machines = list(read_machines(tables).values())
    machine = (_put_machine if chance(rng, 35) else _put_gpus)(rng, row, machines)
    if row.get("instance_type") and chance(rng, 8):
        row["instance_type"] = rng.choice([*UNKNOWN, *ARM, rng.choice(machines).name])
    if row.get("purchase_option") not in (None, "spot") and chance(rng, 60):
        # No commitment has a premium
        del row["purchase_option"]
    _put_size(rng, row, machine)
    if chance(rng, 20):
        row["ephemeral_storage_gib"] = rng.choice([0, 1, 5.5, 10, 10.001, 500])
    if chance(rng, 20):
        row["bursting"] = rng.choice([True, False])
    if chance(rng, 2):
        row["operating_system"] = "windows"
    put_demand(rng, row, ("always_on", "always_on", "runs", "requests"))
    name = row.get("instance_type") or machine.name
    option = row.get("purchase_option", "on_demand")
    places = _places(tables, name, row.get("gpu_type", ""), option)
    anywhere = load_table(tables, "gcp.gke_autopilot").regions()
    row["region"] = rng.choice(list(places) if places and chance(rng, 80) else anywhere)
    if chance(rng, 2):
        row["region"] = rng.choice(["eu-west-9", "moon-central1"])

"""Who pays for a node: its pods by what they ask for, and nobody for what stands idle.

The cost of a node is spread over its vCPU and GiB with the weights 9 and 1, as AWS splits the
cost of a cluster's nodes; nine tenths of the cost of a node with accelerators go to those first.
A pod pays for what it asks for; what no pod asks for, the node's own reservation included, is idle.

References: AWS, "Split cost allocation data" (weights CPU : memory 9 : 1, accelerators 9 : 1 over
both), on nominal sizes.
"""

from __future__ import annotations

import numpy as np

from wharfage.nodes.machines import Machines
from wharfage.nodes.pods import CPU, GPU, MEMORY
from wharfage.nodes.pools import Pool
from wharfage.nodes.problem import Floats, Ints, Packing
from wharfage.units import MIB_PER_GIB, MILLICORES_PER_VCPU

#: weight of a vCPU against a GiB, and share of a node's cost that its accelerators take
VCPU_WEIGHT, GPU_SHARE = 9.0, 0.9


def unit_costs(machines: Machines, machine: Ints) -> tuple[Floats, Floats]:
    """Cost of one weighted unit (a GiB; a vCPU is nine) and of one GPU of nodes. [USD per hour]."""
    cost = machines.cost[machine]
    gpus = machines.capacity[machine, GPU]
    weight = VCPU_WEIGHT * machines.of("vcpu")[machine] + machines.of("memory_gib")[machine]
    to_gpus = np.where(gpus > 0, GPU_SHARE * cost, 0.0)
    return (cost - to_gpus) / weight, to_gpus / np.maximum(gpus, 1)


def cell_costs(machines: Machines, packing: Packing, cells: int) -> Floats:
    """Mean cost of a weighted unit, and of a GPU, over the nodes that hold each cell: (2, cells).

    NaN where no pod of the cell is placed. [USD per hour]
    """
    held = packing.nodes[:, None] * packing.pattern
    placed = held.sum(axis=0)
    if not len(packing.nodes):
        return np.full((2, cells), np.nan)
    mean = np.array(unit_costs(machines, packing.machine)) @ held / np.maximum(placed, 1)
    return np.where(placed > 0, mean, np.nan)


def weights(demand: Ints) -> tuple[Floats, Floats]:
    """Weighted units and GPUs that one pod of each group asks for: (k,)."""
    vcpu, memory = demand[:, CPU] / MILLICORES_PER_VCPU, demand[:, MEMORY] / MIB_PER_GIB
    return VCPU_WEIGHT * vcpu + memory, demand[:, GPU].astype(np.float64)


def pod_costs(pool: Pool, demand: Ints) -> Floats:
    """Cost of one pod of each group of a pool, idle left out: (g,); NaN where none is placed.

    Parameters
    ----------
    pool : Pool
        Packed pods.
    demand : array of int (k, 5)
        What one pod of each group of the fleet asks for.
    """
    unit, gpu = cell_costs(pool.machines, pool.packing, len(pool.shapes.largest))
    weight, gpus = weights(demand[pool.groups])
    return np.asarray(unit[pool.shapes.cell] * weight + gpu[pool.shapes.cell] * gpus)

"""Node-billed Autopilot pods: the whole machine at its Compute Engine price, plus premiums.

Performance, accelerator and GPU pods are billed by the machine that they run on, one pod to a
machine. A GPU pod without a machine type of its own takes the smallest machine with enough GPUs,
vCPU and memory by nominal size; a performance pod must name its machine.

References: Google Cloud, "GKE pricing" and "Autopilot node-based billing" (read 2026-10-02);
Cloud Billing Catalog (2026-04-30), Autopilot premium SKUs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS
from wharfage.rates.rules import NodeTypes, Rules
from wharfage.schedules.rounding import SLACK
from wharfage.services.accelerators import NO_GPU, gpu_count
from wharfage.services.demand import instance_hours
from wharfage.services.gcp.gke_autopilot_admission import requests
from wharfage.services.model import Columns, Vocabularies
from wharfage.units import MIB_PER_GIB, MILLICORES_PER_VCPU

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

CLASSES = FLEET_COLUMNS["compute_class"].choices
PERFORMANCE = CLASSES.index("performance")
ACCELERATOR = CLASSES.index("accelerator")
X86_64 = FLEET_COLUMNS["cpu_architecture"].choices.index("x86_64")
NO_NODE = -1

NODE_BY_NOMINAL_SIZE = "node_chosen_by_nominal_size"


def pod_size(columns: Columns, rules: Rules) -> tuple[Array, Array]:
    """What a pod requests. [vCPU], [GiB]."""
    millicores, mebibytes = requests(columns, rules)
    return millicores / MILLICORES_PER_VCPU, mebibytes / MIB_PER_GIB


def is_node_billed(columns: Columns) -> Mask:
    """True for pods that are billed by their machine."""
    return (columns["compute_class"] == PERFORMANCE) | (columns["compute_class"] == ACCELERATOR)


def choose_nodes(
    columns: Columns, values: Vocabularies, rules: Rules
) -> tuple[Columns, Vocabularies]:
    """Machine of every node-billed pod, and the class whose premium it pays.

    Returns
    -------
    columns, vocabularies
        ``instance_type`` as codes of the machine types of the table, -1 where there is none;
        ``compute_class`` with GPU pods counted as accelerator pods; ``names_its_node``.
    """
    types: NodeTypes = rules["node_types"]
    compute_class = np.where(columns["gpu_type"] != NO_GPU, ACCELERATOR, columns["compute_class"])
    index = {name: code for code, name in enumerate(types.names)}
    own = np.array([*(index.get(name, NO_NODE) for name in values["instance_type"]), NO_NODE])
    given = columns["instance_type"] >= 0
    node = np.where(given, own[columns["instance_type"]], NO_NODE)
    wanted = ~given & (columns["gpu_type"] != NO_GPU)
    if wanted.any():
        node = np.where(wanted, _smallest(columns, types, rules), node)
    return (
        {"instance_type": node, "compute_class": compute_class, "names_its_node": given},
        {"instance_type": types.names},
    )


def _smallest(columns: Columns, types: NodeTypes, rules: Rules) -> NDArray[np.int64]:
    """First machine type, smallest first, that holds the pod and its GPUs."""
    node = np.array([NO_NODE])
    for code in reversed(range(len(types.names))):
        holds = _holds(columns, types, rules, np.array([code]), rules["takes_gpus"][code])
        node = np.where(holds, code, node)
    return node


def _holds(
    columns: Columns, types: NodeTypes, rules: Rules, node: NDArray[np.int64], attachable: Mask
) -> Mask:
    """True where a machine has the pod's GPUs, built in or attached, and room for the pod."""
    vcpu, memory = pod_size(columns, rules)
    has_room = (types.vcpu[node] >= vcpu * (1.0 - SLACK)) & (
        types.memory_gib[node] >= memory * (1.0 - SLACK)
    )
    is_attached = rules["attached_gpus"][columns["gpu_type"]] == 1
    built_in = (types.gpu_type[node] == columns["gpu_type"]) & (
        types.gpu_count[node] >= gpu_count(columns)
    )
    has_gpus = np.where(is_attached, attachable, built_in)
    return has_room & (has_gpus | (columns["gpu_type"] == NO_GPU))


def node_quantities(columns: Columns, rules: Rules) -> tuple[dict[str, Array], Array, Array]:
    """Machine, attached GPU and premium quantities of node-billed pods; vCPU and GiB of the machine."""
    on_node = is_node_billed(columns)
    types: NodeTypes = rules["node_types"]
    node = columns["instance_type"]
    hours = np.where(
        on_node & (node != NO_NODE),
        instance_hours(
            columns,
            rules["run_increment_seconds"],
            rules["minimum_node_run_seconds"],
            rules.assumptions["target_utilization"],
        ),
        0.0,
    )
    vcpu, memory = types.vcpu[node], types.memory_gib[node]
    is_attached = rules["attached_gpus"][columns["gpu_type"]] == 1
    gpus = gpu_count(columns)
    # A machine with built-in GPUs is billed whole, GPUs that the pod leaves idle included.
    has_gpu = columns["gpu_type"] != NO_GPU
    billed_gpus = np.where(is_attached | ~has_gpu, gpus, types.gpu_count[node])
    by_pod = rules.assumptions["autopilot_premium_base"] == "pod"
    premium_vcpu, premium_memory = pod_size(columns, rules) if by_pod else (vcpu, memory)
    return (
        {
            "instance_hours": hours,
            "gpu_hours": np.where(is_attached, gpus * hours, 0.0),
            "premium_vcpu_hours": premium_vcpu * hours,
            "premium_memory_gib_hours": premium_memory * hours,
            "premium_gpu_hours": (gpus if by_pod else billed_gpus) * hours,
        },
        vcpu,
        memory,
    )


def node_faults(columns: Columns, rules: Rules) -> dict[str, Mask]:
    """Reasons for pods without a machine that can host them."""
    on_node = is_node_billed(columns)
    node = columns["instance_type"]
    has_gpu = columns["gpu_type"] != NO_GPU
    none = on_node & (node == NO_NODE)
    names = columns["names_its_node"]
    is_arm = columns["cpu_architecture"] != X86_64
    holds = _holds(columns, rules["node_types"], rules, node, rules["takes_gpus"][node])
    return {
        "required: instance_type is empty; a performance pod is billed by its machine": (
            none & ~names & ~has_gpu & (columns["compute_class"] == PERFORMANCE)
        ),
        "required: gpu_type is empty; an accelerator pod has one": (
            on_node & ~has_gpu & (columns["compute_class"] == ACCELERATOR)
        ),
        "not_offered: machines with accelerators are x86_64": on_node & has_gpu & is_arm,
        "unknown_instance_type: not a machine type of Compute Engine": none & names,
        "illegal_size: no machine with these accelerators holds the pod": none & ~names & has_gpu,
        "illegal_size: the machine named does not hold the pod": (
            on_node & names & (node != NO_NODE) & ~holds
        ),
    }


def node_notes(columns: Columns) -> dict[str, Mask]:
    """Note on pods whose machine was chosen here."""
    return {NODE_BY_NOMINAL_SIZE: is_node_billed(columns) & ~columns["names_its_node"]}

"""Labels of nodes that say what a node is, as Google, AWS, Karpenter and Kubernetes write them.

Sources: the GKE guide on Spot VMs, compute classes and GPUs, the EKS guide on managed node
groups, the Karpenter reference of well-known labels, and the Kubernetes reference of well-known
labels; all as of 2026.
"""

from __future__ import annotations

Meaning = dict[str, str]

_SPOT = {"purchase_option": "spot"}
_ON_DEMAND = {"purchase_option": "on_demand"}
_CAPACITY = {"spot": _SPOT, "on-demand": _ON_DEMAND}
_ARCHITECTURE = {
    "amd64": {"cpu_architecture": "x86_64"},
    "arm64": {"cpu_architecture": "arm64"},
}
_SYSTEM = {name: {"operating_system": name} for name in ("linux", "windows")}
#: a family's name as Karpenter and EKS Auto Mode give it, and its name on GKE
_GPU_NAMES = {
    "t4": "nvidia-tesla-t4",
    "t4g": "nvidia-t4g",
    "v100": "nvidia-tesla-v100",
    "k80": "nvidia-tesla-k80",
    "m60": "nvidia-tesla-m60",
    "a10g": "nvidia-a10g",
    "l4": "nvidia-l4",
    "l40s": "nvidia-l40s",
    "a100": "nvidia-tesla-a100",
    "h100": "nvidia-h100-80gb",
    "h200": "nvidia-h200-141gb",
    "b200": "nvidia-b200",
    "radeon-pro-v520": "amd-radeon-pro-v520",
}
_GPU = {name: {"gpu_type": known} for name, known in _GPU_NAMES.items()}
#: as NVIDIA's feature discovery labels a node, in small letters
_GPU_PRODUCTS = {
    "tesla-t4": "nvidia-tesla-t4",
    "nvidia-t4g": "nvidia-t4g",
    "tesla-v100-sxm2-16gb": "nvidia-tesla-v100",
    "nvidia-a10g": "nvidia-a10g",
    "nvidia-l4": "nvidia-l4",
    "nvidia-l40s": "nvidia-l40s",
    "nvidia-a100-sxm4-40gb": "nvidia-tesla-a100",
    "nvidia-a100-sxm4-80gb": "nvidia-a100-80gb",
    "nvidia-h100-80gb-hbm3": "nvidia-h100-80gb",
    "nvidia-h200": "nvidia-h200-141gb",
    "nvidia-b200": "nvidia-b200",
}

#: label -> value in small letters -> fleet columns that it settles
MEANINGS: dict[str, dict[str, Meaning]] = {
    "cloud.google.com/gke-spot": {"true": _SPOT, "false": _ON_DEMAND},
    "cloud.google.com/gke-preemptible": {"true": _SPOT, "false": _ON_DEMAND},
    "cloud.google.com/gke-provisioning": {
        "spot": _SPOT,
        "preemptible": _SPOT,
        "standard": _ON_DEMAND,
    },
    "eks.amazonaws.com/capacityType": {"spot": _SPOT, "on_demand": _ON_DEMAND},
    "karpenter.sh/capacity-type": _CAPACITY,
    "node.kubernetes.io/lifecycle": {"spot": _SPOT, "normal": _ON_DEMAND},
    "kubernetes.io/arch": _ARCHITECTURE,
    "beta.kubernetes.io/arch": _ARCHITECTURE,
    "kubernetes.io/os": _SYSTEM,
    "beta.kubernetes.io/os": _SYSTEM,
    "cloud.google.com/compute-class": {
        "general-purpose": {"compute_class": "general_purpose"},
        "autopilot": {"compute_class": "general_purpose"},
        "autopilot-spot": {"compute_class": "general_purpose", **_SPOT},
        "balanced": {"compute_class": "balanced"},
        "scale-out": {"compute_class": "scale_out"},
        "performance": {"compute_class": "performance"},
        "accelerator": {"compute_class": "accelerator"},
    },
    "karpenter.k8s.aws/instance-gpu-name": _GPU,
    "eks.amazonaws.com/instance-gpu-name": _GPU,
    "nvidia.com/gpu.product": {name: {"gpu_type": known} for name, known in _GPU_PRODUCTS.items()},
}

#: labels whose value is the column's value
VERBATIM = {
    "cloud.google.com/gke-accelerator": "gpu_type",
    "k8s.amazonaws.com/accelerator": "gpu_type",
    "node.kubernetes.io/instance-type": "instance_type",
    "beta.kubernetes.io/instance-type": "instance_type",
    "topology.kubernetes.io/region": "region",
    "failure-domain.beta.kubernetes.io/region": "region",
}


def meaning(label: str, value: str) -> Meaning | None:
    """Fleet columns that a label settles; None where the label or the value is not known.

    Examples
    --------
    >>> meaning("eks.amazonaws.com/capacityType", "SPOT")
    {'purchase_option': 'spot'}
    """
    if label in VERBATIM:
        return {VERBATIM[label]: value}
    return MEANINGS.get(label, {}).get(value.lower())

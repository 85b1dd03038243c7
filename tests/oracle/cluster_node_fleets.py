"""Random nodes of clusters, clusters with what EKS runs for them, and machines of ECS Anywhere."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from .fleets import TABLES
from .machine_fleets import put_nodes
from .price_tables import load_table
from .random_cells import Workload, awkward, chance
from .rules_aws import EKS_CALENDAR, EKS_TIERS
from .side_cells import new_row, number_rows, put_count, put_hours

# Where their machines are priced
MACHINES_OF = {
    "aws.eks_nodes": "aws.ec2",
    "aws.ecs_ec2": "aws.ec2",
    "aws.eks_auto_mode": "aws.ec2",
    "aws.ecs_managed_instances": "aws.ec2",
    "gcp.gke_standard": "gcp.compute_engine",
}
# Families whose fee was cut in July 2026, and some whose names are near theirs
CUT_OR_NEAR = ["g4dn.xlarge", "g5.xlarge", "g6.xlarge", "gr6.4xlarge", "g5g.xlarge", "p4d.24xlarge"]
CUT_OR_NEAR += ["p3.2xlarge", "p5.48xlarge", "trn1.2xlarge", "inf1.xlarge", "m7g.large"]
CAPABLE = ["us-east-1", "us-east-2", "ap-southeast-5"]


@lru_cache(maxsize=1)
def _listed() -> list[tuple[str, str]]:
    """Return the machines and regions whose fee a price list was read for."""
    rates = load_table(TABLES, "aws.eks_auto_mode").rates
    return sorted((dict(key)["instance_type"], place) for _, key, place in rates)


@lru_cache(maxsize=1)
def _without_size() -> tuple[str, ...]:
    """Return the machine types that are sold and not listed with their size, such as p2.xlarge."""
    table = load_table(TABLES, "aws.ec2")
    sold = {machine for cells in table.machines.values() for _, machine in cells}
    return tuple(sorted(sold - set(table.sizes)))


def _nodes(rng: Random, row: Workload) -> Workload:
    service = row["service"]
    row["service"] = MACHINES_OF[service]
    options = load_table(TABLES, row["service"]).purchase_options
    if chance(rng, 40):
        row["purchase_option"] = rng.choice(options)
    put_nodes(rng, row, TABLES)
    row["service"] = service
    if service == "gcp.gke_standard":
        put_count(rng, row, "zone_count", [0, 1, 3, 3])
    elif chance(rng, 15):
        row["instance_type"] = rng.choice(CUT_OR_NEAR)
        row["region"] = rng.choice(["us-east-1", "us-west-2", "us-gov-west-1"])
    elif chance(rng, 10):
        row["instance_type"], row["region"] = rng.choice(_listed())
    if service != "gcp.gke_standard" and chance(rng, 3):
        row["instance_type"], row["region"] = rng.choice(_without_size()), "us-east-1"
    return row


def _eks(rng: Random, row: Workload) -> Workload:
    row["region"] = rng.choice(CAPABLE) if chance(rng, 80) else row["region"]
    put_count(rng, row, "cluster_count", [0, 1, 1, 2, 10])
    put_hours(rng, row)
    if chance(rng, 30):
        row["kubernetes_version"] = rng.choice([*EKS_CALENDAR, "1.99"])
    if chance(rng, 20):
        row["control_plane_tier"] = rng.choice(EKS_TIERS)
    for column in ("argocd_application_count", "ack_resource_count", "kro_instance_count"):
        if chance(rng, 25):
            put_count(rng, row, column, [0, 1, 20, 500])
    if chance(rng, 50):
        row["hybrid_node_vcpu"] = rng.choice([0, 1, 64, 500.5, awkward(rng, 2000.0)])
    return row


def _ecs_anywhere(rng: Random, row: Workload) -> Workload:
    put_count(rng, row, "node_count", [0, 1, 2, 5, 300])
    if chance(rng, 40):
        row["runs_per_month"] = rng.choice([0, 1, 100, 2500.5])
        row["run_seconds"] = rng.choice([0, 1 / 3, 1200, 3599.5, 3600, 3600.1, 4000.7, 90_000])
        return row
    if chance(rng, 5):
        row |= {"requests_per_month": 1e6, "request_seconds": 0.1}
    put_hours(rng, row, 60)
    return row


def cluster_node_fleet(service: str, n: int, seed: int) -> list[Workload]:
    """Return ``n`` rows of one service, the same for the same seed and tables."""
    rng = Random(seed)
    put = {"aws.eks": _eks, "aws.ecs_anywhere": _ecs_anywhere}.get(service, _nodes)
    return number_rows([put(rng, new_row(rng, service)) for _ in range(n)])

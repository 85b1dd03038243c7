"""Billing rules of nodes in clusters, of what EKS runs beside them, and of ECS Anywhere.

Where sheets and tables leave room, a FinOps engineer reads this:

- Nodes of a cluster are explicit nodes at their cloud's machine prices; a GKE pool has `node_count`
  of them in each of its zones.
- The management fee follows the on-demand price of the day, whatever the node is bought as.
- Applications and resources are counted per cluster; vCPU of hybrid nodes are those of the row.
- A machine is registered with ECS Anywhere for an hour at the least, each run of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from . import rules_aws, rules_machines
from .demand import (
    SECONDS_PER_HOUR,
    NoPriceError,
    Situation,
    Usage,
    ceiling,
    defaulted,
    demand_kind,
    hours_per_month,
    is_empty,
    required,
    whole,
)
from .price_tables import PriceTable

# AWS sheet, section 4: "12% of EC2 on-demand, rounded to 5 decimals"; "from 2026-07-01: G -35%
# (7.8% of on-demand), P and Trainium -60% (4.8%)"
FEE_SHARE = Decimal("0.12")
GPU_CUT_FROM = date(2026, 7, 1)
GPU_FEE_SHARE = {"g": Decimal("0.078"), "gr": Decimal("0.078")}
GPU_FEE_SHARE |= {"p": Decimal("0.048"), "trn": Decimal("0.048")}
FEE_STEP = Decimal("0.00001")
# Section 9: "2024-12-01 EKS Auto Mode", "2025-09-30 ECS Managed Instances", "2025-12-18 Managed
# Instances Spot"
FEE_FROM = {
    "aws.eks_auto_mode": date(2024, 12, 1),
    "aws.ecs_managed_instances": date(2025, 9, 30),
}
# Capability, and what it manages: "base per capability + per custom resource"
CAPABILITIES = {
    "argocd_application_count": ("argocd_capability_hours", "argocd_application_hours"),
    "ack_resource_count": ("ack_capability_hours", "ack_resource_hours"),
    "kro_instance_count": ("kro_capability_hours", "kro_instance_hours"),
}
# Section 5, ECS Anywhere: "per hour with 1 h minimum"
REGISTERED_SECONDS = Decimal(3600)


def eks(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill clusters, their capabilities, and vCPU of the account's own machines."""
    usage = rules_aws.eks(row, situation)
    clusters = usage.quantities["cluster_hours"]
    for column, (capability, managed) in CAPABILITIES.items():
        if not is_empty(row.get(column)):
            usage.quantities[capability] = clusters
            usage.quantities[managed] = whole(row, column, 0) * clusters
    vcpu = defaulted(row, "hybrid_node_vcpu", 0)
    usage.quantities["hybrid_node_vcpu_hours"] = vcpu * hours_per_month(row, situation)
    return usage


def managed_nodes(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill EC2 nodes and a management fee for each of their hours."""
    usage = rules_machines.ec2(row, situation)
    usage.quantities["management_hours"] = usage.quantities["instance_hours"]
    return usage


def management_fee(
    service: str, listed: PriceTable, ec2: PriceTable, attributes: Mapping[str, str], on: date
) -> Decimal:
    """Return the fee of an hour: the listed one, else a share of the Linux on-demand price."""
    try:
        return listed.unit_prices("management_hours", attributes, on)[0]
    except NoPriceError:
        if on < FEE_FROM[service]:
            raise
    # The table: "The feed of 2025-10-27 has none in GovCloud"
    if service == "aws.ecs_managed_instances" and attributes["region"].startswith("us-gov-"):
        raise NoPriceError("unknown_rate: Managed Instances have no fee in GovCloud")
    bought = {"purchase_option": "on_demand", "operating_system": "linux"}
    price, _ = ec2.unit_prices("instance_hours", {**attributes, **bought}, on)
    letters = re.match("[a-z]*", attributes["instance_type"])
    family = letters.group() if letters else ""
    share = GPU_FEE_SHARE.get(family, FEE_SHARE) if on >= GPU_CUT_FROM else FEE_SHARE
    return (price * share).quantize(FEE_STEP, rounding=ROUND_HALF_UP)


def gke_standard(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill the nodes of a pool in each of its zones: "node count is PER ZONE"."""
    usage = rules_machines.compute_engine(row, situation)
    zones = whole(row, "zone_count", 1)
    usage.quantities = {meter: hours * zones for meter, hours in usage.quantities.items()}
    return usage


def ecs_anywhere(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill registered machines by the hour, one hour at the least; never registered is nothing."""
    kind = demand_kind(row)
    if kind == "requests":
        raise NoPriceError("unsupported_demand: a machine serves no requests by itself")
    step = situation.number("ecs_anywhere_increment_seconds")
    times = Decimal(1)
    if kind == "runs":
        times, seconds = required(row, "runs_per_month"), required(row, "run_seconds")
    else:
        seconds = hours_per_month(row, situation) * SECONDS_PER_HOUR
        times = Decimal(1) if seconds > 0 else Decimal(0)
    registered = max(REGISTERED_SECONDS, step * ceiling(seconds / step))
    hours = times * registered / SECONDS_PER_HOUR
    return Usage({"management_hours": whole(row, "node_count", 1) * hours})

"""Billing rules of load balancers, NAT, addresses and data transfer on both clouds.

Where sheets and tables leave room, a FinOps engineer reads this:

- AWS bills a started hour of a load balancer or NAT gateway whole. Google says nothing of the kind,
  so its hours are taken as they are.
- A Google row stands for all forwarding rules of a project, type and region, and a Cloud NAT row
  for one gateway: `replicas` mean nothing there. So do they for addresses, which are counted.
- A Classic Load Balancer is billed by the GiB, the others by capacity units. How many of them a GiB
  takes through a Gateway Load Balancer was not read: a row with GiB and no units has no price.
- What nothing is used of need not be named: a transfer of nothing has no destination.
- An address that is held at all is billed for a minute; longer times are not rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .demand import (
    NoPriceError,
    Situation,
    Usage,
    ceiling,
    defaulted,
    hours_per_month,
    text,
    whole,
)

# AWS sheet, section 8: ALB "1 GB/h", NLB "1 GB/h (L)"; the gateway's unit was not read
LCU_PER_GIB = {"application": Decimal(1), "network": Decimal(1)}
AWS_BALANCERS = ("application", "network", "gateway", "classic")
GOOGLE_BALANCERS = (
    *("global_external_application", "global_external_proxy", "regional_external_application"),
    *("regional_external_proxy", "external_passthrough", "regional_internal_application"),
    *("regional_internal_proxy", "internal_passthrough"),
)
# Section 8 has public addresses "per second, 60 s minimum".
ADDRESS_MINIMUM_HOURS = Decimal(1) / 60
# "Cross-AZ 0.01/GB each direction"
ZONE_DIRECTIONS = 2
# GCP sheet, section 5: "First 5 rules 0.025/h IN TOTAL (also with one rule), each extra 0.01/h"
RULES_IN_MINIMUM = 5
# "0.0014/h per VM up to 32, 0.044/h above"
MOST_COUNTED_VMS = 32
NETWORK_METERS = {
    "vm_premium": "transfer_gib",
    "vm_standard": "standard_tier_transfer_gib",
    "cloud_run": "cloud_run_transfer_gib",
}


def needed(row: Mapping[str, Any], column: str, allowed: tuple[str, ...] = ()) -> str:
    """Read a text cell that has no default."""
    cell = text(row, column, "", allowed)
    if not cell:
        raise NoPriceError(f"missing_value: {column}")
    return cell


def needed_for(
    used: Decimal, row: Mapping[str, Any], column: str, allowed: tuple[str, ...] = ()
) -> str:
    """Read a text cell that has no default; a row that uses nothing does without it."""
    return needed(row, column, allowed) if used > 0 else text(row, column, "", allowed)


def _gateway_hours(row: Mapping[str, Any], situation: Situation) -> Decimal:
    """Return the hours of all replicas: "partial hour = full" for each."""
    return whole(row, "replicas", 1) * ceiling(hours_per_month(row, situation))


def aws_load_balancer(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill hours, and capacity units or GiB, whichever the type has."""
    kind = needed(row, "load_balancer_type", (*AWS_BALANCERS, *GOOGLE_BALANCERS))
    gib = defaulted(row, "transfer_gib", 0)
    units = defaulted(row, "lcu_hours", 0)
    if kind == "gateway" and gib > 0 and units == 0:
        raise NoPriceError("missing_value: lcu_hours")
    quantities = {
        "load_balancer_hours": _gateway_hours(row, situation),
        "lcu_hours": max(units, gib * LCU_PER_GIB.get(kind, Decimal(0))),
        "processed_gib": gib if kind == "classic" else Decimal(0),
    }
    return Usage(quantities, columns={"load_balancer_type": kind})


def nat_gateway(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill hours of gateways and every GiB through them."""
    return Usage(
        {
            "nat_gateway_hours": _gateway_hours(row, situation),
            "processed_gib": defaulted(row, "transfer_gib", 0),
        }
    )


def _address_meter(row: Mapping[str, Any]) -> str:
    state = text(row, "ipv4_state", "in_use", ("in_use", "idle"))
    return "idle_public_ipv4_hours" if state == "idle" else "public_ipv4_hours"


def public_ipv4(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill addresses, "in use or idle", for a minute at the least."""
    hours = hours_per_month(row, situation)
    if hours > 0:
        hours = max(hours, ADDRESS_MINIMUM_HOURS)
    return Usage({_address_meter(row): whole(row, "public_ipv4_count", 0) * hours})


def aws_data_transfer(row: Mapping[str, Any], _: Situation) -> Usage:
    """Bill data out of a region: to the internet, to a zone and back in, or to a region."""
    gib = defaulted(row, "transfer_gib", 0)
    destination = needed_for(gib, row, "transfer_to")
    if destination == "internet":
        return Usage({"internet_transfer_gib": gib})
    if destination == "zone":
        return Usage({"zone_transfer_gib": gib * ZONE_DIRECTIONS})
    return Usage({"transfer_gib": gib}, columns={"transfer_to": destination})


def gcp_load_balancer(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill forwarding rules of a project, the first five at one price, and data."""
    kind = needed(row, "load_balancer_type", (*AWS_BALANCERS, *GOOGLE_BALANCERS))
    rules, hours = whole(row, "forwarding_rule_count", 1), hours_per_month(row, situation)
    quantities = {
        "forwarding_rule_hours": hours if rules > 0 else Decimal(0),
        "additional_forwarding_rule_hours": max(rules - RULES_IN_MINIMUM, Decimal(0)) * hours,
        "processed_gib": defaulted(row, "transfer_gib", 0),
    }
    return Usage(quantities, columns={"load_balancer_type": kind})


def cloud_nat(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill a gateway by its machines or at the maximum, its addresses, and data.

    "At exactly 32 VMs the product 0.0448 exceeds the cap", and is what is billed.
    """
    machines, hours = whole(row, "node_count", 1), hours_per_month(row, situation)
    counted = machines <= MOST_COUNTED_VMS
    return Usage(
        {
            "nat_vm_hours": machines * hours if counted else Decimal(0),
            "nat_gateway_hours": Decimal(0) if counted else hours,
            "public_ipv4_hours": whole(row, "public_ipv4_count", 0) * hours,
            "processed_gib": defaulted(row, "transfer_gib", 0),
        }
    )


def external_ipv4(row: Mapping[str, Any], situation: Situation) -> Usage:
    """Bill addresses: "standard VM 0.005/h, Spot VM 0.0025, reserved unused 0.01 (us)"."""
    hours = hours_per_month(row, situation)
    return Usage({_address_meter(row): whole(row, "public_ipv4_count", 0) * hours})


def gcp_data_transfer(row: Mapping[str, Any], _: Situation) -> Usage:
    """Bill data out by what sends it, from where, to where."""
    sender = text(row, "network_kind", "vm_premium", tuple(NETWORK_METERS))
    gib = defaulted(row, "transfer_gib", 0)
    columns = {"transfer_to": needed_for(gib, row, "transfer_to")}
    return Usage({NETWORK_METERS[sender]: gib}, columns=columns)

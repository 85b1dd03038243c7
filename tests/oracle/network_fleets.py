"""Random rows of load balancers, NAT, addresses and data transfer."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from random import Random

from .fleets import TABLES
from .price_tables import load_table
from .random_cells import Workload, chance
from .rules_networks import AWS_BALANCERS, GOOGLE_BALANCERS
from .side_cells import new_row, number_rows, put_amount, put_count, put_hours, put_word

# So that an account's pool reaches the last tier
MUCH = 200_000.0


@lru_cache(maxsize=8)
def _destinations(service: str, meter: str) -> tuple[str, ...]:
    """Return the destinations that a meter has rates for."""
    table = load_table(TABLES, service)
    keys = [dict(key) for name, key, _ in table.rates if name == meter]
    keys += [block["key"] for block in table.graduated_blocks if block["meter"] == meter]
    return tuple(sorted({key["transfer_to"] for key in keys}))


def _aws_load_balancer(rng: Random, row: Workload) -> None:
    kinds = GOOGLE_BALANCERS if chance(rng, 3) else AWS_BALANCERS
    put_word(rng, row, "load_balancer_type", kinds)
    put_hours(rng, row)
    put_count(rng, row, "replicas", [0, 1, 2, 10])
    put_amount(rng, row, "transfer_gib", 50_000.0)
    if row["load_balancer_type"] != "classic" or chance(rng, 5):
        put_amount(rng, row, "lcu_hours", 50_000.0, 60)


def _nat_gateway(rng: Random, row: Workload) -> None:
    put_hours(rng, row)
    put_count(rng, row, "replicas", [0, 1, 2, 3])
    put_amount(rng, row, "transfer_gib", 50_000.0)


def _addresses(rng: Random, row: Workload) -> None:
    put_hours(rng, row)
    put_count(rng, row, "public_ipv4_count", [0, 1, 1, 2, 3, 50])
    if chance(rng, 30):
        put_word(rng, row, "ipv4_state", ["in_use", "idle", "idle"])
    if row["service"] == "gcp.external_ipv4" and chance(rng, 30):
        row["purchase_option"] = "spot"


def _aws_data_transfer(rng: Random, row: Workload) -> None:
    regions = _destinations("aws.data_transfer", "transfer_gib")
    put_word(rng, row, "transfer_to", ["internet"] * 30 + ["zone"] * 20 + list(regions))
    most = 5.0 if row["transfer_to"] == "zone" and chance(rng, 50) else MUCH
    put_amount(rng, row, "transfer_gib", most, 95)


def _gcp_load_balancer(rng: Random, row: Workload) -> None:
    kinds = AWS_BALANCERS if chance(rng, 3) else GOOGLE_BALANCERS
    put_word(rng, row, "load_balancer_type", kinds)
    put_hours(rng, row)
    put_count(rng, row, "forwarding_rule_count", [0, 1, 4, 5, 6, 7, 40])
    put_amount(rng, row, "transfer_gib", 50_000.0)


def _cloud_nat(rng: Random, row: Workload) -> None:
    put_hours(rng, row)
    put_count(rng, row, "node_count", [0, 1, 14, 31, 32, 33, 36, 500])
    put_count(rng, row, "public_ipv4_count", [0, 1, 2])
    put_amount(rng, row, "transfer_gib", 50_000.0)


def _gcp_data_transfer(rng: Random, row: Workload) -> None:
    meters = {
        "vm_premium": "transfer_gib",
        "vm_standard": "standard_tier_transfer_gib",
        "cloud_run": "cloud_run_transfer_gib",
    }
    sender = rng.choice(list(meters))
    if sender != "vm_premium" or chance(rng, 30):
        row["network_kind"] = sender
    destinations = _destinations("gcp.data_transfer", meters[sender])
    # A few of them often, so that their tiers are reached
    few = destinations[:3] if chance(rng, 40) else destinations
    put_word(rng, row, "transfer_to", few)
    if chance(rng, 3):
        row["network_kind"] = rng.choice([*meters, "carrier_pigeon"])
    put_amount(rng, row, "transfer_gib", 3.0 if chance(rng, 20) else MUCH, 95)


FILL: dict[str, Callable[[Random, Workload], None]] = {
    "aws.load_balancer": _aws_load_balancer,
    "aws.nat_gateway": _nat_gateway,
    "aws.public_ipv4": _addresses,
    "aws.data_transfer": _aws_data_transfer,
    "gcp.load_balancer": _gcp_load_balancer,
    "gcp.cloud_nat": _cloud_nat,
    "gcp.external_ipv4": _addresses,
    "gcp.data_transfer": _gcp_data_transfer,
}


def network_fleet(service: str, n: int, seed: int) -> list[Workload]:
    """Return ``n`` rows of one service, the same for the same seed and tables."""
    rng, rows = Random(seed), []
    for _ in range(n):
        row = new_row(rng, service)
        FILL[service](rng, row)
        rows.append(row)
    return number_rows(rows)

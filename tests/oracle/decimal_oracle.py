"""The oracle: bills a fleet row by row in ``decimal.Decimal``, by its own billing rules.

Only prices (rates, percentage discounts, region groups, what is not sold) are read from the tables.
Legal sizes, minimums, ratios, ceilings and credit amounts are written down in the ``rules_*``
modules, ``free_parts`` and ``free_units`` from the rule sheets, so that a mistake in a table's ``rules:`` shows as a
difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

from . import (
    graduated_tiers,
    rules_app_runner,
    rules_aws,
    rules_cluster_nodes,
    rules_gcp,
    rules_gcp_nodes,
    rules_machines,
    rules_networks,
    rules_storage,
)
from .demand import (
    DEFAULT_ASSUMPTIONS,
    NoPriceError,
    Situation,
    Usage,
    has_gpu,
    is_empty,
    month_hours,
    text,
)
from .free_parts import FREE_PARTS
from .free_units import free_units
from .graduated_tiers import GraduatedCharge
from .price_tables import PriceTable, known_regions, load_table

PRECISION = 50

BILLERS: dict[str, Callable[[Mapping[str, Any], Situation], Usage]] = {
    "aws.fargate": rules_aws.fargate,
    "aws.fargate_eks": rules_aws.fargate_eks,
    "aws.eks": rules_cluster_nodes.eks,
    "gcp.gke": rules_gcp.gke,
    "gcp.gke_autopilot": rules_gcp_nodes.gke_autopilot,
    "gcp.cloud_run": rules_gcp.cloud_run,
    "gcp.cloud_run_jobs": rules_gcp.cloud_run_jobs,
    "gcp.cloud_run_worker_pools": rules_gcp.cloud_run_worker_pools,
    "aws.ec2": rules_machines.ec2,
    "gcp.compute_engine": rules_machines.compute_engine,
}
# What surrounds them: random fleets of these are apart
SIDE_BILLERS: dict[str, Callable[[Mapping[str, Any], Situation], Usage]] = {
    "aws.app_runner": rules_app_runner.app_runner,
    "aws.eks_nodes": rules_machines.ec2,
    "aws.ecs_ec2": rules_machines.ec2,
    "aws.eks_auto_mode": rules_cluster_nodes.managed_nodes,
    "aws.ecs_managed_instances": rules_cluster_nodes.managed_nodes,
    "aws.ecs_anywhere": rules_cluster_nodes.ecs_anywhere,
    "aws.ecr": rules_storage.ecr,
    "aws.load_balancer": rules_networks.aws_load_balancer,
    "aws.nat_gateway": rules_networks.nat_gateway,
    "aws.public_ipv4": rules_networks.public_ipv4,
    "aws.data_transfer": rules_networks.aws_data_transfer,
    "aws.ebs": rules_storage.disk,
    "aws.cloudwatch_logs": rules_storage.cloudwatch_logs,
    "aws.eventbridge": rules_storage.events,
    "gcp.gke_standard": rules_cluster_nodes.gke_standard,
    "gcp.artifact_registry": rules_storage.artifact_registry,
    "gcp.load_balancer": rules_networks.gcp_load_balancer,
    "gcp.cloud_nat": rules_networks.cloud_nat,
    "gcp.external_ipv4": rules_networks.external_ipv4,
    "gcp.data_transfer": rules_networks.gcp_data_transfer,
    "gcp.persistent_disk": rules_storage.disk,
    "gcp.cloud_logging": rules_storage.cloud_logging,
    "gcp.eventarc": rules_storage.events,
    "gcp.cloud_build": rules_storage.cloud_build,
}
ALL_BILLERS = BILLERS | SIDE_BILLERS

# GCP rule sheet section 1: "Credit 74.40 USD per month per billing account", Autopilot and zonal
# fee only
GKE_CREDIT = Decimal("74.40")
# Decided from the catalog: the first 720 hours of an external address a month, 0.005 an hour
EXTERNAL_IPV4_CREDIT = Decimal("3.60")
# GCP rule sheet section 4.3: "one credit per billing account and resource", idle included, GPU none
CLOUD_RUN_CREDIT = {"vcpu": Decimal("4.32"), "memory": Decimal("0.90"), "requests": Decimal("0.80")}
CLOUD_RUN_POOL_OF_METER = {
    "vcpu_hours": "vcpu",
    "idle_vcpu_hours": "vcpu",
    "memory_gib_hours": "memory",
    "idle_memory_gib_hours": "memory",
    "requests": "requests",
}


@dataclass
class OracleBill:
    """What one workload costs; every amount is None where the workload is unpriced.

    ``gross`` is the effective cost before credits. ``lines`` maps each meter with a quantity above
    zero to its quantity in the canonical unit, list cost and effective cost; a credit is a line
    under its pool's id, with quantity 1, no list cost and a negative effective cost.
    ``lower_bound`` says that a minor meter has no rate: its line has None for both costs.
    """

    workload: str
    priced: bool
    reason: str | None = None
    monthly_cost: Decimal | None = None
    monthly_list_cost: Decimal | None = None
    gross: Decimal | None = None
    billed_vcpu: Decimal | None = None
    billed_memory_gib: Decimal | None = None
    lines: dict[str, tuple[Decimal, Decimal | None, Decimal | None]] = field(default_factory=dict)
    lower_bound: bool = False
    graduated: dict[str, GraduatedCharge] = field(default_factory=dict)

    def add(self, meter: str, quantity: Decimal, listed: Decimal, effective: Decimal) -> None:
        """Add a line and its costs to the totals."""
        self.lines[meter] = (quantity, listed, effective)
        self.monthly_list_cost = (self.monthly_list_cost or Decimal(0)) + listed
        self.gross = self.monthly_cost = (self.gross or Decimal(0)) + effective

    def give(self, credit: str, amount: Decimal) -> None:
        """Add the line of a credit, which lowers what is paid."""
        self.lines[credit] = (Decimal(1), Decimal(0), -amount)
        self.monthly_cost = (self.monthly_cost or Decimal(0)) - amount


def _attributes(row: Mapping[str, Any], usage: Usage) -> dict[str, str]:
    """Return the columns that a rate, a discount or an exclusion may ask for."""
    attributes = {
        "region": text(row, "region", ""),
        "operating_system": text(row, "operating_system", "linux"),
        "cpu_architecture": text(row, "cpu_architecture", "x86_64"),
        "purchase_option": text(row, "purchase_option", "on_demand"),
        "control_plane_tier": text(row, "control_plane_tier", "standard"),
    }
    return attributes | usage.columns


def _prices_of(meter: str, table: PriceTable, tables: Path) -> PriceTable:
    """Return the table that prices a meter: that of its service, or of another that it names."""
    other = table.meters.get(meter, {}).get("prices_of")
    return load_table(tables, other) if other else table


def _unit_prices(
    service: str,
    table: PriceTable,
    meter: str,
    attributes: Mapping[str, str],
    situation: Situation,
) -> tuple[Decimal, Decimal]:
    """Return list and effective price of a meter; a fee may follow from a machine's price."""
    tables, on = situation.tables, situation.on
    if meter == "management_hours" and service in rules_cluster_nodes.FEE_FROM:
        machines = _prices_of("instance_hours", table, tables)
        fee = rules_cluster_nodes.management_fee(service, table, machines, attributes, on)
        return fee, fee
    return _prices_of(meter, table, tables).unit_prices(meter, attributes, on)


def _bill_row(
    workload: str, row: Mapping[str, Any], tables: Path, situation: Situation
) -> OracleBill:
    """Bill one workload before credits."""
    service = text(row, "service", "")
    if service not in ALL_BILLERS:
        raise NoPriceError(f"unknown_service: {service!r}")
    table = load_table(tables, service)
    if is_empty(row.get("region")):
        raise NoPriceError("missing_value: region")
    # An unknown region is a fault of the cell, even where nothing is used; a region that is known
    # but has no rate costs 0 where nothing is used, like any other meter without a price.
    known = known_regions(tables, service)
    if known and row["region"] not in known:
        raise NoPriceError(f"invalid_value: unknown region {row['region']!r}")
    usage = ALL_BILLERS[service](row, situation)
    if "instance_type" in usage.columns and usage.vcpu is None:
        machines = _prices_of("instance_hours", table, tables)
        usage.vcpu, usage.memory_gib = machines.machine_size(usage.columns["instance_type"])
    attributes = _attributes(row, usage)
    table.check_sold(attributes, situation.on)
    bill = OracleBill(
        workload, priced=True, billed_vcpu=usage.vcpu, billed_memory_gib=usage.memory_gib
    )
    bill.monthly_list_cost = bill.gross = bill.monthly_cost = Decimal(0)
    for meter, quantity in usage.quantities.items():
        if quantity == 0:
            continue
        asked = attributes | usage.meter_columns.get(meter, {})
        if meter in table.tiered:
            bill.graduated[meter] = graduated_tiers.charge(
                table, meter, asked, situation.on, quantity
            )
            continue
        try:
            list_price, effective_price = _unit_prices(service, table, meter, asked, situation)
        except NoPriceError:
            if not table.meters.get(meter, {}).get("minor", False):
                raise
            bill.lines[meter] = (quantity, None, None)
            bill.lower_bound = True
            continue
        effective = quantity * effective_price * usage.multipliers.get(meter, Decimal(1))
        bill.add(meter, quantity, quantity * list_price, effective)
    return bill


def _apply_tiers(fleet: Sequence[Mapping[str, Any]], bills: Sequence[OracleBill]) -> None:
    """Bill graduated meters at the average price that each billing account comes to."""
    accounts = [text(row, "billing_account", "") for row in fleet]
    prices = graduated_tiers.average_prices(accounts, [bill.graduated for bill in bills])
    for bill, of_row in zip(bills, prices, strict=True):
        for meter, price in of_row.items():
            quantity = bill.graduated[meter].quantity
            bill.add(meter, quantity, quantity * price, quantity * price)


def _credit_pool(
    row: Mapping[str, Any], meter: str, situation: Situation
) -> tuple[str, Decimal] | None:
    """Return the id and the monthly amount of the credit that pays for a line, if any."""
    service = row["service"]
    if (service, meter) in FREE_PARTS:
        part = FREE_PARTS[service, meter]
        return (part.pool, part.amount) if part.covers(row) else None
    if service == "gcp.gke":
        creditable = text(row, "cluster_type", "autopilot") in ("autopilot", "zonal")
        return (
            ("gcp.gke.cluster_fee", GKE_CREDIT) if meter == "cluster_hours" and creditable else None
        )
    if service in ("gcp.compute_engine", "gcp.gke_standard"):
        creditable = text(row, "purchase_option", "on_demand") != "spot"
        pool = ("gcp.external_ipv4", EXTERNAL_IPV4_CREDIT)
        return pool if meter == "public_ipv4_hours" and creditable else None
    if not service.startswith("gcp.cloud_run") or meter not in CLOUD_RUN_POOL_OF_METER:
        return None
    resource = CLOUD_RUN_POOL_OF_METER[meter]
    pool = f"gcp.cloud_run.{resource}"
    if situation.assumptions["cloud_run_credit"] == "per_mode":
        by_requests = service == "gcp.cloud_run" and _is_request_billed(row)
        pool += ".request" if by_requests else ".instance"
    return pool, CLOUD_RUN_CREDIT[resource]


def _is_request_billed(row: Mapping[str, Any]) -> bool:
    """Say whether a priced Cloud Run row is billed by requests (with a GPU it never is)."""
    default = "instance" if is_empty(row.get("requests_per_month")) or has_gpu(row) else "request"
    return text(row, "billing_mode", default) == "request"


def _apply_credits(
    fleet: Sequence[Mapping[str, Any]], bills: Sequence[OracleBill], situation: Situation
) -> None:
    """Give each billing account its credits, shared out in proportion to a row's cost in a pool."""
    pools: dict[tuple[str, str], dict[int, Decimal]] = defaultdict(dict)
    amounts: dict[str, Decimal] = {}
    for position, (row, bill) in enumerate(zip(fleet, bills, strict=True)):
        for meter, (_, _, effective) in bill.lines.items():
            credit = _credit_pool(row, meter, situation)
            if credit is None or effective is None:
                continue
            name, amounts[credit[0]] = credit
            share = pools[text(row, "billing_account", ""), name]
            share[position] = share.get(position, Decimal(0)) + effective
    for (_, name), share in pools.items():
        spent = sum(share.values(), Decimal(0))
        if spent == 0:
            continue
        given = min(amounts[name], spent)
        for position, cost in share.items():
            bills[position].give(name, given * cost / spent)
    charges, lines = [bill.graduated for bill in bills], [dict(bill.lines) for bill in bills]
    for position, name, amount in free_units(fleet, charges, lines):
        bills[position].give(name, amount)


def price_fleet(
    fleet: list[dict[str, Any]],
    tables: Path,
    *,
    on: date,
    month: str = "730h",
    free_tier: str = "account",
    sizes: str = "round_up",
    assumptions: dict[str, Any] | None = None,
) -> list[OracleBill]:
    """Bill a fleet, one bill per workload in input order.

    Parameters
    ----------
    fleet
        Workloads by column; a column that is absent, None, NaN or empty text has its default.
    tables
        The directory of the rate tables, with one directory per provider.
    on
        The day whose rates and rules hold for the whole month.
    month
        ``"730h"``, any ``"<n>h"`` or a calendar month ``"2026-02"``.
    free_tier
        ``"account"`` gives every credit once per billing account, ``"none"`` gives none.
    sizes
        ``"round_up"`` takes the least legal size, ``"strict"`` refuses an illegal one.
    assumptions
        Other readings of what the rule sheets leave unsure, by name.
    """
    unknown = set(assumptions or {}) - set(DEFAULT_ASSUMPTIONS)
    if unknown:
        raise ValueError(f"unknown assumptions: {sorted(unknown)}")
    settings = DEFAULT_ASSUMPTIONS | (assumptions or {})
    with localcontext() as context:
        context.prec = PRECISION
        situation = Situation(on, month_hours(month), sizes == "strict", settings, Path(tables))
        bills = []
        for position, row in enumerate(fleet):
            workload = text(row, "workload", str(position))
            try:
                bills.append(_bill_row(workload, row, Path(tables), situation))
            except NoPriceError as unpriced:
                bills.append(OracleBill(workload, priced=False, reason=str(unpriced)))
        _apply_tiers(fleet, bills)
        if free_tier != "none":
            _apply_credits(fleet, bills, situation)
    return bills

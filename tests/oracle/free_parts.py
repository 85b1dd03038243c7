"""Free parts of the services around containers, per billing account and month.

Written down from the rule sheets and from what the tables say in words: money where everything has
one price, else a quantity. Twelve-month offers to new accounts never apply, and CloudWatch's 5 GB
are unsure (AWS rule sheet section 8 marks them "L"): neither is here.

A free quantity is the first part of a month. Providers code it as a tier without a price below the
first price, and count it in the bounds of the tiers that follow: "An allowance that a provider
codes as a zero-price first tier is stored once: as the first positive price" (contract, section 3).
So each unit of it is worth the first price, however much comes after; it is shared out by quantity.
None has a first day: a free part that was read later is given on earlier days too, where the row is
doubtful anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .demand import text
from .graduated_tiers import GraduatedCharge


@dataclass(frozen=True)
class FreePart:
    """An amount that is given back; only for rows whose column has the value, if one is named."""

    pool: str
    amount: Decimal
    only: tuple[str, str, str] | None = field(default=None)

    def covers(self, row: Mapping[str, Any]) -> bool:
        """Say whether a row may share in it; ``only`` is a column, its default and a value."""
        return self.only is None or text(row, self.only[0], self.only[1]) == self.only[2]


_ON_DEMAND = ("purchase_option", "on_demand", "on_demand")

FREE_PARTS: dict[tuple[str, str], FreePart] = {
    # "0.01/GB each direction; first 1 GB/month free": one GB, not one in each direction
    ("aws.data_transfer", "zone_transfer_gib"): FreePart("aws.data_transfer.zone", Decimal("0.01")),
    # GCP sheet, section 5: "0.5 GB free per billing account, then 0.10/GB-month"
    ("gcp.artifact_registry", "storage_gib_months"): FreePart(
        "gcp.artifact_registry.storage", Decimal("0.05")
    ),
    # "50 GiB/project free, then 0.50/GiB"; "vended network logs 0.25/GiB with no free part". An
    # account stands for a project.
    ("gcp.cloud_logging", "log_gib"): FreePart(
        "gcp.cloud_logging.ingestion", Decimal(25), ("log_class", "standard", "standard")
    ),
    # The catalog: 720 hours at 0.005, of machines that are not Spot
    ("gcp.external_ipv4", "public_ipv4_hours"): FreePart(
        "gcp.external_ipv4", Decimal("3.60"), _ON_DEMAND
    ),
    # The catalog: 2,500 build minutes at 0.006
    ("gcp.cloud_build", "build_minutes"): FreePart("gcp.cloud_build.default_machine", Decimal(15)),
}


@dataclass(frozen=True)
class FreeQuantity:
    """A quantity that is free of a graduated meter, of each pool of it or of all together."""

    credit: str
    quantity: Decimal
    of_each_pool: bool


FREE_QUANTITIES: dict[tuple[str, str], FreeQuantity] = {
    # AWS sheet, section 8: "first 100 GB/month free, global across payer; 0.09 to 10 TB"
    ("aws.data_transfer", "internet_transfer_gib"): FreeQuantity(
        "aws.data_transfer.internet", Decimal(100), of_each_pool=False
    ),
    # The catalog: 200 GiB of each SKU, which is a region, are free on the Standard tier
    ("gcp.data_transfer", "standard_tier_transfer_gib"): FreeQuantity(
        "gcp.data_transfer.standard_tier", Decimal(200), of_each_pool=True
    ),
}


def free_quantities(
    fleet: Sequence[Mapping[str, Any]], charges: Sequence[Mapping[str, GraduatedCharge]]
) -> list[dict[str, Decimal]]:
    """Return what each row has for free, in money, by the name of the credit."""
    used: dict[Any, Decimal] = defaultdict(Decimal)
    shares: list[list[tuple[FreeQuantity, Any, GraduatedCharge]]] = []
    for row, of_row in zip(fleet, charges, strict=True):
        shares.append([])
        for meter, charge in of_row.items():
            free = FREE_QUANTITIES.get((row["service"], meter))
            if free is None:
                continue
            pool = charge.pool if free.of_each_pool else None
            scope = text(row, "billing_account", ""), free, pool
            used[scope] += charge.quantity
            shares[-1].append((free, scope, charge))
    return [
        {
            free.credit: min(free.quantity / used[scope], Decimal(1))
            * charge.quantity
            * charge.tiers[0][1]
            for free, scope, charge in of_row
        }
        for of_row in shares
    ]

"""Free units of a month, by quantity: what is free, of which SKUs, and what it is worth.

Two kinds, both written down from the sheets and the catalog of 2026-04-30:

- An allowance that the catalog codes as a first tier without a price belongs to a SKU and a billing
  account. "An allowance that a provider codes as a zero-price first tier is stored once: as the
  first positive price" (contract, section 3), so each unit of it is worth the first price, however
  much comes after.
- The hundred GB of AWS are one allowance of a billing account, and lie outside the tiers: a bill
  says "first 10 TB / month data transfer out beyond the global free tier". What they are worth is
  the difference that they make, pool by pool.

None has a first day: a free part that was read later is given on earlier days too, where the row is
doubtful anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .demand import text
from .graduated_tiers import GraduatedCharge, Key, graduated_cost

# AWS sheet, section 8: "first 100 GB/month free, global across payer; 0.09 to 10 TB". AWS's page:
# aggregated "across all AWS Services and Regions", with the exception of China and GovCloud
AWS_FREE_GB = Decimal(100)
AWS_CREDIT = "aws.data_transfer.internet"
AWS_WITHOUT = ("us-gov-", "cn-")

# Where the catalog sells machines of the Premium tier a first GiB without a price: from the
# Americas as a whole, and from places with SKUs of their own
_SINGLE = ("us_south1", "us_west2")
_NORTHERN = (
    *("northamerica_northeast1", "northamerica_northeast2", "northamerica_south1", "us_east4"),
    *("us_east5", "us_east7", "us_west3", "us_west4", "us_west8", *_SINGLE),
)
PREMIUM_FROM: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            *("internet_africa", "internet_americas", "internet_central_america"),
            *("internet_eastern_europe", "internet_emea", "internet_india"),
            *("internet_middle_east", "internet_south_america", "internet_western_europe"),
        ),
        ("americas", *_SINGLE),
    ),
    **dict.fromkeys(
        ("internet_asia_pacific", "internet_indonesia", "internet_south_korea"),
        ("americas", *_NORTHERN),
    ),
    **dict.fromkeys(
        (
            *("asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-south2"),
            *("asia-southeast1", "australia-southeast2", "europe-central2", "europe-north1"),
            *("europe-west1", "europe-west2", "europe-west3", "europe-west4", "europe-west6"),
            *("northamerica-northeast2", "southamerica-west1", "us-central1", "us-east1"),
            "us-west1",
        ),
        ("americas",),
    ),
    "asia-south1": ("americas", "asia_south2"),
    "australia-southeast1": ("americas", "australia_southeast2"),
    "northamerica-northeast1": ("americas", "northamerica_northeast2"),
    "southamerica-east1": ("americas", "southamerica_west1"),
}
# The same for Cloud Run; the sheet, section 4.3, has "first 1 GiB/month to North America"
CLOUD_RUN_FROM: dict[str, tuple[str, ...]] = {
    "internet_north_america": ("north_america",),
    "region_in_asia_pacific": ("europe", "north_america", "south_america"),
    "region_in_europe": ("asia_pacific", "north_america", "south_america"),
    "region_in_north_america": ("asia_pacific", "europe", "north_america", "south_america"),
    "region_in_south_america": ("asia_pacific", "europe", "north_america"),
}
# One SKU of standard disks and idle addresses is sold in five regions, the others in one each
FIVE_REGIONS = ("asia-east1", "europe-west1", "us-central1", "us-east1", "us-west1")
FREE_DISKS = (
    *("africa-south1", "asia-southeast3", "europe-north2", "europe-west10", "europe-west12"),
    *("me-central1", "me-central2", "me-west1", "northamerica-south1", "us-east5", "us-west8"),
    *FIVE_REGIONS,
)
WITHOUT_FREE_IDLE_HOUR = ("northamerica-northeast1", "northamerica-northeast2")


@dataclass(frozen=True)
class SkuAllowance:
    """Units that each of some SKUs has free; ``places`` are those of a destination, None is all."""

    credit: str
    quantity: Decimal
    places: Mapping[str, tuple[str, ...]] | None = None

    def covers(self, key: Key, place: str) -> bool:
        """Say whether the catalog has a first tier without a price there."""
        return self.places is None or place in self.places.get(dict(key)["transfer_to"], ())


OF_GRADUATED: dict[tuple[str, str], SkuAllowance] = {
    ("gcp.data_transfer", "standard_tier_transfer_gib"): SkuAllowance(
        "gcp.data_transfer.standard_tier", Decimal(200)
    ),
    ("gcp.data_transfer", "transfer_gib"): SkuAllowance(
        "gcp.data_transfer.premium_tier", Decimal(1), PREMIUM_FROM
    ),
    ("gcp.data_transfer", "cloud_run_transfer_gib"): SkuAllowance(
        "gcp.data_transfer.cloud_run", Decimal(1), CLOUD_RUN_FROM
    ),
}


def _standard_disk(row: Mapping[str, Any]) -> bool:
    return row.get("boot_disk_type") == "pd-standard" and row["region"] in FREE_DISKS


def _idle_address(row: Mapping[str, Any]) -> bool:
    return row["region"] not in WITHOUT_FREE_IDLE_HOUR


# Meters of one price: credit, units, and which rows have a SKU with a free part
OF_PLAIN = {
    ("gcp.persistent_disk", "storage_gib_months"): (
        *("gcp.persistent_disk.standard", Decimal(30)),
        _standard_disk,
    ),
    ("gcp.external_ipv4", "idle_public_ipv4_hours"): (
        *("gcp.external_ipv4.idle", Decimal(1)),
        _idle_address,
    ),
}
Lines = Mapping[str, tuple[Decimal, Decimal | None, Decimal | None]]
Charges = Mapping[str, GraduatedCharge]


def _given_by_sku(
    fleet: Sequence[Mapping[str, Any]], charges: Sequence[Charges]
) -> Iterator[tuple[int, str, Decimal]]:
    """Yield what rows have free of graduated meters: the first units of each SKU."""
    covered = []
    used: dict[Any, Decimal] = defaultdict(Decimal)
    for number, (row, of_row) in enumerate(zip(fleet, charges, strict=True)):
        for meter, charge in of_row.items():
            free = OF_GRADUATED.get((row["service"], meter))
            if free is None or not free.covers(charge.own[1], charge.own[2]):
                continue
            scope = text(row, "billing_account", ""), charge.pool
            used[scope] += charge.quantity
            covered.append((number, free, scope, charge))
    for number, free, scope, charge in covered:
        share = min(free.quantity / used[scope], Decimal(1)) * charge.quantity
        yield number, free.credit, share * charge.tiers[0][1]


def _given_by_aws(
    fleet: Sequence[Mapping[str, Any]], charges: Sequence[Charges]
) -> Iterator[tuple[int, str, Decimal]]:
    """Yield what rows have free of AWS's allowance, which is shared out by quantity."""
    covered = []
    in_pool: dict[Any, Decimal] = defaultdict(Decimal)
    of_account: dict[str, Decimal] = defaultdict(Decimal)
    for number, (row, of_row) in enumerate(zip(fleet, charges, strict=True)):
        charge = of_row.get("internet_transfer_gib")
        if charge is None or row["region"].startswith(AWS_WITHOUT):
            continue
        account = text(row, "billing_account", "")
        in_pool[account, charge.pool] += charge.quantity
        of_account[account] += charge.quantity
        covered.append((number, account, charge))
    for number, account, charge in covered:
        pool = in_pool[account, charge.pool]
        free = min(AWS_FREE_GB / of_account[account], Decimal(1)) * pool
        saved = graduated_cost(charge.tiers, pool) - graduated_cost(charge.tiers, pool - free)
        yield number, AWS_CREDIT, saved * charge.quantity / pool


def _given_of_plain(
    fleet: Sequence[Mapping[str, Any]], lines: Sequence[Lines]
) -> Iterator[tuple[int, str, Decimal]]:
    """Yield what rows have free of meters of one price."""
    covered = []
    used: dict[Any, Decimal] = defaultdict(Decimal)
    for number, (row, of_row) in enumerate(zip(fleet, lines, strict=True)):
        for meter, (quantity, _, effective) in of_row.items():
            credit, free, has_part = OF_PLAIN.get((row["service"], meter), ("", Decimal(0), None))
            if has_part is None or not has_part(row) or effective is None:
                continue
            place = "five" if row["region"] in FIVE_REGIONS else row["region"]
            scope = text(row, "billing_account", ""), credit, place
            used[scope] += quantity
            covered.append((number, credit, scope, free, effective))
    for number, credit, scope, free, effective in covered:
        yield number, credit, min(free / used[scope], Decimal(1)) * effective


def free_units(
    fleet: Sequence[Mapping[str, Any]], charges: Sequence[Charges], lines: Sequence[Lines]
) -> Iterator[tuple[int, str, Decimal]]:
    """Yield the number of a row, the name of a credit, and what it gives the row, in money."""
    yield from _given_by_sku(fleet, charges)
    yield from _given_by_aws(fleet, charges)
    yield from _given_of_plain(fleet, lines)

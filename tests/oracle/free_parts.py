"""Free parts of the services around containers, per billing account and month.

Written down from the rule sheets and from what the tables say in words: money, where everything has
one price; quantities are in ``free_units``. Twelve-month offers to new accounts never apply, and
CloudWatch's 5 GB are unsure (AWS rule sheet section 8 marks them "L"): neither is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .demand import text


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

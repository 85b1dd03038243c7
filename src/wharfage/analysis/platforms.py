"""What platforms offer beyond size and price, and which service bills what rides along.

Facts stand in ``pricing_data/guide/platforms.yaml``, with their sources.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from wharfage.errors import RateTableError
from wharfage.rates.book import GUIDE, bundled_folder
from wharfage.rates.document import read_document
from wharfage.rates.schema import Form
from wharfage.rates.sources import Source

FormT = TypeVar("FormT", bound=Form)


class BootDisk(Form):
    """Boot disk of a node where nobody states one. [GiB]."""

    gib: float
    kind: str
    source: str


class Platform(Form):
    """What one platform offers.

    Attributes
    ----------
    service : str
        The service that runs its workloads.
    jobs : str, optional
        The service that runs batch work there, where it is another one.
    has_endpoint, has_disks : bool
        Whether requests reach a workload without a load balancer; whether volumes can be claimed.
    max_request_seconds : float, optional
        Longest time that a request may take.
    remark : str
        What to know before choosing it.
    successor : str, optional
        The service that takes its place, where it takes no new customers.
    boot_disk : BootDisk, optional
        Default boot disk of its nodes, where it has nodes and the default is known.
    way_out : {"provider", "address", "nat"}
        How workloads reach the internet, which is billed apart where the provider does not see
        to it: by a public address of each machine or task, or a NAT gateway; or by the latter alone.
    lacks, limited : mapping of need to words
        Needs that it does not meet, and needs that it meets in part.
    """

    service: str
    title: str
    source: str
    remark: str = ""
    successor: str | None = None
    jobs: str | None = None
    has_endpoint: bool = False
    has_disks: bool = True
    max_request_seconds: float | None = None
    boot_disk: BootDisk | None = None
    way_out: Literal["provider", "address", "nat"] = "provider"
    lacks_as: str | None = None
    lacks: dict[str, str] = Field(default_factory=dict)
    limited: dict[str, str] = Field(default_factory=dict)

    @property
    def cloud(self) -> str:
        """Cloud that it belongs to."""
        return self.service.split(".", 1)[0]


class Zones(Form):
    """Zones of a load balancer, each with a public address of its own."""

    value: int
    source: str


class Events(Form):
    """Service that delivers events, and what it does to one that starts work."""

    service: str
    kind: str


class Cloud(Form):
    """Services of a cloud that bill what rides along with workloads."""

    load_balancer: str
    load_balancers: dict[str, dict[str, str]]
    load_balancer_zones: Zones
    capacity_units: bool
    disk: str
    disks: dict[str, str]
    default_disk: str
    public_ipv4: str
    nat: str
    nat_counts_machines: bool
    events: Events
    logs: str
    registry: str
    transfer: str
    internet: dict[str, dict[str, str]]


class Guide(Form):
    """Platforms and clouds, with the sources of what is said of them."""

    checked_on: dt.date
    sources: dict[str, Source]
    platforms: list[Platform]
    clouds: dict[str, Cloud]

    def platform(self, service: str) -> Platform | None:
        """Platform of a service, whether it runs its workloads or its jobs; None for others."""
        for each in self.platforms:
            if service in (each.service, each.jobs):
                return each
        return None

    def lacks(self, platform: Platform) -> dict[str, str]:
        """Needs that a platform does not meet, those it shares with another among them."""
        like = self.platform(platform.lacks_as) if platform.lacks_as else None
        return {**(like.lacks if like else {}), **platform.lacks}


@cache
def read_guide() -> Guide:
    """Platforms and clouds as the bundled guide has them.

    Raises
    ------
    RateTableError
        If the file is missing or breaks its form.
    """
    return read_form(bundled_folder() / GUIDE / "platforms.yaml", Guide)


def read_form(path: Path, form: type[FormT]) -> FormT:
    """A file of the guide, checked against its form.

    Raises
    ------
    RateTableError
        With every place that is wrong.
    """
    document = read_document(path)
    try:
        return TypeAdapter(form).validate_python(document.data)
    except ValidationError as error:
        failures: list[dict[str, Any]] = [
            {
                "file": path.name,
                "line": document.line(tuple(problem["loc"])),
                "message": f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}",
            }
            for problem in error.errors()
        ]
        first = failures[0]
        raise RateTableError(
            f"{first['file']}:{first['line']}: {first['message']} ({len(failures):,} in the file).",
            hint="see the comments at the head of the file.",
            failures=failures,
        ) from None

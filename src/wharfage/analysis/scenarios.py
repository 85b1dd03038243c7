"""Scenarios: the same workloads moved to another service, option, billing mode or region.

A scenario is the encoded fleet with a few columns replaced; it is priced by the same engine as any
fleet, so that no billing rule stands here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import FLEET_COLUMNS, PURCHASE_OPTIONS
from wharfage.engine.fleet import EMPTY, CellFault, Fleet
from wharfage.engine.priced import PricedFleet
from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.rates.book import RateBook
from wharfage.services import find_service, service_ids

if TYPE_CHECKING:
    from wharfage.rates.regions import Regions

NO_REGION_IN_METRO = "no_region_in_metro"
BILLING_MODES = FLEET_COLUMNS["billing_mode"].choices


@dataclass(frozen=True)
class Scenario:
    """Where and how the fleet runs; None leaves a column as each workload has it."""

    service: str
    purchase_option: str | None
    billing_mode: str | None
    region: str | None

    @property
    def provider(self) -> str:
        """Provider of the service."""
        return self.service.split(".", 1)[0]


@dataclass(frozen=True)
class PricedScenario:
    """A fleet priced in one scenario."""

    scenario: Scenario
    priced: PricedFleet
    shown: NDArray[np.bool_]
    feasible: NDArray[np.bool_]


def list_scenarios(
    fleet: Fleet,
    book: RateBook,
    services: Sequence[str] | None,
    regions: Sequence[str] | None,
    purchase_options: Sequence[str] | None,
    *,
    nodes: bool = False,
) -> list[Scenario]:
    """Every service x purchase option x billing mode (x region), in the order that breaks ties.

    Services whose pods share nodes are among them only with `nodes`: they take a plan.

    Raises
    ------
    InvalidValueError, UnknownServiceError
        If a service, region or option is unknown, or a service runs no workloads.
    """
    chosen = _services(services, book, nodes=nodes)
    options = [None] if purchase_options is None else _options(purchase_options)
    found = [
        Scenario(service, option, mode, region)
        for service in chosen
        for region in _regions_for(service, regions, book.regions)
        for option in options
        for mode in _modes(service, fleet)
    ]
    if not found:
        raise InvalidValueError(
            "No service of the comparison is in any of the regions.",
            hint="regions may mix clouds: --regions us-east-1,us-central1.",
        )
    return sorted(found, key=_tie_order)


def _tie_order(scenario: Scenario) -> tuple[str, str, str, str]:
    return (
        scenario.service,
        scenario.region or "",
        scenario.purchase_option or "",
        scenario.billing_mode or "",
    )


def _services(given: Sequence[str] | None, book: RateBook, *, nodes: bool) -> list[str]:
    able = [
        name
        for name in service_ids()
        if find_service(name).runs_workloads
        and (nodes or not find_service(name).plans_nodes)
        and name in book.tables
    ]
    if given is None:
        return able
    for name in given:
        find_service(name)
        if name not in able:
            raise InvalidValueError(
                f"{name!r} runs no workloads, so that none can be compared on it.",
                hint=f"services that do: {', '.join(able)}.",
            )
    if not given:
        raise InvalidValueError(
            "There is no service to compare.",
            hint=f"services that run workloads: {', '.join(able)}.",
        )
    return sorted(dict.fromkeys(given))


def _options(given: Sequence[str]) -> list[str | None]:
    for name in given:
        if name not in PURCHASE_OPTIONS:
            raise InvalidValueError(
                f"{name!r} is no purchase option.",
                hint=did_you_mean(name, PURCHASE_OPTIONS)
                or f"one of {', '.join(PURCHASE_OPTIONS)}.",
            )
    return list(dict.fromkeys(given))


def _regions_for(
    service: str, given: Sequence[str] | None, regions: Regions
) -> Sequence[str | None]:
    if given is None:
        return [None]
    everywhere = {code for provider in regions.names.values() for code in provider}
    for name in given:
        if name not in everywhere:
            raise InvalidValueError(
                f"{name!r} is no region of any cloud.",
                hint=did_you_mean(name, everywhere)
                or "regions may mix clouds: us-east-1, us-central1.",
            )
    own = regions.of_provider(service.split(".", 1)[0])
    return [name for name in dict.fromkeys(given) if name in own]


def _modes(service: str, fleet: Fleet) -> list[str | None]:
    if "billing_mode" not in find_service(service).columns:
        return [None]
    has_requests = bool(np.any(~np.isnan(fleet.arrays["requests_per_month"])))
    return list(BILLING_MODES) if has_requests else ["instance"]


def move_fleet(fleet: Fleet, scenario: Scenario, regions: Regions) -> Fleet:
    """Fleet as it would be in a scenario.

    Without a region of its own the scenario keeps a workload's region on its own cloud, and takes
    the region of the same metropolitan area on the other; a workload without one gets a fault.
    """
    rows = len(fleet)
    at_first = np.zeros(rows, dtype=np.int64)
    faults = [f for f in fleet.faults if f.column not in _replaced(scenario)]
    if scenario.region is not None:
        names: tuple[str, ...] = (scenario.region,)
        region = at_first
    else:
        names, region = _same_metro(fleet, scenario.provider, regions)
        nowhere = np.flatnonzero((region == EMPTY) & (fleet.arrays["region"] != EMPTY))
        if len(nowhere):
            reason = f"{NO_REGION_IN_METRO}: {scenario.provider} has no region in the metro area"
            faults = [*faults, CellFault("region", nowhere, reason)]
    arrays = {**fleet.arrays, "service": at_first, "region": region}
    values = {**fleet.values, "service": (scenario.service,), "region": names}
    if scenario.purchase_option is not None:
        code = PURCHASE_OPTIONS.index(scenario.purchase_option)
        arrays["purchase_option"] = np.broadcast_to(np.int64(code), rows)
    if scenario.billing_mode is not None:
        arrays["billing_mode"] = _billing_mode(fleet, scenario.billing_mode)
    given = frozenset(FLEET_COLUMNS)
    return replace(fleet, arrays=arrays, values=values, faults=faults, given=given, warnings=[])


def _replaced(scenario: Scenario) -> set[str]:
    columns = {"service"}
    if scenario.region is not None:
        columns.add("region")
    if scenario.purchase_option is not None:
        columns.add("purchase_option")
    if scenario.billing_mode is not None:
        columns.add("billing_mode")
    return columns


def _billing_mode(fleet: Fleet, mode: str) -> NDArray[np.int64]:
    """Request-based where there are requests; the rest of the fleet stays instance-based."""
    instance = BILLING_MODES.index("instance")
    has_requests = ~np.isnan(fleet.arrays["requests_per_month"])
    return np.where(has_requests, BILLING_MODES.index(mode), instance).astype(np.int64)


def _same_metro(
    fleet: Fleet, provider: str, regions: Regions
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    names = fleet.values["region"]
    mapped = [region_on(provider, name, regions) for name in names]
    vocabulary = tuple(dict.fromkeys(name for name in mapped if name))
    index = {name: code for code, name in enumerate(vocabulary)}
    codes = np.array([*(index.get(name or "", EMPTY) for name in mapped), EMPTY], dtype=np.int64)
    return vocabulary, codes[fleet.arrays["region"]]


def region_on(provider: str, region: str, regions: Regions) -> str | None:
    """Region of `provider` in the metropolitan area of `region`; itself on its own cloud.

    A region that no cloud has is kept, so that its own reason is given.
    """
    if region in regions.of_provider(provider):
        return region
    if not any(region in names for names in regions.names.values()):
        return region
    return regions.same_metro(provider, region)


def is_shown(fleet: Fleet, scenario: Scenario) -> NDArray[np.bool_]:
    """Workloads for which the scenario is an answer of its own.

    Always-on and batch work has no request-based billing; it is shown once, instance-based.
    """
    if scenario.billing_mode != "request":
        return np.ones(len(fleet), dtype=bool)
    return ~np.isnan(fleet.arrays["requests_per_month"])

"""Contenders of a break-even: services, or scenarios of them, priced at many points of an axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.analysis.scenarios import BILLING_MODES, region_on
from wharfage.analysis.spot_mix import SPOT_COLUMNS, price_mix
from wharfage.analysis.what_if import vary
from wharfage.columns import FLEET_COLUMNS, PURCHASE_OPTIONS
from wharfage.engine.checks import check_columns
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import Fleet, encode_fleet
from wharfage.engine.plan import Options
from wharfage.errors import InvalidValueError, MissingColumnError, did_you_mean
from wharfage.rates.book import RateBook
from wharfage.services import find_service

Array = NDArray[np.float64]

#: points priced at once
POINTS = 262_144

FORM = "SERVICE[/PURCHASE_OPTION][/BILLING_MODE][@REGION], such as aws.fargate/spot@us-east-1"


@dataclass(frozen=True)
class Contender:
    """A service and what is special about it; `fleet` is its one workload, encoded."""

    name: str
    cells: Mapping[str, object]
    fleet: Fleet
    spot: Mapping[str, float]
    shared_cost: float

    @property
    def service(self) -> str:
        """Id of the service."""
        return str(self.cells["service"])


@dataclass
class Contest:
    """Contenders and how they are priced.

    `reasons` are the texts of status codes; 0 is a price.
    """

    contenders: Sequence[Contender]
    book: RateBook
    options: Options
    reasons: list[str] = field(default_factory=lambda: [""])

    def cost(self, varied: Mapping[str, Array]) -> tuple[Array, NDArray[np.int64]]:
        """Costs (contenders, n) at points, NaN where there is none, and the codes of why.

        Each point is a workload on its own, the only one of its billing account.
        """
        count = len(next(iter(varied.values())))
        cost = np.empty((len(self.contenders), count))
        status = np.zeros(cost.shape, dtype=np.int64)
        for first in range(0, count, POINTS):
            part = slice(first, min(first + POINTS, count))
            own = {name: values[part] for name, values in varied.items()}
            for n, contender in enumerate(self.contenders):
                cost[n, part], status[n, part] = self._price(contender, own)
        return cost, status

    def _price(
        self, contender: Contender, varied: Mapping[str, Array]
    ) -> tuple[Array, NDArray[np.int64]]:
        count = len(next(iter(varied.values())))
        columns = {name: v for name, v in varied.items() if name not in SPOT_COLUMNS}
        spot = {name: np.broadcast_to(np.float64(v), count) for name, v in contender.spot.items()}
        if contender.cells.get("purchase_option") == "spot" or "spot_share" in {*varied, *spot}:
            spot |= {name: v for name, v in varied.items() if name in SPOT_COLUMNS}
        fleet = vary(contender.fleet, slice(0, 1), count, columns, apart=True)
        cost, reasons = price_mix(fleet, self.book, self.options, spot)
        return cost + contender.shared_cost, self._codes(reasons.texts)[reasons.codes]

    def _codes(self, texts: Sequence[str]) -> NDArray[np.int64]:
        self.reasons += [text for text in texts if text not in self.reasons]
        return np.array([self.reasons.index(text) for text in texts], dtype=np.int64)


def read_contest(
    given: Sequence[object],
    workload: Mapping[str, object],
    region: str | None,
    axes: Mapping[str, float],
    book: RateBook,
    options: Options,
    *,
    clusters: bool,
) -> Contest:
    """Contenders from their names or mappings, for one workload.

    `axes` are columns that will be varied, each with a value that it can have.

    Raises
    ------
    InvalidValueError, MissingColumnError, UnknownServiceError
        If one of them, or the workload, makes no sense.
    """
    found: list[Contender] = []
    for each in given:
        cells = _scenario(each)
        merged = {**workload, **({} if region is None else {"region": region}), **cells}
        spot = {name: _share(name, merged.pop(name)) for name in SPOT_COLUMNS if name in merged}
        fleet = _corner(merged, axes, book)
        cost = _cluster_cost(merged, book, options) if clusters else 0.0
        found.append(Contender(_name(cells), merged, fleet, spot, cost))
    names = [contender.name for contender in found]
    repeated = [name for name in names if names.count(name) > 1]
    if repeated or len(found) < 2:  # noqa: PLR2004  a comparison takes two
        what = f"{repeated[0]!r} stands twice" if repeated else f"There is {len(found)}"
        raise InvalidValueError(
            f"{what} among the contenders; a break-even takes at least two different ones.",
            hint=f"each is {FORM}.",
        )
    return Contest(found, book, options)


def _scenario(given: object) -> dict[str, object]:
    """Cells that a contender has of its own."""
    if isinstance(given, Mapping):
        cells = {str(name): value for name, value in given.items()}
        if "service" not in cells:
            raise InvalidValueError(
                "A contender has no service.", hint="{'service': 'aws.fargate'}."
            )
        find_service(str(cells["service"]))
        return cells
    if not isinstance(given, str):
        raise InvalidValueError(
            f"A contender is {type(given).__name__}, not text or a mapping.", hint=f"write {FORM}."
        )
    rest, _, region = given.partition("@")
    service, *choices = rest.split("/")
    find_service(service)
    cells = {"service": service}
    for choice in choices:
        column = next(
            (name for name in ("purchase_option", "billing_mode")
             if choice in FLEET_COLUMNS[name].choices), None
        )  # fmt: skip
        if column is None:
            known = (*PURCHASE_OPTIONS, *BILLING_MODES)
            raise InvalidValueError(
                f"{choice!r} in {given!r} is neither a purchase option nor a billing mode.",
                hint=did_you_mean(choice, known) or f"one of {', '.join(known)}.",
            )
        cells[column] = choice
    return {**cells, **({"region": region} if region else {})}


def _name(cells: Mapping[str, object]) -> str:
    """Name that tells a contender from others."""
    own = dict(cells)
    service, region = own.pop("service"), own.pop("region", None)
    own.pop("workload", None)
    choices = [str(own.pop(name)) for name in ("purchase_option", "billing_mode") if name in own]
    more = [f"{name}={value}" for name, value in own.items()]
    where = "" if region is None else f"@{region}"
    return "/".join([str(service), *choices, *more]) + where


def _share(name: str, value: object) -> float:
    try:
        share = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        share = np.nan
    if not 0 <= share <= SPOT_COLUMNS[name][2]:
        raise InvalidValueError(
            f"{name} is {value!r}, not a number between 0 and {SPOT_COLUMNS[name][2]:g}.",
            hint="shares and discounts are fractions: 0.7 is 70 %.",
        )
    return share


def _corner(cells: dict[str, object], axes: Mapping[str, float], book: RateBook) -> Fleet:
    """The workload of a contender as a fleet of one, at a place of the axes."""
    service = find_service(str(cells["service"]))
    provider = service.id.split(".", 1)[0]
    if cells.get("region") is None:
        raise MissingColumnError(
            f"No region for {service.id}.",
            hint=f"region='us-east-1', or write {service.id}@REGION.",
        )
    known = book.regions.of_provider(provider)
    region = region_on(provider, str(cells["region"]), book.regions)
    is_elsewhere = any(cells["region"] in names for names in book.regions.names.values())
    if region is None or (known and region not in known):
        raise InvalidValueError(
            f"{provider} has no region {cells['region']!r}, nor one in its metropolitan area.",
            hint=(None if is_elsewhere else did_you_mean(str(cells["region"]), known))
            or f"write {service.id}@REGION.",
        )
    cells["region"] = region
    unknown = [name for name in cells if name not in FLEET_COLUMNS]
    if unknown:
        raise InvalidValueError(
            f"{unknown[0]!r} is no column of a fleet ({len(unknown)} such name(s)).",
            hint=did_you_mean(unknown[0], [*FLEET_COLUMNS, *SPOT_COLUMNS])
            or "columns are written as in a fleet.",
        )
    columns = {name: [value] for name, value in {**cells, **axes}.items()}
    fleet = encode_fleet(pd.DataFrame(columns))
    check_columns(fleet, [service])
    if fleet.faults:
        raise InvalidValueError(
            f"The workload cannot be read as written: {fleet.faults[0].reason}"
            f" ({len(fleet.faults)} such cell(s)).",
            hint="columns are written as in a fleet.",
            failures=[{"column": fault.column, "reason": fault.reason} for fault in fleet.faults],
        )
    return fleet


def _cluster_cost(cells: Mapping[str, object], book: RateBook, options: Options) -> float:
    """Monthly cost of the cluster that a service needs; 0 where it needs none."""
    cluster = find_service(str(cells["service"])).cluster
    if cluster is None:
        return 0.0
    row = pd.DataFrame([{"region": cells["region"], **cluster}])
    return float(price_fleet(encode_fleet(row), book, options).monthly_cost[0])

"""The machines that a plan may choose: what pods may use of each, and what each costs an hour.

One set of offers per service, region, date and purchase option: sizes from the rules of the
service's table, prices from the rate book, both in force on the date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.columns import PURCHASE_OPTIONS
from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.nodes.allocatable import (
    ENI,
    MAX_PODS_MODES,
    Allocatable,
    NodeSettings,
    ecs_allocatable,
    eks_allocatable,
    gke_allocatable,
)
from wharfage.rates.book import RateBook
from wharfage.rates.cells import MACHINE
from wharfage.rates.lookup import UnitPrices, select_unit_prices
from wharfage.rates.rules import Assumption, NodeTypes, Rules, select_rules
from wharfage.rates.table import RateTable, vocabulary
from wharfage.services import find_service, service_ids
from wharfage.services.accelerators import NO_GPU
from wharfage.services.gcp.compute_engine import sustained_use_factor

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

#: what a service's nodes hold is computed from the rules of this table
ALLOCATABLE = {
    "aws.eks_nodes": eks_allocatable,
    "aws.ecs_ec2": ecs_allocatable,
    "gcp.gke_standard": gke_allocatable,
}
#: services whose own figures are not known: the assumption that names the table that stands in
STANDS_IN = {
    "aws.eks_auto_mode": "eks_auto_mode_capacity",
    "aws.ecs_managed_instances": "ecs_managed_instances_capacity",
}


@dataclass(frozen=True)
class NodeOffers:
    """Machine types that a plan may choose; arrays (m,), one place per type.

    A machine with GPUs attached to it stands once per number of GPUs, under the same name.

    Attributes
    ----------
    instance_type : tuple of str
        Only types with a list price in the region; smallest first.
    cpu_architecture, gpu_type : array of int
        Codes of the choices of the fleet columns of that name.
    gpu_count : array of int
        GPUs of the machine.
    vcpu, memory_gib : array
        Nominal size. [vCPU], [GiB]
    allocatable_millicores, allocatable_mebibytes, allocatable_pods : array of int
        What pods may use, DaemonSets included.
    allocatable_storage_gib : array
        Boot disk that pods may use; NaN where nothing is known of it. [GiB]
    instance_price : array
        Price paid under the purchase option, attached GPUs included; NaN where there is no rate.
        [USD per hour]
    list_price : array
        On-demand price of the same. [USD per hour]
    management_fee : array
        0 where the service charges none; NaN where there is no rate. [USD per hour]
    full_month_factor : array
        Share of `instance_price` that a node pays that runs all month, after sustained use.
    is_doubtful : array of bool
        True where a price or fee is marked as doubtful.
    assumptions : mapping
        What was taken for granted, by name.
    """

    instance_type: tuple[str, ...]
    cpu_architecture: Whole
    gpu_type: Whole
    gpu_count: Whole
    vcpu: Array
    memory_gib: Array
    allocatable_millicores: Whole
    allocatable_mebibytes: Whole
    allocatable_pods: Whole
    allocatable_storage_gib: Array
    instance_price: Array
    list_price: Array
    management_fee: Array
    full_month_factor: Array
    is_doubtful: NDArray[np.bool_]
    assumptions: Mapping[str, Assumption]

    def __len__(self) -> int:
        """Number of offers."""
        return len(self.instance_type)


def node_offers(
    book: RateBook,
    service: str,
    region: str,
    on: dt.date,
    *,
    purchase_option: str = "on_demand",
    max_pods_mode: str = ENI,
    maximum_pods: int | None = None,
    boot_disk_gib: float | None = None,
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
) -> NodeOffers:
    """Every machine type that a service may run pods on, in a region on a date.

    Parameters
    ----------
    book : RateBook
        Where sizes, rules and prices come from.
    service : str
        A service that plans nodes, such as ``aws.eks_nodes``.
    region : str
        The provider's region code.
    on : date
        Date of rates and rules.
    purchase_option : str
        How the machines are bought; the fee stays that of the list price.
    max_pods_mode : {"eni", "prefix_delegation"}
        How pods of an EKS node are limited.
    maximum_pods : int, optional
        Most pods of a node, where the cluster sets it; on EKS it changes the reserved memory too.
    boot_disk_gib : float, optional
        Boot disk of a node; the provider's default without it. [GiB]
    before_first : {"nearest"}, optional
        As in an estimate.
    assumptions : mapping, optional
        Values that replace the tables' defaults.

    Returns
    -------
    NodeOffers
        Linux machines with a list price there; NaN where the purchase option has no rate.

    Raises
    ------
    InvalidValueError
        If the service plans no nodes, sells no such option, or has no machine in the region.

    Examples
    --------
    >>> offers = node_offers(RateBook.bundled(), "aws.eks_nodes", "us-east-1", dt.date(2026, 10, 1))
    >>> place = offers.instance_type.index("m5.large")
    >>> int(offers.allocatable_millicores[place]), int(offers.allocatable_pods[place])
    (1930, 29)
    """
    settings = NodeSettings(max_pods_mode, maximum_pods, boot_disk_gib)
    _check(book, service, purchase_option, settings)
    table = book.table(service)
    types, rules = _machines(table, on, assumptions)
    priced = _Prices(book, table, region, on, before_first)
    listed = priced.of(types, "on_demand")
    sold = ~np.isnan(listed)
    if not sold.any():
        regions = sorted(set(book.table(_prices_of(table)).regions))
        raise InvalidValueError(
            f"{service} has no machine with a price in region {region!r} on {on}.",
            hint=did_you_mean(region, regions) or f"it has {len(regions)} regions.",
        )
    types = _chosen(types, sold)
    rules = select_rules(table, on, assumptions=assumptions, fleet_values={MACHINE: types.names})
    found, said = _allocatable(book, table, types, on, assumptions, settings)
    return NodeOffers(
        instance_type=types.names,
        cpu_architecture=types.cpu_architecture,
        gpu_type=types.gpu_type,
        gpu_count=types.gpu_count.astype(np.int64),
        vcpu=types.vcpu,
        memory_gib=types.memory_gib,
        allocatable_millicores=found.millicores,
        allocatable_mebibytes=found.mebibytes,
        allocatable_pods=found.pods,
        allocatable_storage_gib=found.storage_gib,
        instance_price=priced.of(types, purchase_option),
        list_price=listed[sold],
        management_fee=priced.fee(types),
        full_month_factor=_full_month_factor(rules, types, purchase_option),
        is_doubtful=priced.doubtful(types, purchase_option),
        assumptions={**rules.assumptions, **said},
    )


def _check(book: RateBook, service: str, purchase_option: str, settings: NodeSettings) -> None:
    able = [name for name in service_ids() if find_service(name).plans_nodes]
    if service not in able:
        raise InvalidValueError(
            f"{service!r} plans no nodes.",
            hint=did_you_mean(service, able) or f"these do: {', '.join(able)}.",
        )
    sold = book.table(service).form.purchase_options
    if purchase_option not in sold:
        raise InvalidValueError(
            f"{service} is not sold as {purchase_option!r}.",
            hint=did_you_mean(purchase_option, sold) or f"it is sold as {', '.join(sold)}.",
        )
    if settings.max_pods_mode not in MAX_PODS_MODES:
        raise InvalidValueError(
            f"max_pods_mode={settings.max_pods_mode!r} is not one of {', '.join(MAX_PODS_MODES)}."
        )
    if settings.maximum_pods is not None and settings.maximum_pods < 1:
        raise InvalidValueError(f"maximum_pods={settings.maximum_pods!r} is not 1 or more.")
    if settings.boot_disk_gib is not None and not 0 <= settings.boot_disk_gib < np.inf:
        raise InvalidValueError(f"boot_disk_gib={settings.boot_disk_gib!r} is not 0 or more.")


def _machines(
    table: RateTable, on: dt.date, assumptions: Mapping[str, Assumption] | None
) -> tuple[NodeTypes, Rules]:
    """Machine types of a service, those with GPUs attached to them included."""
    types: NodeTypes = select_rules(table, on)["node_types"]
    rules = select_rules(table, on, assumptions=assumptions, fleet_values={MACHINE: types.names})
    if "attached_gpus" in rules:
        types = _with_attached_gpus(types, rules)
    return types, rules


def _with_attached_gpus(types: NodeTypes, rules: Rules) -> NodeTypes:
    """Machine types, then those that take GPUs once per type and number of GPUs."""
    limits = rules["attached_gpu_maximum_vcpu"]
    takes = rules["takes_gpus"][:-1]
    places = [np.arange(len(types.names))]
    gpu_types, counts = [types.gpu_type], [types.gpu_count]
    for gpu in np.flatnonzero(rules["attached_gpus"] == 1):
        for count, most in zip(limits.start, limits.value, strict=True):
            able = np.flatnonzero(takes & (types.vcpu <= most) & (count > 0))
            places.append(able)
            gpu_types.append(np.full(len(able), gpu))
            counts.append(np.full(len(able), count))
    joined = _chosen(types, np.concatenate(places))
    return NodeTypes(
        names=joined.names,
        vcpu=joined.vcpu,
        memory_gib=joined.memory_gib,
        cpu_architecture=joined.cpu_architecture,
        gpu_type=np.concatenate(gpu_types).astype(np.int64),
        gpu_count=np.concatenate(counts),
    )


def _chosen(types: NodeTypes, places: NDArray[np.bool_] | NDArray[np.intp]) -> NodeTypes:
    return NodeTypes(
        names=tuple(np.array(types.names, dtype=object)[places]),
        vcpu=types.vcpu[places],
        memory_gib=types.memory_gib[places],
        cpu_architecture=types.cpu_architecture[places],
        gpu_type=types.gpu_type[places],
        gpu_count=types.gpu_count[places],
    )


def _allocatable(
    book: RateBook,
    table: RateTable,
    types: NodeTypes,
    on: dt.date,
    assumptions: Mapping[str, Assumption] | None,
    settings: NodeSettings,
) -> tuple[Allocatable, Mapping[str, Assumption]]:
    """What pods may use of each machine, and the assumptions behind it."""
    name = table.service
    if name in STANDS_IN:
        name = str(select_rules(table, on, assumptions=assumptions).assumptions[STANDS_IN[name]])
    values = {MACHINE: types.names}
    rules = select_rules(book.table(name), on, assumptions=assumptions, fleet_values=values)
    return ALLOCATABLE[name](types, rules, settings), rules.assumptions


def _full_month_factor(rules: Rules, types: NodeTypes, purchase_option: str) -> Array:
    """Factor of sustained use on a node that runs all month; 1 where there is none."""
    count = len(types.names)
    if "sustained_use" not in rules:
        return np.ones(count)
    columns = {
        "instance_type": np.arange(count),
        "node_count": np.ones(count),
        "month_seconds": np.ones(count),
        "purchase_option": np.full(count, PURCHASE_OPTIONS.index(purchase_option)),
        "sustained_use": np.ones(count),
    }
    return sustained_use_factor(columns, rules, np.ones(count))


def _prices_of(table: RateTable) -> str:
    return table.form.meters["instance_hours"].prices_of or table.service


class _Prices:
    """Prices of machines of one service in one region on one date."""

    def __init__(
        self,
        book: RateBook,
        table: RateTable,
        region: str,
        on: dt.date,
        before_first: str | None,
    ) -> None:
        self._region = region
        self._meters = {
            name: select_unit_prices(
                book.table(meter.prices_of or table.service), name, on, before_first=before_first
            )
            for name, meter in table.form.meters.items()
            if name in ("instance_hours", "gpu_hours", "management_hours")
        }
        # GPUs that are built in are part of the machine's price.
        self._attached = table.form.rules.get("attached_gpus")

    def of(self, types: NodeTypes, option: str) -> Array:
        """Price of each machine with its attached GPUs. [USD per hour]."""
        prices = self._meters["instance_hours"]
        machine = prices.price[self._keys(prices, types, option)]
        if "gpu_hours" not in self._meters:
            return machine
        gpus = self._meters["gpu_hours"]
        each = gpus.price[self._keys(gpus, types, option)]
        return machine + np.where(self._is_attached(types), each * types.gpu_count, 0.0)

    def fee(self, types: NodeTypes) -> Array:
        """Management fee of each machine, whatever is paid for it. [USD per hour]."""
        if "management_hours" not in self._meters:
            return np.zeros(len(types.names))
        prices = self._meters["management_hours"]
        return prices.list_price[self._keys(prices, types, "on_demand")]

    def doubtful(self, types: NodeTypes, option: str) -> NDArray[np.bool_]:
        """True where any price of a machine is doubtful."""
        found = np.zeros(len(types.names), dtype=bool)
        for name, prices in self._meters.items():
            counts = self._is_attached(types) if name == "gpu_hours" else True
            found |= prices.doubtful[self._keys(prices, types, option)] & counts
        return found

    def _is_attached(self, types: NodeTypes) -> NDArray[np.bool_]:
        if self._attached is None:
            return np.zeros(len(types.names), dtype=bool)
        named = self._attached.versions[-1].value
        codes = [vocabulary("gpu_type").index(name) for name in named]
        return np.isin(types.gpu_type, codes) & (types.gpu_type != NO_GPU)

    def _keys(self, prices: UnitPrices, types: NodeTypes, option: str) -> NDArray[np.intp]:
        """Position of each machine's price; the last slot where there is none."""
        known: dict[str, Whole] = {
            "instance_type": np.arange(len(types.names)),
            "gpu_type": types.gpu_type,
        }
        fixed = {"operating_system": "linux", "purchase_option": option}
        none = len(prices.price) - 1
        if self._region not in prices.places:
            return np.full(len(types.names), none)
        codes = [np.full(len(types.names), prices.places.index(self._region))]
        for column, values in zip(prices.meter.variants, prices.meter.values, strict=True):
            if column == MACHINE:
                codes.append(_find(types.names, values))
            elif column in known:
                codes.append(known[column])
            else:
                codes.append(np.full(len(types.names), values.index(fixed[column])))
        lacks = np.any(np.array(codes) < 0, axis=0)
        inside = [np.where(lacks, 0, code) for code in codes]
        return np.where(lacks, none, np.ravel_multi_index(inside, prices.sizes))


def _find(names: Sequence[str], values: Sequence[str]) -> Whole:
    return pd.Index(values).get_indexer(pd.Index(names)).astype(np.int64)

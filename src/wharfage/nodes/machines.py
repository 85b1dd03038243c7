"""The machines of one plan: what each leaves to pods, and what a node of it costs all told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wharfage.columns import GPU_TYPES
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import encode_fleet
from wharfage.engine.plan import Options
from wharfage.engine.priced import PricedFleet
from wharfage.errors import InvalidValueError
from wharfage.nodes.capacity import NodeOffers, node_offers
from wharfage.nodes.pods import ANY
from wharfage.nodes.problem import Flags, Floats, Ints
from wharfage.nodes.settings import PlanSettings
from wharfage.rates.book import RateBook
from wharfage.rates.rules import select_rules
from wharfage.services.accelerators import NO_GPU
from wharfage.units import MIB_PER_GIB, MILLICORES_PER_VCPU


@dataclass(frozen=True)
class Machines:
    """Machine types of one plan and purchase option; arrays (m,).

    Attributes
    ----------
    offers : NodeOffers
        All types that are sold in the region.
    option : str
        How they are bought.
    place : array of int (m,)
        Position of each machine among the offers.
    capacity : array of int (m, 5)
        What pods may use, DaemonSets taken off; in the order of ``pods.DIMENSIONS``.
    price : array (m,)
        The machine alone. [USD per hour]
    cost : array (m,)
        With management and vendor fees, boot disk and addresses. [USD per hour]
    why_none : str
        Why there is no machine, where there is none.
    """

    offers: NodeOffers
    option: str
    place: Ints
    capacity: Ints
    price: Floats
    cost: Floats
    why_none: str

    def __len__(self) -> int:
        """Number of machine types."""
        return len(self.place)

    def of(self, name: str) -> NDArray[np.float64]:
        """One column of the offers, for these machines."""
        return np.asarray(getattr(self.offers, name))[self.place]

    @property
    def names(self) -> NDArray[np.object_]:
        """Machine types."""
        return np.array(self.offers.instance_type, dtype=object)[self.place]


@dataclass(frozen=True)
class Site:
    """Where nodes run: one service in one region, under one set of settings."""

    book: RateBook
    options: Options
    service: str
    region: str
    settings: PlanSettings
    #: told how many sets of pods are packed, and of how many
    progress: Callable[[int, int], None] | None = None

    def packed(self, done: int, total: int) -> None:
        """Tell whoever waits how far packing is."""
        if self.progress is not None:
            self.progress(done, total)

    def machines(self, option: str, *, full_month: bool = True) -> Machines:
        """Machines that the settings allow, with their cost per hour.

        Parameters
        ----------
        option : str
            How they are bought.
        full_month : bool
            Whether nodes run all month, so that sustained use lowers their price.

        Raises
        ------
        InvalidValueError
            If the service plans no nodes, or sells none in the region.
        """
        settings = self.settings
        offers = node_offers(
            self.book,
            self.service,
            self.region,
            self.options.on,
            purchase_option=option,
            max_pods_mode=settings.max_pods_mode,
            maximum_pods=settings.maximum_pods,
            boot_disk_gib=settings.boot_disk_gib or None,
            before_first=self.options.before_first,
            assumptions=self.options.assumptions,
        )
        factor = offers.full_month_factor if full_month else 1.0
        price = offers.instance_price * factor
        cost = price + offers.management_fee + settings.node_fee
        allowed, why = self._allowed(offers)
        priced = np.isfinite(cost) & (price > 0.0)
        if allowed.any() and not (allowed & priced).any():
            why = (
                f"unknown_rate: no machine that is allowed has a price as {option} in {self.region}"
            )
        place = np.flatnonzero(allowed & priced)
        extra = self._extra_per_hour(offers, option, place)
        return Machines(
            offers, option, place, self._capacity(offers)[place], price[place],
            cost[place] + extra, why,
        )  # fmt: skip

    def price_nodes(self, nodes: pd.DataFrame) -> PricedFleet:
        """Bill of rows of nodes (instance_type, node_count, purchase_option, GPUs) for the month."""
        fixed = {"service": self.service, "region": self.region, **self.settings.extras}
        rows = pd.DataFrame({**{str(name): nodes[name] for name in nodes}, **fixed})
        return price_fleet(encode_fleet(rows), self.book, self.options)

    def is_attached(self, gpu_type: Ints) -> Flags:
        """True where GPUs are attached to the machine, and billed on their own."""
        rule = self.book.table(self.service).form.rules.get("attached_gpus")
        named = rule.versions[-1].value if rule else {}
        return np.isin(gpu_type, [GPU_TYPES.index(name) for name in named])

    def _allowed(self, offers: NodeOffers) -> tuple[Flags, str]:
        """Machines within the limits, and what to say if there are none."""
        settings = self.settings
        allowed = np.ones(len(offers), dtype=bool)
        where = f"in {self.region}"
        if settings.instance_types is not None:
            globs = [str(glob) for glob in settings.instance_types]
            allowed = np.array([_is_like(name, globs) for name in offers.instance_type])
            if not allowed.any():
                return allowed, self._none_like(globs)
        if settings.max_node_vcpu is not None:
            allowed &= offers.vcpu <= settings.max_node_vcpu
        if settings.max_node_memory_gib is not None:
            allowed &= offers.memory_gib <= settings.max_node_memory_gib
        return allowed, f"no_machine_type: none within the limits of a node is sold {where}"

    def _none_like(self, globs: list[str]) -> str:
        """What to say of patterns that no offer is like; some machines are sold in sizes unknown."""
        sized = select_rules(self.book.table(self.service), self.options.on)["node_types"].names
        known = self.book.machine_types(self.service).difference(sized)
        unsized = sorted(name for name in known if _is_like(name, globs))
        if unsized:
            named = ", ".join(unsized)
            return f"no_machine_type: {named} may have a price, but no size is known to plan with"
        return f"no_machine_type: none like {', '.join(globs)} is sold in {self.region}"

    def _capacity(self, offers: NodeOffers) -> Ints:
        """What pods may use of each offer once DaemonSets run."""
        settings = self.settings
        storage = np.floor(offers.allocatable_storage_gib * MIB_PER_GIB)
        taken = (
            np.ceil(settings.daemonset_vcpu * MILLICORES_PER_VCPU),
            np.ceil(settings.daemonset_memory_gib * MIB_PER_GIB),
            settings.daemonset_pods,
            0,
            0,
        )
        columns = (
            offers.allocatable_millicores,
            offers.allocatable_mebibytes,
            offers.allocatable_pods,
            np.where(offers.gpu_type == NO_GPU, 0, offers.gpu_count),
            # Nothing is known of the disk: it limits nothing.
            np.where(np.isnan(storage), ANY, storage),
        )
        left = np.column_stack(columns).astype(np.float64) - np.array(taken)
        return np.maximum(left, 0.0).astype(np.int64)

    def _extra_per_hour(self, offers: NodeOffers, option: str, place: Ints) -> float:
        """Boot disk and addresses of one node, as the bill has them. [USD per hour]."""
        settings = self.settings
        if not len(place) or not (settings.boot_disk_gib or settings.public_ipv4_count):
            return 0.0
        name = offers.instance_type[int(place[0])]
        row = pd.DataFrame({"instance_type": [name], "purchase_option": option})
        bare = price_fleet(
            encode_fleet(row.assign(service=self.service, region=self.region)),
            self.book,
            self.options,
        )
        whole = self.price_nodes(row)
        if whole.reasons.exist:
            raise InvalidValueError(
                f"Boot disk and addresses of nodes have no price: {whole.reasons.texts[-1]}.",
                hint="leave them out, or choose another type of disk.",
            )
        extra = whole.monthly_cost[0] - bare.monthly_cost[0]
        return float(extra) / self.options.month.hours


def _is_like(name: str, globs: list[str]) -> bool:
    """True if a machine type is like one of the patterns, or of that family."""
    family = name.split("." if "." in name else "-", 1)[0]
    return any(family == glob or fnmatchcase(name, glob) for glob in globs)

"""Machine types from their parts: real SKU prices of 2026-04-30, real machine prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from wharfage.feeds.gcp.machines import Component, Machine, machine_prices, parts_of
from wharfage.feeds.gcp.mapping import bundled_mapping, read_mapping
from wharfage.feeds.gcp.pricing import Price

from .conftest import Reader
from .shop import COMPUTE, Shop, prices, wire_sku

BUNDLED = read_mapping(bundled_mapping()).machines
REGION = "us-central1"


def spec(name: str, vcpu: str, memory: str, family: str = "", **extras: str) -> dict[str, str]:
    """Write a line of the rule machine_types."""
    sizes = {"vcpu": vcpu, "memory_gib": memory, "family": family or name.split("-", maxsplit=1)[0]}
    none = {"gpu_type": "none", "gpu_count": "0", "local_ssd_gib": "0"}
    return {"instance_type": name} | sizes | none | extras


def priced(
    machine: Mapping[str, str], parts: Mapping[tuple[str, str], str], option: str = "on_demand"
) -> str | None:
    """Price a machine in us-central1 from prices by series and item, as text."""
    known = {
        (REGION, Component(series, item, option)): Price(((Decimal(0), Decimal(text)),), "USD")
        for (series, item), text in parts.items()
    }
    regions = {machine["instance_type"]: [REGION]}
    found = list(machine_prices([machine], BUNDLED, regions, known, [option]))
    return f"{found[0][3].flat:f}" if found else None


E2 = {("e2", "vcpu"): "0.02181159", ("e2", "memory"): "0.00292353"}
M1 = {("m1", "vcpu"): "0.0348", ("m1", "memory"): "0.0051"}
UPGRADE = {("m2_upgrade", "vcpu"): "0.004524", ("m2_upgrade", "memory"): "0.000663"}


def test_a_machine_is_its_vcpu_and_its_memory() -> None:
    """e2-standard-4, us-central1: 4 x 0.02181159 + 16 x 0.00292353 an hour."""
    assert priced(spec("e2-standard-4", "4", "16"), E2) == "0.13402284"


def test_a_shared_core_is_billed_for_its_share() -> None:
    """e2-micro shows 2 vCPU and is billed for a quarter: 0.25 x 0.02181159 + 0.00292353."""
    assert priced(spec("e2-micro", "2", "1"), E2) == "0.0083764275"


def test_f1_and_g1_are_priced_whole() -> None:
    """f1-micro has one SKU: 0.0076 an hour in us-central1."""
    assert priced(spec("f1-micro", "1", "0.6"), {("f1-micro", "instance"): "0.0076"}) == "0.0076"


def test_local_ssd_is_spread_over_the_month() -> None:
    """375 GiB at 0.08 a month over 730 hours are 0.041095890411 an hour, half up at 12 digits."""
    machine = spec("c3-standard-4-lssd", "4", "16", local_ssd_gib="375")
    parts = {("c3", "vcpu"): "0.03465", ("c3", "memory"): "0.003938", ("any", "local_ssd"): "0.08"}
    assert priced(machine, parts) == "0.242703890411"


def test_local_ssd_may_be_of_the_series() -> None:
    """C4 bundles a local SSD of its own at 0.16 a month: the general one does not do."""
    machine = spec("c4-standard-4-lssd", "4", "15", local_ssd_gib="375")
    core = {("c4", "vcpu"): "0.03465", ("c4", "memory"): "0.003938"}
    assert priced(machine, core | {("any", "local_ssd"): "0.08"}) is None
    assert priced(machine, core | {("c4", "local_ssd"): "0.16"}) == "0.279861780822"


def test_built_in_gpus_are_counted() -> None:
    """g2-standard-4: 4 x 0.024988212 + 16 x 0.002927448 + one L4 at 0.560040239."""
    machine = spec("g2-standard-4", "4", "16", gpu_type="nvidia-l4", gpu_count="1")
    core = {("g2", "vcpu"): "0.024988212", ("g2", "memory"): "0.002927448"}
    assert priced(machine, core | {("nvidia-l4", "gpu"): "0.560040239"}) == "0.706832255"


def test_m2_is_m1_with_a_premium() -> None:
    """m2-ultramem-208: 208 x (0.0348 + 0.004524) + 5,888 x (0.0051 + 0.000663)."""
    machine = spec("m2-ultramem-208", "208", "5888")
    assert priced(machine, M1 | UPGRADE) == "42.111936"


def test_m2_without_its_premium_has_no_price() -> None:
    """There is no Spot price of the premium, so there is none of the machine."""
    assert priced(spec("m2-ultramem-208", "208", "5888"), M1, "spot") is None


@pytest.mark.parametrize("lacking", E2)
def test_a_missing_part_is_a_missing_price(lacking: tuple[str, str]) -> None:
    """A machine is never priced without one of its parts."""
    parts = {key: text for key, text in E2.items() if key != lacking}
    assert priced(spec("e2-standard-4", "4", "16"), parts) is None


def test_a_part_of_a_gpu_is_not_put_together() -> None:
    """g4-standard-6 holds an eighth of a GPU; the readings of its price disagree."""
    assert parts_of(spec("g4-standard-6", "6", "22"), BUNDLED["g4-standard-6"]) == []


def test_parts_of_two_currencies_are_no_price() -> None:
    """Dollars and euros are not added."""
    known = {
        (REGION, Component("e2", "vcpu", "spot")): Price(((Decimal(0), Decimal(1)),), "USD"),
        (REGION, Component("e2", "memory", "spot")): Price(((Decimal(0), Decimal(1)),), "EUR"),
    }
    types = [spec("e2-standard-4", "4", "16")]
    regions = {"e2-standard-4": [REGION]}
    assert not list(machine_prices(types, {"e2": Machine("size", "e2")}, regions, known, ["spot"]))


COMPONENTS = """\
sku_id,series,item,purchase_option
CORE,t2a,vcpu,on_demand
RAM,t2a,memory,on_demand
"""
SERIES = """\
machine,billed_by,series,billed_vcpu,local_ssd,on_top
t2a,size,t2a,,,
"""


def test_only_machines_that_a_region_offers_are_priced(
    shop: Shop, mapping: Callable[..., Path], read_shop: Reader
) -> None:
    """The catalog prices T2A in us-east1 too, which does not offer it; us-central1 does."""
    folder = mapping(machine_components=COMPONENTS, machine_series=SERIES)
    regions = ("us-central1", "us-east1")
    skus = [
        wire_sku("CORE", "0.0249", *regions, service=COMPUTE),
        wire_sku("RAM", "0.0034", *regions, service=COMPUTE, unit="GiBy.h"),
    ]
    shop.put(COMPUTE, *([sku] for sku in skus))
    found = prices(read_shop(folder, "gcp.compute_engine"))
    assert {key[0] for key in found} == {"us-central1"}
    assert found["us-central1", "t2a-standard-4", "linux", "on_demand"] == "0.154"


def test_an_ambiguous_part_leaves_its_machines_out(
    shop: Shop, mapping: Callable[..., Path], read_rest: Reader
) -> None:
    """Two prices of a vCPU-hour are reported, and no machine of the series is priced there."""
    folder = mapping(
        machine_components=COMPONENTS + "CORE-2,t2a,vcpu,on_demand\n", machine_series=SERIES
    )
    skus = [
        wire_sku("CORE", "0.0249", service=COMPUTE),
        wire_sku("CORE-2", "0.02", service=COMPUTE),
        wire_sku("RAM", "0.0034", service=COMPUTE, unit="GiBy.h"),
    ]
    shop.put(COMPUTE, skus)
    reading = read_rest(folder, "gcp.compute_engine")
    assert reading.observations == []
    assert [line["sku_id"] for line in reading.ambiguous] == ["CORE", "CORE-2"]
    assert "t2a vcpu on_demand in us-central1 has several prices" in reading.ambiguous[0]["why"]

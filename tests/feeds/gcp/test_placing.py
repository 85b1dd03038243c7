"""Where the price of a SKU goes, and which SKUs are reported instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

import wharfage as wf
from wharfage.errors import FeedError, InvalidValueError, UnknownServiceError
from wharfage.feeds.observation import Observation

from .conftest import Reader
from .shop import COMPUTE, KUBERNETES, RUN, Shop, prices, wire_sku

RUN_HEAD = "sku_id,services,meter,billing_mode,gpu_type,gpu_zonal_redundancy,purchase_option\n"


def test_an_observation_is_a_rate_of_its_table(
    shop: Shop, autopilot: Path, read_shop: Reader
) -> None:
    """Key, unit, day, SKU and source are those of a rate; the day is the catalog's own."""
    shop.put(KUBERNETES, [wire_sku("SKU-1", "0.0000575", "europe-west1", display=1000)])
    reading = read_shop(autopilot)
    (found,) = reading.observations
    assert found == Observation(
        service="gcp.gke_autopilot",
        meter="vcpu_hours",
        key={
            "region": "europe-west1",
            "compute_class": "balanced",
            "cpu_architecture": "x86_64",
            "purchase_option": "on_demand",
        },
        price=found.price,
        pricing_unit="vCPU-Hours",
        currency="USD",
        observed_on=dt.date(2026, 4, 30),
        sku_id="SKU-1",
        source="gcp_billing_catalog_2026_04_30",
    )
    assert str(found.price) == "0.0575"
    assert reading.sources["gcp_billing_catalog_2026_04_30"]["published"] == "2026-04-30"


def test_the_day_can_be_given(shop: Shop, autopilot: Path, read_rest: Reader) -> None:
    """A given day stands for the catalog's."""
    shop.put(KUBERNETES, [wire_sku("SKU-1")])
    reading = read_rest(autopilot, observed_on="2026-11-23")
    assert reading.observations[0].observed_on == dt.date(2026, 11, 23)
    assert reading.observations[0].source == "gcp_billing_catalog_2026_11_23"


def test_a_catalog_without_a_day_needs_one(shop: Shop, autopilot: Path, read_rest: Reader) -> None:
    """The clock of this machine is not asked: the day comes from the catalog or the caller."""
    wire = wire_sku("SKU-1")
    del wire["pricingInfo"][0]["effectiveTime"]
    shop.put(KUBERNETES, [wire])
    with pytest.raises(FeedError, match="does not say of what day its prices are"):
        read_rest(autopilot)
    assert len(read_rest(autopilot, observed_on="2026-11-23").observations) == 1


def test_a_sku_of_no_mapping_is_new(shop: Shop, autopilot: Path, read_shop: Reader) -> None:
    """What neither a rate nor a reason names is reported with its description."""
    shop.put(KUBERNETES, [wire_sku("SKU-1"), wire_sku("NEVER-SEEN")])
    assert read_shop(autopilot).new == [
        {
            "sku_id": "NEVER-SEEN",
            "description": "Something priced (NEVER-SEEN)",
            "why": "no mapping names it",
        }
    ]


def test_a_sku_with_a_reason_is_passed_over(shop: Shop, autopilot: Path, read_rest: Reader) -> None:
    """A SKU may be ignored by its id, or by its family, group and usage type."""
    traffic = wire_sku("TRAFFIC", category=("Network", "Egress", "OnDemand"))
    shop.put(KUBERNETES, [wire_sku("SKU-1"), wire_sku("SOLE-TENANT"), traffic])
    assert read_rest(autopilot).new == []


def test_a_new_usage_type_of_an_ignored_group_is_new(
    shop: Shop, autopilot: Path, read_rest: Reader
) -> None:
    """Categories are compared whole."""
    traffic = wire_sku("TRAFFIC", category=("Network", "Egress", "Commit1Yr"))
    shop.put(KUBERNETES, [wire_sku("SKU-1"), traffic])
    assert [line["sku_id"] for line in read_rest(autopilot).new] == ["TRAFFIC"]


def test_a_sku_that_is_no_longer_there_is_gone(
    shop: Shop, autopilot: Path, read_shop: Reader
) -> None:
    """Every SKU of the mapping that did not come is reported; none becomes a withdrawn price."""
    shop.put(KUBERNETES, [wire_sku(f"SKU-{n}", "0.05", "us-east1") for n in range(1, 9)])
    reading = read_shop(autopilot)
    assert reading.gone == [
        {
            "sku_id": "SKU-9",
            "description": "gcp.gke_autopilot vcpu_hours balanced x86_64 on_demand",
            "why": "the catalog no longer has it",
        }
    ]
    assert [found.price for found in reading.observations if found.price is None] == []


def test_skus_of_services_that_were_not_read_are_not_gone(
    shop: Shop, mapping: Callable[..., Path], read_rest: Reader
) -> None:
    """A filter on services does not make the other services disappear."""
    folder = mapping(
        gke="sku_id,services,meter,cluster_type\nFEE,gcp.gke,cluster_hours,zonal\n",
        run=RUN_HEAD + "RUN-1,gcp.cloud_run,requests,,,,\n",
    )
    shop.put(KUBERNETES, [wire_sku("FEE", "0.1", "global")])
    reading = read_rest(folder, "gcp.gke")
    assert prices(reading) == {("zonal",): "0.1"}
    assert reading.gone == []


def test_two_skus_with_two_prices_give_none(shop: Shop, autopilot: Path, read_shop: Reader) -> None:
    """As with M1 in Tokyo: both SKUs are reported with both prices, and nothing is taken."""
    skus = [
        wire_sku("SKU-1", "0.05"),
        wire_sku("SKU-2", "0.06"),
        wire_sku("SKU-3", "1", "us-east1"),
    ]
    shop.put(KUBERNETES, skus)
    reading = read_shop(autopilot)
    assert [found.sku_id for found in reading.observations] == ["SKU-3"]
    assert [line["sku_id"] for line in reading.ambiguous] == ["SKU-1", "SKU-2"]
    key = "gcp.gke_autopilot vcpu_hours balanced x86_64 on_demand in us-central1"
    said = f"{key} has several prices: 0.05 USD, 0.06 USD"
    assert {line["why"] for line in reading.ambiguous} == {said}


def test_a_sku_is_reported_once(
    shop: Shop, mapping: Callable[..., Path], read_rest: Reader
) -> None:
    """However many keys of a SKU are in doubt, it has one line, which says how many."""
    options = "on_demand|cud_1yr|cud_3yr"
    lines = [f"ADDRESS-{n},gcp.compute_engine,public_ipv4_hours,{options}\n" for n in (1, 2)]
    folder = mapping(compute_engine="sku_id,services,meter,purchase_option\n" + "".join(lines))
    skus = [wire_sku(f"ADDRESS-{n}", f"0.00{n}", service=COMPUTE) for n in (1, 2)]
    shop.put(COMPUTE, skus)
    reading = read_rest(folder, "gcp.compute_engine")
    assert [line["sku_id"] for line in reading.ambiguous] == ["ADDRESS-1", "ADDRESS-2"]
    assert reading.ambiguous[0]["why"].endswith("0.001 USD, 0.002 USD (and 2 more)")


def test_a_sku_that_comes_twice_is_one_rate(shop: Shop, autopilot: Path, read_rest: Reader) -> None:
    """A catalog that moves while it is paged may give a SKU on two pages."""
    shop.put(KUBERNETES, [wire_sku("SKU-1")], [wire_sku("SKU-1"), wire_sku("X")], [wire_sku("X")])
    reading = read_rest(autopilot)
    assert [found.sku_id for found in reading.observations] == ["SKU-1"]
    assert [line["sku_id"] for line in reading.new] == ["X"]


def test_two_skus_with_one_price_are_one_rate(
    shop: Shop, autopilot: Path, read_rest: Reader
) -> None:
    """The price is taken, and no single SKU stands beside it."""
    shop.put(KUBERNETES, [wire_sku("SKU-1", "0.05"), wire_sku("SKU-2", "0.050")])
    (found,) = read_rest(autopilot).observations
    assert (str(found.price), found.sku_id) == ("0.05", "")


def test_a_sku_without_a_price_is_ambiguous(shop: Shop, autopilot: Path, read_rest: Reader) -> None:
    """Empty tiered rates are not a price of 0."""
    shop.put(KUBERNETES, [wire_sku("SKU-1", []), wire_sku("SKU-2", "0.05", "us-east1")])
    reading = read_rest(autopilot)
    assert [found.sku_id for found in reading.observations] == ["SKU-2"]
    assert [(line["sku_id"], line["why"]) for line in reading.ambiguous] == [
        ("SKU-1", "the catalog states no price (no tier): not priced, not free")
    ]


def test_another_currency_stays_what_it_is(shop: Shop, autopilot: Path, read_rest: Reader) -> None:
    """The observation carries the currency of the wire; whoever compares it with the table stops."""
    shop.put(KUBERNETES, [wire_sku("SKU-1", currency="EUR")])
    assert [found.currency for found in read_rest(autopilot).observations] == ["EUR"]


def test_regions_are_those_of_the_sku(shop: Shop, autopilot: Path, read_rest: Reader) -> None:
    """A SKU prices every region that it names on the wire; one that is not public is passed over."""
    shop.put(KUBERNETES, [wire_sku("SKU-1", "0.05", "us-east1", "us-central2", "us-west1")])
    reading = read_rest(autopilot)
    assert [key[0] for key in prices(reading)] == ["us-east1", "us-west1"]
    assert reading.new == []


def test_an_unknown_region_is_new(shop: Shop, autopilot: Path, read_rest: Reader) -> None:
    """A region that the rate book does not know is reported, and the others are priced."""
    shop.put(KUBERNETES, [wire_sku("SKU-1", "0.05", "moon-north1", "us-west1")])
    reading = read_rest(autopilot)
    assert [key[0] for key in prices(reading)] == ["us-west1"]
    assert [line["why"] for line in reading.new] == ["the rate book knows no region moon-north1"]


def test_a_global_sku_prices_the_regions_of_its_table(
    shop: Shop, mapping: Callable[..., Path], read_rest: Reader, book: wf.RateBook
) -> None:
    """One address SKU prices every region, under each purchase option that it is named for."""
    folder = mapping(
        compute_engine="sku_id,services,meter,purchase_option\n"
        "ADDRESS,gcp.compute_engine,public_ipv4_hours,on_demand|cud_1yr\n"
    )
    address = wire_sku("ADDRESS", [(0, "0"), (720, "0.005")], "global", service=COMPUTE)
    shop.put(COMPUTE, [address])
    found = prices(read_rest(folder, "gcp.compute_engine"))
    regions = book.table("gcp.compute_engine").regions
    assert set(found) == {(r, option) for r in regions for option in ("on_demand", "cud_1yr")}
    assert set(found.values()) == {"0.005"}


def test_a_region_group_takes_the_price_of_its_regions(
    shop: Shop, mapping: Callable[..., Path], read_shop: Reader
) -> None:
    """Cloud Run's tiers come from the regions of the SKU: asia-southeast4 is a group of its own."""
    folder = mapping(run=RUN_HEAD + "CPU,gcp.cloud_run,vcpu_hours,request,,,on_demand\n")
    regions = ("us-central1", "asia-southeast4", "us-east1")
    shop.put(RUN, [wire_sku("CPU", "0.000024", *regions, service=RUN, unit="s")])
    assert prices(read_shop(folder, "gcp.cloud_run")) == {
        ("tier_1", "request", "on_demand"): "0.000024",
        ("tier_1_request_based", "request", "on_demand"): "0.000024",
    }


def test_a_region_that_leaves_its_group_is_ambiguous(
    shop: Shop, mapping: Callable[..., Path], read_rest: Reader
) -> None:
    """A tier 1 region at another price than the others makes the tier's price unknown."""
    lines = [f"CPU-{n},gcp.cloud_run_jobs,vcpu_hours,,,,on_demand\n" for n in (1, 2)]
    folder = mapping(run=RUN_HEAD + "".join(lines))
    skus = [
        wire_sku("CPU-1", "0.000018", "us-central1", service=RUN, unit="s"),
        wire_sku("CPU-2", "0.0000216", "us-east1", service=RUN, unit="s"),
    ]
    shop.put(RUN, skus)
    reading = read_rest(folder, "gcp.cloud_run_jobs")
    assert reading.observations == []
    assert [line["sku_id"] for line in reading.ambiguous] == ["CPU-1", "CPU-2"]


def test_a_region_of_no_group_is_new(
    shop: Shop, mapping: Callable[..., Path], read_rest: Reader
) -> None:
    """A region that Cloud Run jobs had not yet is reported, not put into a tier."""
    folder = mapping(run=RUN_HEAD + "CPU,gcp.cloud_run_jobs,vcpu_hours,,,,on_demand\n")
    shop.put(RUN, [wire_sku("CPU", "0.000018", "asia-southeast4", service=RUN, unit="s")])
    reading = read_rest(folder, "gcp.cloud_run_jobs")
    assert reading.observations == []
    assert [line["why"] for line in reading.new] == [
        "asia-southeast4 is in no tier of gcp.cloud_run_jobs"
    ]


def test_one_sku_may_price_several_tables(
    shop: Shop, mapping: Callable[..., Path], read_rest: Reader
) -> None:
    """Cloud Run's GPU SKUs are the same for services and jobs."""
    both = "gcp.cloud_run|gcp.cloud_run_jobs"
    folder = mapping(run=RUN_HEAD + f"GPU,{both},gpu_hours,,nvidia-l4,false,\n")
    shop.put(RUN, [wire_sku("GPU", "0.0001867", service=RUN, unit="s")])
    found = read_rest(folder, "gcp.cloud_run", "gcp.cloud_run_jobs").observations
    assert [(o.service, str(o.price), o.sku_id) for o in found] == [
        ("gcp.cloud_run", "0.0001867", "GPU"),
        ("gcp.cloud_run_jobs", "0.0001867", "GPU"),
    ]


def test_a_filter_on_regions_keeps_those_alone(
    shop: Shop, autopilot: Path, read_rest: Reader
) -> None:
    """Prices and reports of other regions are left out; nothing is gone for it."""
    here = [wire_sku(f"SKU-{n}", "0.05", "us-east1") for n in range(1, 9)]
    there = [wire_sku("SKU-9", "0.07", "us-west1"), wire_sku("NEW-THERE", "0.1", "us-west1")]
    shop.put(KUBERNETES, [*here, *there, wire_sku("NEW-HERE", "0.1", "us-east1")])
    reading = read_rest(autopilot, regions=["us-east1"])
    assert [key[0] for key in prices(reading)] == ["us-east1"]
    assert [line["sku_id"] for line in reading.new] == ["NEW-HERE"]
    assert reading.gone == []


def test_an_unknown_service_is_said(autopilot: Path, read_rest: Reader) -> None:
    """A service that the feed does not read is named, with the nearest that it does."""
    with pytest.raises(UnknownServiceError, match=r"no prices for 'gcp\.gke_autopilots'") as caught:
        read_rest(autopilot, "gcp.gke_autopilots")
    assert caught.value.hint == "did you mean 'gcp.gke_autopilot'?"


def test_an_unknown_region_in_the_filter_is_said(autopilot: Path, read_rest: Reader) -> None:
    """A misspelt region is named, with the nearest that there is."""
    with pytest.raises(InvalidValueError, match="'us-central-1' is no region") as caught:
        read_rest(autopilot, regions=["us-central-1"])
    assert caught.value.hint == "did you mean 'us-central1'?"

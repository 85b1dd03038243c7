"""Pools over the parts of a fleet: measured in parts, added, and shared as if it were one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

import wharfage as wf
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import encode_fleet
from wharfage.engine.options import read_options
from wharfage.engine.plan import Options
from wharfage.engine.pooling import PoolSums, add_sums, measure_pools

MakeFleet = Callable[..., pd.DataFrame]


@pytest.fixture
def options(book: wf.RateBook) -> Options:
    """Give the options of a plain month."""
    return read_options(book, "2026-10-01", "730h", "account", "round_up", None, None)


def thirds(fleet: pd.DataFrame) -> list[pd.DataFrame]:
    """Cut a fleet in three parts of different size."""
    return [fleet.iloc[:100], fleet.iloc[100:250], fleet.iloc[250:]]


def measured(
    parts: list[pd.DataFrame], book: wf.RateBook, options: Options, sums: PoolSums | None = None
) -> PoolSums:
    """Measure all parts and add them up."""
    priced = [price_fleet(encode_fleet(part), book, options, sums) for part in parts]
    return add_sums(measure_pools(one) for one in priced)


def settled(parts: list[pd.DataFrame], book: wf.RateBook, options: Options) -> PoolSums:
    """Measure once for quantities, and again for what is spent at the tiers that these reach."""
    return measured(parts, book, options, measured(parts, book, options))


def test_parts_cost_what_the_whole_costs(
    book: wf.RateBook, options: Options, make_fleet: MakeFleet
) -> None:
    """Every workload costs the same, priced in a part with the sums of all parts or in the whole."""
    fleet = make_fleet(500)
    sums = settled(thirds(fleet), book, options)
    parts = [price_fleet(encode_fleet(part), book, options, sums) for part in thirds(fleet)]
    found = np.concatenate([part.monthly_cost for part in parts])
    whole = price_fleet(encode_fleet(fleet), book, options)
    assert any(len(result.credits) for result in whole.services.values())
    np.testing.assert_allclose(found, whole.monthly_cost, rtol=1e-12)


def test_parts_alone_cost_something_else(
    book: wf.RateBook, options: Options, make_fleet: MakeFleet
) -> None:
    """Without the sums every part draws whole credits and starts at the first tier."""
    fleet = make_fleet(500)
    alone = sum(
        np.nansum(price_fleet(encode_fleet(part), book, options).monthly_cost)
        for part in thirds(fleet)
    )
    whole = price_fleet(encode_fleet(fleet), book, options)
    assert abs(alone - np.nansum(whole.monthly_cost)) > 1


def test_order_of_parts_does_not_matter(
    book: wf.RateBook, options: Options, make_fleet: MakeFleet
) -> None:
    """The sums are the same to the last bit in whatever order the parts are added."""
    fleet = make_fleet(300)
    parts = [
        measure_pools(price_fleet(encode_fleet(part), book, options)) for part in thirds(fleet)
    ]
    first, *others = [add_sums(order) for order in permutations(parts)]
    assert first.spent
    assert first.used
    assert all(other == first for other in others)


def test_two_parts_add_with_a_plus() -> None:
    """Sums of two parts are added account by account."""
    one = PoolSums({("p", "a"): 1.0}, {("s", "m", 0, "a"): 2.0})
    other = PoolSums({("p", "a"): 0.5, ("p", "b"): 4.0})
    assert one + other == PoolSums({("p", "a"): 1.5, ("p", "b"): 4.0}, {("s", "m", 0, "a"): 2.0})


def test_unpriced_rows_count_for_nothing(
    book: wf.RateBook, options: Options, make_fleet: MakeFleet
) -> None:
    """A workload without a price neither spends in a pool nor moves a tier."""
    fleet = make_fleet(200)
    lost = fleet.assign(region="nowhere-1")
    alone = measured([fleet], book, options)
    assert measured([fleet, lost], book, options) == alone


def test_accounts_are_told_apart_by_name(book: wf.RateBook, options: Options) -> None:
    """Parts whose accounts have other codes share by the account's name."""
    row = {"service": "gcp.gke", "region": "us-central1", "cluster_type": "zonal"}
    parts = [
        pd.DataFrame([row | {"billing_account": name} for name in names])
        for names in (["a", "b"], ["b"])
    ]
    sums = settled(parts, book, options)
    # 730 hours x 0.10 (the fee of a zonal cluster, gcp_catalog_2026_08_15).
    assert sums.spent == pytest.approx(
        {("gcp.gke.cluster_fee", "a"): 73.0, ("gcp.gke.cluster_fee", "b"): 146.0}
    )
    costs = [price_fleet(encode_fleet(part), book, options, sums).monthly_cost for part in parts]
    np.testing.assert_allclose(np.concatenate(costs), [0.0, 73 - 37.2, 73 - 37.2], atol=1e-9)

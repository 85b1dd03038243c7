"""The bundled mapping: whole, in order, and in step with the rate tables."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

import wharfage as wf
from wharfage.errors import FeedError
from wharfage.feeds.gcp.machines import PART_UNITS
from wharfage.feeds.gcp.mapping import bundled_mapping, read_mapping
from wharfage.rates.cells import read_machine_file

FOLDER = bundled_mapping()
FILES = sorted(FOLDER.rglob("*.csv"))
MAPPING = read_mapping(FOLDER)
LARGEST = 2_000_000
CATALOG = "gcp_catalog_2026_04_30"

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


@every_file
def test_a_file_is_sorted_and_small(path: Path) -> None:
    """Lines stand in order, once, so that a change is one line of a diff."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    assert lines == sorted(set(lines))
    assert path.stat().st_size < LARGEST


def test_every_rate_has_the_key_of_its_meter(book: wf.RateBook) -> None:
    """A line names a meter of its table and all key columns of the meter but the place."""
    wrong = []
    for sku_id, targets in MAPPING.rates.items():
        for target in targets:
            form = book.table(target.service).form
            key = form.meters[target.meter].key
            places = {"region", *form.region_groups}
            if [c for c in key if c not in places] != sorted(dict(target.key), key=key.index):
                wrong.append((sku_id, target))
    assert not wrong


def test_every_sku_that_a_table_names_is_mapped(book: wf.RateBook) -> None:
    """The SKU beside a rate of the catalog is mapped to that meter, and to no other."""
    wrong = []
    for service in sorted(MAPPING.services):
        for meter in book.table(service).meters.values():
            for rate in meter.rates():
                if rate.source != CATALOG or not rate.sku:
                    continue
                targets = MAPPING.rates.get(rate.sku, [])
                if (service, meter.name) not in {(t.service, t.meter) for t in targets}:
                    wrong.append((service, meter.name, rate.sku))
    assert not wrong


def test_every_machine_type_is_billed_somehow(book: wf.RateBook) -> None:
    """Each type of the list, or its family, has a line that says how it is billed."""
    path = book.folder / "gcp" / "compute_engine" / "machine_types.csv"
    types = read_machine_file(path)[["instance_type", "family"]].itertuples(index=False)
    assert not [name for name, family in types if not {name, family} & MAPPING.machines.keys()]


def test_every_series_that_machines_need_has_parts() -> None:
    """Series, local SSD and premium of a machine line are those of some component."""
    known = {(part.series, part.item) for parts in MAPPING.components.values() for part in parts}
    needed = set()
    for machine in MAPPING.machines.values():
        if machine.billed_by == "size":
            needed |= {(machine.series, "vcpu"), (machine.series, "memory")}
        needed |= {(machine.local_ssd, "local_ssd")} if machine.local_ssd else set()
        needed |= {(machine.on_top, "vcpu")} if machine.on_top else set()
    # C4N came after the catalog that the mapping was made from.
    assert {series for series, _ in needed - known} == {"c4n"}


def test_every_part_has_a_unit() -> None:
    """The items of components are those that have a pricing unit."""
    assert {p.item for parts in MAPPING.components.values() for p in parts} == set(PART_UNITS)


def test_every_reason_is_explained() -> None:
    """The page beside the files says what each reason means."""
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    used = {*MAPPING.ignored.values(), *MAPPING.ignored_categories.values()}
    with (FOLDER / "ignored_regions.csv").open(encoding="utf-8", newline="") as file:
        used |= {row["reason"] for row in csv.DictReader(file)}
    assert not [reason for reason in sorted(used) if f"`{reason}`" not in page]


def test_the_mapping_is_no_rate_table(book: wf.RateBook) -> None:
    """Files below `feeds` are neither services of the book nor part of a table's digest."""
    assert not [service for service in book.services() if service.startswith("feeds")]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"gke": "sku_id,services,meter\nA,gcp.gke,cluster_hours\nA,gcp.gke,x\n"},
            "holds a SKU twice",
        ),
        (
            {"gke": "sku_id,services,meter\nSOLE-TENANT,gcp.gke,x\n"},
            "SOLE-TENANT stands in two files",
        ),
        ({"gke": "sku_id,services\nA,gcp.gke\n"}, "lacks the column 'meter'"),
        ({"gke": "sku,services,meter\nA,gcp.gke,x\n"}, "has a line without sku_id"),
    ],
)
def test_a_broken_mapping_is_said(
    mapping: Callable[..., Path], files: dict[str, str], said: str
) -> None:
    """A mapping in which a SKU could mean two things is not used."""
    with pytest.raises(FeedError, match=said):
        read_mapping(mapping(**files))


def test_a_missing_file_of_the_mapping_is_said(tmp_path: Path) -> None:
    """A folder without the files is no mapping."""
    with pytest.raises(FeedError, match=r"machine_components.csv cannot be read"):
        read_mapping(tmp_path)


def test_two_rate_files_may_not_share_a_sku(mapping: Callable[..., Path]) -> None:
    """A SKU has one line in all of the rate files together."""
    line = "sku_id,services,meter\nA,gcp.gke,extended_support_hours\n"
    with pytest.raises(FeedError, match="A stands in two files"):
        read_mapping(mapping(gke=line, run=line))

"""The column tables: the contract with users as data."""

from __future__ import annotations

import re

import pytest

from wharfage.columns import (
    COST_STATUSES,
    DEMAND_KINDS,
    FLEET_COLUMNS,
    LINE_COLUMNS,
    METERS,
    PURCHASE_OPTIONS,
    RESULT_COLUMNS,
    SUPPORT_PHASES,
    Column,
    Kind,
)

#: defaults that the contract with users states
DEFAULTS = {
    "init_vcpu": 0.0,
    "init_memory_gib": 0.0,
    "gpu_type": "none",
    "operating_system": "linux",
    "cpu_architecture": "x86_64",
    "purchase_option": "on_demand",
    "concurrency": 1.0,
    "min_instances": 0.0,
    "compute_class": "general_purpose",
    "bursting": True,
    "ephemeral_storage_type": "ssd",
    "gpu_zonal_redundancy": True,
    "node_count": 1.0,
    "sustained_use": True,
    "cluster_count": 1.0,
    "cluster_type": "autopilot",
    "control_plane_tier": "standard",
}


def test_result_columns() -> None:
    """A result has these columns, in this order."""
    assert tuple(RESULT_COLUMNS) == (
        "daily_cost",
        "monthly_cost",
        "monthly_list_cost",
        "billed_vcpu",
        "billed_memory_gib",
        "cost_status",
        "unpriced_reason",
    )


def test_line_columns() -> None:
    """A line has these columns, in this order."""
    assert LINE_COLUMNS == (
        "workload",
        "service",
        "region",
        "meter",
        "pricing_quantity",
        "pricing_unit",
        "list_unit_price",
        "list_cost",
        "contracted_cost",
        "effective_cost",
        "sku_id",
        "rate_date",
        "rate_date_kind",
        "source",
    )


def test_cost_statuses() -> None:
    """A cost is exact, doubtful, a lower bound, or not there."""
    assert COST_STATUSES == ("exact", "doubtful", "lower_bound", "unpriced")


def test_demand_kinds() -> None:
    """Work is of one of three kinds, always-on first."""
    assert DEMAND_KINDS == ("always_on", "runs", "requests")


def test_support_phases() -> None:
    """A Kubernetes version is in one of four phases."""
    assert SUPPORT_PHASES == ("unknown", "standard", "extended", "retired")


@pytest.mark.parametrize(("name", "default"), DEFAULTS.items())
def test_default_of_an_empty_cell(name: str, default: object) -> None:
    """An empty cell means what the contract says."""
    assert FLEET_COLUMNS[name].default == default


@pytest.mark.parametrize("column", FLEET_COLUMNS.values(), ids=lambda column: column.name)
def test_columns_have_a_meaning(column: Column) -> None:
    """Every fleet column says what it means."""
    assert column.meaning


@pytest.mark.parametrize("name", [*FLEET_COLUMNS, *METERS, *RESULT_COLUMNS, *LINE_COLUMNS])
def test_names_are_snake_case(name: str) -> None:
    """Names are lower-case words joined by underscores."""
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)


@pytest.mark.parametrize(
    "column", [c for c in FLEET_COLUMNS.values() if c.choices], ids=lambda column: column.name
)
def test_a_default_is_a_choice(column: Column) -> None:
    """The default of a closed column is one of its values."""
    assert column.default is None or column.default in column.choices


@pytest.mark.parametrize(
    "column", [c for c in FLEET_COLUMNS.values() if c.unit], ids=lambda column: column.name
)
def test_only_numbers_have_units(column: Column) -> None:
    """A column with a unit holds numbers."""
    assert column.kind in (Kind.NUMBER, Kind.COUNT)


def test_counts_are_the_contracts() -> None:
    """The replica-like columns are whole numbers."""
    counts = {name for name, column in FLEET_COLUMNS.items() if column.kind is Kind.COUNT}
    assert counts == {
        "replicas",
        "gpu_count",
        "min_instances",
        "max_per_node",
        "min_zones",
        "node_count",
        "zone_count",
        "public_ipv4_count",
        "forwarding_rule_count",
        "cluster_count",
        "argocd_application_count",
        "ack_resource_count",
        "kro_instance_count",
    }


def test_purchase_options_start_with_on_demand() -> None:
    """Twelve purchase options, on demand first."""
    assert PURCHASE_OPTIONS[0] == "on_demand"
    assert len(set(PURCHASE_OPTIONS)) == len(PURCHASE_OPTIONS) == 12

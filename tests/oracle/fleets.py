"""Random fleets: workloads of every kind, size and mix, to compare the engine with the oracle on.

One generator serves both uses: ``random_fleet`` feeds it a seeded ``random.Random``, and the
hypothesis strategies feed it a ``Random`` whose draws hypothesis controls and shrinks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from random import Random

from hypothesis import strategies as st

from .decimal_oracle import BILLERS
from .machine_fleets import put_nodes
from .node_pod_fleets import put_node_pod
from .price_tables import known_regions, load_table
from .random_cells import Workload, chance, put_demand, put_init, put_size, some_size
from .rules_aws import EKS_CALENDAR, EKS_TIERS, FARGATE_32_VCPU, FARGATE_SIZES

SERVICES = tuple(BILLERS)
MACHINE_SERVICES = ("aws.ec2", "gcp.compute_engine")
CONTAINER_SERVICES = tuple(service for service in SERVICES if service not in MACHINE_SERVICES)
TABLES = Path(__file__).resolve().parents[2] / "pricing_data"

# Every option of the contract: a service sells some of them, the others must come out unpriced.
PURCHASE_OPTIONS = [
    "on_demand",
    "spot",
    *(
        f"savings_plan_{years}yr_{upfront}_upfront"
        for years in (1, 3)
        for upfront in ("no", "partial", "all")
    ),
    *(f"{kind}_{years}yr" for kind in ("cud", "flexible_cud") for years in (1, 3)),
]
# Made up: no provider has them.
UNKNOWN_REGIONS = ["eu-west-9", "moon-central1"]
ACCOUNTS = [None, None, None, "acct-a", "acct-b", "acct-c"]


def _fargate(rng: Random, row: Workload) -> None:
    sizes = [
        (float(v), float(m)) for v, memories in [*FARGATE_SIZES, FARGATE_32_VCPU] for m in memories
    ]
    if chance(rng, 20):
        row["operating_system"] = rng.choice(["windows", "windows", "linux"])
    if chance(rng, 25):
        row["cpu_architecture"] = rng.choice(["arm64", "arm64", "x86_64"])
    small = row.get("operating_system") == "windows" and chance(rng, 80)
    sizes = [size for size in sizes if size[0] <= 4] if small else sizes
    put_size(
        rng, row, some_size(rng, sizes, (4.0, 30.0) if small else (32.0, 244.0)), may_be_empty=False
    )
    if chance(rng, 3):
        row["vcpu"] = rng.choice([None, -1.0])
    if chance(rng, 2):
        row["gpu_type"] = "nvidia-l4"
    if chance(rng, 35):
        row["ephemeral_storage_gib"] = rng.choice([0, 1, 20, 20.5, 21, 50, 199.9, 200, 200, 200.1])
    put_demand(rng, row, ("always_on", "runs", "requests"))


def _fargate_eks(rng: Random, row: Workload) -> None:
    # A quarter GiB below a task's memory is what fits it exactly, with the 256 MiB of the kubelet.
    sizes = [(float(v), float(m) - 0.25) for v, memories in FARGATE_SIZES for m in memories]
    put_size(rng, row, some_size(rng, sizes, (16.0, 120.0)), may_be_empty=True)
    put_init(rng, row)
    if chance(rng, 4):
        row.update(rng.choice([{"operating_system": "windows"}, {"cpu_architecture": "arm64"}]))
    if chance(rng, 30):
        row["ephemeral_storage_gib"] = rng.choice([0, 4, 5, 5.1, 20, 100.5, 175, 175, 176])
    put_demand(rng, row, ("always_on", "runs", "requests"))


def _clusters(rng: Random, row: Workload) -> None:
    if chance(rng, 50):
        row["cluster_count"] = rng.choice([1, 2, 3, 10, 0])
    if chance(rng, 40):
        row["hours_per_month"] = rng.choice([0, 1, 24.5, 600, 672])
    if chance(rng, 2):
        row["cluster_count"] = 1.5


def _eks(rng: Random, row: Workload) -> None:
    _clusters(rng, row)
    if chance(rng, 60):
        row["kubernetes_version"] = rng.choice([*EKS_CALENDAR, "1.3", "1.28", "1.99"])
    if chance(rng, 20):
        row["control_plane_tier"] = rng.choice(EKS_TIERS)


def _gke(rng: Random, row: Workload) -> None:
    _clusters(rng, row)
    if chance(rng, 70):
        row["cluster_type"] = rng.choice(["autopilot", "zonal", "regional"])
    if chance(rng, 20):
        row["control_plane_tier"] = rng.choice(["standard", "extended"])


def _gke_autopilot(rng: Random, row: Workload) -> None:
    if chance(rng, 45):
        row["compute_class"] = rng.choice(
            ["general_purpose", "balanced", "balanced", "scale_out", "scale_out"]
        )
    if chance(rng, 2):
        # Of no use to a Pod that is billed by itself
        row["instance_type"] = rng.choice(["c3-standard-8", "n99-standard-4"])
    if chance(rng, 40 if row.get("compute_class") == "scale_out" else 2):
        row["cpu_architecture"] = "arm64"
    if chance(rng, 40):
        row["bursting"] = rng.choice([True, False, False])
    if chance(rng, 2):
        row["operating_system"] = "windows"
    # Minimums, both ends of the ratios, a step, and the limits of the classes
    sizes = [
        (0.05, 52 / 1024),
        (0.25, 0.5),
        (0.25, 1.0),
        (0.2, 2.0),
        (0.5, 0.5),
        (1.0, 6.5),
        (1.0, 4.0),
        (2.0, 16.0),
    ]
    sizes += [
        (0.3, 0.3),
        (0.75, 0.75),
        (17.0, 110.0),
        (30.0, 110.0),
        (54.0, 216.0),
        (43.0, 172.0),
        (222.0, 851.0),
    ]
    most = (230.0, 860.0) if row.get("compute_class") == "balanced" else (30.0, 110.0)
    put_size(rng, row, some_size(rng, sizes, most), may_be_empty=True)
    put_init(rng, row)
    if chance(rng, 35):
        row["ephemeral_storage_gib"] = rng.choice(
            [0, 0.001, 10 / 1024, 0.1 + 0.2, 1, 1 / 3, 5.5, 10, 10, 10.001]
        )
    if chance(rng, 25):
        row["ephemeral_storage_type"] = rng.choice(["ssd", "standard"])
    put_demand(rng, row, ("always_on", "runs", "requests"))


def _cloud_run_size(rng: Random, row: Workload) -> None:
    sizes = [
        (0.08, 0.125),
        (0.5, 0.5),
        (0.083, 0.128),
        (0.583, 1.0),
        (1.0, 0.5),
        (1.0, 4.0),
        (2.0, 8.0),
    ]
    sizes += [(4.0, 2.0), (4.0, 16.0), (6.0, 4.0), (6.0, 24.0), (8.0, 4.0), (8.0, 32.0)]
    put_size(rng, row, some_size(rng, sizes, (8.0, 32.0)), may_be_empty=True)
    if chance(rng, 2):
        row.update(rng.choice([{"operating_system": "windows"}, {"cpu_architecture": "arm64"}]))


def _put_cloud_run_gpu(rng: Random, row: Workload) -> None:
    if not chance(rng, 8):
        return
    row["gpu_type"] = rng.choice(
        ["nvidia-l4", "nvidia-l4", "nvidia-rtx-pro-6000", "nvidia-tesla-t4"]
    )
    if chance(rng, 60):
        row["gpu_count"] = rng.choice([1, 1, 1, 2])
    if chance(rng, 50):
        row["gpu_zonal_redundancy"] = rng.choice([True, False])
    if chance(rng, 50):
        # Whole vCPUs: how a fraction above 20 would be billed with an RTX PRO 6000 is not known.
        row["vcpu"], row["memory_gib"] = rng.choice(
            [(4, 16), (6, 20.5), (8, 32), (20, 80), (24, 100.5), (2, 90)]
        )
    elif row["gpu_type"] == "nvidia-rtx-pro-6000":
        row["vcpu"] = float(rng.randint(1, 30))


def _cloud_run(rng: Random, row: Workload) -> None:
    _cloud_run_size(rng, row)
    _put_cloud_run_gpu(rng, row)
    put_demand(rng, row, ("requests", "requests", "requests", "always_on", "always_on"))
    if chance(rng, 2):
        row.update(runs_per_month=10, run_seconds=60)
    if chance(rng, 40):
        row["billing_mode"] = rng.choice(["request", "instance"])
    if row.get("billing_mode") == "request" and "requests_per_month" not in row and chance(rng, 80):
        del row["billing_mode"]
    if "requests_per_month" in row and chance(rng, 2):
        row.update(
            rng.choice([{"concurrency": 1001}, {"concurrency": 0.5}, {"request_seconds": 3601}])
        )


def _cloud_run_jobs(rng: Random, row: Workload) -> None:
    _cloud_run_size(rng, row)
    _put_cloud_run_gpu(rng, row)
    put_demand(rng, row, ("runs",) * 19 + ("always_on",))
    if "run_seconds" in row and chance(rng, 3):
        row["run_seconds"] = rng.choice([604_800, 604_801])


def _cloud_run_worker_pools(rng: Random, row: Workload) -> None:
    _cloud_run_size(rng, row)
    _put_cloud_run_gpu(rng, row)
    put_demand(rng, row, ("always_on",) * 19 + ("requests",))


_FILL: dict[str, Callable[[Random, Workload], None]] = {
    "aws.fargate": _fargate,
    "aws.fargate_eks": _fargate_eks,
    "aws.eks": _eks,
    "gcp.gke": _gke,
    "gcp.gke_autopilot": _gke_autopilot,
    "gcp.cloud_run": _cloud_run,
    "gcp.cloud_run_jobs": _cloud_run_jobs,
    "gcp.cloud_run_worker_pools": _cloud_run_worker_pools,
}


@lru_cache(maxsize=4096)
def _regions_with_rates(
    tables: Path, service: str, cells: frozenset[tuple[str, str]]
) -> tuple[str, ...]:
    """Return the regions whose rates are keyed by the most of these cells and no other value."""
    table = load_table(tables, service)
    regions, asked = set(table.regions()), dict(cells)
    places: dict[int, set[str]] = {}
    for _, key, place in table.rates:
        if place in regions and all(asked.get(column, value) == value for column, value in key):
            places.setdefault(len(key & cells), set()).add(place)
    most = max(places, default=0)
    # No cell in any key: the region does not depend on the mix.
    return tuple(sorted(places[most])) if most else ()


def _put_region(rng: Random, row: Workload, tables: Path) -> None:
    """Write a region: mostly where the row's own mix is priced, else any of the table, or none."""
    columns = ("purchase_option", "operating_system", "cpu_architecture", "compute_class")
    cells = {(c, str(row[c])) for c in (*columns, "gpu_type", "control_plane_tier") if c in row}
    service = row["service"]
    rare = _regions_with_rates(tables, service, frozenset(cells))
    # A table without regions has one price everywhere; any region of the provider will do.
    anywhere = "us-east-1" if service.startswith("aws.") else "us-central1"
    regions = load_table(tables, service).regions() or [anywhere]
    row["region"] = rng.choice(list(rare) if rare and chance(rng, 70) else regions)
    if chance(rng, 3):
        elsewhere = sorted(known_regions(tables, service) - set(regions))
        row["region"] = rng.choice([*UNKNOWN_REGIONS, *elsewhere])


def random_workload(service: str, rng: Random, tables: Path = TABLES) -> Workload:
    """Return one workload without an id; most cells at their default are absent."""
    table = load_table(tables, service)
    row: Workload = {"service": service, "region": ""}
    if chance(rng, 40):
        row["purchase_option"] = rng.choice(table.purchase_options)
    if chance(rng, 3):
        row["purchase_option"] = rng.choice(PURCHASE_OPTIONS)
    account = rng.choice(ACCOUNTS)
    if account is not None:
        row["billing_account"] = account
    if service in MACHINE_SERVICES:
        put_nodes(rng, row, tables)
    elif service == "gcp.gke_autopilot" and chance(rng, 30):
        put_node_pod(rng, row, tables)
    else:
        _FILL[service](rng, row)
        _put_region(rng, row, tables)
    return row


def random_fleet(service: str, n: int, seed: int, tables: Path = TABLES) -> list[Workload]:
    """Return ``n`` workloads of one service, the same for the same seed and tables."""
    rng = Random(seed)
    return [
        {"workload": f"{service}-{i:06d}"} | random_workload(service, rng, tables) for i in range(n)
    ]


def workloads(service: str, tables: Path = TABLES) -> st.SearchStrategy[Workload]:
    """Return a strategy for workloads of one service, without an id."""
    return st.randoms(use_true_random=False).map(lambda rng: random_workload(service, rng, tables))


def fleets(
    services: Sequence[str] = SERVICES, tables: Path = TABLES, max_size: int = 8
) -> st.SearchStrategy[list[Workload]]:
    """Return a strategy for fleets that mix services and billing accounts, with ids by position."""
    one = st.sampled_from(list(services)).flatmap(lambda service: workloads(service, tables))
    return st.lists(one, min_size=1, max_size=max_size).map(
        lambda rows: [{"workload": f"w{i}"} | row for i, row in enumerate(rows)]
    )

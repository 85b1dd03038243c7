"""The served catalog, a small mapping for it, and the feed that reads both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import wharfage as wf
from wharfage.feeds.gcp import read
from wharfage.feeds.gcp.catalog import Patience
from wharfage.feeds.observation import Reading

from .shop import COMPUTE, KUBERNETES, RUN, Shop, serve_grpc, serve_rest

pytest.importorskip("google.cloud.billing_v1")
pytest.importorskip("pytest_httpserver")


@pytest.fixture
def shop() -> Shop:
    """Give an empty catalog."""
    return Shop()


@pytest.fixture
def grpc_endpoint(shop: Shop) -> Iterator[str]:
    """Serve the catalog by gRPC."""
    server, port = serve_grpc(shop)
    yield f"http://127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture
def rest_endpoint(shop: Shop, httpserver: Any) -> str:
    """Serve the catalog by HTTP."""
    return serve_rest(shop, httpserver)


MAPPING = {
    "catalog_services.csv": f"""\
catalog_service,name,services
{COMPUTE},Compute Engine,gcp.compute_engine
{KUBERNETES},Kubernetes Engine,gcp.gke|gcp.gke_autopilot
{RUN},Cloud Run,gcp.cloud_run|gcp.cloud_run_jobs
""",
    "machine_components.csv": "sku_id,series,item,purchase_option\n",
    "machine_series.csv": "machine,billed_by,series,billed_vcpu,local_ssd,on_top\n",
    "ignored.csv": "sku_id,reason\nSOLE-TENANT,sole_tenancy\n",
    "ignored_categories.csv": f"""\
catalog_service,resource_family,resource_group,usage_type,reason
{KUBERNETES},Network,Egress,OnDemand,network
""",
    "ignored_regions.csv": "region,reason\nus-central2,region_not_public\n",
}


@pytest.fixture
def mapping(tmp_path: Path) -> Callable[..., Path]:
    """Write a mapping: the small one above with the files that a test gives; real units."""
    bundled = wf.RateBook.bundled().folder / "feeds" / "gcp"

    def write(**files: str) -> Path:
        folder = tmp_path / "mapping"
        (folder / "rates").mkdir(parents=True)
        units = (bundled / "units.csv").read_text(encoding="utf-8")
        for name, text in (MAPPING | {"units.csv": units}).items():
            (folder / name).write_text(text, encoding="utf-8")
        for name, text in files.items():
            place = (
                folder / f"{name}.csv"
                if f"{name}.csv" in MAPPING
                else folder / "rates" / f"{name}.csv"
            )
            place.write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def autopilot(mapping: Callable[..., Path]) -> Path:
    """Map SKU-1 to SKU-9 to Autopilot's vCPU by region, so that each region can have its own."""
    lines = [
        f"SKU-{n},gcp.gke_autopilot,vcpu_hours,balanced,x86_64,on_demand" for n in range(1, 10)
    ]
    head = "sku_id,services,meter,compute_class,cpu_architecture,purchase_option"
    return mapping(gke_autopilot="\n".join([head, *lines]) + "\n")


QUICK = Patience(first_pause=0.01, longest_pause=0.05, give_up_after=20, answer_within=20)

Reader = Callable[..., Reading]


@pytest.fixture(params=["grpc", "rest"])
def read_shop(request: pytest.FixtureRequest, book: wf.RateBook) -> Reader:
    """Read the served catalog with the real client, over each transport in turn."""
    endpoint = request.getfixturevalue(f"{request.param}_endpoint")

    def reader(folder: Path, *services: str, **options: Any) -> Reading:
        options = {"patience": QUICK, "endpoint": endpoint, "transport": request.param} | options
        return read(book, services=services or ["gcp.gke_autopilot"], mapping=folder, **options)

    return reader


@pytest.fixture
def read_rest(rest_endpoint: str, book: wf.RateBook) -> Reader:
    """Read the served catalog over REST only: for facts that do not depend on the transport."""

    def reader(folder: Path, *services: str, **options: Any) -> Reading:
        options = {"patience": QUICK, "endpoint": rest_endpoint, "transport": "rest"} | options
        return read(book, services=services or ["gcp.gke_autopilot"], mapping=folder, **options)

    return reader

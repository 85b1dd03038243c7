"""Documents of many kinds through every command that takes them, each in its region."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from wharfage.cli import app

DOCUMENTS = Path(__file__).parents[1] / "documents"
ON = ("--on", "2026-10-01")
SEOUL = ("--region", "ap-northeast-2")
GOOGLE = ("--region", "asia-northeast3")
FARGATE_EKS, EKS_NODES = ("--service", "aws.fargate_eks"), ("--service", "aws.eks_nodes")
AUTOPILOT = ("--service", "gcp.gke_autopilot")
LOAD = ("--requests-per-month", "1000000", "--request-seconds", "0.2")
IMAGES = ("--registry-gib", "5")
#: folder, options of price, where they say more than a region the region, row, and its total
CASES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...], str, float]] = {
    # 2 x 730 hours on Spot of 0.25 vCPU at 0.013968 and half a GB at 0.001533; ECR 5 x 0.10
    "ecs_spot": ("ecs_fargate_spot", (*SEOUL, *IMAGES), SEOUL, "api", 5.09832 + 1.11909 + 0.5),
    # 3 x 730 x (0.25 x 0.04656 + 0.5 x 0.00511), balancer 16.425, two addresses 7.30, EKS 73.00
    "fargate_eks": (
        "eks_deployment", (*FARGATE_EKS, *SEOUL), SEOUL, "web", 25.4916 + 5.59545 + 96.725,
    ),
    # a t3a.micro at 0.0117 with 20 GiB gp3 at 0.0912 holds the three pods
    "eks_nodes": ("eks_deployment", (*EKS_NODES, *SEOUL), SEOUL, "web", 8.541 + 1.824 + 96.725),
    # 547.5 vCPU-hours at 0.0571, as many GiB-hours at 0.0063215, 2,190 of storage; a rule 27.74
    "autopilot": (
        "gke_deployment", (*AUTOPILOT, *GOOGLE), GOOGLE, "web",
        31.26225 + 3.46102125 + 0.390696 + 27.74,
    ),
    # Spot: 1,825 vCPU-hours at 0.0171, 3,650 GiB-hours at 0.0018964, storage at its list price
    "autopilot_spot": (
        "autopilot_spot", (*AUTOPILOT, *GOOGLE), GOOGLE, "worker", 31.2075 + 6.92186 + 0.65116,
    ),
    # two t3.medium at 0.052 with 20 GiB gp3, cluster, NAT gateway at 0.059 and its address
    "eksctl": ("eks_nodes", (), (), "nodes/prod/web", 75.92 + 3.648 + 73 + 43.07 + 3.65),
    # two e2-medium at 0.04298286 with 100 GB at 0.13, the fee under its credit; 4.5 paid GiB
    "gke_list": ("gke_nodes", IMAGES, (), "nodes/shop/default-pool", 62.7549756 + 26 + 0.45),
    # 200,000 vCPU-seconds at 0.0000336 less the credit of 4.32; memory and requests are free
    "cloud_run": ("cloud_run_split", (*LOAD, *IMAGES), (), "web", 6.72 - 4.32 + 0.45),
    # 1 vCPU at 0.064 and 2 GB at 0.007 all month, deployments 1.00
    "app_runner": ("app_runner", ("--region", "us-east-1"), ("--region", "us-east-1"), "web", 57.94),
}  # fmt: skip


def run(*arguments: object) -> str:
    """Run a command that must end well, and give what it prints."""
    done = CliRunner().invoke(app, [str(each) for each in (*arguments, *ON)])
    assert done.exit_code == 0, done.output
    assert "unpriced" not in done.stdout.split("assumptions")[0]
    return done.stdout


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[Path, tuple[str, ...], tuple[str, ...], str, float]:  # fmt: skip
    """Give one set of documents and how it is priced."""
    folder, *rest = CASES[request.param]
    return (DOCUMENTS / folder, *rest)


def test_documents_go_through_every_command(case: Any) -> None:
    """Priced to the cent of the tables' rates, explained, compared, advised on and compared with itself."""
    folder, options, region, row, total = case
    priced = json.loads(run("price", folder, *options, "--json"))
    assert priced["totals"][0]["monthly_cost"] == pytest.approx(total)
    text = run("explain", folder, row, *options)
    assert "monthly cost" in text
    assert "daily cost" in text
    load = LOAD if set(LOAD) <= set(options) else ()
    compared = json.loads(run("compare", folder, *region, *load, "--json"))
    complete = [each for each in compared["totals"] if each["is_complete"]]
    assert {"aws", "gcp"} == {each["service"].split(".")[0] for each in complete}
    assert "priced for: your documents" in run("advise", folder, *region)
    diff = json.loads(run("diff", folder, folder, *options, "--json"))
    assert diff["totals"][0]["change"] == 0
    assert diff["totals"][0]["after"] == pytest.approx(total)

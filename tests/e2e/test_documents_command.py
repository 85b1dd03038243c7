"""Documents on the command line: price, explain, compare, diff and advise."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

ON = ("--on", "2026-10-01")
HERE = ("--service", "aws.fargate_eks", "--region", "us-east-1", *ON)
APP = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, resources: {requests: {cpu: 250m, memory: 128Mi}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
"""


@pytest.fixture(scope="module")
def app(folder: Path) -> Path:
    """Give a folder with a Deployment of 3 replicas and its Service."""
    place = folder / "app"
    place.mkdir()
    (place / "app.yaml").write_text(APP, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def grown(folder: Path) -> Path:
    """Give the same with 5 replicas."""
    place = folder / "grown"
    place.mkdir()
    text = APP.replace("replicas: 3", "replicas: 5")
    (place / "app.yaml").write_text(text, encoding="utf-8")
    return place


def test_folder_is_priced(wharfage: Run, app: Path) -> None:
    """Workload, riders, cluster, total, missing inputs and notes are shown."""
    done = wharfage("price", app, *HERE)
    assert (done.returncode, done.stderr) == (0, "")
    for words in (
        "load_balancer/web", "public_ipv4/web", "cluster/aws.eks/us-east-1",
        "total  123.76 USD per month", "missing input", "--lcu-hours", "--log-gib",
    ):  # fmt: skip
        assert words in done.stdout


def test_lines_and_explain(wharfage: Run, app: Path) -> None:
    """Every row has its charges, and its arithmetic."""
    assert "load_balancer_hours" in wharfage("price", app, *HERE, "--lines").stdout
    done = wharfage("explain", app, "load_balancer/web", *HERE)
    assert "730 Hours x 0.0225 = 16.425 USD" in done.stdout


def test_file_of_a_stack(wharfage: Run, app: Path, folder: Path) -> None:
    """A file holds every row, with its part."""
    assert wharfage("price", app, *HERE, "--out", "bill.csv").returncode == 0
    frame = pd.read_csv(folder / "bill.csv")
    assert frame["part"].tolist() == ["workload", "load_balancer", "public_ipv4", "cluster"]
    assert frame["monthly_cost"].sum() == pytest.approx(123.755075)


def test_standard_input(wharfage: Run) -> None:
    """A dash reads what another program rendered."""
    done = wharfage("price", "-", *HERE, stdin=APP)
    assert done.returncode == 0, done.stderr
    assert "123.76" in done.stdout


def test_ecs_documents_need_no_platform(wharfage: Run, folder: Path) -> None:
    """Two tasks of 0.25 vCPU and 0.5 GiB cost 18.02 on Fargate, the default of ECS."""
    task = {
        "family": "api", "cpu": "256", "memory": "512",
        "containerDefinitions": [{"name": "api", "image": "api:1"}],
    }  # fmt: skip
    service = {"serviceName": "api", "taskDefinition": "api", "desiredCount": 2}
    (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
    (folder / "service.json").write_text(json.dumps(service), encoding="utf-8")
    done = wharfage("price", "task.json", "service.json", "--region", "us-east-1", *ON)
    assert done.returncode == 0, done.stderr
    assert "18.02" in done.stdout


def test_a_json_fleet_stays_a_fleet(wharfage: Run, folder: Path) -> None:
    """A list of records is a fleet, and so is one record."""
    row = {"workload": "x", "service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}  # fmt: skip
    for name, data in (("many.json", [row]), ("one.json", row)):
        (folder / name).write_text(json.dumps(data), encoding="utf-8")
        done = wharfage("price", name, *ON)
        assert done.returncode == 0, done.stderr
        assert "36.04" in done.stdout


EKSCTL = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: prod, region: us-east-1, version: "1.34"}
vpc: {nat: {gateway: Disable}}
managedNodeGroups:
- {name: web, instanceType: t3.medium, minSize: 1, desiredCapacity: 2, maxSize: 4, volumeSize: 20}
"""


def test_clusters_need_no_platform(wharfage: Run, folder: Path) -> None:
    """An eksctl file and a list of gcloud's are priced where they say that they run."""
    (folder / "eksctl.yaml").write_text(EKSCTL, encoding="utf-8")
    done = wharfage("price", "eksctl.yaml", *ON)
    assert done.returncode == 0, done.stderr
    # 73 for the cluster; two t3.medium with 20 GiB gp3 and an address each
    for words in ("cluster/prod", "nodes/prod/web", "144.24", "between 1 and 4 nodes"):
        assert words in done.stdout
    config = {"machineType": "e2-medium", "diskSizeGb": 100, "diskType": "pd-balanced"}
    pool = {"name": "web", "initialNodeCount": 2, "config": config}
    private = {"enablePrivateNodes": True}
    gke = {"name": "shop", "location": "us-central1-a", "nodePools": [pool], "privateClusterConfig": private}  # fmt: skip
    (folder / "gke.json").write_text(json.dumps([gke]), encoding="utf-8")
    done = wharfage("price", "gke.json", *ON)
    assert done.returncode == 0, done.stderr
    # 0.03350571 an hour for each, with 100 GB at 0.10; the credit pays the zonal fee
    assert "68.92" in done.stdout


def test_lists_of_the_command_line_are_documents(wharfage: Run, folder: Path) -> None:
    """A list of task definitions is no fleet."""
    task = {
        "family": "api", "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [{"name": "api", "image": "api:1"}],
    }  # fmt: skip
    (folder / "tasks.json").write_text(json.dumps([task]), encoding="utf-8")
    done = wharfage("price", "tasks.json", "--region", "us-east-1", *ON)
    assert done.returncode == 0, done.stderr
    assert "9.01" in done.stdout


def test_compare(wharfage: Run, app: Path, folder: Path) -> None:
    """Platforms are ranked, with what is left out, and written whole to a file."""
    done = wharfage("compare", app, "--region", "us-east-1", *ON)
    assert done.returncode == 0
    for words in ("aws.fargate_eks", "us-east4", "left out", "existing customers only"):
        assert words in done.stdout
    assert wharfage("compare", app, "--region", "us-east-1", *ON, "--out", "all.csv").stdout == ""
    assert {"gcp.gke_autopilot", "aws.fargate"} <= set(pd.read_csv(folder / "all.csv")["platform"])


def test_output_fits_a_hundred_columns(wharfage: Run, app: Path) -> None:
    """Tables of stacks are readable on a narrow terminal."""
    for words in (("price", app, *HERE), ("compare", app, "--region", "us-east-1", *ON)):
        done = wharfage(*words, COLUMNS="100")
        shown = done.stdout.split("assumptions")[0].splitlines()
        assert max(map(len, shown)) <= 100


def test_diff(wharfage: Run, app: Path, grown: Path) -> None:
    """Two replicas more cost 18.02 more, 14.6 % of the stack."""
    done = wharfage("diff", app, grown, *HERE)
    assert done.returncode == 0
    assert "replicas 3 → 5" in done.stdout
    assert "+18.02 USD per month (123.76 → 141.78, +14.6 %)" in done.stdout


def test_diff_as_json_and_markdown(wharfage: Run, app: Path, grown: Path, folder: Path) -> None:
    """The same as data, and as a comment."""
    data = json.loads(wharfage("diff", app, grown, *HERE, "--json").stdout)
    assert data["totals"][0]["change"] == pytest.approx(18.02005)
    text = wharfage("diff", app, grown, *HERE, "--markdown").stdout
    assert text.startswith("### Cost of this change: +18.02 USD per month")
    assert "| web | changed | 27.03 | 45.05 | +18.02 | +66.7 | replicas 3 → 5 |" in text
    assert wharfage("diff", app, grown, *HERE, "--out", "cost.md").stdout == ""
    assert (folder / "cost.md").read_text(encoding="utf-8") == text


def test_diff_gate(command: Run, app: Path, grown: Path, folder: Path) -> None:
    """Exit 3 where the month costs more than is let through, else 0."""

    def gate(*sides: Path, limit: str) -> int:
        return command("diff", *sides, *HERE, "--fail-over", limit, cwd=folder).returncode

    assert gate(app, grown, limit="5%") == 3
    assert gate(app, grown, limit="18.03USD") == 0
    assert gate(grown, app, limit="0%") == 0


def test_advise(wharfage: Run, app: Path) -> None:
    """The path, the prices behind it, the platforms and what is not priced are shown."""
    done = wharfage("advise", "--kubernetes", "yes", *ON)
    assert done.returncode == 0
    for words in ("1. Does the work need a GPU?", "no (taken", "yes (option)", "not priced"):
        assert words in done.stdout
    data = json.loads(wharfage("advise", app, *ON, "--json").stdout)
    assert data["use_case"] == "simplified_kubernetes"
    assert data["workload"] == "your documents"


CASES: list[tuple[tuple[str, ...], str]] = [
    (("price", "app"), "--service aws.fargate_eks"),
    (("price", "app", "--service", "aws.fargate_eks"), "name no region"),
    (("price", "app", "--service", "aws.fargat", "--region", "us-east-1"), "did you mean"),
    (("price", "app", "many.csv"), "many.csv is a fleet"),
    (("price", "one.csv", "two.csv"), "2 fleets are given"),
    (("price", "nowhere.yaml", *HERE), "nowhere.yaml"),
    (("price", "app", *HERE, "--log-gib", "-1"), "--log-gib -1 is no amount"),
    (("price", "app", "--service", "aws.eks", "--region", "us-east-1"), "runs no workloads"),
    (("compare", "app"), "No region to compare in"),
    (("compare", "app", "--region", "us-east-1", "--vcpu", "2"), "--vcpu describes one workload"),
    (("diff", "app", "app", *HERE, "--fail-over", "much"), "is no limit"),
    (("diff", "app", "app", *HERE, "--out", "cost.html"), ".md"),
    (("diff", "app", "app", *HERE, "--json", "--markdown"), "two forms"),
    (("advise", "--gpu", "maybe"), "neither yes nor no"),
    (("advise", "one.csv"), "is a fleet"),
]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(("arguments", "words"), CASES, ids=[" ".join(c[0]) for c in CASES])
def test_bad_usage(wharfage: Run, arguments: tuple[str, ...], words: str) -> None:
    """What is wrong is said, with a hint, and nothing is printed or written."""
    done = wharfage(*arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_nodes_are_planned_for_documents(wharfage: Run, app: Path) -> None:
    """Compare and price name the machines that were planned, and what of them stands idle."""
    done = wharfage("compare", app, "--services", "aws.eks_nodes", "--region", "us-east-1", *ON)
    assert done.returncode == 0
    assert "idle nodes" in done.stdout
    done = wharfage("price", app, "--service", "aws.eks_nodes", "--region", "us-east-1", *ON)
    assert "nodes planned for these requests alone" in done.stdout
    assert "stand idle" in done.stdout


def test_amounts_by_name(wharfage: Run, app: Path) -> None:
    """--usage states what has no option of its own; a slip is named with the nearest word."""
    done = wharfage("price", app, *HERE, "--usage", "nat_gib=100")
    assert "nat_gateway/stack" in done.stdout
    for text, words in (("nat_gb=1", "did you mean 'nat_gib'"), ("nat_gib=much", "with a number")):
        done = wharfage("price", app, *HERE, "--usage", text)
        assert done.returncode == 2
        assert words in done.stderr


def test_a_limit_does_not_pass_over_rows_without_a_price(
    wharfage: Run, app: Path, folder: Path
) -> None:
    """A side without a price is exit 1, and the message says that the limit does not see it."""
    place = folder / "huge"
    place.mkdir()
    (place / "app.yaml").write_text(APP.replace("cpu: 250m", "cpu: 250"), encoding="utf-8")
    done = wharfage("diff", app, place, *HERE, "--fail-over", "5%")
    assert done.returncode == 1
    assert "so that 5% says nothing of them" in done.stderr

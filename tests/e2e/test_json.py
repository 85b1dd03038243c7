"""``--json``: one document on standard output, of the same shape whatever the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from wharfage import cli_refresh
from wharfage.feeds.observation import Reading
from wharfage.rates.book import bundled_folder

Command = Callable[..., CompletedProcess[str]]

ON = ("--on", "2026-10-01")
SIZE = ("--region", "us-east-1", "--vcpu", "1", "--memory-gib", "2")
HERE = ("--service", "aws.fargate_eks", "--region", "us-east-1", *ON)
DOCUMENT = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web}]}}\n"
FLEET = (
    "workload,service,region,vcpu,memory_gib\n"
    "web,aws.fargate,us-east-1,1,2\nlost,aws.fargate,nowhere-1,1,2\n"
)
GRID = "{service: aws.fargate, axes: {region: [us-east-1, nowhere-1], vcpu: [1], memory_gib: [2]}}"
FIRST = ["what", "on", "month", "rate_book", "assumptions"]

#: what is printed, its own keys, and the command that prints it
CASES: list[tuple[str, set[str], tuple[str, ...]]] = [
    ("bill", {"workloads", "totals", "unpriced"}, ("price", "fleet.csv", *ON)),
    ("bill", {"lines"}, ("price", "fleet.csv", "--lines", *ON)),
    ("bill", {"parts", "notes", "missing_inputs", "range"}, ("price", "app.yaml", *HERE)),
    ("explanation", {"workload", "lines", "text"}, ("explain", "fleet.csv", "web", *ON)),
    ("comparison", {"scenarios", "totals"}, ("compare", "fleet.csv", "--services", "aws.fargate,gcp.cloud_run", *ON)),
    ("stack_comparison", {"totals", "parts", "left_out"}, ("compare", "app.yaml", "--region", "us-east-1", "--services", "aws.fargate", *ON)),
    ("node_plan", {"nodes", "pods", "unplaced", "gap"}, ("nodes", "fleet.csv", "--service", "aws.eks_nodes", "--region", "us-east-1", *ON)),
    ("grid", {"axes", "cells"}, ("grid", "grid.yaml")),
    ("break_even", {"intervals", "roots"}, ("breakeven", "aws.fargate", "gcp.cloud_run", "--between", "0:1e8", *SIZE, *ON)),
    ("ranges", {"workloads", "sensitivity"}, ("ranges", "fleet.csv", "--input", "replicas=1:2:3", "--draws", "20", *ON)),
    ("ranges", {"workloads", "sensitivity"}, ("ranges", "app.yaml", "--input", "replicas=1:2:3", "--draws", "20", *HERE)),
    ("marginal", {"steps"}, ("marginal", "fleet.csv", *ON)),
    ("marginal", {"steps"}, ("marginal", "app.yaml", *HERE)),
    ("cost_diff", {"rows", "totals"}, ("diff", "fleet.csv", "fleet.csv", *ON)),
    ("advice", {"steps", "platforms"}, ("advise", "--gpu", "yes", *ON)),
    ("rate_tables", {"tables"}, ("rates", "list", "--rates", "book")),
    ("rates", {"rates"}, ("rates", "show", "aws.fargate", "--rates", "book")),
    ("rate_check", {"tables"}, ("rates", "check", "book")),
    ("rate_lock", {"written"}, ("rates", "lock", "book")),
    ("rate_diff", {"rates", "impact"}, ("rates", "diff", "book@2026-07-01", "book@2026-10-01", "--impact", "fleet.csv")),
    ("rate_refresh", {"changes", "new_skus"}, ("rates", "refresh", "aws", "--rates", "book", "--dry-run", "--out", "refreshed")),
]  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a fleet, a document, a grid and a small rate book."""
    folder = tmp_path_factory.mktemp("json")
    for name, text in (("fleet.csv", FLEET), ("app.yaml", DOCUMENT), ("grid.yaml", GRID)):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "book" / "aws").mkdir(parents=True)
    for name in ("sources.yaml", "regions.yaml", "aws/fargate.yaml"):
        (folder / "book" / name).write_bytes((bundled_folder() / name).read_bytes())
    return folder


@pytest.mark.parametrize(("what", "keys", "arguments"), CASES, ids=[" ".join(case[2][:3]) for case in CASES])  # fmt: skip
def test_documents_have_one_shape(what: str, keys: set[str], arguments: tuple[str, ...], place: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """The first keys are the same everywhere, and no number is NaN or infinite."""
    # Nothing is read from a provider here: its list has nothing new.
    monkeypatch.setattr(cli_refresh, "_feed", lambda _: lambda *_, **__: Reading())
    done = command(*arguments, "--json", cwd=place)
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout, parse_constant=pytest.fail)
    assert list(found)[: len(FIRST)] == FIRST
    assert found["what"] == what
    assert found["rate_book"]
    assert keys <= set(found)


def test_a_grid_without_a_price_says_why(place: Path, command: Command) -> None:
    """A cell without a price is null and has its reason."""
    cells = json.loads(command("grid", "grid.yaml", "--json", cwd=place).stdout)["cells"]
    assert [cell["monthly_cost"] is None for cell in cells] == [False, True]
    assert [bool(cell["reason"]) for cell in cells] == [False, True]

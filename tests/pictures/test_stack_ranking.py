"""The ranking of platforms for documents: bars are totals, what is left out is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import wharfage as wf
from wharfage.api_stack_results import StackComparison
from wharfage.cli import app

Layers = Callable[..., list[tuple[str, list[dict[str, Any]], dict[str, Any]]]]

ON = "2026-10-01"
DOCUMENTS = Path(__file__).parents[1] / "documents"
AGENT = """
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: main, resources: {requests: {cpu: 100m, memory: 200Mi}}}]}
"""


@pytest.fixture(scope="module")
def compared() -> StackComparison:
    """Give a stack of which Fargate cannot run a part, and whose cluster is stated."""
    texts = [(DOCUMENTS / name).read_text("utf-8") for name in ("eks_nodes/cluster.yaml", "eks_deployment/web.yaml")]  # fmt: skip
    stack = wf.read_documents("\n---\n".join(texts) + AGENT)
    services = ["aws.eks_nodes", "aws.fargate_eks", "gcp.gke_standard", "aws.app_runner"]
    return wf.compare_stack(stack, services=services, on=ON)


def test_bars_are_the_totals_in_their_order(compared: StackComparison, layers_of: Layers) -> None:
    """Each bar adds up to the total of its platform; none stands for what has no price."""
    chart = wf.plot(compared)
    sums: dict[str, float] = defaultdict(float)
    layers = layers_of(chart, "bar")
    for row in layers[0][1]:
        sums[row["label"]] += row["monthly_cost"]
    totals = compared.totals
    priced = totals[totals["monthly_cost"].notna()]
    assert sorted(sums.values()) == pytest.approx(sorted(priced["monthly_cost"]))
    assert not any("app_runner" in label for label in sums)
    assert any(label.endswith("(stated nodes)") for label in sums)
    assert any(label.endswith("(planned nodes)") for label in sums)


def test_incomplete_answers_are_marked_and_named(compared: StackComparison) -> None:
    """EKS on Fargate runs no DaemonSet: a mark, how many run, and its name above the bars."""
    text = wf.plot(compared).to_json()
    assert "aws.fargate_eks@ap-northeast-2 *" in text
    assert "1 of 2 run" in text
    subtitle = " ".join(wf.plot(compared).title.subtitle)
    assert "* leaves something out: aws.fargate_eks@ap-northeast-2" in subtitle
    assert "No price: aws.app_runner" in subtitle or "Cannot run it: aws.app_runner" in subtitle


def test_bars_beyond_the_top_are_said(compared: StackComparison) -> None:
    """With one bar, the others and what they cost are counted."""
    subtitle = " ".join(wf.plot(compared, top=1).title.subtitle)
    assert "3 more platforms cost" in subtitle
    with pytest.raises(wf.WorkloadError, match="top is 0"):
        wf.plot(compared, top=0)


def test_the_command_draws_documents(tmp_path: Path) -> None:
    """``compare`` of documents takes --picture."""
    path = tmp_path / "stack.svg"
    folder = str(DOCUMENTS / "eks_nodes")
    asked = ["--services", "aws.eks_nodes,aws.fargate", "--on", ON, "--picture", f"ranking={path}"]
    done = CliRunner().invoke(app, ["compare", folder, *asked])
    assert done.exit_code == 0, done.output
    assert "stated nodes" in path.read_text(encoding="utf-8")

"""The decision guide: every path ends, every step has prices, documents answer what they can."""

from __future__ import annotations

import functools
import itertools

import pytest

import wharfage as wf
from wharfage.analysis.advice import read_decision_guide, walk
from wharfage.api_advice import Advice
from wharfage.services import find_service

ON = "2026-10-01"
CASES = {
    "simple_web_app": {},
    "microservices": {"microservices": True},
    "simplified_kubernetes": {"kubernetes": True},
    "full_control_kubernetes": {"kubernetes": True, "full_control": True},
    "ml_gpu": {"gpu": True},
    "batch_jobs": {"batch": True},
    "cost_sensitive_batch": {"batch": True, "cost_sensitive": True},
    "event_processing": {"event_driven": True},
}


@functools.cache
def advised(*yes: str) -> Advice:
    """Give the advice for some answers of yes, once."""
    return wf.advise(dict.fromkeys(yes, True), on=ON)


def test_every_path_ends_in_a_use_case() -> None:
    """All answers to all questions lead somewhere, and every use case is reached."""
    guide = read_decision_guide()
    names = [question.id for question in guide.questions]
    ends = {
        walk(guide, dict(zip(names, answers, strict=True)))[1].id
        for answers in itertools.product((True, False), repeat=len(names))
    }
    assert ends == {case.id for case in guide.use_cases} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_every_use_case_is_priced(name: str) -> None:
    """Each platform that the guide names has a price for the reference workload."""
    found = advised(*CASES[name])
    assert found.use_case.id == name
    assert found.platforms["monthly_cost"].gt(0).all(), found.platforms["reason"].tolist()


def test_both_answers_of_a_step_are_backed() -> None:
    """Each step shows the cheapest platform that either answer leaves in reach."""
    found = advised("batch")
    assert (
        found.backing["question"].tolist() == ["gpu"] * 2 + ["batch"] * 2 + ["cost_sensitive"] * 2
    )
    assert found.backing.loc[found.backing["is_taken"], "answer"].tolist() == ["no", "yes", "no"]
    assert found.backing["monthly_cost"].notna().all()


def test_steps_say_who_answered() -> None:
    """An answer that nobody gave is said to be taken."""
    steps = advised("kubernetes").steps
    said = {step.question.id: step.given_by for step in steps}
    assert said["kubernetes"] == "option"
    assert said["gpu"].startswith("taken")


def test_nodes_are_planned_for_the_workload() -> None:
    """Platforms of nodes cost what their plan does, with the machines it chose."""
    found = advised("kubernetes", "full_control")
    own = found.platforms.set_index("service")
    totals = found.comparison.totals.set_index("service")
    for name in ("aws.eks_nodes", "gcp.gke_standard", "aws.eks_auto_mode"):
        assert own.loc[name, "monthly_cost"] == totals.loc[name, "monthly_cost"]
        assert "(planned: " in own.loc[name, "why"]


def test_documents_answer() -> None:
    """A privileged DaemonSet is Kubernetes on nodes of one's own; options come first."""
    text = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec: {template: {spec: {hostNetwork: true, containers: [{name: a}]}}}
"""
    stack = wf.read_documents(text)
    found = wf.advise(stack=stack, on=ON)
    assert found.use_case.id == "full_control_kubernetes"
    assert found.workload == "your documents"
    assert (
        wf.advise({"full_control": False}, stack=stack, on=ON).use_case.id
        == "simplified_kubernetes"
    )


def test_what_is_not_priced_names_its_meter() -> None:
    """Service Connect and ECS Exec are named with what they bill."""
    said = " ".join(str(each) for each in advised("microservices").not_priced)
    assert "Service Connect beyond its sidecar" in said
    assert "zone_transfer_gib of aws.data_transfer" in said
    assert "ECS Exec sessions" in said
    assert "log_gib of aws.cloudwatch_logs" in said


def test_an_unknown_question_is_refused() -> None:
    """An answer to no question is named, with the nearest question."""
    with pytest.raises(wf.WorkloadError, match="no question 'kubernets'") as caught:
        wf.advise({"kubernets": True})
    assert "kubernetes" in str(caught.value)


def test_guide_names_services_that_exist() -> None:
    """Every platform of the guide is a service."""
    for case in read_decision_guide().use_cases:
        for each in case.platforms:
            assert find_service(each.service).id == each.service

"""Node selectors, affinity and tolerations as purchase option, architecture, class and type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from wharfage.inputs.manifests import read_stack

Read = Callable[..., dict[str, Any]]
CONTAINERS = [{"name": "app"}]

#: label, value, column, value of the column
LABELS = [
    ("cloud.google.com/gke-spot", "true", "purchase_option", "spot"),
    ("cloud.google.com/gke-provisioning", "spot", "purchase_option", "spot"),
    ("eks.amazonaws.com/capacityType", "SPOT", "purchase_option", "spot"),
    ("eks.amazonaws.com/capacityType", "ON_DEMAND", "purchase_option", "on_demand"),
    ("karpenter.sh/capacity-type", "spot", "purchase_option", "spot"),
    ("kubernetes.io/arch", "arm64", "cpu_architecture", "arm64"),
    ("beta.kubernetes.io/arch", "amd64", "cpu_architecture", "x86_64"),
    ("kubernetes.io/os", "windows", "operating_system", "windows"),
    ("cloud.google.com/compute-class", "Balanced", "compute_class", "balanced"),
    ("cloud.google.com/compute-class", "Scale-Out", "compute_class", "scale_out"),
    ("cloud.google.com/compute-class", "Performance", "compute_class", "performance"),
    ("cloud.google.com/compute-class", "Accelerator", "compute_class", "accelerator"),
    ("node.kubernetes.io/instance-type", "m7g.large", "instance_type", "m7g.large"),
    ("topology.kubernetes.io/region", "eu-west-1", "region", "eu-west-1"),
]


def affinity(*terms: dict[str, tuple[str, list[str]]]) -> dict[str, Any]:
    """Build a required node affinity of terms, each of labels with operator and values."""
    built = [
        {
            "matchExpressions": [
                {"key": key, "operator": operator, "values": values}
                for key, (operator, values) in term.items()
            ]
        }
        for term in terms
    ]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": built}}
    return {"nodeAffinity": required}


@pytest.mark.parametrize(("label", "value", "column", "expected"), LABELS)
def test_labels(row_of: Read, label: str, value: str, column: str, expected: str) -> None:
    """A node selector settles a column."""
    assert row_of({"containers": CONTAINERS, "nodeSelector": {label: value}})[column] == expected


@pytest.mark.parametrize(("label", "value", "column", "expected"), LABELS)
def test_required_affinity(
    row_of: Read, label: str, value: str, column: str, expected: str
) -> None:
    """A required affinity means what the selector of the same label means."""
    pod = {"containers": CONTAINERS, "affinity": affinity({label: ("In", [value])})}
    assert row_of(pod)[column] == expected


def test_built_in_spot_class(row_of: Read) -> None:
    """The class autopilot-spot settles class and purchase option."""
    pod = {
        "containers": CONTAINERS,
        "nodeSelector": {"cloud.google.com/compute-class": "autopilot-spot"},
    }
    row = row_of(pod)
    assert (row["compute_class"], row["purchase_option"]) == ("general_purpose", "spot")


def test_not_in(row_of: Read) -> None:
    """What is not on demand is Spot."""
    term = {"karpenter.sh/capacity-type": ("NotIn", ["on-demand"])}
    pod = {"containers": CONTAINERS, "affinity": affinity(term)}
    assert row_of(pod)["purchase_option"] == "spot"


def test_nothing_said_settles_nothing(row_of: Read) -> None:
    """Without a selector no column is filled."""
    columns = {"purchase_option", "cpu_architecture", "operating_system", "compute_class"}
    assert not columns & set(row_of({"containers": CONTAINERS}))


@pytest.mark.parametrize(
    "pod",
    [
        {
            "nodeSelector": {
                "cloud.google.com/gke-spot": "true",
                "karpenter.sh/capacity-type": "on-demand",
            }
        },
        {
            "nodeSelector": {"karpenter.sh/capacity-type": "spot"},
            "affinity": affinity({"karpenter.sh/capacity-type": ("In", ["on-demand"])}),
        },
        {"nodeSelector": {"kubernetes.io/arch": "arm64", "beta.kubernetes.io/arch": "amd64"}},
        {"nodeSelector": {"kubernetes.io/os": "linux"}, "os": {"name": "windows"}},
    ],
)
def test_contradictions(
    message_of: Callable[..., str], deployment: Read, pod: dict[str, Any]
) -> None:
    """A pod that no node fits is an error with file, line and path."""
    message = message_of(deployment({"containers": CONTAINERS, **pod}))
    assert message.startswith("<text>:")
    assert "spec.template.spec." in message
    assert any(words in message for words in ("no node", "its node's must be"))


#: what a pod says, and the code of the note on it
OPEN = [
    (
        {"affinity": affinity({"karpenter.sh/capacity-type": ("In", ["spot", "on-demand"])})},
        "open_placement",
    ),
    (
        {
            "tolerations": [
                {"key": "cloud.google.com/gke-spot", "operator": "Equal", "value": "true"}
            ]
        },
        "tolerates_spot",
    ),
    (
        {
            "affinity": {
                "nodeAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {
                            "weight": 1,
                            "preference": {
                                "matchExpressions": [
                                    {
                                        "key": "eks.amazonaws.com/capacityType",
                                        "operator": "In",
                                        "values": ["SPOT"],
                                    }
                                ]
                            },
                        }
                    ]
                }
            }
        },
        "prefers_spot",
    ),
    ({"nodeSelector": {"cloud.google.com/compute-class": "my-class"}}, "unknown_label_value"),
]


@pytest.mark.parametrize(("pod", "code"), OPEN, ids=[code for _, code in OPEN])
def test_what_is_left_open_is_noted(deployment: Read, pod: dict[str, Any], code: str) -> None:
    """A pod that may run on Spot, but need not, is not priced as Spot, and it is said."""
    stack = read_stack(yaml.safe_dump(deployment({"containers": CONTAINERS, **pod})))
    assert "purchase_option" not in stack.workloads[0]
    assert code in [note.code for note in stack.notes]


def test_either_term_of_an_affinity(row_of: Read) -> None:
    """Terms are alternatives: a label settles a column only where all of them agree."""
    arm, spot = ("In", ["arm64"]), ("In", ["spot"])
    pod = {
        "containers": CONTAINERS,
        "affinity": affinity(
            {"kubernetes.io/arch": arm, "karpenter.sh/capacity-type": spot},
            {"kubernetes.io/arch": arm},
        ),
    }
    row = row_of(pod)
    assert row["cpu_architecture"] == "arm64"
    assert "purchase_option" not in row


@pytest.mark.parametrize(("seconds", "noted"), [(25, False), (26, True)])
def test_long_grace_on_spot(deployment: Read, seconds: int, noted: bool) -> None:
    """Spot gives 25 seconds to end at the most; asking for more is noted."""
    pod = {
        "containers": CONTAINERS,
        "nodeSelector": {"cloud.google.com/gke-spot": "true"},
        "terminationGracePeriodSeconds": seconds,
    }
    codes = [note.code for note in read_stack(yaml.safe_dump(deployment(pod))).notes]
    assert ("grace_period_over_spot" in codes) is noted

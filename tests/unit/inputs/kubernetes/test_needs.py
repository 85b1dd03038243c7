"""What a platform must offer: privilege, the host's parts, volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from wharfage.inputs.manifests import read_stack


def secure(**context: Any) -> dict[str, Any]:
    """Build a pod with one container of a security context."""
    return {"containers": [{"name": "app", "securityContext": context}]}


def volume(**source: Any) -> dict[str, Any]:
    """Build a pod with one volume."""
    return {"containers": [{"name": "app"}], "volumes": [{"name": "v", **source}]}


PODS = {
    "privileged": secure(privileged=True),
    "added_capabilities": secure(capabilities={"add": ["NET_ADMIN"]}),
    "host_network": {**secure(), "hostNetwork": True},
    "host_pid": {**secure(), "hostPID": True},
    "host_ipc": {**secure(), "hostIPC": True},
    "host_path": volume(hostPath={"path": "/"}),
    "persistent_volume": volume(persistentVolumeClaim={"claimName": "data"}),
    "network_file_system": volume(nfs={"server": "x"}),
    "host_port": {"containers": [{"name": "a", "ports": [{"hostPort": 80, "containerPort": 80}]}]},
    "windows": {**secure(), "os": {"name": "windows"}},
}


@pytest.mark.parametrize("need", PODS)
def test_needs(deployment: Callable[..., Any], need: str) -> None:
    """A pod needs what its spec asks for, and nothing else."""
    assert read_stack(yaml.safe_dump(deployment(PODS[need]))).needs == {"web": {need}}


def test_init_containers_need_too(deployment: Callable[..., Any]) -> None:
    """A privileged init container makes the pod privileged."""
    pod = {"containers": [{"name": "a"}], "initContainers": PODS["privileged"]["containers"]}
    assert read_stack(yaml.safe_dump(deployment(pod))).needs == {"web": {"privileged"}}


def test_false_is_no_need(deployment: Callable[..., Any]) -> None:
    """A flag that is false asks for nothing."""
    pod = {**secure(privileged=False), "hostNetwork": False}
    assert read_stack(yaml.safe_dump(deployment(pod))).needs == {}


def test_devices_that_are_not_known_are_said(deployment: Callable[..., dict[str, Any]]) -> None:
    """A device of a plugin that is not known here is not priced, and is not lost."""
    limits = {"example.com/dongle": 3, "hugepages-2Mi": "4Mi", "nvidia.com/gpu": 1}
    pod = {"containers": [{"name": "a", "resources": {"limits": limits}}]}
    notes = read_stack(yaml.safe_dump(deployment(pod))).notes
    [text] = [note.text for note in notes if note.code == "device_not_priced"]
    assert "'example.com/dongle' is a device of the nodes" in text

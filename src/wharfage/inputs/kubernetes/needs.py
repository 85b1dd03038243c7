"""What a platform must offer to run a pod, beyond size: privilege, the host's parts, volumes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from wharfage.inputs.fields import Field

HOST_FLAGS = {"hostNetwork": "host_network", "hostPID": "host_pid", "hostIPC": "host_ipc"}
KIND_NEEDS = {"DaemonSet": "daemonset", "StatefulSet": "stateful_set"}
#: sources of a volume, and what each needs
VOLUME_NEEDS = {
    "hostPath": "host_path",
    "persistentVolumeClaim": "persistent_volume",
    "ephemeral": "persistent_volume",
    "awsElasticBlockStore": "persistent_volume",
    "gcePersistentDisk": "persistent_volume",
    "nfs": "network_file_system",
}


def containers_of(pod: Field) -> Iterator[Field]:
    """Containers and init containers of a pod."""
    return chain(pod["containers"].each(), pod["initContainers"].each())


def read_needs(kind: str, pod: Field) -> set[str]:
    """Words for what a pod needs: ``privileged``, ``host_network``, ``host_path`` and the like."""
    needs = {KIND_NEEDS[kind]} if kind in KIND_NEEDS else set()
    needs |= {need for name, need in HOST_FLAGS.items() if pod[name].flag()}
    for volume in pod["volumes"].each():
        needs |= {need for source, need in VOLUME_NEEDS.items() if volume[source]}
    for container in containers_of(pod):
        security = container["securityContext"]
        if security["privileged"].flag():
            needs.add("privileged")
        if any(True for _ in security.at("capabilities", "add").each()):
            needs.add("added_capabilities")
        if any(port["hostPort"].count() for port in container["ports"].each()):
            needs.add("host_port")
    return needs

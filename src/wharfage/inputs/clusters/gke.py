"""Google Kubernetes Engine clusters as gcloud and the API print them, as riders.

Read are ``gcloud container clusters describe`` and ``list``, ``node-pools list``, and the API's own
``{"cluster": ...}`` and ``{"clusters": [...]}``. A pool has `initialNodeCount` nodes in each of its
zones. Source: Google Kubernetes Engine API v1, Cluster, NodePool, NodeConfig (2026).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from wharfage.inputs.clusters.gke_nodes import Pool, read_pool
from wharfage.inputs.clusters.parts import Parts, once, roots_of
from wharfage.inputs.documents import Document
from wharfage.inputs.fields import Field
from wharfage.inputs.places import Problems, quoted
from wharfage.inputs.stack import Stack
from wharfage.units import Month

GKE, STANDARD, AUTOPILOT = "gcp.gke", "gcp.gke_standard", "gcp.gke_autopilot"
#: any of these, beside a name, is only found in a cluster of GKE
CLUSTER_KEYS = frozenset(
    {"nodePools", "currentMasterVersion", "initialNodeCount", "autopilot", "masterAuth"}
)
POOL_KEYS = frozenset({"config", "initialNodeCount"})
GONE = frozenset({"STOPPING", "ERROR"})
_ZONE = re.compile(r"([a-z]+(?:-[a-z]+)+\d+)-[a-z]", re.ASCII)
_LINK = re.compile(r"/(?:zones|locations|regions)/([^/]+)/clusters/([^/]+)/")


def is_gke_output(data: dict[str, Any]) -> bool:
    """Whether a mapping is a cluster or a node pool of GKE, or holds clusters of it."""
    if _is_cluster(data) or _is_pool(data):
        return True
    several = data.get("clusters")
    inside = several if isinstance(several, list) else [data.get("cluster")]
    return any(_is_cluster(each) for each in inside)


def _is_cluster(data: Any) -> bool:  # noqa: ANN401  a document holds anything
    return isinstance(data, dict) and "name" in data and bool(set(data) & CLUSTER_KEYS)


def _is_pool(data: dict[str, Any]) -> bool:
    return set(data) >= POOL_KEYS and "selfLink" in data


def read_gke(documents: Iterable[Document], month: Month | None = None) -> Stack:
    """Stack of clusters of GKE: riders only, none of the workloads that run there.

    Parameters
    ----------
    documents : iterable of Document
        Clusters and node pools as gcloud prints them.
    month : Month, optional
        Not used: nothing in these documents is scheduled.

    Raises
    ------
    DocumentError
        With every place that has the wrong type or contradicts another.

    Examples
    --------
    >>> from wharfage.inputs.documents import read_documents
    >>> text = '''{"name": "prod", "location": "us-central1-a", "nodePools": [{"name": "web",
    ... "initialNodeCount": 2, "config": {"machineType": "e2-medium", "diskSizeGb": 100}}]}'''
    >>> cluster, nodes = read_gke(read_documents(text)).riders
    >>> cluster["cluster_type"], nodes["region"], nodes["instance_type"], nodes["node_count"]
    ('zonal', 'us-central1', 'e2-medium', 2)
    """
    del month
    problems, parts = Problems(), Parts((STANDARD,), STANDARD)
    roots = roots_of(documents, problems)
    clusters = [each for root in roots for each in _clusters(root)]
    keys = [(_location(each), each["name"].name()) for each in clusters]
    for cluster in once(zip(keys, clusters, strict=True), parts):
        _cluster(cluster, parts)
    for root in roots:
        if _is_pool(root.value):
            _pool_alone(root, parts)
    problems.raise_if_any()
    return parts.stack()


def _clusters(root: Field) -> Iterator[Field]:
    if _is_pool(root.value):
        return
    if root["clusters"]:
        yield from root["clusters"].each()
    else:
        yield root if _is_cluster(root.value) else root["cluster"]


def _location(root: Field) -> str:
    return (root["location"] or root["zone"]).text()


def _cluster(root: Field, parts: Parts) -> None:
    name, location = root["name"].text("?"), _location(root)
    if root["status"].text() in GONE:
        return
    zone = _ZONE.fullmatch(location)
    region = zone[1] if zone else location
    is_autopilot = root["autopilot"]["enabled"].flag()
    kind = "autopilot" if is_autopilot else "zonal" if zone else "regional"
    if not region:
        parts.note(
            "region_unknown", f"cluster {quoted(name)} names no location; --region does", root
        )
    parts.add(
        root, "cluster", name, GKE, region, cluster_count=1, cluster_type=kind,
        platforms=(AUTOPILOT if is_autopilot else STANDARD,),
    )  # fmt: skip
    channel = root["releaseChannel"]["channel"]
    if channel.text() == "EXTENDED":
        text = "the extended channel costs more once a version leaves standard support: not counted"
        parts.note("extended_period_unknown", text, channel)
    if is_autopilot:
        text = "Autopilot bills pods, not machines: give their manifests too"
        parts.note("autopilot_pods", text, root["autopilot"])
        return
    _pools(root, name, region, parts)


def _pools(root: Field, name: str, region: str, parts: Parts) -> None:
    zones = [each.text() for each in root["locations"].each()] or [_location(root)]
    is_private = root["privateClusterConfig"]["enablePrivateNodes"].flag()
    is_private = is_private or root["networkConfig"]["defaultEnablePrivateNodes"].flag()
    pools = list(root["nodePools"].each())
    # A cluster that is to be made may describe its one pool itself.
    if not pools and (root["initialNodeCount"] or root["nodeConfig"]):
        total = _one_pool(root, name, region, zones, parts, is_private=is_private)
    else:
        total = sum(
            read_pool(Pool(each, name, region, zones, is_private=is_private), parts)
            for each in pools
        )
    now = root["currentNodeCount"].count()
    if now is not None and now != total:
        text = (
            f"cluster {quoted(name)} has {now:,} nodes now; its pools started with {total:,},"
            " which are priced"
        )
        parts.note("node_count_differs", text, root["currentNodeCount"])


def _one_pool(
    root: Field, name: str, region: str, zones: list[str], parts: Parts, *, is_private: bool
) -> int:
    data = {
        "name": "default-pool",
        "config": root["nodeConfig"].value,
        "initialNodeCount": root["initialNodeCount"].value,
    }
    whole = Field(root.document, root.problems, data, root.place)
    return read_pool(Pool(whole, name, region, zones, is_private=is_private), parts)


def _pool_alone(root: Field, parts: Parts) -> None:
    """Add a pool that stands without its cluster, whose name and place its link tells."""
    found = _LINK.search(root["selfLink"].text())
    location, name = (found[1], found[2]) if found else ("", "?")
    zone = _ZONE.fullmatch(location)
    region = zone[1] if zone else location
    parts.note("cluster_missing", f"cluster {quoted(name)} is not in the documents", root)
    read_pool(Pool(root, name, region, [location], is_private=False), parts)

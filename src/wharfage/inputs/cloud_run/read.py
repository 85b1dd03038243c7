"""Cloud Run documents as a stack: services, jobs and worker pools, of either version of the API."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from wharfage.inputs.cloud_run.instances import Template
from wharfage.inputs.cloud_run.jobs import read_job, read_worker_pool
from wharfage.inputs.cloud_run.services import Service, read_service, template_of
from wharfage.inputs.documents import Document
from wharfage.inputs.drafts import Draft, stack_of
from wharfage.inputs.fields import Field
from wharfage.inputs.places import Problems, quoted
from wharfage.inputs.stack import Note, Stack
from wharfage.units import Month

LOCATION = "cloud.googleapis.com/location"
SERVICE_OF = "serving.knative.dev/service"
#: kinds of version 1 that belong to a service or a job, or are free
FREE = frozenset({"Configuration", "Route", "DomainMapping", "Execution", "Task"})
#: kinds of version 1 and what version 2 calls them in the name of a resource
COLLECTIONS = {"services": "Service", "jobs": "Job", "workerPools": "WorkerPool"}
SERVICES = {"Job": "gcp.cloud_run_jobs", "WorkerPool": "gcp.cloud_run_worker_pools"}
_NAME = re.compile(r"projects/[^/]+/locations/([^/]+)/(\w+)/([^/]+)")
_REGION = re.compile(r"[a-z]+(?:-[a-z]+)+\d+", re.ASCII)


def is_api_resource(data: Mapping[str, Any]) -> bool:
    """Whether a mapping is a service, job or worker pool as version 2 of the API has it."""
    template = data.get("template")
    if not isinstance(template, dict):
        return False
    inner = template.get("template")
    is_job = isinstance(inner, dict) and isinstance(inner.get("containers"), list)
    return is_job or isinstance(template.get("containers"), list)


def read_cloud_run(documents: Iterable[Document], month: Month | None = None) -> Stack:
    r"""Stack of Cloud Run documents; sizes that they leave out stay empty.

    Parameters
    ----------
    documents : iterable of Document
        ``serving.knative.dev/v1`` Service and Revision, ``run.googleapis.com/v1`` Job and
        WorkerPool, or resources of version 2 of the API.
    month : Month, optional
        Not used: nothing in these documents is scheduled.

    Raises
    ------
    DocumentError
        With every place that has the wrong type or contradicts another.

    Examples
    --------
    >>> from wharfage.inputs.documents import read_documents
    >>> text = '''
    ... apiVersion: serving.knative.dev/v1
    ... kind: Service
    ... metadata: {name: web, labels: {cloud.googleapis.com/location: europe-west1}}
    ... spec:
    ...   template:
    ...     spec: {containers: [{resources: {limits: {cpu: 1000m, memory: 512Mi}}}]}
    ... '''
    >>> [row] = read_cloud_run(read_documents(text)).workloads
    >>> row["service"], row["region"], row["vcpu"], row["memory_gib"]
    ('gcp.cloud_run', 'europe-west1', 1.0, 0.5)
    """
    del month
    problems = Problems()
    notes: list[Note] = []
    found: dict[tuple[str, str, str], Field] = {}
    revisions: dict[str, dict[str, Template]] = {}
    unknown: Counter[str] = Counter()
    first: dict[str, Document] = {}
    for document in documents:
        root = Field(document, problems, document.data)
        kind, region, name = _identity(root)
        if region and not _REGION.fullmatch(region):
            text = f"{quoted(region)} is no region, and is left for --region to fill"
            notes.append(Note("region_unknown", text, root.where))
            region = ""
        if kind == "Revision":
            owner = root.at("metadata", "labels")[SERVICE_OF].text()
            template = Template(root.at("metadata", "annotations"), root["spec"], is_v2=False)
            revisions.setdefault(owner, {})[name] = template
        elif kind in COLLECTIONS.values():
            _add(found, (kind, region, name), root, notes)
        elif kind not in FREE:
            unknown[kind] += 1
            first.setdefault(kind, document)
    drafts = []
    for (kind, region, name), root in found.items():
        if kind == "Service":
            service = Service(root, name, region, is_v2="apiVersion" not in root.mapping())
            drafts += read_service(service, revisions.get(name, {}))
        else:
            drafts.append(_other(kind, region, name, root))
    for kind, count in unknown.items():
        text = f"kind {quoted(kind)} of Cloud Run is not known and not priced: {count:,} of them"
        notes.append(Note("unknown_kind", text, first[kind].where()))
    problems.raise_if_any()
    return stack_of(drafts, notes)


def _identity(root: Field) -> tuple[str, str, str]:
    """Kind, region and name; the region is empty where the document does not say it."""
    if "apiVersion" in root.mapping():
        kind, metadata = root["kind"].text(), root["metadata"]
        name = metadata["name"].name()
        if not name and kind in COLLECTIONS.values():
            metadata["name"].wrong(f"a {kind} needs a name")
        return kind, metadata["labels"][LOCATION].text(), name
    name = root["name"].name()
    parts = _NAME.fullmatch(name)
    if parts and parts[2] in COLLECTIONS:
        return COLLECTIONS[parts[2]], parts[1], parts[3]
    kind = "Job" if root["template"]["template"] else "Service"
    if not name:
        root["name"].wrong(f"a {kind} needs a name")
    return kind, "", name.rpartition("/")[2]


def _add(
    found: dict[tuple[str, str, str], Field],
    key: tuple[str, str, str],
    root: Field,
    notes: list[Note],
) -> None:
    """Add a resource; the same one again is noted, a different one of its name is a problem."""
    before = found.setdefault(key, root)
    if before is root or not key[2]:
        return
    text = f"{key[0]} {quoted(key[2])} stands at {before.where} too"
    if before.value == root.value:
        notes.append(Note("repeated_object", f"{text}; counted once", root.where))
    else:
        root.wrong(f"{text}, and differs")


def _other(kind: str, region: str, name: str, root: Field) -> Draft:
    """Workload of a job or a worker pool."""
    draft = Draft(name, f"{region or '?'}/{kind}/{name}")
    draft.columns = {"service": SERVICES[kind], "kind": kind}
    if region:
        draft.columns["region"] = region
    draft.columns["manifest_file"] = root.document.file
    is_v2 = "apiVersion" not in root.mapping()
    if kind == "Job":
        execution = root["template"] if is_v2 else root.at("spec", "template", "spec")
        inner = execution["template"]
        settings = inner if is_v2 else root.at("spec", "template", "metadata", "annotations")
        spec = inner if is_v2 else inner["spec"]
        read_job(draft, execution, Template(settings, spec, is_v2=is_v2))
    elif is_v2:
        read_worker_pool(draft, root, Template(root["template"], root["template"], is_v2=True))
    else:
        read_worker_pool(draft, root, template_of(root.at("spec", "template")))
    return draft

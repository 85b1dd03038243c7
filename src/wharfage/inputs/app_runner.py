"""App Runner services, as the AWS command line takes and prints them, as a stack.

An instance without a configuration has 1 vCPU and 2 GB, and one instance is provisioned. Images
of a public registry are not deployed by themselves, everything else is unless it is switched
off. Source: AWS App Runner API reference, CreateService, InstanceConfiguration, SourceConfiguration
and CreateAutoScalingConfiguration (2026).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from wharfage.inputs.arns import name_in, region_of
from wharfage.inputs.documents import Document
from wharfage.inputs.drafts import Draft, missing_traffic, stack_of
from wharfage.inputs.ecs.sizes import read_memory_gib, read_vcpu
from wharfage.inputs.fields import Field
from wharfage.inputs.places import Problems, quoted
from wharfage.inputs.stack import Note, Stack
from wharfage.units import Month

DEFAULT_VCPU, DEFAULT_MEMORY_GIB = Decimal(1), Decimal(2)
PUBLIC, PRIVATE = "ECR_PUBLIC", "ECR"
GONE = frozenset({"DELETED", "CREATE_FAILED"})
CLOSED = "closed_to_new_customers"


@dataclass(frozen=True)
class Scaling:
    """An autoscaling configuration; what it does not say is None."""

    low: int | None
    high: int | None
    concurrency: int | None


def read_app_runner(documents: Iterable[Document], month: Month | None = None) -> Stack:
    """Stack of App Runner documents.

    Parameters
    ----------
    documents : iterable of Document
        Input of create-service, output of describe-service, autoscaling configurations.
    month : Month, optional
        Not used: nothing in these documents is scheduled.

    Raises
    ------
    DocumentError
        With every place that has the wrong type or contradicts another.

    Examples
    --------
    >>> from wharfage.inputs.documents import read_documents
    >>> text = '''{"ServiceName": "web", "InstanceConfiguration": {"Cpu": "1024", "Memory": "2 GB"},
    ... "SourceConfiguration": {"ImageRepository": {"ImageIdentifier": "web:1",
    ... "ImageRepositoryType": "ECR", "ImageConfiguration": {"Port": "8080"}}}}'''
    >>> [row] = read_app_runner(read_documents(text)).workloads
    >>> row["service"], row["vcpu"], row["memory_gib"], row["automatic_deployment"]
    ('aws.app_runner', 1.0, 2.0, True)
    """
    del month
    problems = Problems()
    services: dict[tuple[str, str], Field] = {}
    scalings: dict[str, Scaling] = {}
    notes: list[Note] = []
    for document in documents:
        root = Field(document, problems, document.data)
        scaling = root["AutoScalingConfiguration"] or root
        if "AutoScalingConfigurationName" in scaling.mapping():
            scalings[scaling["AutoScalingConfigurationName"].text()] = _scaling(scaling)
            continue
        service = root["Service"] or root
        name = service["ServiceName"].name()
        if not name:
            service["ServiceName"].wrong("a service needs a ServiceName")
        before = services.setdefault((_region(service), name), service)
        if before is not service and before.value != service.value:
            service.wrong(f"service {quoted(name)} stands at {before.where} too, and differs")
    drafts = [
        _service(service, name, region, scalings)
        for (region, name), service in services.items()
        if service["Status"].text() not in GONE
    ]
    problems.raise_if_any()
    return stack_of(drafts, notes)


def _region(service: Field) -> str:
    return region_of([service["ServiceArn"], service["AutoScalingConfigurationArn"]])


def _scaling(root: Field) -> Scaling:
    low, high = root["MinSize"].count(), root["MaxSize"].count()
    if low is not None and high is not None and high < low:
        root["MaxSize"].wrong(f"{high} is below MinSize, {low}")
    return Scaling(low, high, root["MaxConcurrency"].count())


def _service(service: Field, name: str, region: str, scalings: dict[str, Scaling]) -> Draft:
    draft = Draft(name, f"{region or '?'}/{name}")
    draft.columns = {"service": "aws.app_runner", "kind": "Service"}
    if region:
        draft.columns["region"] = region
    draft.columns["manifest_file"] = service.document.file
    _size(draft, service)
    _source(draft, service["SourceConfiguration"])
    _scale(draft, service, scalings)
    if service["Status"].text() == "PAUSED":
        draft.columns |= {"replicas": 0, "min_instances": 0}
        draft.note("suspended", "paused: priced as no instances", service["Status"])
    else:
        missing_traffic(draft, service)
    text = (
        "new customers cannot use App Runner since 2026-04-30; AWS names ECS Express Mode instead"
    )
    draft.note(CLOSED, text, service)
    return draft


def _size(draft: Draft, service: Field) -> None:
    instance = service["InstanceConfiguration"]
    vcpu, memory = read_vcpu(instance["Cpu"]), read_memory_gib(instance["Memory"])
    if vcpu is None or memory is None:
        text = f"App Runner's default of {DEFAULT_VCPU} vCPU and {DEFAULT_MEMORY_GIB} GB fills in"
        draft.note("default_request", text, service)
    draft.columns["vcpu"] = float(DEFAULT_VCPU if vcpu is None else vcpu)
    draft.columns["memory_gib"] = float(DEFAULT_MEMORY_GIB if memory is None else memory)


def _source(draft: Draft, source: Field) -> None:
    """Whether a new image or commit is deployed by itself, which has a price of its own."""
    image, code = source["ImageRepository"], source["CodeRepository"]
    if image and code:
        source.wrong("a service has an image or code, not both")
    if not (image or code):
        source.wrong("a service needs an ImageRepository or a CodeRepository")
    registry = image["ImageRepositoryType"].text(PRIVATE)
    if registry not in (PUBLIC, PRIVATE):
        image["ImageRepositoryType"].wrong(f"{quoted(registry)} is neither {PRIVATE} nor {PUBLIC}")
    stated = source["AutoDeploymentsEnabled"]
    is_automatic = stated.flag() if stated else registry != PUBLIC
    if is_automatic and registry == PUBLIC and image:
        stated.wrong(f"images of {PUBLIC} are not deployed by themselves")
    draft.columns["automatic_deployment"] = is_automatic
    if code:
        text = "every deployment builds the code: build_minutes are not in the document"
        draft.note("build_minutes_unknown", text, code)


def _scale(draft: Draft, service: Field, scalings: dict[str, Scaling]) -> None:
    summary = service["AutoScalingConfigurationSummary"]
    arn = service["AutoScalingConfigurationArn"].text()
    # arn:...:autoscalingconfiguration/NAME/REVISION/ID
    parts = arn.rpartition(":")[2].split("/")
    named = summary["AutoScalingConfigurationName"].text(
        parts[1] if len(parts) > 1 else name_in(arn)
    )
    scaling = scalings.get(named)
    if scaling is None:
        if named:
            text = f"autoscaling configuration {quoted(named)} is not in the documents; 1 instance is provisioned"
            draft.note("autoscaling_missing", text, service)
        return
    draft.columns["min_instances"] = draft.columns["replicas"] = scaling.low or 1
    if scaling.concurrency:
        draft.columns["at_once_limit"] = scaling.concurrency
    if scaling.high:
        low = scaling.low or 1
        draft.ranges.append({"column": "replicas", "low": low, "high": max(low, scaling.high)})

"""Cloud Run services: one workload, or one for each revision whose own template is known.

A minimum of the revision holds for every revision that traffic or a tag names, at 0 % too; a
minimum of the service is shared out between them by their traffic. Source: Google Cloud, "Set
minimum instances" (2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wharfage.inputs.cloud_run.instances import RUN, Template, read_instances, whole
from wharfage.inputs.drafts import Draft, missing_traffic
from wharfage.inputs.fields import Field
from wharfage.inputs.places import quoted

#: traffic is given in whole percent
ALL = 100


@dataclass(frozen=True)
class Service:
    """A service in one form for both versions of the API."""

    root: Field
    name: str
    region: str
    is_v2: bool

    @property
    def template(self) -> Template:
        """Template of its newest revision."""
        if self.is_v2:
            return Template(self.root["template"], self.root["template"], is_v2=True)
        return template_of(self.root.at("spec", "template"))

    def traffic(self) -> Field:
        """Traffic targets."""
        return self.root["traffic"] if self.is_v2 else self.root.at("spec", "traffic")

    def setting(self, annotation: str, name: str) -> Field:
        """Scaling of the service as a whole."""
        if self.is_v2:
            return self.root.at("scaling", name)
        return self.root.at("metadata", "annotations")[f"{RUN}/{annotation}"]


@dataclass
class Part:
    """Revisions of a service that share one template: their traffic, and how many they are."""

    template: Template
    revision: str = ""
    percent: int = 0
    count: int = 0


def template_of(field: Field) -> Template:
    """Template of version 1: metadata with annotations, and a spec."""
    return Template(field.at("metadata", "annotations"), field["spec"], is_v2=False)


def read_service(service: Service, revisions: Mapping[str, Template]) -> list[Draft]:
    """Workloads of a service.

    Parameters
    ----------
    service : Service
        In one form for both versions of the API.
    revisions : mapping of str to Template
        Revisions of the documents by name; others are taken to be like the newest one.
    """
    parts = _parts(service, revisions)
    drafts = []
    for part in parts:
        suffix = f"/{part.revision}" if part.revision else ""
        name = f"{service.name}{suffix}"
        draft = Draft(name, f"{service.region or '?'}/{name}")
        draft.columns = {"service": "gcp.cloud_run", "kind": "Service"}
        if service.region:
            draft.columns["region"] = service.region
        draft.columns["manifest_file"] = service.root.document.file
        draft.columns["traffic_share"] = part.percent / ALL
        read_instances(draft, part.template)
        _requests(draft, part.template)
        _scaling(draft, part, service)
        if part.percent:
            missing_traffic(draft, part.template.spec)
        drafts.append(draft)
    if parts[0].count > 1 and not parts[0].revision:
        text = f"traffic or tags name {parts[0].count} revisions; all are taken to be like the newest one"
        drafts[0].note("revisions_assumed", text, service.traffic())
    return drafts


def _parts(service: Service, revisions: Mapping[str, Template]) -> list[Part]:
    """Revisions that traffic or a tag names: the newest one first, with those not known."""
    newest = Part(service.template)
    known: dict[str, Part] = {}
    names: set[str] = set()
    targets = list(service.traffic().each())
    for target in targets:
        percent = target["percent"].count() or 0
        name = (target["revisionName"] or target["revision"]).text().rpartition("/")[2]
        part = newest
        if name in revisions:
            part = known.setdefault(name, Part(revisions[name], name))
        part.percent += percent
        # One revision may stand in several targets: with traffic, and once for every tag.
        if name not in names:
            names.add(name)
            part.count += 1
    if not targets:
        newest.percent, newest.count = ALL, 1
    total = newest.percent + sum(part.percent for part in known.values())
    if total != ALL:
        service.traffic().wrong(f"the percentages add up to {total}, not {ALL}")
    return [part for part in (newest, *known.values()) if part.count] or [newest]


def _requests(draft: Draft, template: Template) -> None:
    """Columns that matter once there is traffic: billing, concurrency, timeout."""
    if template.throttling() is False or draft.columns.get("gpu_count"):
        draft.columns["billing_mode"] = "instance"
    name = "maxInstanceRequestConcurrency" if template.is_v2 else "containerConcurrency"
    concurrency = template.spec[name].count()
    if concurrency:
        draft.columns["at_once_limit"] = concurrency
    seconds = _timeout(template)
    if seconds:
        draft.columns["timeout_seconds"] = seconds


def _timeout(template: Template) -> int | None:
    if not template.is_v2:
        return template.spec["timeoutSeconds"].count()
    text = template.spec["timeout"].text()
    digits = text.removesuffix("s").partition(".")[0]
    if text and not (text.endswith("s") and digits.isascii() and digits.isdecimal()):
        template.spec["timeout"].wrong(f"{quoted(text)} is no duration such as '300s'")
        return None
    return int(digits[:9]) if text else None


def _scaling(draft: Draft, part: Part, service: Service) -> None:
    """Instances kept warm, and the range between them and the most there may be."""
    manual = whole(service.setting("manualInstanceCount", "manualInstanceCount"))
    mode = service.setting("scalingMode", "scalingMode").text()
    if mode.lower() == "manual" and manual is not None:
        count = -(-manual * part.percent // ALL)
        draft.columns |= {"replicas": count, "min_instances": count, "billing_mode": "instance"}
        draft.ranges.append({"column": "replicas", "low": count, "high": count})
        return
    of_service = whole(service.setting("minScale", "minInstanceCount")) or 0
    of_revision = part.template.minimum() * part.count
    # Shares of a service's minimum are rounded up: Google does not say how it rounds.
    low = max(of_revision, -(-of_service * part.percent // ALL))
    highest = service.setting("maxScale", "maxInstanceCount")
    limits = [whole(each) for each in (part.template.maximum(), highest)]
    if part.template.minimum() > (limits[0] or part.template.minimum()):
        part.template.maximum().wrong(
            f"{limits[0]} is below the minimum, {part.template.minimum()}"
        )
    if of_service > (limits[1] or of_service):
        highest.wrong(f"{limits[1]} is below the minimum, {of_service}")
    if low:
        draft.columns |= {"min_instances": low, "replicas": low}
    of_parts = [limits[0] * part.count if limits[0] else None, limits[1]]
    stated = [limit for limit in of_parts if limit]
    if stated:
        high = max(min(stated), low)
        draft.ranges.append({"column": "replicas", "low": low, "high": high})

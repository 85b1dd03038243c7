"""Instances of Cloud Run: size, accelerator, billing and limits, in the words of either API.

Version 1 keeps settings in annotations, version 2 in fields. Both are put into one form here.
Sources: Google Cloud, "Cloud Run YAML reference" (v1), "projects.locations.services" of the Cloud
Run Admin API v2, "Configure CPU limits", "GPU support" (2026).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from wharfage.inputs.drafts import Draft
from wharfage.inputs.fields import LARGEST_COUNT, Field
from wharfage.inputs.places import quoted
from wharfage.inputs.quantities import gib

GPU = "nvidia.com/gpu"
RUN = "run.googleapis.com"
MIN_SCALE = "autoscaling.knative.dev/minScale"
MAX_SCALE = "autoscaling.knative.dev/maxScale"
THROTTLING = f"{RUN}/cpu-throttling"
ACCELERATOR = f"{RUN}/accelerator"
NO_ZONAL_REDUNDANCY = f"{RUN}/gpu-zonal-redundancy-disabled"
BOOST = f"{RUN}/startup-cpu-boost"
CONNECTOR = f"{RUN}/vpc-access-connector"


@dataclass(frozen=True)
class Template:
    """A revision's template, or a task's, in one form for both versions of the API.

    `settings` holds annotations (v1) or is the template itself (v2); `spec` holds containers.
    """

    settings: Field
    spec: Field
    is_v2: bool

    def minimum(self) -> int:
        """Instances that the revision keeps warm."""
        field = (
            self.spec.at("scaling", "minInstanceCount") if self.is_v2 else self.settings[MIN_SCALE]
        )
        return whole(field) or 0

    def maximum(self) -> Field:
        """Most instances that the revision may have."""
        return (
            self.spec.at("scaling", "maxInstanceCount") if self.is_v2 else self.settings[MAX_SCALE]
        )

    def throttling(self) -> bool | None:
        """Whether CPU is only given while requests are served; None where it is not said.

        In version 2, whoever sets resources without `cpuIdle` has switched it off.
        """
        if not self.is_v2:
            return truth(self.settings[THROTTLING])
        resources = [container["resources"] for container in self.spec["containers"].each()]
        stated = [each["cpuIdle"].flag() for each in resources if each.mapping()]
        return any(stated) if stated else None

    def boost(self) -> bool:
        """Whether an instance gets more CPU while it starts."""
        if not self.is_v2:
            return bool(truth(self.settings[BOOST]))
        containers = self.spec["containers"].each()
        return any(each.at("resources", "startupCpuBoost").flag() for each in containers)

    def accelerator(self) -> Field:
        """Type of its accelerator."""
        name = "accelerator" if self.is_v2 else ACCELERATOR
        return self.spec["nodeSelector"][name]

    def is_zonal_redundancy_off(self) -> bool:
        """Whether an accelerator comes without a reserve in another zone, which is cheaper."""
        if self.is_v2:
            return self.spec["gpuZonalRedundancyDisabled"].flag()
        return bool(truth(self.settings[NO_ZONAL_REDUNDANCY]))

    def connector(self) -> Field:
        """Connector to a network, which runs on machines of its own."""
        return self.spec.at("vpcAccess", "connector") if self.is_v2 else self.settings[CONNECTOR]


def whole(field: Field) -> int | None:
    """Count that is a number, or text of one as annotations have it; None where absent."""
    value = field.value
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 10:  # noqa: PLR2004
        number = int(value)
        if number <= LARGEST_COUNT:
            return number
    return field.count()


def truth(field: Field) -> bool | None:
    """Flag that is text, as annotations have it; None where absent."""
    if isinstance(field.value, str) and field.value.lower() in ("true", "false"):
        return field.value.lower() == "true"
    return field.flag() if field else None


def read_instances(draft: Draft, template: Template) -> None:
    """Add size, accelerator and billing of a template's instances to a workload."""
    containers = list(template.spec["containers"].each())
    if not containers:
        template.spec["containers"].wrong("an instance needs at least one container")
        return
    to_number: dict[str, tuple[str, Callable[[Decimal], float]]] = {
        "cpu": ("vcpu", float),
        "memory": ("memory_gib", gib),
    }
    for resource, (column, convert) in to_number.items():
        limits = [each.at("resources", "limits", resource) for each in containers]
        known = [amount for each in limits if (amount := each.quantity()) is not None]
        if known:
            draft.columns[column] = convert(sum(known, Decimal(0)))
        if len(known) < len(containers):
            _no_limit(draft, template, resource, len(containers) - len(known), has_any=bool(known))
    _accelerator(draft, template, containers)
    if template.boost():
        text = "more CPU while an instance starts is billed, and not counted: starts are not known"
        draft.note("startup_boost_not_counted", text, template.settings)
    if template.connector():
        text = "the machines of the network connector are billed apart, and not priced"
        draft.note("connector_not_priced", text, template.connector())


def _no_limit(
    draft: Draft, template: Template, resource: str, count: int, *, has_any: bool
) -> None:
    rest = "counted as none here" if has_any else "Cloud Run's default applies"
    text = f"{count} container(s) set no {resource} limit; {rest}"
    draft.note("no_request", text, template.spec["containers"])


def _accelerator(draft: Draft, template: Template, containers: list[Field]) -> None:
    limits = [each.at("resources", "limits")[GPU] for each in containers]
    count = sum((each.quantity() or Decimal(0) for each in limits), Decimal(0))
    kind = template.accelerator()
    if count != int(count):
        template.spec["containers"].wrong(f"{count.normalize():f} GPUs are no whole number")
        return
    if not count:
        if kind:
            kind.wrong(f"{quoted(kind.value)} is named, but no container has a limit {GPU}")
        return
    draft.columns["gpu_count"] = int(count)
    draft.needs.add("gpu")
    if kind:
        draft.columns["gpu_type"] = kind.text()
    else:
        template.spec.wrong(f"{int(count)} GPU(s) of no type: a node selector names it")
    draft.columns["gpu_zonal_redundancy"] = not template.is_zonal_redundancy_off()
    if template.throttling():
        template.settings.wrong("a GPU needs CPU that is always allocated, not throttled")

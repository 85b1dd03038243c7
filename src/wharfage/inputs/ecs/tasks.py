"""Task definitions: the size of a task, its platform, what it needs and what it mounts.

A task's own `cpu` and `memory` are its size. Without them, which only tasks on machines of one's
own may do, its containers' parts add up. Source: Amazon ECS API reference, RegisterTaskDefinition
and ContainerDefinition (2026).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from wharfage.inputs.arns import region_of
from wharfage.inputs.ecs.sizes import read_memory_gib, read_vcpu
from wharfage.inputs.fields import Field
from wharfage.inputs.places import quoted
from wharfage.inputs.stack import Note, Row
from wharfage.units import CPU_UNITS_PER_VCPU, MIB_PER_GIB

ARCHITECTURES = {"X86_64": "x86_64", "ARM64": "arm64"}
COMPATIBILITIES = ("EC2", "EXTERNAL", "FARGATE", "MANAGED_INSTANCES")
HOST_MODES = {
    "networkMode": "host_network",
    "pidMode": "host_pid",
    "ipcMode": "host_ipc",
}
FILE_SYSTEMS = {
    "efsVolumeConfiguration": "EFS",
    "fsxWindowsFileServerVolumeConfiguration": "FSx",
    "s3filesVolumeConfiguration": "S3 Files",
}


@dataclass
class Task:
    """A task definition as columns of a fleet; its notes name no workload yet."""

    root: Field
    family: str
    revision: int | None
    requires: frozenset[str] = frozenset()
    columns: Row = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)

    @property
    def region(self) -> str:
        """Region where its ARN has one."""
        return region_of([self.root["taskDefinitionArn"]])

    @property
    def name(self) -> str:
        """Family, with the revision where there is one."""
        return self.family if self.revision is None else f"{self.family}:{self.revision}"

    def note(self, code: str, text: str, where: Field) -> None:
        """Add a note about a place."""
        self.notes.append(Note(code, text, where.where))


def read_task(root: Field) -> Task:
    """Task of a task definition; what contradicts itself in it is noted as a problem."""
    family, _, revision = _names(root)
    if not family:
        root["family"].wrong("a task definition needs a family")
    task = Task(root, family, int(revision) if revision else None)
    task.requires = frozenset(_compatibilities(root))
    if not any(True for _ in root["containerDefinitions"].each()):
        root["containerDefinitions"].wrong("a task needs at least one container")
        return task
    _sizes(task)
    _platform(task)
    _accelerators(task)
    _host_parts(task)
    _volumes(task)
    if "FARGATE" in task.requires:
        check_fargate(task)
    return task


def check_fargate(task: Task) -> None:
    """Note as problems what Fargate refuses to register."""
    root = task.root
    for name in ("cpu", "memory"):
        if not root[name]:
            root[name].wrong(f"a task on Fargate needs its own {name}")
    mode = root["networkMode"].text("awsvpc")
    if mode != "awsvpc":
        root["networkMode"].wrong(f"{quoted(mode)}: a task on Fargate needs 'awsvpc'")
    for container in root["containerDefinitions"].each():
        for requirement in container["resourceRequirements"].each():
            if requirement["type"].text() == "GPU":
                requirement.wrong("Fargate has no GPU")


def _names(root: Field) -> tuple[str, str, str]:
    """Family, colon and revision, from the fields or from the ARN."""
    named = root["taskDefinitionArn"].text().rpartition("/")[2].partition(":")
    revision = root["revision"].count()
    stated = str(revision) if revision is not None else ""
    known = named[2] if named[2].isascii() and named[2].isdecimal() and len(named[2]) < 10 else ""  # noqa: PLR2004
    return root["family"].name(named[0]), ":", stated or known


def _compatibilities(root: Field) -> set[str]:
    """Launch types that a task is made for: those it asks for, else those it was found fit for."""
    found = set()
    stated = root["requiresCompatibilities"]
    for each in (stated if stated.value else root["compatibilities"]).each():
        if each.text() in COMPATIBILITIES:
            found.add(each.text())
        else:
            each.wrong(f"{quoted(each.value)} is none of {', '.join(COMPATIBILITIES)}")
    return found


def _sizes(task: Task) -> None:
    containers = list(task.root["containerDefinitions"].each())
    cpu = _sum_of(containers, ("cpu",))
    memory = _sum_of(containers, ("memoryReservation", "memory"))
    _contained_memory(containers)
    vcpu, gib = read_vcpu(task.root["cpu"]), read_memory_gib(task.root["memory"])
    if vcpu is not None and cpu is not None and cpu > vcpu * CPU_UNITS_PER_VCPU:
        text = (
            f"the containers' cpu adds up to {cpu:,} units, the task has {task.root['cpu'].value}"
        )
        task.root["cpu"].wrong(text)
    if gib is not None and memory is not None and memory > gib * MIB_PER_GIB:
        text = f"the containers' memory adds up to {memory:,} MiB, the task has {task.root['memory'].value}"
        task.root["memory"].wrong(text)
    if not task.root["cpu"] and cpu:
        vcpu = Decimal(cpu) / CPU_UNITS_PER_VCPU
    if not task.root["memory"] and memory:
        gib = Decimal(memory) / MIB_PER_GIB
    for name, size in (("vcpu", vcpu), ("memory_gib", gib)):
        if size is not None:
            task.columns[name] = float(size)
        else:
            task.note("no_request", f"neither task nor containers say {name}", task.root)
    storage = task.root.at("ephemeralStorage", "sizeInGiB").count()
    if storage is not None:
        task.columns["ephemeral_storage_gib"] = float(storage)


def _sum_of(containers: list[Field], names: tuple[str, ...]) -> int | None:
    """Sum over containers of the first of several fields that each has; None if none has any."""
    found = [
        next((count for name in names if (count := container[name].count()) is not None), None)
        for container in containers
    ]
    known = [count for count in found if count is not None]
    return sum(known) if known else None


def _contained_memory(containers: list[Field]) -> None:
    for container in containers:
        soft, hard = container["memoryReservation"].count(), container["memory"].count()
        if soft is not None and hard is not None and soft > hard:
            container["memoryReservation"].wrong(
                f"{soft:,} is above the container's memory, {hard:,}"
            )


def _platform(task: Task) -> None:
    platform = task.root["runtimePlatform"]
    architecture = platform["cpuArchitecture"].text("X86_64")
    if architecture not in ARCHITECTURES:
        platform["cpuArchitecture"].wrong(f"{quoted(architecture)} is neither X86_64 nor ARM64")
    elif platform["cpuArchitecture"]:
        task.columns["cpu_architecture"] = ARCHITECTURES[architecture]
    system = platform["operatingSystemFamily"].text("LINUX")
    is_windows = system.startswith("WINDOWS_")
    if not is_windows and system != "LINUX":
        platform["operatingSystemFamily"].wrong(
            f"{quoted(system)} is neither LINUX nor WINDOWS_..."
        )
    elif platform["operatingSystemFamily"]:
        task.columns["operating_system"] = "windows" if is_windows else "linux"
    if is_windows:
        task.needs.add("windows")
        if architecture == "ARM64":
            platform.wrong("Windows does not run on ARM64 tasks")


def _accelerators(task: Task) -> None:
    count = 0
    for container in task.root["containerDefinitions"].each():
        for requirement in container["resourceRequirements"].each():
            if requirement["type"].text() != "GPU":
                task.note(
                    "accelerator_not_priced", "an inference accelerator is not priced", requirement
                )
                continue
            value = requirement["value"].text("0")
            if not (value.isascii() and value.isdecimal() and len(value) <= 3):  # noqa: PLR2004
                requirement["value"].wrong(f"{quoted(value)} is no number of GPUs")
                continue
            count += int(value)
    if count:
        task.columns["gpu_count"] = count
        task.needs.add("gpu")
        text = f"asks for {count} GPU(s); which, the machine's type decides"
        task.note("gpu_type_unknown", text, task.root)


def _host_parts(task: Task) -> None:
    for name, need in HOST_MODES.items():
        if task.root[name].text() == "host":
            task.needs.add(need)
    for container in task.root["containerDefinitions"].each():
        if container["privileged"].flag():
            task.needs.add("privileged")
        if any(True for _ in container.at("linuxParameters", "capabilities", "add").each()):
            task.needs.add("added_capabilities")
        if any(True for _ in container.at("linuxParameters", "devices").each()):
            task.needs.add("host_device")


def _volumes(task: Task) -> None:
    for volume in task.root["volumes"].each():
        name = quoted(volume["name"].text("?"))
        for source, kind in FILE_SYSTEMS.items():
            if volume[source]:
                task.needs.add("network_file_system")
                task.note("file_system_not_priced", f"volume {name} is {kind}: not priced", volume)
        if volume.at("host", "sourcePath"):
            task.needs.add("host_path")
        if volume["dockerVolumeConfiguration"]:
            task.needs.add("docker_volume")

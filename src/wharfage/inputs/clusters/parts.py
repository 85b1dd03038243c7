"""What a cluster brings along, as riders that name the service which bills them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from wharfage.inputs.documents import Document
from wharfage.inputs.fields import Field
from wharfage.inputs.places import Problems, quoted
from wharfage.inputs.stack import Note, Row, Stack, rider_id

#: kinds of riders that belong to the machines of a cluster, not to the cluster
OF_NODES = frozenset({"nodes", "disk"})
_VERSION = re.compile(r"v?(\d{1,2}\.\d{1,3})(?:[.-].*)?", re.ASCII)


@dataclass
class Parts:
    """Riders of one cloud's clusters, and what is worth saying about them.

    Attributes
    ----------
    platforms : tuple of str
        Services whose workloads a cluster and its network serve.
    node_platform : str
        The service whose workloads run on its machines.
    """

    platforms: tuple[str, ...]
    node_platform: str
    riders: list[Row] = field(default_factory=list)
    ranges: list[Row] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def add(
        self,
        where: Field,
        kind: str,
        name: str,
        service: str,
        region: str,
        **columns: Any,  # noqa: ANN401  columns of a fleet are of any type
    ) -> None:
        """Add a rider; columns that are None stay empty, `platforms` are those of its kind by default."""
        stated = {column: value for column, value in columns.items() if value is not None}
        place = {"region": region} if region else {}
        own = (self.node_platform,) if kind in OF_NODES else self.platforms
        self.riders.append(
            {
                "rides_with": "",
                "kind": kind,
                "name": name,
                "service": service,
                "platforms": own,
                **place,
                **stated,
                "manifest_file": where.document.file,
                "where": where.where,
            }
        )

    def note(self, code: str, text: str, where: Field) -> None:
        """Add a note about a place."""
        self.notes.append(Note(code, text, where.where))

    def range(self, kind: str, name: str, column: str, ends: tuple[int, int]) -> None:
        """Add between which values an autoscaler moves a column of a rider, if it does."""
        if not is_range(ends):
            return
        row = {"workload": rider_id({"kind": kind, "name": name}), "column": column}
        self.ranges.append({**row, "low": ends[0], "high": ends[1]})

    def stack(self) -> Stack:
        """All of it as a stack without workloads."""
        return Stack(riders=self.riders, ranges=self.ranges, notes=self.notes)


def roots_of(documents: Iterable[Document], problems: Problems) -> list[Field]:
    """Whole documents as fields."""
    return [Field(document, problems, document.data) for document in documents]


def once(clusters: Iterable[tuple[tuple[str, str], Field]], parts: Parts) -> list[Field]:
    """Clusters, each once; two of the same region and name that differ are a problem."""
    kept: dict[tuple[str, str], Field] = {}
    for key, root in clusters:
        before = kept.setdefault(key, root)
        if before is root:
            continue
        text = f"cluster {quoted(key[1])} stands at {before.where} too"
        if before.value == root.value:
            parts.note("repeated_object", f"{text}; counted once", root)
        else:
            root.wrong(f"{text}, and differs")
    return list(kept.values())


def minor_version(stated: Field) -> str:
    """Minor version of Kubernetes, such as ``1.30``; empty where it is not stated or is no number."""
    if isinstance(stated.value, float | int) and not isinstance(stated.value, bool):
        stated.wrong(f"{stated.value} is a number: write the version in quotes, as in '1.30'")
        return ""
    match = _VERSION.fullmatch(stated.text())
    return match[1] if match else ""


def is_range(ends: tuple[int, int]) -> bool:
    """Whether an autoscaler has room to move."""
    return ends[0] < ends[1]


def say_range(parts: Parts, where: Field, name: str, count: int, ends: tuple[int, int]) -> None:
    """Say that an autoscaler may move a group of machines, which is priced at one size."""
    low, high = ends
    if is_range(ends):
        text = f"{quoted(name)} moves between {low:,} and {high:,} nodes; priced at {count:,}"
        parts.note("node_range", text, where)

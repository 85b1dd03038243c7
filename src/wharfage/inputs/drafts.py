"""Workloads before they have ids: what a document says of each, put together as one stack.

An id must be unique in a stack. It is the short name where nothing else has it, else the long
one; two families of documents that share an id are told apart by their names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from wharfage.inputs.fields import Field
from wharfage.inputs.stack import Note, Row, Stack

MISSING_TRAFFIC = "missing_traffic"


@dataclass
class Draft:
    """A workload without its id; riders, ranges and notes do not name it yet."""

    short: str
    long: str
    columns: Row = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)
    riders: list[Row] = field(default_factory=list)
    ranges: list[Row] = field(default_factory=list)

    def note(self, code: str, text: str, where: Field) -> None:
        """Add a note about a place."""
        self.notes.append(Note(code, text, where.where))


def all_month(count: float) -> str:
    """Instances that run all month, in words.

    Examples
    --------
    >>> all_month(1), all_month(3)
    ('one instance that runs all month', '3 instances that run all month')
    """
    if count == 1:
        return "one instance that runs all month"
    return f"{count:g} instances that run all month"


def missing_traffic(draft: Draft, where: Field) -> None:
    """Say that a service that is driven by requests is priced without knowing them."""
    count = all_month(draft.columns.get("replicas", 1))
    text = f"requests_per_month and request_seconds are not in the document: priced as {count}"
    draft.note(MISSING_TRAFFIC, text, where)


def stack_of(drafts: Sequence[Draft], notes: Iterable[Note]) -> Stack:
    """Stack of drafts, each with its id; `notes` that are about no workload stand last."""
    stack = Stack()
    names = unique_names([(draft.short, draft.long) for draft in drafts])
    for draft, name in zip(drafts, names, strict=True):
        stack.workloads.append({"workload": name, **draft.columns})
        stack.riders.extend({"rides_with": name, **rider} for rider in draft.riders)
        stack.ranges.extend({"workload": name, **each} for each in draft.ranges)
        stack.notes.extend(replace(note, workload=name) for note in draft.notes)
        if draft.needs:
            stack.needs[name] = draft.needs
    stack.notes.extend(notes)
    return stack


def unique_names(names: Sequence[tuple[str, str]]) -> list[str]:
    """The short one of each pair where no other pair has it, else the long one.

    Examples
    --------
    >>> unique_names([("web", "a/web"), ("web", "b/web"), ("api", "a/api")])
    ['a/web', 'b/web', 'api']
    """
    shared = Counter(short for short, _ in names)
    # What keeps its short name has it first: a long name of another gives way.
    taken = {short for short, _ in names if shared[short] == 1}
    chosen = []
    for short, long in names:
        if shared[short] == 1:
            chosen.append(short)
            continue
        name, number = long, 1
        while name in taken:
            number += 1
            name = f"{long}#{number}"
        taken.add(name)
        chosen.append(name)
    return chosen


def told_apart(stacks: Mapping[str, Stack]) -> list[Stack]:
    """Stacks by family, with every id that two of them share given its family's name."""
    ids = [
        (row["workload"], f"{family}/{row['workload']}")
        for family, stack in stacks.items()
        for row in stack.workloads
    ]
    names = iter(unique_names(ids))
    return [
        _renamed(stack, {row["workload"]: next(names) for row in stack.workloads})
        for stack in stacks.values()
    ]


def _renamed(stack: Stack, names: Mapping[str, str]) -> Stack:
    """The stack with other ids; what rides with no workload stays so."""
    if all(old == new for old, new in names.items()):
        return stack

    def new(old: str) -> str:
        return names.get(old, old)

    return Stack(
        workloads=[{**row, "workload": new(row["workload"])} for row in stack.workloads],
        riders=[{**row, "rides_with": new(row["rides_with"])} for row in stack.riders],
        ranges=[{**row, "workload": new(row["workload"])} for row in stack.ranges],
        needs={new(workload): needs for workload, needs in stack.needs.items()},
        notes=[replace(note, workload=new(note.workload)) for note in stack.notes],
    )

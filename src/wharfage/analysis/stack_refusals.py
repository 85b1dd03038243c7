"""Why a platform cannot run a workload of a stack: what it lacks, and what takes too long there."""

from __future__ import annotations

from collections.abc import Iterator

from wharfage.analysis.platforms import Guide, Platform
from wharfage.analysis.scenarios import NO_REGION_IN_METRO
from wharfage.analysis.stack_nodes import NO_REQUESTS, is_without_requests
from wharfage.analysis.stack_riders import is_empty
from wharfage.inputs.stack import Note, Row, Stack
from wharfage.services import find_service


def refusals(
    row: Row, stack: Stack, guide: Guide, notes: list[Note], *, is_served: bool
) -> Iterator[str]:
    """Reasons why a platform cannot run a workload, its size and price left aside.

    Parameters
    ----------
    row : Row
        The workload, placed on a service.
    stack : Stack
        What its workloads need of a platform.
    notes : list of Note
        Gets what the platform meets in part.
    is_served : bool
        Whether requests must reach the workload.
    """
    name, platform = row["workload"], guide.platform(row["service"] or "")
    if row.get("home_region") and row["region"] is None:
        cloud = str(row["service"]).split(".", 1)[0]
        yield f"{NO_REGION_IN_METRO}: {cloud} has no region in the metro area"
    if platform is None:
        return
    needs = set(stack.needs.get(name, ()))
    if find_service(platform.service).plans_nodes and is_without_requests(row, needs):
        yield NO_REQUESTS
    if is_served and is_empty(row.get("runs_per_month")):
        needs.add("endpoint")
    lacks = guide.lacks(platform)
    for need in sorted(needs):
        if need in lacks:
            yield f"not_offered: {lacks[need]}"
        elif need in platform.limited:
            notes.append(Note("limited", platform.limited[need], workload=name))
    yield from _too_long(row, platform, notes)


def _too_long(row: Row, platform: Platform, notes: list[Note]) -> Iterator[str]:
    """Reason why requests take longer than a platform lets them, or a note that they may."""
    longest = platform.max_request_seconds
    if longest is None:
        return
    said = f"{platform.title} ends a request after {longest:g} s"
    if _seconds(row, "request_seconds") > longest:
        yield f"not_offered: {said}"
    elif _seconds(row, "timeout_seconds") > longest:
        text = f"{said}; the document allows {_seconds(row, 'timeout_seconds'):g} s"
        notes.append(Note("request_timeout", text, workload=row["workload"]))


def _seconds(row: Row, name: str) -> float:
    """Seconds in a cell; 0 where it is empty."""
    value = row.get(name)
    return 0.0 if is_empty(value) else float(str(value))

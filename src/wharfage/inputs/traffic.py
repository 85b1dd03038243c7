"""Traffic, given beside the documents, on the workloads of a stack that serve requests.

Documents do not say how many requests come. Without them a stack keeps the cost of its instances
and says what is missing; nothing is made up. With them, at an hour of weight w (mean 1)::

    instances = ceil(requests x seconds / (concurrency x month_seconds) x w / target_utilization)

held within the autoscaler's range. The least and the most of them become the range, their mean,
rounded up, the replicas.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.inputs.drafts import MISSING_TRAFFIC, all_month
from wharfage.inputs.profiles import Profile
from wharfage.inputs.stack import Note, Row, Stack
from wharfage.units import DEFAULT_MONTH, parse_month

#: services whose number of instances follows the requests, whatever a document says
ELASTIC = frozenset({"gcp.cloud_run", "aws.app_runner"})
#: as the engine takes off before it rounds a size up
SLACK = 1e-9
#: as the fleet's column of requests; larger is a slip
LARGEST = 1e15


@dataclass(frozen=True)
class Traffic:
    """Requests of a month, and what else documents leave open; None where it is not known.

    Attributes
    ----------
    requests_per_month : float, optional
        Requests that come to each service; its revisions and providers share them.
    request_seconds : float, optional
        Time to serve one.
    concurrency : float, optional
        Requests that one instance serves at once on average; 1 where it is not given.
    run_seconds : float, optional
        Length of a run, for work that runs and ends.
    profile : Profile
        How traffic varies over the hours; even by default.
    workloads : tuple of str
        Ids of the workloads that it comes to; all that serve requests by default.
    target_utilization : float
        Part of the capacity that is in use when an autoscaler adds an instance.
    """

    requests_per_month: float | None = None
    request_seconds: float | None = None
    concurrency: float | None = None
    run_seconds: float | None = None
    profile: Profile = field(default_factory=Profile)
    workloads: tuple[str, ...] = ()
    target_utilization: float = 0.6

    def __post_init__(self) -> None:
        """Refuse what is no traffic."""
        least = {"requests_per_month": 0, "request_seconds": 0, "concurrency": 1, "run_seconds": 0}
        for name, minimum in least.items():
            value = getattr(self, name)
            if value is not None and not minimum <= value <= LARGEST:
                raise InvalidValueError(
                    f"{name}={value!r} is out of range.", hint=f"give {minimum} to {LARGEST:g}."
                )
        if not 0 < self.target_utilization <= 1:
            raise InvalidValueError(
                f"target_utilization={self.target_utilization!r} is no part of 1.",
                hint="give a number above 0, at the most 1, such as 0.6.",
            )


def with_traffic(stack: Stack, traffic: Traffic | None, *, month: str = DEFAULT_MONTH) -> Stack:
    """Stack with traffic on the workloads that serve requests; what they state themselves stays.

    Cloud Run and App Runner services serve requests, and so does whatever stands behind a load
    balancer.

    Parameters
    ----------
    stack : Stack
        Left as it is.
    traffic : Traffic or None
        None if none is known.
    month : str
        Month that the requests come in, such as ``730h``.

    Returns
    -------
    Stack
        With requests, sizes and ranges filled in, and notes on what was assumed or is missing.

    Raises
    ------
    InvalidValueError
        If traffic names a workload that is not in the stack.

    Examples
    --------
    >>> row = {"workload": "web", "service": "gcp.cloud_run", "traffic_share": 0.5}
    >>> [found] = with_traffic(Stack([row]), Traffic(1e6, 0.2)).workloads
    >>> found["requests_per_month"], found["request_seconds"]
    (500000.0, 0.2)
    """
    known = traffic or Traffic()
    _check_names(stack, known)
    seconds = parse_month(month).seconds
    ranges = {row["workload"]: row for row in stack.ranges if row["column"] == "replicas"}
    behind = {row["rides_with"] for row in stack.riders if row["kind"] == "load_balancer"}
    workloads: list[Row] = []
    notes: list[Note] = []
    settled: set[tuple[str, str]] = set()
    served: list[Row] = []
    for before in stack.workloads:
        row, name = dict(before), before["workload"]
        workloads.append(row)
        if row.get("runs_per_month") is not None:
            if row.get("run_seconds") is None and known.run_seconds is not None:
                row["run_seconds"] = known.run_seconds
                settled.add(("run_seconds_unknown", name))
            continue
        if not _serves(row, behind, known):
            continue
        settled.add((MISSING_TRAFFIC, name))
        if missing := _fill(row, known):
            notes.append(_missing(row, missing))
            continue
        served.append(row)
        notes += _limits(row)
        low_high, said = _sized(row, ranges.get(name), known, seconds)
        ranges[name] = low_high
        notes += said
    kept = [note for note in stack.notes if (note.code, note.workload) not in settled]
    other = [row for row in stack.ranges if row["column"] != "replicas"]
    return replace(
        stack,
        workloads=workloads,
        ranges=[*other, *ranges.values()],
        notes=[*kept, *notes, *_whole(served, known)],
    )


def _check_names(stack: Stack, traffic: Traffic) -> None:
    names = [row["workload"] for row in stack.workloads]
    for name in traffic.workloads:
        if name not in names:
            raise InvalidValueError(
                f"Traffic is for workload {name!r}, which is not in the documents.",
                hint=did_you_mean(name, names) or f"they have {', '.join(names[:8])}.",
            )


def _serves(row: Row, behind: set[str], traffic: Traffic) -> bool:
    """Whether traffic comes to a workload; none comes where nothing runs."""
    if row.get("replicas") == 0:
        return False
    if traffic.workloads:
        return row["workload"] in traffic.workloads
    is_elastic = row.get("service") in ELASTIC
    return is_elastic or "traffic_share" in row or row["workload"] in behind


def _fill(row: Row, traffic: Traffic) -> list[str]:
    """Fill in requests where a row has none; the names of inputs that are still missing."""
    share = row.get("traffic_share", 1.0)
    requests = traffic.requests_per_month
    given = {
        "requests_per_month": None if requests is None else requests * share,
        "request_seconds": traffic.request_seconds,
    }
    found = {name: value if row.get(name) is None else row[name] for name, value in given.items()}
    missing = [name for name, value in found.items() if value is None]
    if not missing:
        row |= found
        if row.get("concurrency") is None and traffic.concurrency is not None:
            row["concurrency"] = traffic.concurrency
    return missing


def _missing(row: Row, missing: list[str]) -> Note:
    count = row.get("replicas", 1)
    are = "is" if len(missing) == 1 else "are"
    text = f"{' and '.join(missing)} {are} missing: priced as {all_month(count)}"
    return Note(MISSING_TRAFFIC, text, workload=row["workload"])


def _limits(row: Row) -> list[Note]:
    """Hold a row's requests to what its document allows."""
    notes, name = [], row["workload"]
    limit = row.get("at_once_limit")
    if row.get("concurrency") is None:
        if limit != 1:
            text = "concurrency is missing: priced at one request at a time on each instance"
            if limit:
                text += (
                    f", the dear end; the document allows {limit:g}:"
                    " --concurrency says how many there are on average"
                )
            else:
                text += "; --concurrency says how many there are on average"
            notes.append(Note("concurrency_assumed", text, workload=name))
    elif limit and row["concurrency"] > limit:
        text = f"concurrency {row['concurrency']:g} is above the document's {limit}, which is used"
        notes.append(Note("concurrency_above_limit", text, workload=name))
        row["concurrency"] = float(limit)
    longest = row.get("timeout_seconds")
    if longest and row["request_seconds"] > longest:
        text = (
            f"requests of {row['request_seconds']:g} s end at the document's timeout, {longest} s"
        )
        notes.append(Note("request_timeout", text, workload=name))
    return notes


def _sized(
    row: Row, known: Row | None, traffic: Traffic, month_seconds: float
) -> tuple[Row, list[Note]]:
    """Range of replicas that the traffic needs, and notes; the row's replicas become their mean."""
    busy = row["requests_per_month"] * row["request_seconds"]
    mean = busy / (row.get("concurrency") or 1.0) / month_seconds
    needed = [
        math.ceil(mean * weight / traffic.target_utilization * (1 - SLACK))
        for weight in traffic.profile.weights
    ]
    low, high = _within(row, known)
    sizes = [int(min(max(size, low), high)) for size in needed]
    found = {"column": "replicas", "low": min(sizes), "high": max(sizes)}
    notes = []
    if max(needed) > high:
        text = (
            f"the busiest hour needs {max(needed):,} instances; there are {int(high):,} at the most"
        )
        notes.append(Note("too_few_replicas", text, workload=row["workload"]))
    if low < high:
        row["replicas"] = math.ceil(sum(sizes) / len(sizes))
        count = f"{row['replicas']:,} instance{'' if row['replicas'] == 1 else 's'} at all hours"
        if min(sizes) < max(sizes):
            ends = f"{min(sizes):,} to {max(sizes):,} instances over the hours"
            count = f"{ends}, {row['replicas']:,} on average"
        text = f"{count}, at {traffic.target_utilization:.0%} utilization"
        notes.append(Note("sized_from_traffic", text, workload=row["workload"]))
    return {"workload": row["workload"], **found}, notes


def _within(row: Row, known: Row | None) -> tuple[float, float]:
    """Least and most instances: the autoscaler's, else those that the row states."""
    if known is not None:
        return max(known["low"], 1), max(known["high"], 1)
    if row.get("service") in ELASTIC:
        return max(row.get("min_instances") or 0, 1), math.inf
    stated = row.get("replicas") or 1
    return stated, stated


def _whole(served: list[Row], traffic: Traffic) -> list[Note]:
    """Notes on traffic that nothing takes, or that several workloads take whole."""
    if traffic.requests_per_month is None:
        return []
    if not served:
        text = "no workload in the documents is known to serve requests; the traffic is not used"
        return [Note("traffic_not_used", text)]
    times = sum(row.get("traffic_share", 1.0) for row in served)
    if times <= 1 + SLACK:
        return []
    text = f"{traffic.requests_per_month:,.0f} requests come to each of {round(times)} services"
    return [Note("traffic_repeated", text)]

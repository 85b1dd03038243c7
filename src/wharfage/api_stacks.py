"""The public verbs for documents: a stack priced, compared, set against another one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar, cast

from wharfage.analysis.stack_compare import compare_placed
from wharfage.analysis.stack_prices import (
    price_placed,
    range_of,
    successor_costs,
)
from wharfage.analysis.stack_riders import Usage
from wharfage.analysis.stacks import (
    Where,
    place_stack,
)
from wharfage.api_stack_results import StackBill, StackComparison
from wharfage.engine.failures import raise_unpriced
from wharfage.engine.options import read_options
from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.inputs.manifests import read_stack
from wharfage.inputs.profiles import Profile, read_profile
from wharfage.inputs.source_files import Source
from wharfage.inputs.stack import Stack
from wharfage.inputs.traffic import Traffic, with_traffic
from wharfage.rates.age import warn_if_stale
from wharfage.rates.book import RateBook, open_book
from wharfage.rates.rules import Assumption
from wharfage.units import DEFAULT_MONTH

Made = TypeVar("Made", Usage, Traffic)


def read_documents(
    sources: Source | Iterable[Source],
    *,
    traffic: Traffic | Mapping[str, object] | None = None,
    month: str = DEFAULT_MONTH,
) -> Stack:
    r"""Stack of manifests: Kubernetes, ECS, Cloud Run and App Runner documents.

    Parameters
    ----------
    sources : path, text, or several
        Files, directories, ``-`` for standard input, or the text of documents itself.
    traffic : mapping, optional
        What documents leave open: ``requests_per_month`` to each service that serves requests,
        ``request_seconds``, ``concurrency``, ``run_seconds`` of batch runs, ``profile`` (a file
        of hourly weights), ``workloads`` that it comes to. Without it a service keeps the cost
        of its instances, and a note says what is missing.
    month : str
        Month in which schedules and requests are counted, such as ``730h`` or ``2026-02``.

    Returns
    -------
    Stack
        Workloads, what rides along with them, what they need of a platform, and notes.

    Raises
    ------
    DocumentError
        Naming file, line and path of everything that is wrong.
    WorkloadError
        If there is nothing in the documents that can be priced.

    Examples
    --------
    >>> stack = read_documents("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web}]}")
    >>> stack.fleet()["workload"].tolist()
    ['web']
    """
    return with_traffic(read_stack(sources, month=month), _traffic(traffic), month=month)


def price_stack(
    stack: Stack,
    *,
    service: str | None = None,
    region: str | None = None,
    purchase_option: str | None = None,
    usage: Usage | Mapping[str, object] | None = None,
    rates: RateBook | str | Path | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    sizes: str = "round_up",
    strict: bool = False,
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
) -> StackBill:
    r"""Bill of a stack on a platform, with everything that rides along.

    Parameters
    ----------
    stack : Stack
        From :func:`read_documents`.
    service, region, purchase_option : str, optional
        Fill what the documents do not say, such as ``gcp.gke_autopilot``.
    usage : mapping, optional
        Amounts that documents do not hold: ``lcu_hours``, ``transfer_gib``, ``log_gib``,
        ``registry_gib``, ``nat_gib``, ``events_per_month``, ``boot_disk_gib`` of planned nodes,
        ``has_public_tasks``.
    rates, on, month, free_tier, sizes, strict, before_first, assumptions
        As for :func:`wharfage.estimate`.

    Returns
    -------
    StackBill
        A bill with a row for each workload, load balancer, address, disk and cluster, and for the
        nodes that are planned where pods share machines. What cannot run on the platform is NaN
        with its reason; ``missing`` lists what nobody stated.

    Raises
    ------
    InvalidValueError
        If a workload names no platform and `service` is not given.
    MissingColumnError
        If a workload names no region and `region` is not given.
    UnpricedError
        If `strict` and any row is unpriced.

    Examples
    --------
    >>> text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web}]}"
    >>> bill = price_stack(read_documents(text), service="aws.fargate_eks", region="us-east-1")
    >>> bill.frame["part"].tolist()
    ['workload', 'cluster']
    """
    book = open_book(rates)
    options = read_options(book, on, month, free_tier, sizes, before_first, assumptions)
    where = Where(service, region, purchase_option)
    amounts = usage_of(usage)
    placed = place_stack(stack, where, amounts, book.regions)
    priced = price_placed(placed, book, options)
    warn_if_stale(book, priced.services, options.on)
    if strict and priced.reasons.any.any():
        raise_unpriced(priced)
    ends = range_of(stack, where, amounts, book, options)
    successors = successor_costs(stack, where, amounts, book, options)
    return StackBill(priced, placed, ends, successors)


def compare_stack(
    stack: Stack,
    *,
    services: Sequence[str] | None = None,
    region: str | None = None,
    regions: Sequence[str] | None = None,
    purchase_options: Sequence[str] | None = None,
    usage: Usage | Mapping[str, object] | None = None,
    rates: RateBook | str | Path | None = None,
    on: str | dt.date | None = None,
    month: str = DEFAULT_MONTH,
    free_tier: str = "account",
    sizes: str = "round_up",
    before_first: str | None = None,
    assumptions: Mapping[str, Assumption] | None = None,
) -> StackComparison:
    r"""Whole stack on every platform that can run it, ranked by total with what rides along.

    Parameters
    ----------
    stack : Stack
        From :func:`read_documents`.
    services : sequence of str, optional
        Platforms to compare; every one that a stack can be placed on by default.
    region : str, optional
        Home region where the documents name none; the other cloud takes the region of the same
        metropolitan area.
    regions : sequence of str, optional
        Regions to compare instead, of any cloud.
    purchase_options : sequence of str, optional
        Options to compare; each workload's own by default.
    usage, rates, on, month, free_tier, sizes, before_first, assumptions
        As for :func:`price_stack`.

    Returns
    -------
    StackComparison
        ``totals`` ranks the platforms; ``left_out`` says what a platform cannot run, and why.

    Raises
    ------
    WorkloadError
        If an argument makes no sense, or nothing says where the stack runs.

    Examples
    --------
    >>> text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {hostNetwork: true, containers: [{name: web}]}"
    >>> found = compare_stack(read_documents(text), services=["gcp.cloud_run"], region="us-east-1")
    >>> int(found.totals["can_run"][0])
    0
    """
    book = open_book(rates)
    options = read_options(book, on, month, free_tier, sizes, before_first, assumptions)
    compared = compare_placed(
        stack,
        book,
        options,
        usage=usage_of(usage),
        region=region,
        services=services,
        regions=regions,
        purchase_options=purchase_options,
    )
    used = {
        name
        for each in compared.scenarios
        if each.priced is not None
        for name in each.priced.services
    }
    warn_if_stale(book, sorted(used), options.on)
    return StackComparison(compared)


def _traffic(given: Traffic | Mapping[str, object] | None) -> Traffic | None:
    if given is None or isinstance(given, Traffic):
        return given
    values = {name: value for name, value in given.items() if value is not None}
    if "profile" in values and not isinstance(values["profile"], Profile):
        values["profile"] = read_profile(str(values["profile"]))
    return _made(Traffic, "traffic", values)


def usage_of(given: Usage | Mapping[str, object] | None) -> Usage:
    """Usage from a mapping of its fields; none stated where there is none."""
    if given is None or isinstance(given, Usage):
        return given or Usage()
    return _made(Usage, "usage", given)


def _made(kind: type[Made], name: str, given: Mapping[str, object]) -> Made:
    """Object from a mapping of its fields."""
    known = [field.name for field in fields(kind)]
    wrong = [key for key in given if key not in known]
    if wrong:
        raise InvalidValueError(
            f"{name} has no {wrong[0]!r}.",
            hint=did_you_mean(wrong[0], known) or f"it takes {', '.join(known)}.",
        )
    return kind(**cast("Any", given))

"""Worked billing examples: each is priced and compared with the figure that its source prints."""

from __future__ import annotations

import ast
import operator
from collections import defaultdict
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

import wharfage as wf

GOLDEN = Path(__file__).parent
PATHS = sorted(GOLDEN.glob("*/*/*/*.yaml"))
RELATIVE = Decimal("1e-9")
BY_HAND = "HAND-"
#: what a case may say, and has to say, by part
PARTS = {
    "case": (
        {"example", "source", "fact", "on", "fleet", "expected"},
        {"month", "free_tier", "before_first", "assumptions"},
    ),
    "expected": ({"lines", "monthly_cost"}, {"stated", "stated_meters", "billed", "status"}),
    "lines": ({"workload", "meter", "effective_cost"}, set()),
    "billed": ({"vcpu", "memory_gib"}, set()),
}

#: published examples that must not be forgotten: each has a case or an excuse
EXAMPLES = (
    "agents-large-gke-3y-cud",
    "agents-large-gke-ondemand",
    "agents-medium-cloud-run",
    "ar-6gb",
    "ar-d3-0.3gb",
    "ar-infracost-5-repos",
    "apcc-class-choice",
    "apcc-price-balanced",
    "apcc-round-1",
    "apcc-round-3",
    "autopilot-29vcpu",
    "autopilot-observed-no-requests",
    "autopilot-seoul-2-min-pods",
    "autopilot-seoul-default-pod",
    "autopilot-spot-batch-200",
    "AWS-ECS-MI-1",
    "AWS-EKS-AUTO-t4g.medium",
    "AWS-AR-PP-LIGHT",
    "AWS-AR-PROV-2",
    "AWS-EKS-FG-SIZE-1",
    "AWS-EKS-FG-SIZE-3",
    "AWS-EKS-PCP-4XL",
    "AWS-EKS-PCP-8XL",
    "AWS-FG-PP-1",
    "AWS-FG-PP-4",
    "AWS-GUIDE-CANARY-ALL",
    "AWS-GUIDE-CANARY-FG1",
    "AWS-GUIDE-EKS-APPREADY",
    "AWS-GUIDE-EKS-SPARK",
    "AWS-GUIDE-GW-ALB",
    "AWS-GUIDE-GW-ECS-FG",
    "AWS-GUIDE-GW-EKS",
    "AWS-GUIDE-GW-NET",
    "AWS-RI-1",
    "AWS-RI-3",
    "AWS-SP-1a",
    "AWS-SP-2",
    "AWS-SP-PAGE-FG-UAE",
    "CALC-FG-1",
    "CALC-FG-3",
    "CALC-FG-4",
    "CALC-FG-5",
    "CALC-IPV4-1",
    "cloudguard-wrong-mode",
    "cloudrun-cud-blog-overage",
    "cloudrun-min-instances-idle-count",
    "config-sync-3containers-bursting",
    "firebase-mixed-v1-v2",
    "firebase-v1-tier2-256mb",
    "firebase-v1-tier2-8192mb",
    "firebase-v2-large-4096mb-2cpu",
    "FOCUS-03",
    "FOCUS-04",
    "FOCUS-07",
    "FOCUS-09",
    "FOCUS-10",
    "FOCUS-12",
    "FOCUS-16",
    "FOCUS-17",
    "FOCUS-18",
    "FOCUS-20",
    "FOCUS-22",
    "FOCUS-26",
    "FOCUS-27",
    "FOCUS-30",
    "FOCUS-32",
    "FOCUS-34",
    "FOCUS-36",
    "FOCUS-38",
    "FOCUS-41",
    "FOCUS-43",
    "functions-100ms-260ms",
    "gce-infracost-n1-standard-16-sud",
    "gce-min-1-minute",
    "gce-n1-standard-8-plus-sles",
    "gce-pd-ssd-200gb-half",
    "gce-pd-standard-200gb-full",
    "gce-sud-c2-standard-4-tier-rates",
    "gce-sud-effective-50pct",
    "gce-sud-n1-standard-1-tier-rates",
    "gke-d3-0-nodes",
    "gke-d3-3-e2-standard-4",
    "gke-fee-2020-account1",
    "gke-raccoon-credit",
    "gke-tpu-overhead-hour",
    "IC-ECR",
    "IC-EKS-1",
    "IC-EKS-2",
    "IC-FG-5",
    "IC-GP3",
    "IC-NAT",
    "IC-NG-2",
    "ip-infracost-unused",
    "kube-agents-500m-256mi-raised",
    "log-infracost-100gb",
    "nat-d3-1vm",
    "nat-infracost-4vm",
    "pvc-12gib-balanced",
    "run-3-agents-hour",
    "run-d3-gpu-stale-rate",
    "run-d3-job-1-minute-minimum",
    "run-gpu-l4-hour",
    "run-gpu-stack-24h",
    "run-gpu-stack-hour",
    "run-infracost-instance-based-2",
    "run-infracost-job",
    "run-infracost-request-based",
    "run-instance-month-after-free",
    "run-tif-24h-singapore",
    "run-tif-30d-singapore",
    "spend-cud-new-model-commit-size",
    "TP-EKS-AUTO-1",
    "TP-EKS-STACK-1",
    "TP-FG-1000x10m",
    "TP-FG-60S-1",
    "TP-FG-60S-2",
    "TP-FG-SPOT-1",
    "video-35s-wrong",
)

OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FUNCTIONS: dict[str, Callable[..., Decimal]] = {"min": min, "max": max}


def arithmetic(text: str) -> Decimal:
    """Evaluate plain arithmetic on decimal numbers, taking each number as it is written."""

    def value(node: ast.expr) -> Decimal:
        match node:
            case ast.Constant():
                return Decimal(ast.get_source_segment(text, node) or "")
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return OPERATORS[type(op)](value(left), value(right))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
                return FUNCTIONS[name](*(value(argument) for argument in args))
        raise ValueError(f"not plain arithmetic: {text!r}")

    return value(ast.parse(text, mode="eval").body)


def load(path: Path) -> dict[str, Any]:
    """Read one case."""
    case: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    case["on"] = case.pop(True)  # a bare `on` is a boolean to YAML 1.1
    return case


def excused() -> list[dict[str, str]]:
    """Read the examples whose figure is not reproduced."""
    entries: list[dict[str, str]] = yaml.safe_load(
        (GOLDEN / "excused.yaml").read_text(encoding="utf-8")
    )
    return entries


def named(path: Path) -> Any:
    """Make a case a test parameter that is named after its file."""
    return pytest.param(path, id=path.relative_to(GOLDEN).with_suffix("").as_posix())


CASES = [named(path) for path in PATHS]
SIZED = [named(path) for path in PATHS if "billed" in load(path)["expected"]]
TOLD = [named(path) for path in PATHS if "status" in load(path)["expected"]]


def expected_lines(case: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    """Give the expected effective cost by workload and meter."""
    return {
        (line["workload"], line["meter"]): arithmetic(line["effective_cost"])
        for line in case["expected"]["lines"]
    }


def tolerance(lines: dict[tuple[str, str], Decimal]) -> Decimal:
    """Give the allowed difference: a billionth of the cost before credits."""
    return RELATIVE * sum((cost for cost in lines.values() if cost > 0), Decimal(0))


def exact(number: float) -> Decimal:
    """Read a float as the shortest decimal that means it."""
    return Decimal(repr(float(number)))


def price(case: dict[str, Any]) -> wf.Bill:
    """Price the fleet of a case under its own options."""
    return wf.estimate(
        case["fleet"],
        on=case["on"].isoformat(),
        month=case.get("month", "730h"),
        free_tier=case.get("free_tier", "account"),
        assumptions=case.get("assumptions", {}),
        before_first=case.get("before_first"),
    )


@pytest.mark.parametrize("path", CASES)
def test_figures_follow_from_the_lines(path: Path) -> None:
    """The lines of a case add up to its total, and to the figure that the source prints."""
    case = load(path)
    expected = case["expected"]
    lines = expected_lines(case)
    total = arithmetic(expected["monthly_cost"])
    assert abs(sum(lines.values(), Decimal(0)) - total) <= tolerance(lines)
    if "stated" not in expected:
        return
    stated = Decimal(expected["stated"])
    meters = expected.get("stated_meters")
    meant = total
    if meters is not None:
        assert set(meters) <= {meter for _, meter in lines}
        meant = sum((cost for (_, meter), cost in lines.items() if meter in meters), Decimal(0))
    assert meant.quantize(stated, rounding=ROUND_HALF_UP) == stated


@pytest.mark.parametrize("path", CASES)
def test_case_says_where_it_comes_from(path: Path) -> None:
    """A case names its example, its source and its fact, and lies in the folder of its date."""
    case = load(path)
    assert all(str(case[key]).strip() for key in ("example", "source", "fact"))
    assert path.parent.name == case["on"].isoformat()


def wrong_keys(part: str, found: dict[str, Any]) -> list[str]:
    """Say which keys of a part of a case are unknown or missing."""
    needed, allowed = PARTS[part]
    unknown = [f"{part}: {key!r} is not known here" for key in set(found) - needed - allowed]
    return unknown + [f"{part}: {key!r} is missing" for key in needed - set(found)]


@pytest.mark.parametrize("path", CASES)
def test_case_says_nothing_that_is_not_read(path: Path) -> None:
    """A case has every key that it needs, and none that no test would look at."""
    case = load(path)
    expected = case["expected"]
    wrong = wrong_keys("case", case) + wrong_keys("expected", expected)
    for line in expected["lines"]:
        wrong += wrong_keys("lines", line)
    for size in expected.get("billed", {}).values():
        wrong += wrong_keys("billed", size)
    assert not wrong


@pytest.mark.parametrize("path", CASES)
def test_lines_match(path: Path) -> None:
    """Every charge of the bill is the expected one, and no charge is missing or added."""
    case = load(path)
    expected = expected_lines(case)
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    # A minor meter without a rate has a line of NaN: the row is a lower bound without it.
    for line in price(case).lines().dropna(subset="effective_cost").to_dict("records"):
        cost = exact(line["effective_cost"])
        credit = line["meter"].startswith("credit") or cost < 0
        found[line["workload"], "credit" if credit else line["meter"]] += cost
    allowed = tolerance(expected)
    assert {key for key, cost in found.items() if abs(cost) > allowed} == set(expected)
    for key, cost in expected.items():
        assert abs(found[key] - cost) <= allowed, key


@pytest.mark.parametrize("path", CASES)
def test_monthly_cost_matches(path: Path) -> None:
    """The monthly cost of the fleet is the expected one, to a billionth."""
    case = load(path)
    found = exact(price(case).frame["monthly_cost"].sum(skipna=False))
    allowed = tolerance(expected_lines(case))
    assert abs(found - arithmetic(case["expected"]["monthly_cost"])) <= allowed


@pytest.mark.parametrize("path", SIZED)
def test_billed_sizes_match(path: Path) -> None:
    """A workload is billed at the size that the source gives it."""
    case = load(path)
    frame = price(case).frame.set_index("workload")
    for workload, size in case["expected"]["billed"].items():
        assert frame.loc[workload, "billed_vcpu"] == pytest.approx(size["vcpu"], rel=1e-9)
        assert frame.loc[workload, "billed_memory_gib"] == pytest.approx(
            size["memory_gib"], rel=1e-9
        )


@pytest.mark.parametrize("path", TOLD)
def test_statuses_match(path: Path) -> None:
    """A workload is exact, doubtful, a lower bound or unpriced, as its case says."""
    case = load(path)
    told = case["expected"]["status"]
    found = price(case).frame.set_index("workload")["cost_status"]
    assert found[list(told)].to_dict() == told


def test_every_example_is_priced_or_excused() -> None:
    """No example of the list is forgotten, and none is both priced and excused."""
    priced = {load(path)["example"] for path in PATHS}
    excuses = [entry["example"] for entry in excused()]
    assert len(excuses) == len(set(excuses))
    assert not priced & set(excuses)
    forgotten = set(EXAMPLES) - priced - set(excuses)
    assert not forgotten, f"neither a case nor an entry of excused.yaml has {sorted(forgotten)}"


def test_hand_cases_are_unique() -> None:
    """A case worked out by hand has a name of its own."""
    names = [load(path)["example"] for path in PATHS]
    names = [name for name in names if name.startswith(BY_HAND)]
    assert len(names) == len(set(names))


def test_every_excuse_has_a_reason() -> None:
    """An excused example names its source, its figure and the reason."""
    for entry in excused():
        assert set(entry) == {"example", "source", "stated", "why"}
        assert all(value.strip() for value in entry.values()), entry["example"]


@pytest.mark.parametrize("text", ["2 ** 3", "abs(1)", "__import__('os')", "'1'", "1 if 2 else 3"])
def test_arithmetic_is_plain(text: str) -> None:
    """A case cannot hold more than plain arithmetic."""
    with pytest.raises((ValueError, ArithmeticError)):
        arithmetic(text)

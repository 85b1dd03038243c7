"""What stands in the report is what the bill says, and nothing in it reaches outside."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import wharfage as wf
from wharfage.outputs.figures import money

from .written import HOSTILE, ON, SERVERLESS, Written, write


class Elements(HTMLParser):
    """Every element with its attributes, and the text of the paragraphs."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def elements(written: Written) -> list[tuple[str, dict[str, str | None]]]:
    """Give the elements of the report."""
    return Elements(written.html).tags


def number(text: str) -> float:
    """Read a number as the page writes it."""
    return float(text.replace(",", ""))


def test_total_is_the_bill(written: Written) -> None:
    """The first figure is the total of the bill, and what it leaves out is said beside it."""
    total = written.bill.total(strict=False)
    assert f'<p class="figure">{money(total["USD"])} <small>USD per month</small>' in written.html
    assert total.missing == 3
    assert f"3 of {total.rows} workloads have no price" in written.html


def test_by_service_adds_up(written: Written) -> None:
    """Costs by service are those of the bill's frame, dearest first, and nobody is left out."""
    frame = written.bill.frame
    rows = written.tables["By service"][1:]
    sums = frame.groupby("service")["monthly_cost"].sum()
    assert {row[0]: row[2] for row in rows} == {name: money(cost) for name, cost in sums.items()}
    assert sum(int(number(row[1])) for row in rows) == len(frame)
    costs = [number(row[2]) for row in rows]
    assert costs == sorted(costs, reverse=True)


def test_what_has_no_price_is_no_zero(written: Written) -> None:
    """A region without a single price has no cost: a dash and a count, not 0."""
    (row,) = (row for row in written.tables["By region"] if row[0] == "us-east-99")
    assert row == ["us-east-99", "3", "-", "-", "3"]
    assert written.column("cost")[-3:] == [None] * 3
    assert written.column("status")[-3:] == ["unpriced"] * 3


def test_reasons_are_told(written: Written) -> None:
    """Workloads without a price stand under their reason, with how many and the first."""
    reasons = written.tables["Workloads without a price, left out of every sum"]
    assert reasons[1][0].startswith("unknown_region: 'us-east-99'")
    assert reasons[1][1:] == ["3", "lost-0"]


def test_tags_are_broken_down(written: Written) -> None:
    """A column that nobody prices is a tag: its costs add up to the bill."""
    frame = written.bill.frame
    rows = {row[0]: row for row in written.tables["By team"][1:]}
    for team in ("shop", "many"):
        assert rows[team][2] == money(frame.loc[frame["team"] == team, "monthly_cost"].sum())


def test_components_add_up(written: Written) -> None:
    """What is charged adds up to the total, credits being less than nothing."""
    rows = written.tables["By component"][1:]
    total = written.bill.total(strict=False)["USD"]
    assert sum(number(row[2]) for row in rows) == pytest.approx(total, abs=0.1)


def test_data_is_the_frame(written: Written) -> None:
    """The data of the page is the bill's frame in full precision, costliest first."""
    frame = written.bill.frame
    cost = frame.set_index("workload")["monthly_cost"]
    names = written.column("workload")
    assert sorted(names) == sorted(cost.index)
    own = np.array([np.nan if c is None else c for c in written.column("cost")])
    np.testing.assert_array_equal(own, cost[names].to_numpy())
    priced = own[~np.isnan(own)]
    assert (np.diff(priced) <= 0).all()


def test_unused_is_counted_by_hand(written: Written) -> None:
    """Six EKS Fargate pods of 0.9 vCPU and 1.9 GiB are billed 1 and 3: 730 hours at list price."""
    unused = dict(zip(written.column("workload"), written.column("unused"), strict=True))
    lost = 6 * 730 * (0.1 * 0.04048 + 1.1 * 0.004445)
    assert unused["orders-pods"] == pytest.approx(lost, rel=1e-9)
    assert unused["orders-cluster"] is None
    assert unused["storefront"] == 0


def test_unused_adds_up(written: Written) -> None:
    """The first figure of what nobody asked for is the sum over the workloads."""
    lost = sum(each for each in written.column("unused") if each is not None)
    assert f'<p class="figure">{money(lost)} ' in written.html


def test_ages_of_tables(written: Written, book: wf.RateBook) -> None:
    """Every table that was used is told with its newest rate, and the digest of the book."""
    rows = {row[0]: row for row in written.tables["Rate tables used, oldest first"][1:]}
    used = set(written.fleet["service"])
    assert set(rows) == used
    assert all(rows[name][2] == str(book.table(name).newest_rate) for name in used)
    assert f"<code>{book.digest}</code>" in written.html


def test_assumptions_are_told(written: Written) -> None:
    """Everything that the bill takes for granted is in the report."""
    assert all(name.replace("_", " ") in written.html for name in written.bill.assumptions)


def test_nothing_outside_is_named(elements: list[tuple[str, dict[str, str | None]]]) -> None:
    """No element refers to anything but a place in the page."""
    found = [
        value
        for _, attributes in elements
        for name, value in attributes.items()
        if name in ("src", "href", "xlink:href", "action", "srcset", "data")
    ]
    assert found
    assert [value for value in found if not str(value).startswith("#") and value != "data:,"] == []


def test_policy_admits_the_script_only(written: Written) -> None:
    """The policy forbids everything by default, and admits one script by its digest."""
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', written.html)
    (script,) = re.findall(r"<script>(.*?)</script>", written.html, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ")
    assert f"script-src 'sha256-{digest}'" in policy.replace("&#x27;", "'")


def test_names_stay_names(
    elements: list[tuple[str, dict[str, str | None]]], written: Written
) -> None:
    """No hostile name, tag or title becomes an element; all of them are in the data as they are."""
    tags = [tag for tag, _ in elements]
    assert tags.count("script") == 2
    assert "img" not in tags
    assert set(HOSTILE) <= set(written.column("workload"))
    assert set(HOSTILE) <= set(written.column("team"))


def test_ids_are_unique(elements: list[tuple[str, dict[str, str | None]]]) -> None:
    """No two elements have the same id, those of the pictures included."""
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_links_lead_somewhere(elements: list[tuple[str, dict[str, str | None]]]) -> None:
    """Every link of the page leads to an element that is there."""
    ids = {attributes.get("id") for _, attributes in elements}
    links = [attributes["href"] for tag, attributes in elements if tag == "a"]
    assert len(links) > 5
    assert all(str(link).removeprefix("#") in ids for link in links)


def test_tables_are_named(elements: list[tuple[str, dict[str, str | None]]]) -> None:
    """Every table has a caption, and every heading cell says what it heads."""
    tags = [tag for tag, _ in elements]
    assert tags.count("table") == tags.count("caption") > 8
    assert all(
        attributes.get("scope") in ("col", "row") for tag, attributes in elements if tag == "th"
    )


def test_break_even_is_the_librarys(written: Written) -> None:
    """The stretches of a request-driven workload are those of ``breakeven``."""
    rows = written.tables["api as its requests grow"][1:]
    names = [re.sub(" ◂.*", "", row[0]) for row in rows]
    found = wf.breakeven(
        sorted({*names, "gcp.cloud_run/request@us-central1"}),
        between=(0, 1e8),
        workload={"vcpu": 1, "memory_gib": 0.5, "request_seconds": 0.25, "concurrency": 1},
        on=ON,
    )
    assert isinstance(found, wf.BreakEven)
    assert [row[4] for row in rows] == [
        money(cost) for cost in found.intervals["monthly_cost_high"]
    ]


def test_small_fleet_is_compared_on_nodes(folder: Path) -> None:
    """With nodes among the services, their idle room and the fleet's break-even are told."""
    fleet = pd.DataFrame(
        [{"workload": "web", "service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2, "replicas": 6}]
    )  # fmt: skip
    page = write(folder / "nodes.html", fleet, services=["aws.fargate", "aws.ecs_ec2"])
    platforms = {
        row[0]: row
        for row in page.tables["The fleet on each service: most workloads first, then cheapest"]
    }
    compared = wf.compare(fleet, services=["aws.fargate", "aws.ecs_ec2"], on=ON)
    totals = compared.totals.set_index("service")
    for name in ("aws.fargate", "aws.ecs_ec2"):
        assert platforms[name][5] == money(totals.loc[name, "monthly_cost"])
    assert platforms["aws.fargate"][2] == money(page.bill.total()["USD"])
    assert "From which size of the fleet nodes are cheaper" in page.tables
    assert "Compared with aws.fargate, aws.ecs_ec2 only." in page.html


def test_large_fleet_says_what_was_not_compared(folder: Path) -> None:
    """Above a hundred workloads no nodes are planned, and the report says so."""
    fleet = pd.DataFrame(
        {"service": ["aws.fargate"] * 101, "region": "us-east-1", "vcpu": 1, "memory_gib": 2}
    )
    page = write(folder / "hundred.html", fleet, services=None)
    assert "Pods on shared nodes are compared for up to 100 workloads only" in page.html
    assert "aws.eks_nodes" not in page.html


def test_fees_alone_are_no_comparison(folder: Path) -> None:
    """A fleet of cluster fees has nothing to move: the report says why, and tells the rest."""
    fleet = pd.DataFrame([{"workload": "cluster", "service": "aws.eks", "region": "us-east-1"}])
    page = write(folder / "fees.html", fleet, services=None)
    assert "Not compared: The fleet has no workloads" in page.html
    assert page.tables["By service"][1][2] == money(73.0)


def test_nothing_priced(folder: Path) -> None:
    """A fleet without a single price has no total of 0: it has none."""
    fleet = pd.DataFrame(
        [
            {
                "workload": "web",
                "service": "aws.fargate",
                "region": "us-east-99",
                "vcpu": 1,
                "memory_gib": 2,
            }
        ]
    )
    page = write(folder / "none.html", fleet)
    assert "1 of 1 workloads have no price" in page.html
    assert page.tables["By service"][1][2] == "-"


def test_documents(folder: Path) -> None:
    """Documents are told with what rides along, every platform, and what nobody stated."""
    text = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 2\n"
        "  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n"
        "    spec: {containers: [{name: web, image: x, resources: {requests: {cpu: 1, memory: 2Gi}}}]}\n"
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
        "spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}\n"
    )
    stack = wf.read_documents(text)
    where: dict[str, Any] = {"service": "gcp.gke_autopilot", "region": "us-central1"}
    html = wf.report(stack, on=ON, **where)
    bill = wf.price_stack(stack, on=ON, **where)
    page = Written(folder, html, bill, bill.frame)
    parts = {row[0]: row[2] for row in page.tables["By part"][1:]}
    costs = bill.frame.groupby("part")["monthly_cost"].sum()
    assert parts == {name: money(cost) for name, cost in costs.items()}
    platforms = page.tables["The whole stack on each platform: complete first, then cheapest"]
    assert len(platforms) == len(wf.compare_stack(stack, region="us-central1", on=ON).totals) + 1
    assert all(str(each).split(":")[0] in html for each in bill.missing)


def test_currencies_are_kept_apart(tmp_path: Path) -> None:
    """Costs in two currencies are two totals, and nothing is compared across them."""
    source = wf.RateBook.bundled().folder
    for name in ("sources.yaml", "regions.yaml"):
        (tmp_path / name).write_bytes((source / name).read_bytes())
    for name in ("aws/fargate.yaml", "gcp/cloud_run_worker_pools.yaml"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes((source / name).read_bytes())
    table = tmp_path / "aws" / "fargate.yaml"
    table.write_text(
        table.read_text(encoding="utf-8").replace("currency: USD", "currency: EUR"),
        encoding="utf-8",
    )
    size = {"vcpu": 1, "memory_gib": 2}
    fleet = [
        {"workload": "a", "service": "aws.fargate", "region": "us-east-1", **size},
        {"workload": "b", "service": "gcp.cloud_run_worker_pools", "region": "us-central1", **size},
    ]
    book = wf.RateBook.open(tmp_path)
    total = wf.estimate(fleet, rates=book, on=ON).total()
    html = wf.report(fleet, rates=book, on=ON)
    assert set(total) == {"EUR", "USD"}
    assert " + ".join(f"{money(cost)} {name}" for name, cost in total.items()) in html
    assert "several currencies" in html


def test_file_is_whole_or_absent(folder: Path) -> None:
    """The file holds the text that is given back; a report that fails leaves nothing behind."""
    fleet = [
        {
            "workload": "web",
            "service": "aws.fargate",
            "region": "us-east-1",
            "vcpu": 1,
            "memory_gib": 2,
        }
    ]
    path = folder / "web.html"
    text = wf.report(fleet, path, services=SERVERLESS[:1], on=ON)
    assert path.read_text(encoding="utf-8") == text
    before = sorted(folder.iterdir())
    with pytest.raises(wf.WorkloadError, match=r"end it in \.html"):
        wf.report(fleet, folder / "web.pdf", on=ON)
    with pytest.raises(wf.UnpricedError):
        wf.report(
            [{**fleet[0], "region": "us-east-99"}], folder / "strict.html", strict=True, on=ON
        )
    assert sorted(folder.iterdir()) == before


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra that draws pictures the report has its tables, and no picture."""
    from wharfage import api_report
    from wharfage.errors import MissingExtraError

    def missing(*_args: object, **_options: object) -> None:
        raise MissingExtraError("altair is not installed.")

    monkeypatch.setattr(api_report, "plot", missing)
    fleet = [
        {
            "workload": "web",
            "service": "aws.fargate",
            "region": "us-east-1",
            "vcpu": 1,
            "memory_gib": 2,
        }
    ]
    html = wf.report(fleet, services=SERVERLESS[:2], on=ON)
    assert "<svg" not in html
    assert "By service" in html

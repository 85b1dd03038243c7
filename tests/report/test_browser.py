"""The report in a real browser: sorted, filtered, by keyboard, on paper, on a phone, at night."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wharfage.outputs.figures import money

from .written import HOSTILE, Written, write

Visit = Callable[..., Any]

#: contrast of text and ground that WCAG 2 asks for, level AA
READABLE = 4.5
TABLE = "#workloads-table table"


@pytest.fixture
def page(visit: Visit, written: Written) -> Any:
    """Give the report, opened on a desk."""
    return visit(written.path, viewport={"width": 1280, "height": 800})


def cells(page: Any, label: str) -> list[str]:
    """Read the shown cells of one column."""
    heads = page.locator(f"{TABLE} thead button").all_text_contents()
    place = heads.index(label) + 1
    return list(page.locator(f"{TABLE} tbody tr > :nth-child({place})").all_text_contents())


def press(page: Any, label: str) -> None:
    """Press the heading of a column."""
    page.locator(f"{TABLE} thead").get_by_role("button", name=label, exact=True).click()


def said(page: Any) -> str:
    """Read the line that says what is shown."""
    return str(page.get_by_role("status").text_content())


def shown_costs(page: Any) -> list[float]:
    """Read the shown costs; what has none is infinite."""
    return [float(text.replace(",", "")) if text != "-" else np.inf for text in cells(page, "cost")]


def test_opens_with_the_costliest(page: Any, written: Written) -> None:
    """The first page of rows is the costliest, and the line says how many there are."""
    costs = shown_costs(page)
    assert len(costs) == 50
    assert costs == sorted(costs, reverse=True)
    assert page.locator(f"{TABLE} th[aria-sort=descending]").text_content().startswith("cost")
    total = written.bill.total(strict=False)
    rows = len(written.fleet)
    assert said(page) == (
        f"{rows} of {rows} workloads, {money(total['USD'])} USD per month, 3 without a price left out"
    )


def test_first_figure_is_the_total(page: Any, written: Written) -> None:
    """The first figure on the screen is the total of the bill, and it is in sight at once."""
    figure = page.locator(".figure").first
    total = written.bill.total(strict=False)["USD"]
    assert figure.text_content() == f"{money(total)} USD per month"
    assert figure.bounding_box()["y"] < 400


def test_sorts_numbers_both_ways(page: Any) -> None:
    """A second press turns the order; what has no price comes last in both."""
    press(page, "cost")
    assert page.locator(f"{TABLE} th[aria-sort=ascending]").count() == 1
    cheapest = shown_costs(page)
    assert cheapest == sorted(cheapest)
    page.get_by_role("button", name="Last").click()
    assert shown_costs(page)[-3:] == [np.inf] * 3
    press(page, "cost")
    assert shown_costs(page) == sorted(shown_costs(page), reverse=True)
    page.get_by_role("button", name="Last").click()
    assert shown_costs(page)[-3:] == [np.inf] * 3


def test_every_column_sorts(page: Any, written: Written) -> None:
    """Each heading orders the rows by its own column, words as a reader of English expects them."""
    for column in written.data["columns"]:
        label = column["label"]
        press(page, label)
        assert (
            page.locator(f"{TABLE} th[aria-sort=none]").count() == len(written.data["columns"]) - 1
        )
        found = [text for text in cells(page, label) if text != "-"]
        if column["kind"] in ("money", "number"):
            numbers = [float(text.replace(",", "")) for text in found]
            assert numbers == sorted(numbers, reverse=True), label
        else:
            collated = page.evaluate(
                "texts => [...texts].sort(new Intl.Collator('en', {numeric: true}).compare)", found
            )
            assert found == collated, label


def test_numbers_in_names_count(page: Any) -> None:
    """The second task comes before the tenth."""
    page.get_by_label("Search").fill("task-")
    press(page, "workload")
    assert cells(page, "workload")[:3] == ["task-1", "task-2", "task-3"]


def test_filters_by_text(page: Any, written: Written) -> None:
    """Every word of a search must stand in a row, in whatever column and case."""
    page.get_by_label("Search").fill("SHOP us-east")
    frame = written.bill.frame
    own = frame[(frame["team"] == "shop") & frame["region"].str.startswith("us-east")]
    assert sorted(cells(page, "workload")) == sorted(own["workload"])
    assert said(page) == (
        f"{len(own)} of {len(frame)} workloads, {money(own['monthly_cost'].sum())} USD per month"
    )


def test_filters_by_service_and_status(page: Any, written: Written) -> None:
    """Lists choose rows by service, by region and by status, alone and together."""
    frame = written.bill.frame
    page.get_by_label("service", exact=True).select_option(label="aws.fargate")
    assert said(page).startswith(f"{(frame['service'] == 'aws.fargate').sum()} of ")
    page.get_by_label("status", exact=True).select_option(label="unpriced")
    assert sorted(cells(page, "workload")) == ["lost-0", "lost-1", "lost-2"]
    assert said(page) == f"3 of {len(frame)} workloads, 3 without a price left out"
    page.get_by_label("region", exact=True).select_option(label="eu-west-1")
    assert said(page).startswith("0 of ")
    page.get_by_role("button", name="Clear").click()
    page.locator(f"{TABLE} tbody tr").nth(49).wait_for()
    assert said(page).startswith(f"{len(frame)} of ")


def test_turns_pages(page: Any, written: Written) -> None:
    """The pages hold every workload once."""
    names = cells(page, "workload")
    page.get_by_role("button", name="Next").click()
    names += cells(page, "workload")
    assert sorted(names) == sorted(written.bill.frame["workload"])
    assert page.get_by_role("button", name="Next").is_disabled()


def test_sorts_by_keyboard_alone(page: Any) -> None:
    """Tab reaches the headings, arrows go along them, Enter sorts; the place is always seen."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#workloads-table thead') !== null"):
            break
    assert page.evaluate("document.activeElement.textContent") == "workload"
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "service"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    services = cells(page, "service")
    assert services == sorted(services)
    page.keyboard.press("Enter")
    assert cells(page, "service")[0] == "gcp.gke_autopilot"
    assert page.evaluate("document.activeElement.textContent") == "service"


def test_skip_link_leads_to_the_content(page: Any) -> None:
    """The first link of the page jumps over the navigation."""
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_hostile_names_are_only_names(page: Any) -> None:
    """Names that look like markup are shown letter by letter, and nothing of them is run."""
    assert page.title() == HOSTILE[0]
    names = cells(page, "workload")
    page.get_by_role("button", name="Next").click()
    names += cells(page, "workload")
    assert set(HOSTILE) <= set(names)
    assert page.locator("main img").count() == 0


def test_saves_what_is_shown(page: Any, written: Written) -> None:
    """The CSV holds the filtered rows in full precision; formulas are made text."""
    page.get_by_label("service", exact=True).select_option(label="aws.fargate")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as CSV").click()
    text = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    frame = written.bill.frame
    own = frame[frame["service"] == "aws.fargate"].set_index("workload")["monthly_cost"]
    place = header.index("cost [USD / month]")
    formula = "=cmd|' /C calc'!A0"
    costs = {row[0].removeprefix("'") if formula in row[0] else row[0]: row[place] for row in rows}
    assert set(costs) == set(own.index)
    assert any(row[0] == f"'{formula}" for row in rows)
    assert all(costs[name] == "" for name in own.index[own.isna()])
    assert all(float(costs[name]) == cost for name, cost in own.dropna().items())


def test_rounds_half_up_as_the_library(page: Any) -> None:
    """The page rounds money as the terminal does: by its decimal text, half up."""
    amounts = [1.005, 2.675, 0.125, 1e-7, 1234567.895, -2.5, 0.1 + 0.2, 5e15, 0.0]
    code = files("wharfage.outputs.report").joinpath("format.js").read_text(encoding="utf-8")
    blank = page.context.new_page()
    found = blank.evaluate(
        "([code, amounts]) => amounts.map(new Function(code + '; return money')())", [code, amounts]
    )
    assert found == [money(amount) for amount in amounts]


def test_on_paper(page: Any) -> None:
    """On paper the large table is left out, and a line says how many workloads it holds."""
    page.emulate_media(media="print")
    assert not page.locator(TABLE).is_visible()
    assert not page.locator("nav").is_visible()
    assert page.get_by_text("more workloads are in the table of the page itself").is_visible()
    assert page.locator("#top table").is_visible()


@pytest.mark.parametrize("width", [320, 375, 768])
def test_fits_a_phone(visit: Visit, written: Written, width: int) -> None:
    """The page itself never scrolls sideways: wide tables and pictures scroll in their frames."""
    page = visit(written.path, viewport={"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    table = page.locator("#workloads-table .scroll")
    assert table.evaluate("frame => frame.scrollWidth > frame.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(visit: Visit, written: Written, scheme: str) -> None:
    """Text, links, small print, buttons and figures on bars have the contrast that WCAG asks for."""
    page = visit(written.path, color_scheme=scheme)
    colours = page.evaluate(
        """() => {
          const ground = (element) => {
            for (let at = element; at; at = at.parentElement) {
              const own = getComputedStyle(at).backgroundColor;
              if (own !== "rgba(0, 0, 0, 0)" && own !== "transparent") return own;
            }
            return getComputedStyle(document.body).backgroundColor;
          };
          const names = ["p", "a", ".note", ".tile h3", "small", "th", "td", "button", "dd", ".warning", "label", "h2"];
          const found = names.flatMap((name) => [...document.querySelectorAll(name)].slice(0, 40).map(
            (element) => [name, getComputedStyle(element).color, ground(element)]));
          const bar = document.querySelector(".bar");
          const image = getComputedStyle(bar).backgroundImage.match(/rgb\\([^)]*\\)/)[0];
          return [...found, [".bar", getComputedStyle(bar).color, image]];
        }"""
    )
    weak = {name for name, text, ground in colours if contrast(text, ground) < READABLE}
    assert len(colours) > 100
    assert weak == set()


def contrast(text: str, ground: str) -> float:
    """Give the contrast of two colours, by the formula of WCAG 2."""
    light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Give the relative luminance of a CSS colour."""
    parts = np.array([float(part) for part in re.findall(r"[\d.]+", colour)[:3]]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_contrast_is_that_of_the_standard() -> None:
    """Black on white is 21 to 1, and the standard's own threshold grey is 4.5 to 1."""
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21.0)
    assert contrast("rgb(118, 118, 118)", "rgb(255, 255, 255)") == pytest.approx(4.54, abs=0.01)


def test_opens_with_a_hundred_thousand(visit: Visit, folder: Path) -> None:
    """A fleet of 10^5 workloads opens, sorts by name and by cost, and is searched."""
    count = 100_000
    numbers = np.arange(count)
    fleet = pd.DataFrame(
        {
            "workload": [f"svc-{n}" for n in numbers],
            "service": np.where(numbers % 3 == 0, "gcp.gke_autopilot", "aws.fargate"),
            "region": np.where(numbers % 3 == 0, "us-central1", "us-east-1"),
            "team": np.array(["shop", "data", "media"])[numbers % 7 % 3],
            "vcpu": 0.25 * 2.0 ** (numbers % 4),
            "memory_gib": 2.0 * 2.0 ** (numbers % 3),
            "replicas": 1 + numbers % 50,
        }
    )
    large = write(folder / "large.html", fleet, services=["aws.fargate"])
    page = visit(large.path)
    assert said(page).startswith(
        f"100,000 of 100,000 workloads, {money(large.bill.total()['USD'])} USD"
    )
    press(page, "workload")
    assert cells(page, "workload")[:3] == ["svc-0", "svc-1", "svc-2"]
    press(page, "cost")
    costs = shown_costs(page)
    assert costs[0] == float(money(large.bill.frame["monthly_cost"].max()).replace(",", ""))
    page.get_by_label("Search").fill("svc-9999 shop")
    own = fleet["workload"].str.contains("svc-9999") & (fleet["team"] == "shop")
    assert said(page).startswith(f"{own.sum()} of 100,000 ")


def test_tag_called_cost_is_a_tag(visit: Visit, folder: Path) -> None:
    """A column of the fleet that is called like a column of the table does not take its place."""
    task = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 1, "memory_gib": 2}
    fleet = pd.DataFrame([{**task, "cost": "centre 7"}, {**task, "cost": "centre 9"}])
    small = write(folder / "tag.html", fleet, services=["aws.fargate"])
    page = visit(small.path)
    assert said(page) == f"2 of 2 workloads, {money(small.bill.total()['USD'])} USD per month"

"""Every rule of the rate tables, broken once: the words, the file and the line of the message."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import wharfage as wf
from wharfage.errors import RateTableError

Break = Callable[..., Any]

MEMORY = '    ap-northeast-2: "0.00511"\n'
LINUX = "{operating_system: linux, purchase_option: on_demand}"
SPOT = "{operating_system: linux, purchase_option: spot}"

#: what is wrong, what stands there, what is written instead, rule, words of the message, line of
FORM = [
    ("missing key", "title: a table", "titel: a table", "'title' is missing", "service:"),
    ("misspelt key", "title: a", "titel: a", "did you mean 'title'", "titel"),
    (
        "extra key of a rate",
        "  source: price_page\n  prices",
        "  source: price_page\n  sorce: x\n  prices",
        "'sorce' is not known here; did you mean 'source'",
        "sorce",
    ),
    ("missing source", "  source: price_page\n  prices", "  prices", "'source' is missing", None),
    (
        "price without quotes",
        '"0.04048"',
        "0.04048",
        "write the price as text in quotes",
        "0.04048\n",
    ),
    ("negative price", '"0.04048"', '"-0.04048"', "finite and not negative", "-0.04048"),
    ("no number", '"0.04048"', '"0,04048"', "'0,04048' is not a decimal number", "0,04048"),
    ("NaN price", '"0.04048"', '"NaN"', "finite and not negative", "NaN"),
    ("infinite price", '"0.04048"', '"Infinity"', "finite and not negative", "Infinity"),
    ("exponent beyond float", '"0.04048"', '"1e999"', "not a plain decimal number", "1e999"),
    ("underscore", '"0.04048"', '"1_000"', "not a plain decimal number", "1_000"),
    ("long cell", '["0.04656", SKU1]', '["0.04656", SKU1, x]', "[price, sku] or null", "SKU1, x"),
    ("number as SKU", "SKU1", "12345", "valid string", "12345"),
    ("meters of another type", "meters: [vcpu_hours]", "meters: vcpu_hours", "valid list", None),
    ("no date that exists", "2026-11-23", "2026-02-30", "cannot be read", "2026-02-30"),
    (
        "doubt in other words",
        "why: Linux",
        "confidence: low\n  why: Linux",
        "not known here",
        "low",
    ),
    (
        "unknown doubt",
        '  price: "0.40"',
        '  confidence: doubtfull\n  price: "0.40"',
        "Input should be 'doubtful'",
        "doubtfull",
    ),
    (
        "both dates",
        "  effective_from: 2026-06-01",
        "  effective_from: 2026-06-01\n  observed_on: 2026-06-01",
        "effective_from or observed_on, not both",
        None,
    ),
    (
        "no date",
        "  effective_from: 2026-06-01\n",
        "",
        "a rate needs effective_from (first day in force) or observed_on",
        None,
    ),
    (
        "price and prices",
        '  price: "0.40"',
        '  price: "0.40"\n  prices: {us-east-1: "0.1"}',
        "give price",
        None,
    ),
    ("neither price", '  price: "0.40"\n', "", "give price", None),
]

MEANING = [
    (
        "other place",
        "service: aws.fargate",
        "service: aws.eks",
        "R6",
        "lies where 'aws.fargate'",
        "service",
    ),
    ("currency", "currency: USD", "currency: usd", "R6", "no currency code", "currency"),
    (
        "option",
        "cud_1yr]",
        "cud_1y]",
        "R6",
        "'cud_1y' is no purchase option; did you mean",
        "cud_1y]",
    ),
    (
        "meter",
        "requests:\n    p",
        "reqests:\n    p",
        "R6",
        "there is no meter 'reqests'; did",
        "reqests",
    ),
    (
        "meter of a rate",
        "- meter: requests",
        "- meter: request",
        "R6",
        "no meter 'request' in this table; did you mean 'requests'",
        "meter: request\n",
    ),
    ("unit", "1M Requests\n    key", "1 Request\n    key", "R5", "is no pricing unit", "1 Request"),
    (
        "unit of another meter",
        "GB-Hours",
        "Hours",
        "R5",
        "Hours cannot price memory_gib_hours",
        None,
    ),
    (
        "unit of a rate",
        "  pricing_unit: vCPU-Hours\n  obs",
        "  pricing_unit: vCPU-Seconds\n  obs",
        "R5",
        "'vCPU-Seconds' is not the meter's pricing unit 'vCPU-Hours'",
        None,
    ),
    (
        "amount in a key",
        "key: [tier, ",
        "key: [price_usd, ",
        "R1",
        "does not belong in a key",
        None,
    ),
    ("date in a key", "key: []", "key: [observed_on]", "R1", "'observed_on' does not belong", None),
    ("amount in a rate's key", f"key: {SPOT}", "key: {usd: x}", "R1", "'usd' does not", "usd"),
    ("key column", "key: [tier, ", "key: [teir, ", "R6", "'teir' is no fleet column", "[teir"),
    ("short key", f"key: {SPOT}", "key: {purchase_option: spot}", "R6", "the key names", None),
    (
        "value",
        "key: {operating_system: linux, purchase_option: s",
        "key: {operating_system: linus, purchase_option: s",
        "R6",
        "'linus' is no operating_system; did you mean",
        "linus",
    ),
    ("option not sold", "spot, cud_1yr]", "cud_1yr]", "R6", "'spot' is not among", SPOT),
    ("group", "    tier_2: ", "    tier_3: ", "R6", "'tier_3' is no group of tier; did", "tier_3"),
    ("value in cells", "    zonal:", "    zonnal:", "R6", "'zonnal' is no cluster_type", "zonnal"),
    ("price by region", '  prices:\n    zonal: "0.10"', "  prices: {}", "R6", "no place", None),
    ("prices everywhere", '  price: "0.40"', '  prices: {x: "1"}', "R6", "give price", '{x: "1"}'),
    (
        "one price for all regions",
        '  prices:\n    us-east-1: "0.0121"',
        '  price: "0.0121"',
        "R6",
        "vcpu_hours is priced by region: give prices",
        '  price: "0.0121"',
    ),
    (
        "source",
        "source: price_page\n  prices",
        "source: price_pag\n  prices",
        "R8",
        "not in sources.yaml; did you mean 'price_page'",
        "price_pag\n",
    ),
    ("two groups", "tier_1: [us-east-1]", "tier_1: [us-east-1, eu-west-1]", "R6", "2 times", None),
    ("whole discount", '"0.17"', '"17"', "R10", "fraction 17 is the whole price", '"17"'),
    (
        "discount key",
        "key: {operating_system: [l",
        "key: {cpu_architecture: [arm64], operating_system: [l",
        "R6",
        "'cpu_architecture' is in the key of none",
        "arm64",
    ),
    (
        "discount meter",
        "  meters: [vcpu_hours]\n  key",
        "  meters: [vcpu]\n  key",
        "R6",
        "no meter 'vcpu'",
        "[vcpu]",
    ),
    (
        "discount option",
        "option: cud_1yr",
        "option: cud_3yr",
        "R6",
        "'cud_3yr' is not among",
        "cud_3yr",
    ),
    ("condition", "[windows], p", "[win], p", "R6", "'win' is no operating_system", "[win]"),
    (
        "condition column",
        "{operating_system: [windows], p",
        "{os: [windows], p",
        "R6",
        "'os' is no fleet",
        "os:",
    ),
    (
        "credit meter",
        "  meters: [vcpu_hours]\n  when",
        "  meters: [gpu]\n  when",
        "R6",
        "no meter 'gpu'",
        "[gpu]",
    ),
    (
        "credit amount",
        '  amount: "4.32"\n',
        "",
        "R6",
        "has an amount or a quantity, or names",
        None,
    ),
    (
        "SKUs of money",
        '  amount: "4.32"\n',
        '  amount: "4.32"\n  skus: [SKU1]\n',
        "R6",
        "skus are for a credit of a quantity per sku",
        "skus: [SKU1]",
    ),
    (
        "SKU of no rate",
        '  amount: "4.32"\n',
        '  quantity: "5"\n  per: sku\n  skus: [SKU9]\n',
        "R6",
        "no rate of its meter has the SKU 'SKU9'",
        "skus: [SKU9]",
    ),
    (
        "credit exception",
        '  amount: "4.32"\n',
        '  amount: "4.32"\n  unless: {operating_system: [win]}\n',
        "R6",
        "'win' is no operating_system",
        "[win]",
    ),
    (
        "rule column",
        "by: operating_system",
        "by: operatingsystem",
        "R6",
        "is no fleet column",
        "operatingsystem",
    ),
    ("rule value", "{linux: 60", "{linus: 60", "R6", "'linus' is no operating_system", "linus"),
    ("rule text", "value: 1000", "value: many", "R6", "'many' is no number", "many"),
    ("rule NaN", "value: 1000", "value: .nan", "R6", "nan is no number", ".nan"),
    (
        "rule by nothing",
        "value: 1000",
        "value: {linux: 1}",
        "R6",
        "is no number of 0 or more",
        "{linux: 1}",
    ),
    (
        "read in the future",
        "checked_on: 2026-11-23",
        "checked_on: 2025-12-31",
        "R2",
        "after checked_on",
        None,
    ),
    ("Spot above", '"0.0121"', '"0.0512"', "R10", "0.0512 is above on-demand 0.04048", "0.0512"),
    ("Spot far below", '"0.0121"', '"0.0000121"', "R10", "more than 100 times below", "0.0000121"),
    (
        "slip of a unit",
        '"0.000122"',
        '"0.122"',
        "R10",
        "0.122 is more than 10 times away",
        '"0.122"',
    ),
    ("slip to nothing", '"0.000122"', '"0"', "R10", "a slip of the unit?", 'eu-west-1: "0"'),
    (
        "tiers from 1000",
        "  pricing_unit: 1M Requests\n  obs",
        '  pricing_unit: 1M Requests\n  tier_start: "1000"\n  obs',
        "R10",
        "start at 1000, not at 0",
        '"0.40"',
    ),
    ("rising tiers", '"0.20"', '"0.60"', "R10", "from 2000 costs more (0.60 after 0.40)", '"0.60"'),
    (
        "rate twice",
        '  tier_start: "2000"\n',
        "",
        "R3",
        "stated twice on 2026-01-01 with another price (0.40 and 0.20)",
        '"0.20"',
    ),
    (
        "borrowed prices and own rates",
        "    key: [cluster_type]\n",
        "    key: [cluster_type]\n    prices_of: aws.eks\n",
        "R6",
        "cluster_hours has rates here, though its prices are those of aws.eks",
        "  cluster_hours:",
    ),
    (
        "missing meter",
        MEMORY,
        "",
        "R7",
        "ap-northeast-2 priced for vcpu_hours (linux) but not for memory_gib_hours",
        None,
    ),
    (
        "meter without a rate",
        "  requests:\n",
        "  gpu_hours: {pricing_unit: GPU-Hours, key: []}\n  requests:\n",
        "R6",
        "gpu_hours has no rate in this table",
        "gpu_hours",
    ),
]


def _names(cases: list[Any]) -> list[str]:
    return [case[0].replace(" ", "-") for case in cases]


@pytest.mark.parametrize("case", FORM, ids=_names(FORM))
def test_form_fault_is_named_with_its_line(broken: Break, case: tuple[str, ...]) -> None:
    """A fault of the form is reported in words, with the file and the line on which it stands."""
    _, old, new, words, at = case
    bad = broken((old, new))
    faults = [fault for fault in bad.faults if words in fault["message"]]
    assert len(faults) == 1, bad.error
    assert faults[0]["file"] == "aws/fargate.yaml"
    if at is not None:
        assert faults[0]["line"] in _lines(bad.text, at)


@pytest.mark.parametrize("case", MEANING, ids=_names(MEANING))
def test_broken_rule_is_named_with_its_line(broken: Break, case: tuple[str, ...]) -> None:
    """A broken rule is reported by its number and in words, with file and line."""
    _, old, new, rule, words, at = case
    bad = broken((old, new))
    faults = [f for f in bad.faults if f["rule"] == rule and words in f["message"]]
    assert faults, bad.error
    assert f"{rule} aws/fargate.yaml:{faults[0]['line']} " in str(bad.error)
    if at is not None:
        assert faults[0]["line"] in _lines(bad.text, at)


def _lines(text: str, words: str) -> list[int]:
    """Numbers of the lines that hold some words; a line end in the words counts."""
    lines = text.splitlines(keepends=True)
    return [n for n, line in enumerate(lines, start=1) if words in line]


def test_good_table_keeps_every_rule(good: Path) -> None:
    """The table that all these faults are cut from is accepted."""
    assert wf.RateBook.open(good).services() == ("aws.fargate",)


def test_missing_key_is_reported_at_the_start_of_its_rate(broken: Break) -> None:
    """What is missing has no line: the one on which its rate begins is named."""
    bad = broken(("  source: price_page\n  prices", "  prices"))
    assert bad.faults[0]["line"] == _lines(bad.text, "- meter: vcpu_hours")[0]
    assert bad.faults[0]["path"] == "rates.0.source"


def test_cell_is_named_by_its_path(broken: Break) -> None:
    """A bad cell is named by rate, key and region."""
    bad = broken(('"0.00511"', '"x"'))
    assert bad.faults[0]["path"] == "rates.2.prices.ap-northeast-2"
    assert bad.faults[0]["line"] == bad.line('"x"')


def test_all_faults_of_a_table_are_reported_at_once(broken: Break) -> None:
    """Three faults in different places come in one message, each with its line."""
    bad = broken(('"0.0121"', '"0.0512"'), ("currency: USD", "currency: usd"), (MEMORY, ""))
    assert sorted(fault["rule"] for fault in bad.faults) == ["R10", "R6", "R7"]
    assert "break 3 rule(s) in 1 table(s)" in str(bad.error)
    for fault in bad.faults:
        assert f"aws/fargate.yaml:{fault['line']}" in str(bad.error)


def test_all_faults_of_the_form_are_reported_at_once(broken: Break) -> None:
    """Three faults of the form come in one message."""
    bad = broken(('"0.0121"', "0.0121"), ("title: a", "titel: a"))
    assert [fault["rule"] for fault in bad.faults] == ["form"] * 3


def test_faults_of_several_tables_are_reported_at_once(good: Path) -> None:
    """A fault in one table does not hide that of another."""
    text = (good / "aws" / "fargate.yaml").read_text(encoding="utf-8")
    (good / "aws" / "eks.yaml").write_text(text, encoding="utf-8")
    (good / "aws" / "fargate.yaml").write_text("- a list", encoding="utf-8")
    with pytest.raises(RateTableError) as caught:
        wf.RateBook.open(good)
    assert set(caught.value.failures["file"]) == {"aws/eks.yaml", "aws/fargate.yaml"}


def test_message_shows_some_faults_and_counts_the_rest(
    broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that is wrong throughout does not flood the terminal; all faults are in failures."""
    monkeypatch.setattr("wharfage.rates.check.SHOWN", 4)
    bad = broken(*[("source: price_page", "source: old_page")] * 9)
    assert str(bad.error).count("fargate.yaml:") == 4
    assert "... and 5 more" in str(bad.error)
    assert len(bad.faults) == 9


def test_versions_of_a_rule_are_in_the_order_of_their_dates(broken: Break) -> None:
    """A version that is not newer than the one before is refused with both dates."""
    third = "    - {effective_from: 2026-04-01, value: {linux: 1}, source: price_page}\n"
    bad = broken(("  maximum_replicas:", f"{third}  maximum_replicas:"))
    assert "not in the order of their dates (2026-04-01 after 2026-05-01)" in str(bad.error)
    assert bad.faults[0]["line"] == bad.line("2026-04-01")
    assert bad.faults[0]["rule"] == "R3"


def test_only_the_first_version_may_have_no_date(broken: Break) -> None:
    """A later version of a rule without a date is refused."""
    bad = broken(("    - effective_from: 2026-05-01\n      value", "    - value"))
    assert "only the first version may have no date" in str(bad.error)


def test_versions_of_groups_are_in_the_order_of_their_dates(broken: Break) -> None:
    """Region groups are a history like any other."""
    second = "  - {effective_from: 2026-03-01, source: price_page, groups: {}}\n"
    bad = broken(("discounts:\n", f"{second}discounts:\n"))
    assert "(2026-03-01 after 2026-03-01)" in str(bad.error)


def test_same_rate_twice_at_the_same_price_is_refused_too(broken: Break) -> None:
    """A copy of a rate is a mistake even if it says the same."""
    bad = broken(('  tier_start: "2000"\n', ""), ('"0.20"', '"0.40"'))
    assert "requests is stated twice on 2026-01-01" in str(bad.error)
    assert "another price" not in str(bad.error)


def test_region_that_no_list_knows_is_named(good: Path) -> None:
    """A misspelt region in the cells of a rate is refused, with the nearest one as a hint."""
    from wharfage.rates.check import check_table
    from wharfage.rates.document import read_document
    from wharfage.rates.regions import read_regions
    from wharfage.rates.sources import read_sources

    path = good / "aws" / "fargate.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("eu-west-1: ", "eu-wets-1: "))
    regions = read_regions(good / "regions.yaml").of_provider("aws")
    sources = read_sources(good / "sources.yaml")
    _, problems = check_table(read_document(path), sources, "aws.fargate", regions)
    named = [p for p in problems if p["rule"] == "R6"]
    assert {p["message"] for p in named} == {"'eu-wets-1' is no region; did you mean 'eu-west-1'?"}
    assert len(named) == 3

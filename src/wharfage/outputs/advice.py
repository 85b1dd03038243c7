"""Advice on a terminal: the path, what each answer costs, and the platforms at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console

from wharfage.outputs.figures import money
from wharfage.outputs.json_document import document_of
from wharfage.outputs.stacks import print_notes
from wharfage.outputs.tables import print_heading, print_item, print_table

if TYPE_CHECKING:
    from wharfage.api_advice import Advice


def print_advice(console: Console, advice: Advice) -> None:
    """Steps with their prices, the use case, its platforms, and what is not priced."""
    print_item(console, f"priced for: {advice.workload}")
    console.print()
    for number, step in enumerate(advice.steps, start=1):
        print_item(console, f"{number}. {step.question.ask}", style="bold")
        console.print(f"   {'yes' if step.answer else 'no'} ({step.given_by})")
        own = advice.backing[advice.backing["question"] == step.question.id]
        for row in own.to_dict("records"):
            print_item(console, f"{row['answer']:>3}: {_cheapest(row)}", indent=3)
    print_heading(console, f"\nuse case: {advice.use_case.title}\n")
    _print_platforms(console, advice)
    if advice.not_priced:
        console.print()
        print_heading(console, "not priced")
        for each in advice.not_priced:
            print_item(console, str(each), indent=2)
    comparison = advice.comparison
    if comparison.missing:
        texts = dict.fromkeys(each.text for each in comparison.missing)
        console.print()
        said = f"missing input, not priced: {', '.join(texts)}; wharfage compare takes them"
        print_item(console, said)
    print_notes(console, comparison.notes)
    book = comparison.rate_book_digest
    said = f"rates in force on {comparison.on}, month {comparison.month}, rate book {book}"
    print_item(console, said)


def advice_document(advice: Advice) -> dict[str, Any]:
    """The same as a JSON document, with nulls where there is no price."""
    return document_of(
        "advice",
        advice.comparison,
        workload=advice.workload,
        use_case=advice.use_case.id,
        steps=[
            {
                "question": step.question.id,
                "answer": "yes" if step.answer else "no",
                "given_by": step.given_by,
            }
            for step in advice.steps
        ],
        backing=advice.backing,
        platforms=advice.platforms,
        not_priced=[str(each) for each in advice.not_priced],
    )


def _print_platforms(console: Console, advice: Advice) -> None:
    rows = []
    for number, row in enumerate(advice.platforms.to_dict("records"), start=1):
        names = [row[name] for name in ("purchase_option", "billing_mode")]
        marks = [str(name) for name in names if name is not None and not pd.isna(name)]
        service = " ".join([str(row["service"]), *(f"({mark})" for mark in marks)])
        why = f"{row['why']}; no price: {row['reason']}" if row["reason"] else row["why"]
        rows.append((str(number), service, str(row["region"]), money(row["monthly_cost"]), why))
    headers = ("#", "platform", "region", "per month", "why")
    title = "platforms for it, in the guide's order"
    right, drop = ("#", "per month"), ("why", "region")
    print_table(console, headers, rows, right=right, title=title, drop=drop)


def _cheapest(row: dict[Any, Any]) -> str:
    if row["service"] is None or pd.isna(row["service"]):
        return "none of its platforms is priced for this workload here"
    return f"from {money(row['monthly_cost'])} a month, on {row['service']}"

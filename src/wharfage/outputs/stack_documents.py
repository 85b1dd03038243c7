"""Stacks as JSON documents: a bill with what rides along, and platforms in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wharfage.outputs.bills import bill_document
from wharfage.outputs.json_document import document_of

if TYPE_CHECKING:
    from wharfage.api_stack_results import StackBill, StackComparison


def stack_bill_document(bill: StackBill, *, lines: bool) -> dict[str, Any]:
    """Bill of a stack: as any bill, with its parts, the range of its autoscalers, what is missing."""
    return bill_document(
        bill,
        lines=lines,
        parts=bill.parts,
        range=None if bill.range is None else dict(zip(("low", "high"), bill.range, strict=True)),
        **_said(bill),
    )


def stack_comparison_document(comparison: StackComparison) -> dict[str, Any]:
    """Platforms in order, every part of each, and what each cannot run."""
    return document_of(
        "stack_comparison",
        comparison,
        totals=comparison.totals,
        parts=comparison.parts,
        left_out=comparison.left_out,
        **_said(comparison),
    )


def _said(found: StackBill | StackComparison) -> dict[str, Any]:
    """Amounts that nobody stated, and notes on the documents with their places."""
    notes = [
        {"workload": note.workload, "text": note.text, "where": note.where}
        for note in dict.fromkeys(found.notes)
    ]
    return {"missing_inputs": [str(each) for each in found.missing], "notes": notes}

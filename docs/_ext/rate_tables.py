"""The format of a rate table, from the classes that read it."""

from __future__ import annotations

import inspect
import re

from markdown import code, from_docstring, table
from pydantic.fields import FieldInfo

import wharfage as wf
from wharfage.rates import schema, sources

#: part of a file -> class that reads it
PARTS: dict[str, type[schema.Form]] = {
    "The table": schema.TableForm,
    "A meter": schema.MeterForm,
    "A block of rates": schema.RateBlock,
    "A rule": schema.RuleForm,
    "A version of a rule": schema.RuleVersion,
    "A version of a region group": schema.GroupVersion,
    "A discount": schema.Discount,
    "A derived rate": schema.DerivedRate,
    "What is not offered": schema.NotOffered,
    "A credit": schema.CreditForm,
    "An assumption": schema.AssumptionForm,
    "A source": sources.Source,
}


def fields(_book: wf.RateBook) -> str:
    """Every part of a table with its fields."""
    return "\n".join(_part(name, form) for name, form in PARTS.items())


def _part(name: str, form: type[schema.Form]) -> str:
    rows = [
        (code(field), code(_type(info)), "yes" if info.is_required() else "")
        for field, info in form.model_fields.items()
    ]
    said = from_docstring(inspect.getdoc(form) or "")
    return f"### {name}\n\n{said}\n\n{table(('field', 'type', 'needed'), rows)}"


def _type(info: FieldInfo) -> str:
    """Type in words: a price is text, a form is its class's name."""
    kind = info.annotation
    text = kind.__name__ if isinstance(kind, type) and not hasattr(kind, "__args__") else str(kind)
    text = re.sub(r"typing\.|datetime\.|wharfage\.rates\.\w+\.", "", text)
    text = re.sub(r"Annotated\[([^,\[\]]+(?:\[[^\]]*\])?), .*?\)\]", r"\1", text)
    text = re.sub(r"^Optional\[(.*)\]$", r"\1", text)
    return text.replace("NoneType", "None").replace(" | None", "")

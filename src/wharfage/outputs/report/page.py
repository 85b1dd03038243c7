"""The page: template, styles, script and data put together into one file that asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from string import Template

from wharfage.outputs.report.cheaper import cheaper
from wharfage.outputs.report.details import break_evens, certainty, unused
from wharfage.outputs.report.elements import Html, element, html, join
from wharfage.outputs.report.facts import Facts
from wharfage.outputs.report.summary import summary, where
from wharfage.outputs.report.workloads import all_workloads, top, workload_json

STYLES = ("page.css", "tables.css", "print.css")
#: in the order that they need each other
SCRIPTS = ("format.js", "rows.js", "csv.js", "view.js")

LINKS = {
    "summary": "In short",
    "where": "Where it goes",
    "cheaper": "What would be cheaper",
    "top": "Costliest",
    "workloads": "All workloads",
    "unused": "Unused",
    "break-evens": "Break-evens",
    "certainty": "How sure",
}


def page(facts: Facts) -> str:
    """The report as HTML text."""
    sections = {
        "summary": summary(facts),
        "where": where(facts),
        "cheaper": cheaper(facts),
        "top": top(facts),
        "workloads": all_workloads(facts),
        "unused": unused(facts),
        "break-evens": break_evens(facts),
        "certainty": certainty(facts),
    }
    script = _script()
    links = (element("a", LINKS[name], href=f"#{name}") for name, text in sections.items() if text)
    return Template(_text("page.html")).substitute(
        policy=_policy(script),
        title=html(facts.title),
        style="\n".join(_text(name) for name in STYLES),
        about=_about(facts),
        links=join(links, " "),
        sections=join(sections.values(), Html("\n")),
        data=workload_json(facts),
        script=script,
    )


def _about(facts: Facts) -> Html:
    bill = facts.bill
    pieces = [
        f"{len(facts.fleet):,} {'rows' if facts.platforms is not None else 'workloads'}",
        f"rates of {bill.on}",
        f"month {bill.month}",
        f"rate book {bill.rate_book_digest[:12]}",
        "costs after credits and free tiers",
    ]
    return join(pieces, " · ")


def _script() -> str:
    """Script of the page, its files in a scope of their own."""
    body = "\n".join(_text(name) for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{body}\n}})();'


def _policy(script: str) -> str:
    """Policy that forbids all network, and every script but the page's own."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )


def _text(name: str) -> str:
    return files("wharfage.outputs.report").joinpath(name).read_text(encoding="utf-8")

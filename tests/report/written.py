"""Reports of small fleets, and what stands in them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd

import wharfage as wf
from wharfage.examples import example_fleet_path

ON = "2026-10-01"
#: services that bill each workload on its own: no plan of nodes is waited for
SERVERLESS = (
    "aws.fargate",
    "aws.fargate_eks",
    "gcp.cloud_run",
    "gcp.cloud_run_jobs",
    "gcp.cloud_run_worker_pools",
    "gcp.gke_autopilot",
)
#: names that would do harm if they were taken for markup, script, CSV formulas or text direction
HOSTILE = (
    "</script><script>document.title='broken out'</script>",
    "<img src=x onerror=\"document.title='broken out'\">",
    "<!--",
    "]]>&lt;b&gt;",
    "=cmd|' /C calc'!A0",
    'quoted "name", with a comma',
    "\u202egnp.live",
    "파이프라인 ü ✓",
    "${alert(1)} $policy $$",
    "__proto__",
    "a\u2028b",
)


@dataclass(frozen=True)
class Written:
    """A report, and the bill that it must agree with."""

    path: Path
    html: str
    bill: wf.Bill
    fleet: pd.DataFrame

    @property
    def data(self) -> dict[str, Any]:
        """Data of the table of all workloads."""
        found = re.search(r'<script type="application/json" id="data">(.*?)</script>', self.html)
        assert found is not None
        return dict(json.loads(found.group(1)))

    def column(self, label: str) -> list[Any]:
        """Cells of one column of that table."""
        (column,) = (each for each in self.data["columns"] if each["label"] == label)
        if "codes" in column:
            return [column["words"][code] for code in column["codes"]]
        return list(column["values"])

    @property
    def tables(self) -> dict[str, list[list[str]]]:
        """Rows of the plain tables by caption, the headings first."""
        reader = Tables()
        reader.feed(self.html)
        return reader.found


class Tables(HTMLParser):
    """Text of the cells of every table."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] = []
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Begin a table, a row or a cell."""
        if tag == "tr":
            self._rows.append([])
        if tag in ("caption", "th", "td"):
            self._text = []

    def handle_data(self, data: str) -> None:
        """Collect the text of a cell."""
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        """End a cell."""
        if tag == "caption" and self._text is not None:
            self._rows = self.found["".join(self._text)] = []
        if tag in ("th", "td") and self._text is not None:
            self._rows[-1].append("".join(self._text))
        if tag in ("caption", "th", "td"):
            self._text = None


def many() -> pd.DataFrame:
    """Fleet with two pages of rows: the example, hostile names, and a region that is none."""
    example = pd.read_csv(example_fleet_path(), dtype=str)
    task = {"service": "aws.fargate", "region": "us-east-1", "vcpu": "0.3", "memory_gib": "1"}
    more = [
        {**task, "workload": f"task-{n}", "team": "many", "replicas": str(n)} for n in range(1, 41)
    ]
    named = [{**task, "workload": name, "team": name} for name in HOSTILE]
    lost = [{**task, "workload": f"lost-{n}", "region": "us-east-99"} for n in range(3)]
    return pd.concat([example, pd.DataFrame(more + named + lost)], ignore_index=True)


def write(path: Path, fleet: pd.DataFrame, **keywords: Any) -> Written:
    """Write a report of a fleet, and price the fleet."""
    html = wf.report(fleet, path, on=ON, **{"services": SERVERLESS, **keywords})
    return Written(path, html, wf.estimate(fleet, on=ON), fleet)

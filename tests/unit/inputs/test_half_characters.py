"""Half of a character in a fleet is a fault that names its row."""

from __future__ import annotations

import pandas as pd
import pytest

import wharfage as wf
from wharfage.errors import WorkloadError

WEB = {"service": "aws.fargate", "region": "us-east-1", "vcpu": 0.5, "memory_gib": 1}


@pytest.mark.parametrize("column", ["workload", "region", "vcpu", "team"])
def test_cell_names_its_row(column: str) -> None:
    """A lone surrogate names its row and column, whatever the column."""
    with pytest.raises(WorkloadError, match=f"Row 2 holds half a character in {column}"):
        wf.estimate([WEB, {**WEB, column: "\udc80"}])


def test_column_name() -> None:
    """A lone surrogate in the name of a column is a fault too."""
    with pytest.raises(WorkloadError, match=r"name of column '.udc80'"):
        wf.compare([{**WEB, "\udc80": 1}])


def test_object_column_of_a_frame() -> None:
    """A frame that keeps text as objects is looked at as well."""
    frame = pd.DataFrame([WEB]).assign(workload=pd.Series(["\udc80"], dtype=object))
    with pytest.raises(WorkloadError, match="Row 1 holds half a character in workload"):
        wf.estimate(frame)


def test_title_of_a_report() -> None:
    """The title of a report is text of a file as well."""
    with pytest.raises(WorkloadError, match="half a character in title"):
        wf.report([WEB], title="\udc80")

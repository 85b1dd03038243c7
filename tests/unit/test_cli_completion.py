"""What a shell completes: names of the rate book, asked for without loading it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import wharfage as wf
from wharfage.cli_completion import one_of, purchase_options, regions, services, several


def test_services_are_those_of_the_rate_book() -> None:
    """Every service with a table is offered, and no other."""
    assert sorted(services("")) == sorted(wf.RateBook.bundled().services())


def test_regions_are_those_of_both_clouds() -> None:
    """Every region of the book is offered, and no other name."""
    known = wf.RateBook.bundled().regions
    assert regions("") == sorted({*known.of_provider("aws"), *known.of_provider("gcp")})


def test_beginnings_are_kept_to() -> None:
    """Only names that begin as typed are offered."""
    assert services("aws.fargate") == ["aws.fargate", "aws.fargate_eks"]
    assert purchase_options("sp") == ["spot"]
    assert one_of("account", "none")("n") == ["none"]


@pytest.mark.parametrize("typed", ["spot,on", "spot,"])
def test_lists_complete_their_last_entry(typed: str) -> None:
    """After a comma the next entry is completed, and none is offered twice."""
    found = several(purchase_options)(typed)
    assert "spot,on_demand" in found
    assert "spot,spot" not in found


def test_completion_loads_neither_numpy_nor_pandas() -> None:
    """A press of the key waits for no array library and no rate table."""
    code = (
        "import sys, wharfage.cli as cli, wharfage.cli_completion as c;"
        "c.services(''), c.regions(''), c.purchase_options('');"
        "print(*{'numpy', 'pandas', 'yaml', 'pyarrow'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""

"""A price that slipped by a factor is caught before anything is priced with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import wharfage as wf
from wharfage.errors import RateTableError
from wharfage.rates.book import bundled_folder


@pytest.mark.parametrize("slipped", ["46.56", "0.00004656"])
def test_a_slip_of_a_thousand_is_caught_story_3(tmp_path: Path, slipped: str) -> None:
    """A region that is a thousand times dearer or cheaper than the others fails the table."""
    (tmp_path / "aws").mkdir()
    for name in ("sources.yaml", "regions.yaml", "aws/fargate.yaml"):
        shutil.copy(bundled_folder() / name, tmp_path / name)
    path = tmp_path / "aws" / "fargate.yaml"
    text = path.read_text(encoding="utf-8")
    good = 'ap-northeast-2: ["0.04656", DS579H2QDYXPJDKE]'
    assert good in text
    path.write_text(text.replace(good, good.replace("0.04656", slipped)), encoding="utf-8")
    with pytest.raises(RateTableError, match=r"R10 aws/fargate\.yaml:\d+ .*ap-northeast-2.*slip"):
        wf.RateBook.open(tmp_path)

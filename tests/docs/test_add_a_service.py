"""Someone who does what "add a service" says, in a copy of the checkout, ends up with a service."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .pages import Reader, blocks_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "add_a_service.md"
TOY = ROOT / "tests" / "contract" / "toy"
#: what the page's commands need of a checkout
NEEDED = (
    "src",
    "pricing_data",
    "tests/contract",
    "tests/golden",
    "tests/unit/engine/test_compiled.py",
    "tests/conftest.py",
    "tests/test_architecture.py",
    "pyproject.toml",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a copy of what the page's commands need."""
    for name in NEEDED:
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return tmp_path


def files_of_the_page() -> dict[str, str]:
    """Give the files that the page writes, by name."""
    return {block.file: block.text for block in blocks_of(PAGE) if block.file}


@pytest.mark.parametrize(
    ("name", "toy"),
    [
        ("src/wharfage/services/toy/harbour.py", "harbour.py"),
        ("pricing_data/toy/harbour.yaml", "harbour.yaml"),
        ("tests/golden/toy/harbour/2026-10-01/two_tiers.yaml", "golden.yaml"),
    ],
)
def test_the_page_and_the_toy_are_the_same(name: str, toy: str) -> None:
    """The files on the page are those that the contract tests price."""
    assert files_of_the_page()[name] == (TOY / toy).read_text(encoding="utf-8")


def test_the_page_can_be_followed(checkout: Path) -> None:
    """Every step works in a checkout, and the last one explains the new service's bill."""
    reader = Reader(
        checkout,
        PYTHONPATH=str(checkout / "src"),
        PYTHONDONTWRITEBYTECODE="1",
        PYTEST_ADDOPTS=f"-p no:cacheprovider --rootdir={checkout}",
    )
    regions = checkout / "pricing_data" / "regions.yaml"
    for block in blocks_of(PAGE):
        if block.language == "yaml" and block.file is None:
            text = regions.read_text(encoding="utf-8")
            regions.write_text(text.replace("regions:\n", f"regions:\n{block.text}", 1), "utf-8")
        try:
            reader.do(block)
        except Exception as error:
            error.add_note(f"{PAGE.name}, line {block.line}")
            raise
    assert "toy.harbour" in (checkout / "pricing_data" / "rates.lock").read_text(encoding="utf-8")

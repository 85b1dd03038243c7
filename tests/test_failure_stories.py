"""Every failure story has a test, or says which part of the product will have it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
STORIES: dict[int, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("failure_stories.yaml").read_text(encoding="utf-8")
)
TOLD = 37

every_story = pytest.mark.parametrize("number", STORIES)


@cache
def names_in(path: str) -> frozenset[str]:
    """List the test functions of a file, without running it."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in names if name.startswith("test_"))


def all_tests() -> dict[str, str]:
    """List every test function of the suite, with its file."""
    return {
        f"{path}::{name}": name
        for path in (p.relative_to(ROOT).as_posix() for p in (ROOT / "tests").rglob("test_*.py"))
        for name in names_in(path)
    }


def test_all_stories_are_there() -> None:
    """The stories are numbered from 1 to 37."""
    assert sorted(STORIES) == list(range(1, TOLD + 1))


@every_story
def test_story_has_a_title(number: int) -> None:
    """A story is told in one line."""
    assert STORIES[number]["title"].strip()


@every_story
def test_story_is_tested_or_planned(number: int) -> None:
    """A story has tests, or names the part of the product that will cover it."""
    story = STORIES[number]
    assert set(story) <= {"title", "tests", "not_yet"}
    assert story.get("tests") or story.get("not_yet", "").strip()


@every_story
def test_tests_of_a_story_exist(number: int) -> None:
    """Every test that a story names is there."""
    missing = []
    for test in STORIES[number].get("tests", []):
        path, name = test.split("::")
        if not (ROOT / path).is_file() or name not in names_in(path):
            missing.append(test)
    assert not missing


@every_story
def test_story_is_found_from_a_test(number: int) -> None:
    """At least one test of a story carries its number."""
    tests = STORIES[number].get("tests", [])
    assert not tests or any(test.endswith(f"_story_{number}") for test in tests)


def test_numbered_tests_are_listed() -> None:
    """Every test that carries a story's number is listed under that story."""
    listed = {(number, test) for number, s in STORIES.items() for test in s.get("tests", [])}
    carried = {
        (int(name.rsplit("_story_", 1)[1]), test)
        for test, name in all_tests().items()
        if "_story_" in name and name.rsplit("_story_", 1)[1].isdigit()
    }
    assert carried <= listed

"""Pictures as files: three formats, whole or not at all, and no address that is loaded."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

import wharfage as wf
from wharfage.errors import InvalidValueError
from wharfage.outputs.pictures.files import save_picture, svg_text

KINDS = [
    "components", "waste", "ranking", "regions", "break_even", "limited", "load", "surface",
    "fan", "tornado", "node_waste", "history",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_png_opens(charts: dict[str, Any], kind: str, tmp_path: Path) -> None:
    """A PNG has its signature and the size of a picture, at two pixels per unit."""
    path = tmp_path / "picture.png"
    save_picture(charts[kind], path)
    head = path.read_bytes()[:24]
    width, height = struct.unpack(">II", head[16:24])
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert 1000 < width < 5000
    assert 300 < height < 4000


def test_svg_opens(charts: dict[str, Any], tmp_path: Path) -> None:
    """An SVG is well-formed and holds the title as text."""
    path = tmp_path / "picture.svg"
    save_picture(charts["ranking"], path)
    root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314  written by ourselves
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "USD per month" in "".join(root.itertext())


@pytest.mark.parametrize("kind", ["ranking", "surface", "break_even"])
def test_svg_for_a_page_takes_its_colours(charts: dict[str, Any], kind: str) -> None:
    """SVG for a report has no ground and no ink of its own: text is in the colour of the page."""
    text = svg_text(charts[kind])
    assert 'fill="currentColor"' in text
    assert "#1B1B1B" not in text.upper()
    first = re.search(r"<svg[^>]*>\s*<rect[^>]*>", text)
    assert first is None or "#ffffff" not in first.group(0).lower()


def test_page_names_no_address(charts: dict[str, Any], tmp_path: Path) -> None:
    """A page neither loads nor links anything."""
    path = tmp_path / "picture.html"
    save_picture(charts["ranking"], path)
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//""", text)
    assert "cdn" not in text.lower()


def test_text_of_a_fleet_cannot_end_the_script(tmp_path: Path) -> None:
    """A workload that is called like the end of a script is text."""
    evil = "</script><script>window.evil=1</script>"
    row = {
        "workload": evil,
        "service": "aws.fargate",
        "region": "us-east-1",
        "vcpu": 1,
        "memory_gib": 2,
    }
    path = tmp_path / "picture.html"
    save_picture(wf.estimate([row]).plot(by="workload"), path)
    assert "<script>window.evil" not in path.read_text(encoding="utf-8")


def test_unknown_suffix_is_a_fault(charts: dict[str, Any], tmp_path: Path) -> None:
    """A suffix that is nearly one gets its name, and nothing is written."""
    with pytest.raises(InvalidValueError, match="does not say in which format") as fault:
        save_picture(charts["ranking"], tmp_path / "picture.pngg")
    assert fault.value.hint == "did you mean '.png'?"
    assert not list(tmp_path.iterdir())


def test_a_failed_picture_leaves_the_old_one(
    charts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be written leaves what was there, and nothing else."""
    path = tmp_path / "picture.svg"
    path.write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InvalidValueError, match="cannot be written"):
        save_picture(charts["ranking"], path)
    assert [each.name for each in tmp_path.iterdir()] == ["picture.svg"]
    assert path.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("kind", ["ranking", "break_even", "surface", "history"])
def test_page_draws_itself_without_a_network(
    charts: dict[str, Any], kind: str, browser: Any, tmp_path: Path
) -> None:
    """In a real browser the picture appears, the console stays silent and nothing is asked for."""
    path = tmp_path / "picture.html"
    save_picture(charts[kind], path)
    page = browser.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector("#picture svg.marks", timeout=30_000)
    drawn = page.evaluate("document.querySelectorAll('#picture svg.marks path').length")
    page.close()
    assert drawn > 10
    assert not said
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []

"""Pictures as files: PNG, SVG, or a page that needs no network."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from wharfage.outputs.files import check_output_path, whole_file
from wharfage.outputs.pictures.theme import BLANK, INK, load_altair

SUFFIXES = (".png", ".svg", ".html")
#: pixels per unit of a picture, so that text is sharp on paper and on fine screens
SCALE = 2.0

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body {{ margin: 1rem; background: {ground}; }} #picture {{ overflow-x: auto; }}</style>
<script>{library}</script>
</head>
<body>
<div id="picture" role="img" aria-label="{described}"></div>
<script>
vegaEmbed("#picture", {spec}, {{
  mode: "vega-lite", renderer: "svg",
  actions: {{export: true, source: false, compiled: false, editor: false}},
}}).catch(function (error) {{ throw error; }});
</script>
</body>
</html>
"""


def check_picture_path(path: Path) -> None:
    """Raise before any work is done if a picture cannot be drawn or written there.

    Raises
    ------
    InvalidValueError
        If the suffix is none of ``SUFFIXES``, or the folder is missing or not writable.
    MissingExtraError
        If altair is not installed.
    """
    check_output_path(path, SUFFIXES)
    load_altair()


def save_picture(chart: Any, path: str | Path) -> None:  # noqa: ANN401  a chart
    """Write a chart in the format that the suffix names, whole or not at all.

    Parameters
    ----------
    chart : altair.Chart
        As :func:`wharfage.plot` gives it.
    path : path
        Ends in ``.png``, ``.svg`` or ``.html``. The page holds all it needs: it loads nothing.

    Raises
    ------
    InvalidValueError
        If the suffix is another, or the file cannot be written; nothing is left behind.
    """
    place = Path(path)
    check_picture_path(place)
    suffix = place.suffix.lower()
    content = {".png": _png, ".svg": _svg, ".html": _page}[suffix](chart.to_dict())
    with whole_file(place) as beside:
        beside.write_bytes(content)


def svg_text(chart: Any) -> str:  # noqa: ANN401  a chart
    """Chart as SVG for a page of one's own: no ground, and text in the colour of the page's text."""
    spec = json.dumps(chart.to_dict()).replace(f'"{INK}"', '"currentColor"')
    clear = json.loads(spec)
    clear["config"] = {**clear.get("config", {}), "background": None}
    return _svg(clear).decode("utf-8")


def _version(spec: dict[str, Any]) -> str | None:
    """Version of the language that the chart is written in, as the converter takes it."""
    found = re.search(r"/v(\d+\.\d+)", str(spec.get("$schema", "")))
    return found.group(1) if found else None


def _png(spec: dict[str, Any]) -> bytes:
    import vl_convert  # noqa: PLC0415  optional and heavy

    return vl_convert.vegalite_to_png(spec, scale=SCALE, vl_version=_version(spec))


def _svg(spec: dict[str, Any]) -> bytes:
    import vl_convert  # noqa: PLC0415  optional and heavy

    return str(vl_convert.vegalite_to_svg(spec, vl_version=_version(spec))).encode("utf-8")


def _page(spec: dict[str, Any]) -> bytes:
    import vl_convert  # noqa: PLC0415  optional and heavy

    heading = spec.get("title") or {}
    words = heading.get("text", "picture") if isinstance(heading, dict) else heading
    title = " ".join(words) if isinstance(words, list) else str(words)
    text = _PAGE.format(
        title=html.escape(title),
        described=html.escape(str(spec.get("description", title))),
        ground=BLANK,
        library=vl_convert.javascript_bundle(vl_version=_version(spec)),  # type: ignore[call-arg]
        # Text of a fleet may hold anything, an end of the script too.
        spec=json.dumps(spec, allow_nan=False).replace("<", "\\u003c"),
    )
    return text.encode("utf-8")

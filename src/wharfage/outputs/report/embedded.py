"""Pictures inside the page: SVG whose names clash with no other, told to who cannot see it."""

from __future__ import annotations

import re
from typing import Any

from wharfage.outputs.pictures.files import svg_text
from wharfage.outputs.report.elements import Html, element


def embedded(chart: Any, name: str) -> Html:  # noqa: ANN401  a chart
    """Chart as a figure; `name` sets its ids apart from those of other pictures of the page."""
    return element("figure", Html(named_apart(svg_text(chart), name, _described(chart))))


def named_apart(svg: str, name: str, described: str) -> str:
    """SVG with every id and what refers to it prefixed, as one image with a description.

    Examples
    --------
    >>> named_apart('<svg><g id="a"/><g clip-path="url(#a)"/></svg>', "p", "costs")
    '<svg role="img" aria-label="costs"><g id="p-a"/><g clip-path="url(#p-a)"/></svg>'
    """
    own = re.sub(r'\bid="', f'id="{name}-', svg)
    own = re.sub(r'(url\(["\']?#|href="#)', rf"\g<1>{name}-", own)
    label = element("svg", role="img", aria_label=described).removesuffix("></svg>")
    return own.replace("<svg", label, 1)


def _described(chart: Any) -> str:  # noqa: ANN401  a chart
    """Title and subtitle of a chart as text."""
    parts = [getattr(chart.title, name, None) for name in ("text", "subtitle")]
    lines = [line for part in parts for line in (part if isinstance(part, list) else [part])]
    return ". ".join(line for line in lines if isinstance(line, str) and line)

"""A built page loads nothing from anywhere else: no font, script, style or picture."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

#: what a browser fetches by itself; links that a reader follows are no matter
LOADED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=["']((?:https?:)?//[^"']+)"""
    r"""|<link\b(?=[^>]*rel=["'](?:stylesheet|preload|preconnect|icon|dns-prefetch)["'])"""
    r"""[^>]*href=["']((?:https?:)?//[^"']+)"""
    r"""|@import\s+(?:url\()?["']?((?:https?:)?//[^"')]+)"""
    r"""|url\(["']?((?:https?:)?//[^"')]+)"""
)
SUFFIXES = (".html", ".css")


def loaded_addresses(text: str) -> list[str]:
    """Addresses that a page or a style sheet makes a browser fetch."""
    return [next(filter(None, found)) for found in LOADED.findall(text)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("build-finished", check)
    return {"parallel_read_safe": True}


def check(app: Sphinx, error: Exception | None) -> None:
    """Warn of every built file that loads something."""
    if error is not None:
        return
    for path in sorted(Path(app.outdir).rglob("*")):
        if path.suffix in SUFFIXES:
            for address in loaded_addresses(path.read_text(encoding="utf-8")):
                name = path.relative_to(app.outdir)
                logging.getLogger(__name__).warning("%s loads %s", name, address)

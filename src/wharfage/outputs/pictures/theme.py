"""How pictures look: one palette, one set of sizes, titles that say what is shown.

The hues are those of Okabe and Ito, which people with any kind of colour vision tell apart; their
lightness is spread evenly and rises from the first to the last, so that they stay apart in grey.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import pandas as pd

from wharfage.errors import MissingExtraError
from wharfage.outputs.json_document import plain_records

#: navy, blue, vermillion, green, orange, sky, yellow: lightness 22, 41, 52, 61, 72, 81, 93
PALETTE = ("#1D3557", "#0064A0", "#CC5A00", "#17A67C", "#E9A414", "#92D1F5", "#F7EE8C")
#: what is given back, or belongs to nobody
BLANK = "#FFFFFF"
#: where nothing is known
NOTHING = "#E3E3E3"
#: text, axes and outlines; a picture in a report takes the colour of its text instead
INK = "#1B1B1B"
#: text on a light mark, whatever the ground
ON_LIGHT = "#111111"
#: lines differ in dash too; the darkest is lost on a dark page, the lightest on a white one
LINE_COLORS = PALETTE[1:5]
DASHES = ([1, 0], [9, 4], [2, 3], [10, 3, 2, 3], [5, 2], [14, 4], [6, 2, 1, 2])
#: shades of an amount, light to dark: blue to yellow in hue, and ordered in lightness
SHADES = "cividis"

WIDTH = 560
#: height of one bar with its gap
STEP = 26
FONT = "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"
#: numbers on axes: with separators, without trailing zeros
NUMBERS = ",~f"
#: width of a character of a label, for what must not overlap
CHARACTER = 6.6
#: characters of a line of the subtitle
SUBTITLE = 100


def load_altair() -> Any:  # noqa: ANN401  a module
    """Give altair.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        import altair as alt  # noqa: PLC0415  optional and heavy
        import vl_convert  # noqa: F401, PLC0415  writes the files
    except ImportError as error:
        raise MissingExtraError(
            f"Pictures are drawn with altair and vl-convert, and {error.name} is not installed.",
            hint="pip install 'wharfage[report]'",
        ) from error
    return alt


def rows_of(frame: pd.DataFrame) -> Any:  # noqa: ANN401  data of a chart
    """Give the rows of a frame as data that travels inside the chart; None where there is no number."""
    return load_altair().InlineData(values=plain_records(frame))


def finished(chart: Any, title: str, subtitle: Sequence[str]) -> Any:  # noqa: ANN401  a chart
    """Chart with its title, its subtitle and the look of all pictures."""
    alt = load_altair()
    lines = [line for text in subtitle if text for line in _folded(text)]
    heading = alt.TitleParams(_folded(title, 74), subtitle=lines)
    # At once: altair copies a chart whole at every step.
    return chart.properties(
        title=heading, description=". ".join([title, *subtitle]), config=_config()
    )


def _config() -> dict[str, Any]:
    """Sizes, colours and places of all that is no mark."""
    label = {"labelFontSize": 12, "titleFontSize": 12, "labelColor": INK, "titleColor": INK}
    return {
        "background": BLANK,
        "font": FONT,
        "padding": 12,
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "fontSize": 16,
            "fontWeight": "bold",
            "color": INK,
            "subtitleColor": INK,
            "subtitleFontSize": 12,
            "subtitlePadding": 6,
            "subtitleLineHeight": 16,
            "lineHeight": 20,
            "offset": 14,
        },
        "axis": {
            **label,
            "titleFontWeight": "normal",
            "domainColor": INK,
            "tickColor": INK,
            "gridColor": INK,
            "gridOpacity": 0.14,
            "labelLimit": 320,
            "titlePadding": 8,
        },
        "legend": {**label, "labelLimit": 320, "symbolStrokeColor": INK, "symbolStrokeWidth": 0.6},
        "text": {"color": INK, "fontSize": 12},
        "header": {"labelColor": INK, "titleColor": INK, "labelFontSize": 12},
        "view": {"stroke": None},
    }


def line_scales(names: Sequence[str]) -> tuple[Any, Any]:
    """Colour and dash of named lines, as two scales; no two of the first 28 look the same."""
    alt = load_altair()
    colors = [LINE_COLORS[n % len(LINE_COLORS)] for n in range(len(names))]
    dashes = [DASHES[n % len(DASHES)] for n in range(len(names))]
    return (
        alt.Scale(domain=list(names), range=colors),
        alt.Scale(domain=list(names), range=dashes),
    )


def spaced_colors(count: int) -> list[str]:
    """Colours as far apart as so few can be, the palest and the darkest only where all are needed.

    Examples
    --------
    >>> spaced_colors(2) == [PALETTE[1], PALETTE[5]]
    True
    """
    inner = PALETTE[1:6]
    if count > len(inner):
        return [PALETTE[n % len(PALETTE)] for n in range(count)]
    steps = {1: (0,), 2: (0, 4), 3: (0, 2, 4), 4: (0, 1, 3, 4)}.get(count, range(len(inner)))
    return [inner[n] for n in steps][:count]


def _folded(text: str, width: int = SUBTITLE) -> list[str]:
    """Text in lines that are not much wider than a picture."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)

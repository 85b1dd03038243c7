"""HTML out of cells: every text is escaped here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from wharfage.outputs.figures import money


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


@dataclass(frozen=True)
class Head:
    """Heading of a column, with the unit of what stands below it."""

    text: str
    unit: str = ""
    is_number: bool = False


def numeric(text: str, unit: str = "") -> Head:
    """Heading of a column of numbers."""
    return Head(text, unit, is_number=True)


@dataclass(frozen=True)
class Bar:
    """A number with a bar behind it; `part` is its length, from 0 to 1."""

    text: str
    part: float


Cell = str | Bar


def html(text: object) -> Html:
    """Text as markup; what is markup stays as it is.

    Examples
    --------
    >>> html("</script>")
    '&lt;/script&gt;'
    """
    return text if isinstance(text, Html) else Html(escape(str(text)))


def join(parts: Iterable[object], between: str = "") -> Html:
    """Parts one after the other, each escaped unless it is markup."""
    return Html(html(between).join(html(part) for part in parts))


def element(tag: str, *parts: object, **attributes: object) -> Html:
    """Element with what it holds; attributes are escaped, `class_` is ``class``.

    Examples
    --------
    >>> element("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for name, value in attributes.items()
    )
    return Html(f"<{tag}{named}>{join(parts)}</{tag}>")


def section(name: str, title: str, *parts: object) -> Html:
    """Section with a heading that links lead to."""
    heading = element("h2", title, id=f"{name}-title")
    return element("section", heading, *parts, id=name, aria_labelledby=f"{name}-title")


def note(*parts: object) -> Html:
    """Paragraph of small print."""
    return element("p", *parts, class_="note")


def table(
    caption: str, heads: Sequence[Head], rows: Iterable[Sequence[Cell]], *, unseen: bool = False
) -> Html:
    """Table with a caption, in a frame of its own that scrolls where it is wide.

    The first cell of a row names it. An unseen caption repeats a heading, for who hears the page.
    """
    top = join(
        element(
            "th",
            head.text,
            Html(f" <small>{html(head.unit)}</small>") if head.unit else "",
            scope="col",
            **({"class_": "number"} if head.is_number else {}),
        )
        for head in heads
    )
    body = join(
        element("tr", *(_cell(cell, heads[place], place) for place, cell in enumerate(row)))
        for row in rows
    )
    inner = element(
        "table",
        element("caption", element("span", caption, class_="unseen" if unseen else "seen")),
        element("thead", element("tr", top)),
        element("tbody", body),
    )
    return element("div", inner, class_="scroll", role="region", aria_label=caption)


def _cell(cell: Cell, head: Head, place: int) -> Html:
    classes = ["number"] if head.is_number else []
    attributes: dict[str, object] = {}
    if isinstance(cell, Bar):
        classes.append("bar")
        attributes["style"] = f"--part:{100 * min(max(cell.part, 0.0), 1.0):.1f}%"
    if classes:
        attributes["class_"] = " ".join(classes)
    text = cell.text if isinstance(cell, Bar) else cell
    # A name in a right-to-left script, or made to look like one, must not turn its neighbours.
    inner = html(text) if head.is_number else element("bdi", _breakable(text))
    if place == 0:
        return element("th", inner, scope="row", **attributes)
    return element("td", inner, **attributes)


def _breakable(text: str) -> Html:
    """Text whose long names may be broken after their dots and underscores."""
    return Html(html(text).replace("_", "_<wbr>").replace(".", ".<wbr>"))


def count(number: float) -> str:
    """Whole number with thousand separators."""
    return f"{int(number):,}"


def share(part: float) -> str:
    """Share in per cent, one decimal; a dash where there is none."""
    if np.isnan(part):
        return "-"
    percent = round(100 * part, 1)
    # A little less than nothing is nothing.
    return f"{percent or 0.0:.1f} %"


def amounts(costs: dict[str, float]) -> str:
    """Money by currency, in words.

    Examples
    --------
    >>> amounts({"USD": 1234.5})
    '1,234.50 USD'
    """
    return " + ".join(f"{money(cost)} {currency}" for currency, cost in costs.items()) or "-"

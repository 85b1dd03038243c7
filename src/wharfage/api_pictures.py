"""The public verb for pictures: any result drawn as a chart."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from wharfage.analysis.break_even import BreakEven
from wharfage.analysis.break_even_surface import BreakEvenSurface
from wharfage.analysis.ranges import Ranges
from wharfage.api import Bill, Comparison
from wharfage.api_stack_results import StackComparison
from wharfage.errors import InvalidValueError, did_you_mean
from wharfage.nodes.node_plan import NodePlan
from wharfage.rates.book import RateBook

if TYPE_CHECKING:
    import altair as alt

ROOM = "wharfage.outputs.pictures"
#: pictures of each result, the usual one first: kind and the function that draws it
KINDS: Mapping[type, Mapping[str, str]] = {
    Bill: {"components": "components.components", "waste": "waste.waste"},
    Comparison: {"ranking": "ranking.ranking", "regions": "regions.regions"},
    StackComparison: {"ranking": "stack_ranking.ranking"},
    BreakEven: {"break_even": "break_even.break_even", "load": "load.load"},
    BreakEvenSurface: {"surface": "surface.surface"},
    Ranges: {"fan": "fan.fan", "tornado": "tornado.tornado"},
    NodePlan: {"waste": "node_waste.waste"},
    RateBook: {"history": "history.history"},
}


def plot(result: object, kind: str | None = None, **options: Any) -> alt.Chart:  # noqa: ANN401
    """Picture of a result.

    Parameters
    ----------
    result : Bill, Comparison, StackComparison, BreakEven, BreakEvenSurface, Ranges, NodePlan, RateBook
        What is drawn.
    kind : str, optional
        The first of each is the default. Bill: ``components``, ``waste``; Comparison: ``ranking``,
        ``regions``; StackComparison: ``ranking``; BreakEven: ``break_even``, ``load``; BreakEvenSurface: ``surface``; Ranges:
        ``fan``, ``tornado``; NodePlan: ``waste``; RateBook: ``history``.
    **options
        Of the kind, such as ``top=10`` or ``workload="web"``; each is described where it is drawn,
        in ``wharfage.outputs.pictures``.

    Returns
    -------
    altair.Chart
        Its numbers are the result's, and travel with it. What has no price is not drawn, and the
        subtitle says so.

    Raises
    ------
    InvalidValueError
        If there is no such picture of the result, or it takes no such option.
    UnpricedError
        If nothing of the result has a price, so that there is nothing to draw.
    MissingExtraError
        If altair is not installed.

    Examples
    --------
    >>> import wharfage as wf
    >>> web = {"region": "us-east-1", "vcpu": 0.5, "memory_gib": 1}
    >>> chart = plot(wf.compare([web], services=["aws.fargate", "gcp.cloud_run"]))
    >>> chart.title.text
    ['What 1 costs on each service [USD per month]']
    """
    kinds = next((own for of, own in KINDS.items() if isinstance(result, of)), None)
    if kinds is None:
        names = ", ".join(of.__name__ for of in KINDS)
        raise InvalidValueError(
            f"There is no picture of a {type(result).__name__}.", hint=f"pictures are of: {names}."
        )
    name = next(iter(kinds)) if kind is None else str(kind)
    if name not in kinds:
        raise InvalidValueError(
            f"There is no picture {name!r} of a {type(result).__name__}.",
            hint=did_you_mean(name, kinds) or _hint(name, kinds),
        )
    module, function = kinds[name].split(".")
    draw = getattr(import_module(f"{ROOM}.{module}"), function)
    _check_options(name, draw, options)
    return draw(result, **options)


def _hint(name: str, kinds: Mapping[str, str]) -> str:
    """Say which pictures there are, or of which results the one that was asked for is."""
    of = [each.__name__ for each, own in KINDS.items() if name in own]
    there = f"it has {', '.join(kinds)}"
    return f"{there}; {name!r} is a picture of a {' or '.join(of)}." if of else f"{there}."


def _check_options(kind: str, draw: Callable[..., object], options: Mapping[str, object]) -> None:
    known = [name for name in inspect.signature(draw).parameters if name != "result"]
    wrong = [name for name in options if name not in known]
    if wrong:
        raise InvalidValueError(
            f"The picture {kind!r} has no option {wrong[0]!r}.",
            hint=did_you_mean(wrong[0], known) or f"it takes {', '.join(known)}.",
        )

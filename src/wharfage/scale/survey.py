"""What has to be known of a whole file before its first batch is priced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from wharfage.columns import FLEET_COLUMNS
from wharfage.engine.estimate import price_fleet
from wharfage.engine.fleet import encode_fleet
from wharfage.engine.plan import Options
from wharfage.engine.pooling import graduated_meters
from wharfage.engine.priced import PricedFleet
from wharfage.errors import InvalidValueError
from wharfage.rates.book import RateBook
from wharfage.scale.encoding import NUMBERS
from wharfage.scale.ids import is_text
from wharfage.scale.sources import ParquetSource
from wharfage.services import service_ids


@dataclass(frozen=True)
class Survey:
    """Services of a file, and a fleet in miniature: one empty row on each of them.

    The miniature has all columns of the file, so whatever is wrong with the columns is wrong with
    it; it knows the rates, the pools and the rules that the file will need.
    """

    services: tuple[str, ...]
    miniature: PricedFleet

    @property
    def pooled(self) -> tuple[str, ...]:
        """Services whose workloads share something: a credit, or graduated tiers."""
        results = self.miniature.services.items()
        return tuple(name for name, own in results if own.plan.pools or graduated_meters(own.plan))

    @property
    def measurements(self) -> int:
        """Times that the file is measured before it is priced.

        None where nothing is shared; twice where a graduated meter draws from a pool, because
        what is spent there depends on how much is used in all.
        """
        if not self.pooled:
            return 0
        for name in self.pooled:
            plan = self.miniature.services[name].plan
            drawing = {meter for share in plan.pools for meter in share.meters}
            if drawing & {*graduated_meters(plan)}:
                return 2
        return 1


def survey(source: ParquetSource, book: RateBook, options: Options, fill: dict[str, str]) -> Survey:
    """Survey of a file: its services, and whether its columns will do.

    Raises
    ------
    WorkloadError
        If there is no row, a column is missing or stands twice, or a column of numbers holds
        none at all.
    """
    services = services_of(source, fill)
    check_numbers(source)
    names = list(dict.fromkeys([*source.schema.names, *fill]))
    return Survey(services, price_miniature(names, services, source.rows, book, options))


def price_miniature(
    names: list[str], services: tuple[str, ...], rows: int, book: RateBook, options: Options
) -> PricedFleet:
    """One row on each service with all columns empty, priced: every fault of columns shows."""
    count = max(len(services), 1) if rows else 0
    frame = pd.DataFrame({name: [None] * count for name in names}, dtype=object)
    if "service" in names and services:
        frame["service"] = list(services)
    return price_fleet(encode_fleet(frame), book, options)


def services_of(source: ParquetSource, fill: dict[str, str]) -> tuple[str, ...]:
    """Known services of a file, in order of appearance."""
    import pyarrow.compute as pc  # noqa: PLC0415  heavy, and only for Arrow

    found: dict[str, None] = {}
    if "service" in source.schema.names:
        for batch in source.batches(["service"]):
            for value in pc.unique(batch.column(0)).to_pylist():
                found.setdefault("" if value is None else str(value).strip())
    if "service" in fill and (not found or "" in found):
        found.setdefault(fill["service"].strip())
    known = {*service_ids()}
    return tuple(name for name in found if name in known)


def check_numbers(source: ParquetSource) -> None:
    """Raise if a column of numbers holds text, and no number, in all its filled cells.

    Raises
    ------
    InvalidValueError
        Naming the first such column.
    """
    filled = {
        own.name: 0
        for own in source.schema
        if own.name in FLEET_COLUMNS
        and FLEET_COLUMNS[own.name].kind in NUMBERS
        and is_text(getattr(own.type, "value_type", own.type))
    }
    examples: dict[str, str] = {}
    for batch in source.batches(list(filled)) if filled else ():
        for name in list(filled):
            texts = _filled_texts(batch.column(name))
            if _any_number(texts):
                del filled[name]
            elif len(texts):
                filled[name] += len(texts)
                examples.setdefault(name, texts[0].as_py())
        if not filled:
            return
    for name, example in examples.items():
        # One cell that holds no number is a fault of its row.
        if filled.get(name, 0) > 1:
            raise InvalidValueError(
                f"Column {name!r} holds no number in any of its {filled[name]:,} filled cells,"
                f" the first is {example!r}.",
                hint=f"write a plain number in {FLEET_COLUMNS[name].unit}.",
                failures=[{"column": name, "value": example}],
            )


def _filled_texts(column: Any) -> Any:  # noqa: ANN401  pyarrow arrays
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow
    import pyarrow.compute as pc  # noqa: PLC0415

    texts = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return texts.filter(pc.fill_null(pc.not_equal(texts, ""), fill_value=False))


def _any_number(texts: Any) -> bool:  # noqa: ANN401  pyarrow arrays
    words = pd.Series(texts.unique().to_pylist(), dtype=object)
    is_number = pd.to_numeric(words, errors="coerce").notna() | (words.str.lower() == "nan")
    return bool(is_number.any())

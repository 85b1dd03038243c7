"""The kernel of every engine: an Arrow record batch of workloads in, the same with costs out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wharfage.columns import COST_STATUSES, RESULT_COLUMNS
from wharfage.engine.assemble import status_codes
from wharfage.engine.estimate import price_fleet
from wharfage.engine.plan import Options
from wharfage.engine.pooling import PoolSums, measure_pools
from wharfage.engine.priced import PricedFleet
from wharfage.rates.book import RateBook
from wharfage.scale.encoding import encode_batch, known_columns
from wharfage.scale.ids import id_texts
from wharfage.scale.meters import meter_columns, meter_costs

#: result columns that hold words; the others hold numbers
WORDS = ("cost_status", "unpriced_reason")


@dataclass(frozen=True)
class PricedBatch:
    """A priced record batch, and the fleet that it was made from."""

    batch: Any
    priced: PricedFleet


@dataclass(frozen=True)
class Kernel:
    """Prices record batches; every batch on its own, with the pools of the whole fleet.

    Parameters
    ----------
    book : RateBook
        Where rates, rules and credits come from.
    options : Options
        Date, month and choices, from :func:`wharfage.engine.options.read_options`.
    sums : PoolSums, optional
        What all batches spend and use in common: the sum of :meth:`measure_batch` over them.
        Without, every batch is a fleet with pools of its own.
    meters : sequence of str
        Meters that get a ``<meter>_quantity`` and a ``<meter>_cost`` column.
    fill : mapping of column to text
        What stands in the empty cells of some columns.
    is_coded : bool
        Words of the result as Arrow dictionaries, for writers that keep them so; as plain
        strings otherwise.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from wharfage.engine.options import read_options
    >>> book = RateBook.bundled()
    >>> options = read_options(book, "2026-10-01", "730h", "account", "round_up", None, None)
    >>> kernel = Kernel(book, options)
    >>> work = {"service": ["aws.fargate"], "region": ["us-east-1"], "vcpu": [1], "memory_gib": [2]}
    >>> batch = pa.RecordBatch.from_pydict(work)
    >>> priced = kernel.price_batch(batch)
    >>> priced.schema.equals(kernel.output_schema(batch.schema))
    True
    >>> round(priced["monthly_cost"][0].as_py(), 4)
    36.0409
    """

    book: RateBook
    options: Options
    sums: PoolSums | None = None
    meters: Sequence[str] = ()
    fill: Mapping[str, str] = field(default_factory=dict)
    is_coded: bool = False

    def output_schema(self, schema: Any) -> Any:  # noqa: ANN401  pyarrow schemas
        """Schema of the priced batches of a schema: the inputs, then what they cost."""
        import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

        fields = {name: pa.field(name, schema.field(name).type) for name in schema.names}
        for name in self.fill:
            fields[name] = pa.field(name, pa.string())
        results = [*RESULT_COLUMNS, *meter_columns(self.meters)]
        kept = [own for name, own in fields.items() if name not in (*results, "workload")]
        place = list(fields).index("workload") if "workload" in fields else 0
        place -= sum(name in results for name in list(fields)[:place])
        kept.insert(place, pa.field("workload", pa.string()))
        words = pa.dictionary(pa.int32(), pa.string()) if self.is_coded else pa.string()
        own = [pa.field(name, words if name in WORDS else pa.float64()) for name in results]
        return pa.schema([*kept, *own])

    def price_batch(self, batch: Any, first_row: int = 1) -> Any:  # noqa: ANN401  pyarrow batches
        """Record batch with the columns of ``Bill.frame``: the inputs, then what they cost.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            Workloads; its columns may have other vocabularies than those of the last batch.
        first_row : int
            Number of its first row in the whole fleet: the id of a workload without one.

        Returns
        -------
        pyarrow.RecordBatch
            Of :meth:`output_schema`; costs are null with a reason where a row is unpriced.

        Raises
        ------
        WorkloadError
            If a column that a service needs is missing, or cannot be used.
        """
        import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

        if batch.num_rows:
            return self.price(batch, first_row).batch
        schema = self.output_schema(batch.schema)
        return pa.RecordBatch.from_arrays([pa.array([], own.type) for own in schema], schema=schema)

    def price(self, batch: Any, first_row: int = 1) -> PricedBatch:  # noqa: ANN401  as above
        """Price a batch of at least one row; the priced fleet comes with it."""
        import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

        schema = self.output_schema(batch.schema)
        given = self._filled(batch)
        priced = price_fleet(encode_batch(given), self.book, self.options, self.sums)
        columns = self._results(priced, batch.num_rows)
        own_ids = given.column("workload") if "workload" in given.schema.names else None
        columns["workload"] = id_texts(own_ids, batch.num_rows, first_row)
        arrays = [columns[n] if n in columns else given.column(n) for n in schema.names]
        return PricedBatch(pa.RecordBatch.from_arrays(arrays, schema=schema), priced)

    def measure_batch(self, batch: Any, services: Sequence[str] | None = None) -> PoolSums:  # noqa: ANN401
        """What a batch spends and uses in common with the rest of its fleet.

        With `services`, only the workloads of these are looked at.
        """
        import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow
        import pyarrow.compute as pc  # noqa: PLC0415

        names = known_columns(batch.schema.names)
        given = self._filled(batch.select(names))
        if services is not None:
            own = pc.utf8_trim_whitespace(given.column("service").cast(pa.string()))
            given = given.filter(pc.is_in(own, pa.array(services, pa.string())))
        if not given.num_rows:
            return PoolSums()
        return measure_pools(price_fleet(encode_batch(given), self.book, self.options, self.sums))

    def _filled(self, batch: Any) -> Any:  # noqa: ANN401  pyarrow batches
        """Batch with the empty cells of some columns filled."""
        import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow
        import pyarrow.compute as pc  # noqa: PLC0415

        for name, value in self.fill.items():
            place = batch.schema.get_field_index(name)
            if place < 0:
                filled = pa.repeat(pa.scalar(value, pa.string()), batch.num_rows)
                batch = batch.append_column(name, filled)
                continue
            cells = batch.column(name).cast(pa.string())
            is_empty = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(cells), ""), fill_value=True)
            batch = batch.set_column(place, name, pc.if_else(is_empty, value, cells))
        return batch

    def _results(self, priced: PricedFleet, rows: int) -> dict[str, Any]:
        cost = priced.monthly_cost
        numbers = {
            "daily_cost": cost * self.options.month.per_day,
            "monthly_cost": cost,
            "monthly_list_cost": priced.list_cost,
            "billed_vcpu": priced.billed_vcpu,
            "billed_memory_gib": priced.billed_memory_gib,
            **meter_costs(priced, self.meters),
        }
        status, reasons = status_codes(priced)[:rows], priced.reasons
        return {
            **{name: number_column(values[:rows]) for name, values in numbers.items()},
            "cost_status": self._words(status, COST_STATUSES),
            "unpriced_reason": self._words(reasons.codes[:rows] - 1, reasons.texts[1:]),
        }

    def _words(self, codes: NDArray[Any], words: Sequence[str]) -> Any:  # noqa: ANN401
        """Words by code; null where the code is below zero."""
        import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

        indices = pa.array(codes.astype(np.int32), mask=codes < 0)
        coded = pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))
        return coded if self.is_coded else coded.dictionary_decode()


def number_column(values: NDArray[np.float64]) -> Any:  # noqa: ANN401  a pyarrow array
    """Numbers as an Arrow array, null where they are NaN."""
    import pyarrow as pa  # noqa: PLC0415  heavy, and only for Arrow

    is_empty = np.isnan(values)
    return pa.array(values, mask=is_empty if is_empty.any() else None)

"""The same estimate on files of any size, and past one machine.

One kernel prices one Arrow record batch (:class:`wharfage.scale.kernel.Kernel`); whoever runs it
decides where the batches come from and go to.

* :func:`wharfage.scale.files.price_files` streams Parquet or CSV on one machine, and is behind
  ``wharfage price big.parquet --out priced.parquet``.
* :func:`wharfage.scale.dask.price_on_cluster` maps files to files on a Dask cluster.
* Spark and Ray run the kernel as it is; below is how. Neither is a dependency, and neither is
  part of the tests: what they call is.

Credits and graduated tiers belong to a billing account, not to a batch. Where a fleet has any, run
``measure_batch`` over all batches first, add what it returns, and price with the sums; otherwise
every batch would draw the whole credit. Give every workload an id: an engine that deals batches out
does not know their row numbers.

Spark (3.5 or later; ``mapInArrow`` hands a function an iterator of record batches)::

    from functools import cache

    import pyarrow as pa
    from wharfage import RateBook
    from wharfage.engine.options import read_options
    from wharfage.engine.pooling import PoolSums, add_sums
    from wharfage.scale.kernel import Kernel


    @cache
    def book_and_options():  # once per Python worker: a rate book is read, not sent
        book = RateBook.bundled()
        return book, read_options(book, "2026-10-01", "730h", "account", "round_up", None, None)


    def measure(batches):
        kernel = Kernel(*book_and_options())
        sums = add_sums(kernel.measure_batch(batch) for batch in batches)
        spent = [(*key, amount) for key, amount in sums.spent.items()]
        names = ["pool", "account", "amount"]
        yield pa.RecordBatch.from_pylist([dict(zip(names, row)) for row in spent], SPENT)


    SPENT = pa.schema({"pool": pa.string(), "account": pa.string(), "amount": pa.float64()})
    rows = fleet.mapInArrow(measure, "pool string, account string, amount double").collect()
    sums = add_sums(PoolSums({(row.pool, row.account): row.amount}) for row in rows)


    def price(batches):
        kernel = Kernel(*book_and_options(), sums)
        for batch in batches:
            yield kernel.price_batch(batch)


    schema = Kernel(*book_and_options()).output_schema(pa.schema(FLEET_FIELDS))
    fleet.mapInArrow(price, to_ddl(schema)).write.parquet("priced")

``FLEET_FIELDS`` are the columns of ``fleet`` in Arrow's types, and ``to_ddl`` names those of the
result in Spark's: the inputs, then doubles, and strings for ``workload``, ``cost_status`` and
``unpriced_reason``. Graduated meters travel the same way, through ``sums.used``.

Ray (``map_batches`` hands over tables, which are batches in a row)::

    import ray


    class Pricing:
        def __init__(self, sums):
            self.kernel = Kernel(*book_and_options(), sums)

        def __call__(self, table):
            priced = [self.kernel.price_batch(batch) for batch in table.to_batches()]
            return pa.Table.from_batches(priced, self.kernel.output_schema(table.schema))


    fleet = ray.data.read_parquet("fleet")
    priced = fleet.map_batches(
        Pricing, batch_format="pyarrow", fn_constructor_args=(sums,), concurrency=4
    )
    priced.write_parquet("priced")
"""

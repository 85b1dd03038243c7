"""What is checked, where the figures come from, and what is missing."""

from __future__ import annotations

from collections import Counter

from golden_cases import cases, excuses
from markdown import code, table
from service_pages import doubt_of

import wharfage as wf


def tally(book: wf.RateBook) -> str:
    """The book and the worked examples in one sentence each."""
    every = [case for found in cases().values() for case in found]
    published = sum(case.is_published for case in every)
    rates = sum(
        len(meter) for name in book.services() for meter in book.table(name).meters.values()
    )
    used = {source for name in book.services() for source in sources_of(book, name)}
    return (
        f"The book holds {rates:,} dated rates in {len(book.services())} tables, from {len(used)}"
        f" sources; the newest rate is of {book.newest_date}; digest `{book.digest}`.\n\n"
        f"The tests price {len(every)} worked examples: {published} that others published and"
        f" {len(every) - published} worked out by hand from the providers' text."
        f" {len(excuses())} published examples are not reproduced; each has a reason below.\n"
    )


def sources_of(book: wf.RateBook, service: str) -> set[str]:
    """Keys of the sources that a table's rates name."""
    return {b.source for meter in book.table(service).meters.values() for b in meter.blocks}


def golden_counts(book: wf.RateBook) -> str:
    """Worked examples by service."""
    rows = []
    for service in book.services():
        own = cases().get(service, [])
        published = sum(case.is_published for case in own)
        dates = len({case.on for case in own})
        rows.append(
            (f"[`{service}`](services/{service}.md)", published, len(own) - published, dates)
        )
    return table(("service", "published examples", "by hand", "dates"), rows)


def publishers(book: wf.RateBook) -> str:
    """Rates by who published them."""
    count: Counter[str] = Counter()
    for service in book.services():
        for meter in book.table(service).meters.values():
            for block, rates in Counter(meter.block_of.tolist()).items():
                count[book.sources[meter.blocks[block].source].publisher] += rates
    rows = [(publisher, f"{rates:,}") for publisher, rates in count.most_common()]
    return table(("publisher", "rates"), rows)


def doubt(book: wf.RateBook) -> str:
    """Everything that is marked as doubtful, by service."""
    parts = [(name, doubt_of(book.table(name), book)) for name in book.services()]
    return "\n".join(f"### {name}\n\n{text}" for name, text in parts if text)


def excused(_book: wf.RateBook) -> str:
    """Published examples that are not reproduced."""
    rows = [(code(entry["example"]), entry["stated"], entry["why"]) for entry in excuses()]
    return table(("example", "stated", "why it is not reproduced"), rows)

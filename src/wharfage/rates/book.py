"""The rate book: every table of a folder, found, checked and compiled once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from wharfage.errors import InvalidValueError, RateTableError, UnknownServiceError, did_you_mean
from wharfage.rates.derived import with_derived_rates
from wharfage.rates.digest import book_digest, table_digest
from wharfage.rates.lock import read_lock
from wharfage.rates.refreshes import Compared, read_refreshes
from wharfage.rates.table import RateTable
from wharfage.rates.versions import resolve, shown_folder

if TYPE_CHECKING:
    from wharfage.rates.regions import Regions
    from wharfage.rates.schema import AssumptionForm
    from wharfage.rates.sources import Sources

FOLDER = "pricing_data"
#: folders of a book that hold no table: how feeds are read, and what platforms offer
FEEDS, GUIDE = "feeds", "guide"
#: files of the folder that are not rate tables
COMPANIONS = ("sources.yaml", "regions.yaml")
BUNDLED = "bundled"


def bundled_folder() -> Path:
    """Folder of the bundled tables: inside the wheel, or beside ``src`` in a source tree."""
    inside = Path(str(files("wharfage"))) / FOLDER
    if inside.is_dir():
        return inside
    beside = Path(__file__).resolve().parents[3] / FOLDER
    if beside.is_dir():
        return beside
    raise RateTableError(
        "The bundled rate tables are missing from this installation.",
        hint="install wharfage again, or open a folder with RateBook.open(path).",
    )


class Tables(Mapping[str, RateTable]):
    """Tables by service id, each read when it is first asked for."""

    def __init__(
        self, folder: Path, paths: Mapping[str, Path], sources: Sources, regions: Regions
    ) -> None:
        self._folder = folder
        self._paths = dict(paths)
        self._sources = sources
        self._regions = regions
        self._read: dict[str, RateTable] = {}
        self._whole: dict[str, RateTable] = {}

    def _read_table(self, service: str) -> tuple[RateTable | None, list[dict[str, object]]]:
        from wharfage.rates.reading import read_table  # noqa: PLC0415  loads pydantic and YAML

        path = self._paths[service]
        known = self._regions.of_provider(path.parent.name)
        return read_table(path, self._folder, self._sources, known)

    def __getitem__(self, service: str) -> RateTable:
        """Table of a service; raises RateTableError if it breaks a rule."""
        if service not in self._read:
            table, problems = self._read_table(service)
            _raise_problems(problems, 1)
            if table is not None:
                self._read[service] = table
        if service not in self._whole:
            self._whole[service] = with_derived_rates(self._read[service], self)
        return self._whole[service]

    def __contains__(self, service: object) -> bool:
        """True if there is such a table, without reading it."""
        return service in self._paths

    def __iter__(self) -> Iterator[str]:
        """Service ids, in order."""
        return iter(sorted(self._paths))

    def __len__(self) -> int:
        """Number of tables."""
        return len(self._paths)

    def read_all(self) -> None:
        """Read every table now.

        Raises
        ------
        RateTableError
            With every rule that any table breaks.
        """
        problems = []
        for service in self._paths:
            table, found = self._read_table(service)
            problems += found
            if table is not None:
                self._read[service] = table
        _raise_problems(problems, len(self._paths))


@dataclass(frozen=True)
class RateBook:
    """All rate tables of one folder.

    Examples
    --------
    >>> book = RateBook.bundled()
    >>> "aws.fargate" in book.services()
    True
    """

    folder: Path
    tables: Tables
    sources: Sources
    regions: Regions
    digests: Mapping[str, str]

    @classmethod
    def bundled(cls) -> RateBook:
        """The tables that travel with wharfage; read when they are needed.

        Raises
        ------
        RateTableError
            If the installation lacks them.
        """
        return _bundled()

    @classmethod
    def open(cls, path: str | Path) -> RateBook:
        """Tables of a folder laid out like ``pricing_data``, read and checked at once.

        A folder that ``wharfage rates refresh`` wrote opens as the version in force.

        Raises
        ------
        RateTableError
            If the folder or any table is missing, unreadable or breaks a rule; all failures
            are listed.
        """
        book = _open(resolve(Path(path)))
        book.tables.read_all()
        return book

    def services(self) -> tuple[str, ...]:
        """Ids of the services that have a table, in order."""
        return tuple(self.tables)

    def table(self, service: str) -> RateTable:
        """Table of a service.

        Raises
        ------
        UnknownServiceError
            If the book has none.
        """
        if service not in self.tables:
            raise UnknownServiceError(
                f"The rate book has no table for {service!r}.",
                hint=did_you_mean(service, self.tables) or f"it has {', '.join(self.services())}.",
            )
        return self.tables[service]

    def machine_types(self, service: str) -> frozenset[str]:
        """Machine types that a service knows, with those of the tables whose prices it uses.

        Empty for a service that lists none of its own: it has no machines, or chooses them itself.
        """
        table = self.table(service)
        if not table.machine_types:
            return frozenset()
        others = {meter.prices_of for meter in table.form.meters.values() if meter.prices_of}
        tables = [table, *(self.tables[name] for name in others if name in self.tables)]
        return frozenset().union(*(each.machine_types for each in tables))

    def dates(self, service: str) -> tuple[dt.date, ...]:
        """Every day on which something changes in a service's table, in order."""
        return self.table(service).dates

    @cached_property
    def digest(self) -> str:
        """Digest of all tables: the same digest gives the same costs. [12 hex digits]."""
        return book_digest(self.digests)

    @cached_property
    def newest_date(self) -> dt.date:
        """Newest date of any rate in the book: the default of ``on``."""
        locked = read_lock(self.folder)
        return max(
            locked[name].newest
            if name in locked and locked[name].digest == self.digests[name]
            else self.tables[name].newest_rate
            for name in self.tables
        )

    @cached_property
    def name(self) -> str:
        """``bundled``, or the folder that the book was opened from."""
        is_bundled = self.folder == bundled_folder()
        return BUNDLED if is_bundled else str(shown_folder(self.folder))

    @cached_property
    def refreshes(self) -> tuple[Compared, ...]:
        """Comparisons of the tables with their providers, oldest first."""
        return tuple(read_refreshes(self.folder))

    def compared_on(self, service: str) -> dt.date:
        """Day on which a table was last compared with its sources."""
        days = [c.read_on for c in self.refreshes if c.service == service and c.is_whole]
        return max([self.table(service).form.checked_on, *days])

    @cached_property
    def assumptions(self) -> dict[str, AssumptionForm]:
        """Every assumption of every table, by name."""
        found: dict[str, AssumptionForm] = {}
        for name in self.tables:
            found |= self.tables[name].form.assumptions
        return found


def _raise_problems(problems: list[dict[str, object]], tables: int) -> None:
    if problems:
        from wharfage.rates.check import raise_problems  # noqa: PLC0415  loads pydantic

        raise_problems(problems, tables)


def _open(folder: Path) -> RateBook:
    from wharfage.rates.reading import expected_id, read_regions, read_sources  # noqa: PLC0415

    if not folder.is_dir():
        raise RateTableError(
            f"There is no folder of rate tables at {folder}.",
            hint="give the folder that holds <provider>/<service>.yaml.",
        )
    paths = {expected_id(path, folder): path for path in table_paths(folder)}
    if not paths:
        raise RateTableError(
            f"{folder} holds no rate table.", hint="tables lie at <provider>/<service>.yaml."
        )
    sources = read_sources(folder / "sources.yaml")
    regions = read_regions(folder / "regions.yaml")
    digests = {service: table_digest(path) for service, path in paths.items()}
    digests["regions"] = table_digest(folder / "regions.yaml")
    return RateBook(folder, Tables(folder, paths, sources, regions), sources, regions, digests)


@cache
def _bundled() -> RateBook:
    return _open(bundled_folder())


def table_paths(folder: Path) -> list[Path]:
    """Every rate table below a folder, in order."""
    return sorted(
        path
        for path in folder.rglob("*.yaml")
        if path.name not in COMPANIONS and path.relative_to(folder).parts[0] not in (FEEDS, GUIDE)
    )


def parse_date(value: object) -> dt.date:
    """Date from a date or ISO text.

    Raises
    ------
    InvalidValueError
        If it is neither.
    """
    is_date = value == value  # noqa: PLR0124  NaT, which is a datetime too, is not itself
    if isinstance(value, dt.datetime) and is_date:
        return value.date()
    if isinstance(value, dt.date) and is_date:
        return value
    try:
        return dt.date.fromisoformat(str(value).strip())
    except ValueError:
        raise InvalidValueError(
            f"on={value!r} is not a date.", hint="write it as 2026-10-01."
        ) from None


def open_book(rates: RateBook | str | Path | None) -> RateBook:
    """Book that was given, opened if it is a path; the bundled one by default."""
    if rates is None:
        return RateBook.bundled()
    if isinstance(rates, RateBook):
        return rates
    if isinstance(rates, str | Path):
        return RateBook.open(rates)
    raise InvalidValueError(
        f"rates is a {type(rates).__name__}, not a rate book.",
        hint="give RateBook.open(path), or the path.",
    )

"""The rate book as a whole: found, opened, refused, listed and told apart by its digest."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

import wharfage as wf
from wharfage.errors import RateTableError, UnknownServiceError
from wharfage.rates import book as book_module
from wharfage.rates.book import bundled_folder

Book = wf.RateBook


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a copy of the bundled tables."""
    return Path(shutil.copytree(bundled_folder(), tmp_path / "copy"))


def test_bundled_book_is_read_once() -> None:
    """The bundled book is the same object every time."""
    assert Book.bundled() is Book.bundled()


def test_bundled_tables_keep_every_rule(book: Book) -> None:
    """Every bundled table is accepted when all are read at once."""
    assert Book.open(bundled_folder()).services() == book.services()


def test_services_are_in_order(book: Book) -> None:
    """Service ids are sorted and hold the services of both clouds."""
    assert list(book.services()) == sorted(book.services())
    assert {"aws.fargate", "aws.eks", "gcp.cloud_run", "gcp.gke"} <= set(book.services())


def test_dates_of_a_service_are_those_of_its_rates(book: Book) -> None:
    """The days on which Fargate prices change are listed in order, oldest first."""
    dates = book.dates("aws.fargate")
    assert dates[:2] == (dt.date(2022, 11, 21), dt.date(2025, 10, 27))
    assert list(dates) == sorted(set(dates))


def test_dates_hold_the_change_of_a_region_group(book: Book) -> None:
    """The day on which a Cloud Run region moved to another tier is a date of its table."""
    assert dt.date(2024, 11, 15) in book.dates("gcp.cloud_run")


def test_unknown_service_is_answered_with_the_nearest_one(book: Book) -> None:
    """A misspelt service id raises with a hint."""
    with pytest.raises(UnknownServiceError, match=r"'aws.fargat'[^$]*did you mean 'aws.fargate'"):
        book.dates("aws.fargat")


def test_newest_date_is_that_of_any_rate(book: Book) -> None:
    """The default of ``on`` is the newest date of a rate in any table."""
    assert book.newest_date == max(book.table(name).newest_rate for name in book.services())


def test_digest_is_twelve_hex_digits(book: Book) -> None:
    """The digest is short enough to be printed beside a total."""
    assert len(book.digest) == 12
    assert int(book.digest, 16) >= 0


def test_digest_of_a_copy_is_the_same(book: Book, copy: Path) -> None:
    """The digest says what the tables hold, not where they lie."""
    assert Book.open(copy).digest == book.digest


def test_digest_does_not_see_line_ends(book: Book, copy: Path) -> None:
    """A checkout with Windows line ends gives the same digest."""
    path = copy / "aws" / "eks.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert Book.open(copy).digest == book.digest


@pytest.mark.parametrize("service", Book.bundled().services())
def test_digest_changes_with_any_table(book: Book, copy: Path, service: str) -> None:
    """A comment at the end of any one table gives another digest."""
    path = (copy / service.replace(".", "/")).with_suffix(".yaml")
    path.write_bytes(path.read_bytes() + b"# changed\n")
    assert book_module._open(copy).digest != book.digest


def test_digest_changes_with_a_machine_file(book: Book, copy: Path) -> None:
    """A cell of a machine file beside a table counts like the table itself."""
    files = sorted(copy.glob("*/*/*.csv"))
    if not files:
        pytest.skip("no table has machine files")
    files[0].write_bytes(files[0].read_bytes() + b"x\n")
    assert book_module._open(copy).digest != book.digest


def test_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Opening a folder that does not exist raises with its path and a hint."""
    with pytest.raises(RateTableError) as caught:
        Book.open(tmp_path / "nowhere")
    assert f"no folder of rate tables at {tmp_path / 'nowhere'}" in str(caught.value)
    assert "Hint: give the folder that holds <provider>/<service>.yaml" in str(caught.value)


def test_file_in_place_of_a_folder_is_refused(good: Path) -> None:
    """A table is no book."""
    with pytest.raises(RateTableError, match="no folder of rate tables"):
        Book.open(good / "aws" / "fargate.yaml")


def test_folder_without_tables_is_refused(tmp_path: Path) -> None:
    """An empty folder raises; it is not a book without services."""
    with pytest.raises(RateTableError, match="holds no rate table"):
        Book.open(tmp_path)


@pytest.mark.parametrize("name", ["sources.yaml", "regions.yaml"])
def test_book_needs_its_companions(good: Path, name: str) -> None:
    """A book without sources or regions is refused by the name of the missing file."""
    (good / name).unlink()
    with pytest.raises(RateTableError, match=f"{name}:1: the file cannot be read: No such file"):
        Book.open(good)


def test_source_without_publisher_is_named(good: Path) -> None:
    """An incomplete source is named with its line."""
    (good / "sources.yaml").write_text("price_page:\n  page: p\n  read_as: r\n", encoding="utf-8")
    with pytest.raises(RateTableError, match=r"sources.yaml:1: price_page.publisher: Field req"):
        Book.open(good)


def test_regions_need_both_maps(good: Path) -> None:
    """A file of regions without metros is refused, and says which key is missing."""
    (good / "regions.yaml").write_text("regions: {aws: {a: b}}\n", encoding="utf-8")
    with pytest.raises(RateTableError, match=r"regions.yaml:1: metros: Field required"):
        Book.open(good)


def test_metro_of_an_unknown_region_is_refused(good: Path) -> None:
    """A metro that names a region that is not listed is refused with the nearest one."""
    path = good / "regions.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("aws: [ap-", "aws: [apc-"))
    with pytest.raises(RateTableError, match=r"'apc-northeast-2' is no region; did you mean"):
        Book.open(good)


def test_tables_lie_inside_the_package_of_a_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a wheel the tables are inside the package and are found there first."""
    (tmp_path / "pricing_data").mkdir()
    monkeypatch.setattr(book_module, "files", lambda _: tmp_path)
    assert bundled_folder() == tmp_path / "pricing_data"


def test_tables_lie_beside_the_sources_of_a_source_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a source tree or an editable install the tables stand beside ``src``."""
    module = tmp_path / "src" / "wharfage" / "rates" / "book.py"
    (tmp_path / "pricing_data").mkdir()
    monkeypatch.setattr(book_module, "files", lambda _: tmp_path / "src" / "wharfage")
    monkeypatch.setattr(book_module, "__file__", str(module))
    assert bundled_folder() == (tmp_path / "pricing_data").resolve()


def test_installation_without_tables_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installation that lost its tables raises with what to do."""
    monkeypatch.setattr(book_module, "files", lambda _: tmp_path)
    monkeypatch.setattr(book_module, "__file__", str(tmp_path / "a" / "b" / "c" / "book.py"))
    with pytest.raises(RateTableError, match="tables are missing from this installation"):
        bundled_folder()

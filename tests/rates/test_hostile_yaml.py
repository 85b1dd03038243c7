"""Files that want to crash, flood or deceive the reader of rate tables."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

import wharfage as wf
from wharfage.errors import RateTableError
from wharfage.rates.document import MAX_BYTES, read_document

#: what the file is, its text, words of the message, line
TEXTS = [
    ("duplicate key", "a: 1\nb: 2\na: 3\n", "key 'a' stands here twice", 3),
    ("duplicate key inside", "a:\n  b: 1\n  c: 2\n  b: 1\n", "key 'b' stands here twice", 4),
    ("alias", "a: &x [1]\nb: *x\n", "anchors and aliases are not allowed", 1),
    ("alias of a scalar", "a: 1\nb: &x 5\nc: *x\n", "anchors and aliases are not allowed", 2),
    ("anchor alone", "a: 1\nb: &x 5\n", "anchors and aliases are not allowed", 2),
    ("alias of itself", "a: &x\n- *x\n", "anchors and aliases are not allowed", 1),
    ("merge", "a: &x {b: 1}\nc:\n  <<: *x\n", "anchors and aliases are not allowed", 1),
    ("alias as key", "a: &x y\n*x : 1\n", "anchors and aliases are not allowed", 1),
    (
        "python call",
        "a: 1\nb: !!python/object/apply:os.system [ls]\n",
        "tag 'tag:yaml.org,2002:python/object/apply:os.system' is not allowed",
        2,
    ),
    ("python name", "a: !!python/name:os.system x\n", "python/name:os.system' is not allowed", 1),
    ("python object", "a: !!python/object:a.B {x: 1}\n", "python/object:a.B' is not allowed", 1),
    ("own tag", "a: !price 5\n", "tag '!price' is not allowed", 1),
    ("binary tag", "a: !!binary aGVsbG8=\n", "binary' is not allowed", 1),
    ("false bool", "a: !!bool maybe\n", "bool' is not allowed", 1),
    ("false date", "a: !!timestamp never\n", "timestamp' is not allowed", 1),
    ("empty int", "a: !!int ''\n", "int' is not allowed", 1),
    ("set", "a: !!set {x, y}\n", "set' is not allowed", 1),
    ("tag on a key", "!x a: 1\n", "a key must be plain text", 1),
    ("map as key", "? {a: 1}\n: 2\n", "a key must be plain text", 1),
    ("list as key", "? [a]\n: 2\n", "a key must be plain text", 1),
    ("two documents", "a: 1\n---\nb: 2\n", "a second document starts here", 2),
    ("day 45", "a: 1\nb: 2025-13-45\n", "'2025-13-45' cannot be read: month must be", 2),
    ("huge number", "a: " + "9" * 100_000, "9...' cannot be read: Exceeds the limit", 1),
    ("tab", "a:\n\tb: 1\n", "not valid YAML: found character that cannot start any token", 2),
    ("open quote", "a: 'b\n\n", "not valid YAML: found unexpected end of stream", 3),
    ("control character", "a: 1\nb: \x00\n", "control characters are not allowed", 2),
    ("other YAML", "%YAML 9.9\n---\na: 1\n", "found incompatible YAML document", 1),
    ("not closed", "a: [1, 2\n", "not valid YAML", 2),
    ("deep list", "a: " + "[" * 100_000 + "]" * 100_000, "nested more than 40 levels deep", 1),
    ("deep list, open", "a: " + "[" * 1_000_000, "nested more than 40 levels deep", 1),
    ("deep map", "{a: " * 100_000 + "}" * 100_000, "nested more than 40 levels deep", 1),
    ("deep block", "- " * 100_000 + "x", "nested more than 40 levels deep", 1),
    ("deep keys", "? " * 50_000, "nested more than 40 levels deep", 1),
]


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [case[1:] for case in TEXTS],
    ids=[case[0].replace(" ", "-") for case in TEXTS],
)
def test_hostile_text_is_refused_at_its_line(
    tmp_path: Path, text: str, words: str, line: int
) -> None:
    """A hostile or careless text ends in a readable error with file and line."""
    path = tmp_path / "hostile.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RateTableError) as caught:
        read_document(path)
    assert words in str(caught.value)
    assert f"hostile.yaml:{line}: " in str(caught.value)
    assert caught.value.failures["line"][0] == line


def test_alias_bomb_costs_no_time(tmp_path: Path) -> None:
    """Nine levels of nine aliases, a billion values if followed, are refused at once."""
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(["l0: &l0 [lol]", *levels]), encoding="utf-8")
    start = time.perf_counter()
    with pytest.raises(RateTableError, match="anchors and aliases are not allowed"):
        read_document(path)
    assert time.perf_counter() - start < 1


def test_every_place_of_a_file_is_listed(tmp_path: Path) -> None:
    """Faults of the text are reported together, each with its line."""
    path = tmp_path / "many.yaml"
    path.write_text("a: 1\na: 2\nb: !x 1\nc: 2025-02-30\n", encoding="utf-8")
    with pytest.raises(RateTableError) as caught:
        read_document(path)
    assert list(caught.value.failures["line"]) == [2, 3, 4]
    assert "(3 such places in the file)" in str(caught.value)


def test_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """A file of 60 MB is refused by its size."""
    path = tmp_path / "large.yaml"
    path.touch()
    os.truncate(path, 60_000_000)
    with pytest.raises(RateTableError, match=rf"larger than {MAX_BYTES:,} bytes"):
        read_document(path)


def test_bytes_that_are_no_utf8_are_refused(tmp_path: Path) -> None:
    """Latin-1 text is refused with the line and byte of the first wrong character."""
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    with pytest.raises(RateTableError, match=r"latin.yaml:2: this is not UTF-8 text \(byte 11\)"):
        read_document(path)


def test_binary_file_is_refused(tmp_path: Path) -> None:
    """A picture that is called a table is refused."""
    path = tmp_path / "picture.yaml"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    with pytest.raises(RateTableError, match="not UTF-8 text"):
        read_document(path)


def test_utf16_is_refused(tmp_path: Path) -> None:
    """A file that an editor saved as UTF-16 is refused."""
    path = tmp_path / "wide.yaml"
    path.write_text("a: 1\n", encoding="utf-16")
    with pytest.raises(RateTableError, match="not UTF-8 text"):
        read_document(path)


def test_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """UTF-8 with a byte order mark is read as if it had none."""
    path = tmp_path / "mark.yaml"
    path.write_text("a: 1\n", encoding="utf-8-sig")
    assert read_document(path).data == {"a": 1}


def test_folder_in_place_of_a_table_is_refused(tmp_path: Path) -> None:
    """A folder whose name ends like a table is no table."""
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(RateTableError, match="this is no regular file"):
        read_document(tmp_path / "folder.yaml")


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is named with its whole path."""
    with pytest.raises(RateTableError) as caught:
        read_document(tmp_path / "absent.yaml")
    assert "cannot be read: No such file" in str(caught.value)
    assert str(tmp_path / "absent.yaml") in str(caught.value)


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "{}\n"])
def test_empty_table_lacks_everything(good: Path, text: str) -> None:
    """An empty file is an empty table: every required key is missing."""
    (good / "aws" / "fargate.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RateTableError) as caught:
        wf.RateBook.open(good)
    missing = set(caught.value.failures["message"])
    assert {"'service' is missing", "'rates' is missing", "'meters' is missing"} <= missing


@pytest.mark.parametrize("text", ["- a\n- b\n", "hello\n", "~\n", "5\n"])
def test_table_that_is_no_map_is_refused(good: Path, text: str) -> None:
    """A list, a word, nothing or a number in place of a table is refused."""
    (good / "aws" / "fargate.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RateTableError, match=r"fargate.yaml:1: a map of names to values belongs"):
        wf.RateBook.open(good)


def test_hostile_table_does_not_hide_the_faults_of_others(good: Path) -> None:
    """A table that cannot be read is reported with its own line beside the other tables."""
    text = (good / "aws" / "fargate.yaml").read_text(encoding="utf-8")
    (good / "aws" / "eks.yaml").write_text(text, encoding="utf-8")
    (good / "aws" / "fargate.yaml").write_text("a: 1\nb: [\n", encoding="utf-8")
    with pytest.raises(RateTableError) as caught:
        wf.RateBook.open(good)
    assert "form aws/fargate.yaml:3: not valid YAML" in str(caught.value)
    assert "R6 aws/eks.yaml:1" in str(caught.value)


def test_line_of_a_key_is_the_line_it_stands_on(tmp_path: Path) -> None:
    """A key whose value starts on a later line is found where it is written."""
    path = tmp_path / "lines.yaml"
    path.write_text("a: 1\nb:\n\n  c: 2\n", encoding="utf-8")
    document = read_document(path)
    assert document.line(("b",)) == 2
    assert document.line(("b", "c")) == 4
    assert document.line(("b", "absent")) == 2
    assert document.where(("b", "c")) == "lines.yaml:4 (b.c)"

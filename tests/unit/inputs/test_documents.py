"""Reading documents: files, directories, lists, lines, and texts that want to do harm."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from wharfage.errors import DocumentError, WorkloadError
from wharfage.inputs import source_files
from wharfage.inputs.documents import Document, read_documents

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"
BOMB = "\n".join(
    ["l0: &l0 [lol]"] + [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12)]
)
MERGE_BOMB = "\n".join(
    ["l0: &l0 {a: 1, b: 2}"]
    + [f"l{n}: &l{n} {{<<: [{', '.join([f'*l{n - 1}'] * 9)}]}}" for n in range(1, 12)]
)
CHAIN = "a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 3000))

#: what the text is, the text, words of the message, line
HOSTILE = [
    ("alias bomb", BOMB, "alias '*l5' stands for more values than can be read safely", 7),
    ("merge bomb", MERGE_BOMB, "stands for more values than can be read safely", 7),
    ("alias chain", CHAIN, "nested more than 100 levels deep", 100),
    ("alias of itself", "a: &x\n- *x\n", "alias '*x' stands inside what it means", 2),
    ("alias of nothing", "a: 1\nb: *x\n", "alias '*x' has no anchor before it", 2),
    ("anchor of another document", "a: &x 1\n---\nb: *x\n", "has no anchor before it", 3),
    ("merge of a number", "a: 1\n<<: 5\n", "a merge key '<<' needs a mapping", 2),
    ("duplicate key", "a: 1\nb: 2\na: 3\n", "key 'a' stands here twice", 3),
    ("duplicate key of JSON", '{"a": 1,\n"a": 2}', "key 'a' stands here twice", 2),
    ("deep lists", "a:\n " + "[" * 100_000, "nested more than 100 levels deep", 2),
    ("deep objects", '{"a":\n' * 100_000, "nested more than 100 levels deep", 101),
    ("python call", "a: 1\nb: !!python/name:os.system x\n", "os.system' is not allowed", 2),
    ("own tag", "a: !Ref x\nb: 1\n", "tag '!Ref' is not allowed", 1),
    ("tab", "a:\n\tb: 1\n", "found character that cannot start any token", 2),
    ("control character", "a: 1\nb: \x00\n", "control characters are not allowed", 2),
    ("map as key", "a: 1\n? {b: 1}\n: 2\n", "a key must be plain text", 2),
    ("cut JSON", '{"a": 1,\n"b": [1, 2', "not valid JSON", 2),
    ("half a character", "a: 1\nb: \ud800\n", "not UTF-8 text (byte 8)", 2),
]


@pytest.mark.parametrize(
    ("text", "words", "line"), [c[1:] for c in HOSTILE], ids=[c[0] for c in HOSTILE]
)
def test_hostile_text_is_refused_at_its_line(text: str, words: str, line: int) -> None:
    """A hostile or careless text ends in a readable error with its line."""
    with pytest.raises(DocumentError) as caught:
        read_documents(text)
    assert words in str(caught.value)
    assert caught.value.failures["line"][0] == line


def test_document_errors_are_workload_errors() -> None:
    """Whoever catches errors of workloads catches those of documents."""
    with pytest.raises(WorkloadError):
        read_documents("a: 1\na: 2\n")


def test_every_failure_of_every_file_is_told(tmp_path: Path) -> None:
    """Two bad files and three bad places are one error."""
    (tmp_path / "a.yaml").write_text("a: 1\na: 2\na: 3\n", encoding="utf-8")
    (tmp_path / "b.json").write_bytes(b'{"a": "\xff"}')
    with pytest.raises(DocumentError) as caught:
        read_documents(tmp_path)
    files = [Path(name).name for name in caught.value.failures["file"]]
    assert sorted(files) == ["a.yaml", "a.yaml", "b.json"]
    assert "(3 such places)" in str(caught.value)


def test_aliases_and_merge_keys_are_followed() -> None:
    """An alias is what its anchor names; a merge key fills what is not there."""
    [found] = read_documents("a: &x {b: 1, c: 2}\nd: *x\ne: {<<: *x, c: 3}\n")
    assert found.data["d"] == {"b": 1, "c": 2}
    assert found.data["e"] == {"b": 1, "c": 3}


def test_first_mapping_of_a_merge_wins() -> None:
    """Of several merged mappings, the one named first wins."""
    [found] = read_documents("x: &x {a: 1}\ny: &y {a: 2, b: 2}\nz:\n  <<: [*x, *y]\n")
    assert found.data["z"] == {"a": 1, "b": 2}


def test_several_documents_of_a_file(tmp_path: Path) -> None:
    """Documents keep file and number; empty ones are left out."""
    path = tmp_path / "several.yml"
    path.write_text("# first\n---\na: 1\n---\n---\nb: 2\n...\n", encoding="utf-8")
    found = read_documents(path)
    assert [document.data for document in found] == [{"a": 1}, {"b": 2}]
    assert found[1].where(("b",)) == f"{path}:6 b"


def test_lists_are_their_items() -> None:
    """Items of a List stand for themselves, with the path that they have in the file."""
    text = "apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n  spec:\n    nodeName: x\n"
    [found] = read_documents(text)
    assert found.data["kind"] == "Pod"
    assert found.where(("spec", "nodeName")) == "<text>:6 items[0].spec.nodeName"


def test_typed_lists_name_their_items() -> None:
    """A DeploymentList says what its items are."""
    [found] = read_documents("apiVersion: apps/v1\nkind: DeploymentList\nitems: [{metadata: {}}]\n")
    assert (found.data["apiVersion"], found.data["kind"]) == ("apps/v1", "Deployment")


def test_json_is_read_with_lines() -> None:
    """JSON has lines too, and its two-part characters, slashes and tabs are read."""
    text = '{\n\t"name": "\\ud83d\\ude00 \\/",\n\t"cpu": 0.5\n}'
    [found] = read_documents(text)
    assert found.data == {"name": "\U0001f600 /", "cpu": 0.5}
    assert found.line(("cpu",)) == 3


def test_dates_and_clocks_stay_text() -> None:
    """Kubernetes knows JSON's types only: no dates, no numbers of base 60."""
    [found] = read_documents("a: 2026-01-01\nb: 10:30\nc: 12\n")
    assert found.data == {"a": "2026-01-01", "b": "10:30", "c": 12}


def test_unicode_names() -> None:
    """Names may be of any script."""
    assert read_documents("名前: 웹\n")[0].data == {"名前": "웹"}


def test_ten_thousand_documents() -> None:
    """A file of ten thousand documents is read whole."""
    assert len(read_documents("---\n".join([POD] * 10_000))) == 10_000


def test_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """A file of 100 MB is refused by its size."""
    path = tmp_path / "large.yaml"
    path.touch()
    os.truncate(path, 100_000_000)
    with pytest.raises(DocumentError, match="larger than 33,554,432 bytes"):
        read_documents(path)


def test_files_that_are_too_large_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many files may not hold more than all together may."""
    monkeypatch.setattr(source_files, "MAX_TOTAL_BYTES", 100)
    for number in range(4):
        (tmp_path / f"{number}.yaml").write_text(POD, encoding="utf-8")
    with pytest.raises(DocumentError, match="all files together hold more than 100 bytes"):
        read_documents(tmp_path)


def test_too_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """All documents together may not hold more values than fit into memory."""
    monkeypatch.setattr("wharfage.inputs.documents.MAX_VALUES", 20)
    with pytest.raises(DocumentError, match=":17: more values than can be read safely"):
        read_documents("---\n".join([POD] * 10))


def test_template_has_a_hint() -> None:
    """A chart that is not rendered says what to do."""
    with pytest.raises(DocumentError, match="render it first, with helm template"):
        read_documents("{{- if .Values.on }}\nkind: Pod\n{{- end }}\n")


@pytest.mark.parametrize("text", ["\n", "# nothing\n---\n"])
def test_nothing_is_an_error(text: str) -> None:
    """A source without a document is an error of its own."""
    with pytest.raises(DocumentError, match="no document in it"):
        read_documents(text)


def test_empty_file_among_others_is_none(tmp_path: Path) -> None:
    """In a directory, an empty file is no fault."""
    (tmp_path / "a.yaml").touch()
    (tmp_path / "b.yaml").write_text(POD, encoding="utf-8")
    assert len(read_documents(tmp_path)) == 1


def names(found: list[Document], root: Path) -> list[str]:
    """List the files of documents, relative to a directory."""
    return [Path(document.file).relative_to(root).as_posix() for document in found]


def test_directories_are_sorted(tmp_path: Path) -> None:
    """A directory gives its manifests, those of its folders too, sorted; hidden ones are not."""
    for name in ("b.yaml", "a/z.json", "a/y.YML", "c.txt", ".git/x.yaml", ".hidden.yaml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text('{"a": 1}', encoding="utf-8")
    assert names(read_documents(tmp_path), tmp_path) == ["a/y.YML", "a/z.json", "b.yaml"]


def test_directory_without_manifests(tmp_path: Path) -> None:
    """A directory without a manifest says so."""
    with pytest.raises(DocumentError, match=r"no file here ends in \.yaml"):
        read_documents(tmp_path)


def test_links_inside_are_read_once(tmp_path: Path) -> None:
    """A link to a file or folder of the directory adds nothing, and a loop ends."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "b.yaml").write_text(POD, encoding="utf-8")
    (tmp_path / "a.yaml").symlink_to(tmp_path / "real" / "b.yaml")
    (tmp_path / "real" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "real")
    assert len(read_documents(tmp_path)) == 1


@pytest.mark.parametrize("target", ["outside.yaml", "folder"])
def test_links_that_leave_are_refused(tmp_path: Path, target: str) -> None:
    """A link out of the directory is named."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "outside.yaml").write_text(POD, encoding="utf-8")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.yaml").symlink_to(tmp_path / target)
    with pytest.raises(DocumentError, match="the link leaves the directory"):
        read_documents(inside)


def test_link_to_itself(tmp_path: Path) -> None:
    """A link that leads nowhere cannot be read."""
    (tmp_path / "a.yaml").symlink_to(tmp_path / "a.yaml")
    with pytest.raises(DocumentError, match="cannot be read"):
        read_documents(tmp_path)


@pytest.mark.parametrize("name", ["absent.yaml", "x" * 5000, "nul\0.yaml"])
def test_missing_file(name: str) -> None:
    """A file that is not there, or cannot be, is named."""
    with pytest.raises(DocumentError, match="cannot be read"):
        read_documents(name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(tmp_path: Path) -> None:
    """A file without permission is named."""
    path = tmp_path / "secret.yaml"
    path.write_text(POD, encoding="utf-8")
    path.chmod(0)
    with pytest.raises(DocumentError, match="Permission denied"):
        read_documents(tmp_path)


def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A named pipe without a writer is refused, not waited for."""
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(DocumentError, match="neither a file nor a directory"):
        read_documents(tmp_path / "pipe.yaml")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not UTF-8 text"),
        ("a: 1\n".encode("utf-16"), "UTF-16, not UTF-8"),
        (b"a: 1\nb: caf\xe9\n", "not UTF-8 text (byte 11)"),
    ],
)
def test_binary_files(tmp_path: Path, data: bytes, words: str) -> None:
    """Pictures, UTF-16 and Latin-1 are refused with words."""
    path = tmp_path / "binary.yaml"
    path.write_bytes(data)
    with pytest.raises(DocumentError) as caught:
        read_documents(path)
    assert words in str(caught.value)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash is standard input, once."""
    stream = io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbf" + POD.encode()))
    monkeypatch.setattr(sys, "stdin", stream)
    [found] = read_documents(["-", "-"])
    assert found.where() == "<stdin>:1"


def test_closed_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process without standard input says so."""
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DocumentError, match="standard input is closed"):
        read_documents("-")


def test_other_sources_are_refused() -> None:
    """A number is no source."""
    with pytest.raises(DocumentError, match="a source is a path, '-' or text, not int"):
        read_documents([5])  # type: ignore[list-item]


def test_whole_number_of_very_many_digits() -> None:
    """A number that Python would refuse to read stays text, for whoever wants a number to refuse."""
    [found] = read_documents(f"a: {'9' * 5000}\n")
    assert found.data["a"] == "9" * 5000


@pytest.mark.parametrize("text", ["{{- if .Values.web }}\na: 1\n{{- end }}", "a: !Ref web"])
def test_hint_that_fits(text: str) -> None:
    """A template is to be rendered, and a tag of CloudFormation says whose it is."""
    with pytest.raises(DocumentError, match=r"render it first|CloudFormation's"):
        read_documents(text + "\n")


def test_list_as_text_or_file(tmp_path: Path) -> None:
    """A list of documents is read from text as from a file; a name that begins so is a file."""
    text = '[{"kind": "A"}, {"kind": "B"}]'
    (tmp_path / "[a].json").write_text(text, encoding="utf-8")
    for source in (text, tmp_path / "[a].json"):
        assert [each.data["kind"] for each in read_documents(source)] == ["A", "B"]

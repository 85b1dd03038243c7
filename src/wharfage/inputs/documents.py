"""Documents of manifests as plain data, with file and line of everything in them.

Limits: 32 MiB a file, 128 MiB and a million values in all, 100 levels of nesting; beyond them a
source is refused with words. Aliases and merge keys are followed and counted, so that a small
text cannot stand for gigabytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wharfage.inputs.places import HINT, UNREADY, Problems, inside
from wharfage.inputs.source_files import Source, read_sources
from wharfage.plain_yaml import Dialect, Place, Plain, line_of, read_text

MAX_VALUES = 1_000_000
MAX_DEPTH = 100
#: lists inside lists inside lists are no manifest
MAX_LISTS = 10
TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")
)
_PAIR = re.compile(
    r"(?<!\\)((?:\\\\)*)\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE
)


#: keys of which JSON that people price has at least one
_OF_MANIFESTS = re.compile(
    r'"(?:apiVersion|containerDefinitions|taskDefinitions?|desiredCount|serviceName|serviceArn'
    r"|launchType|capacityProviderStrategy|ScalableTargets|ScheduleExpression|SourceConfiguration"
    r'|InstanceConfiguration|nodePools|nodegroup|currentMasterVersion)"\s*:'
)


#: what the parser says of a second document without a start, and the brace where the next one begins
SEVERAL, _NEXT = "expected <document start>", re.compile(r"(\s*)\{")


@dataclass(frozen=True)
class Unreadable:
    """What stands in place of a file's data that cannot be read and is no manifest; and why."""

    problem: str


@dataclass(frozen=True)
class Document:
    """One document of a file, or one item of a list in it.

    `number` counts the documents of the file from 1; `prefix` is where in it an item stands.
    """

    file: str
    number: int
    data: Any
    lines: Mapping[Place, int] = field(default_factory=dict, repr=False)
    prefix: Place = ()

    def line(self, place: Place = ()) -> int:
        """Line of `place`, or of its nearest parent that has one."""
        return line_of(self.lines, (*self.prefix, *place))

    def where(self, place: Place = ()) -> str:
        """``file:line path`` for messages."""
        return f"{self.file}:{self.line(place)} {inside((*self.prefix, *place))}".rstrip()


def read_documents(sources: Source | Iterable[Source]) -> list[Document]:
    r"""Documents of files, directories, standard input or text, in order.

    Parameters
    ----------
    sources : path, text, or several
        A directory gives its .yaml, .yml and .json files; ``-`` is standard input; text with a
        line break is the documents themselves. YAML or JSON, several documents to a file. JSON
        in a directory that cannot be read and looks like no manifest is :class:`Unreadable`.

    Returns
    -------
    list of Document
        Empty documents are left out; items of a ``kind: List``, and of a list of mappings as
        gcloud and the AWS command line print one, stand for themselves.

    Raises
    ------
    DocumentError
        Naming every file that cannot be read and every line that is wrong.

    Examples
    --------
    >>> [found] = read_documents("kind: Pod\nmetadata: {name: web}")
    >>> found.data["kind"], found.where(("metadata", "name"))
    ('Pod', '<text>:2 metadata.name')
    """
    problems = Problems()
    documents: list[Document] = []
    hints: set[str] = set()
    remaining = MAX_VALUES
    for source in read_sources(sources, problems):
        given = _whole_characters(source.text)
        text = read_text(given, _dialect(remaining))
        if any(SEVERAL in problem.message for problem in text.problems):
            text = read_text(_with_starts(given), _dialect(remaining))
        remaining -= min(text.count, remaining)
        if text.problems and not source.is_named and is_other_json(source.name, source.text):
            first = text.problems[0]
            data = Unreadable(_said(first.message, source.text))
            documents.append(Document(source.name, 1, data, {(): first.line}))
            continue
        for problem in text.problems:
            problems.add(source.name, problem.line, "", _said(problem.message, source.text))
        if text.problems and "{{" in source.text:
            hints.add(UNREADY["{{"])
        found = list(_documents(source.name, text.documents))
        if not (found or text.problems) and source.is_named:
            problems.add(source.name, 0, "", "no document in it")
        documents += found
    problems.raise_if_any(" ".join(sorted(hints)) or HINT)
    return documents


def is_other_json(name: str, text: str) -> bool:
    """Whether a JSON file is no manifest, such as a tsconfig.json with comments in it.

    Examples
    --------
    >>> is_other_json("tsconfig.json", '{ // of the editor')
    True
    >>> is_other_json("app.json", '{"apiVersion": "v1", }}')
    False
    """
    return name.lower().endswith(".json") and _OF_MANIFESTS.search(text) is None


def _dialect(max_values: int) -> Dialect:
    return Dialect(
        max_depth=MAX_DEPTH, max_values=max_values, has_aliases=True, is_json=True, tags=TAGS
    )


def _documents(file: str, found: Iterable[Plain]) -> Iterator[Document]:
    for number, plain in enumerate(found, start=1):
        if plain.data is not None:
            yield from _items(Document(file, number, plain.data, plain.lines))


def _with_starts(text: str) -> str:
    """JSON documents one after the other, as kubectl takes them, each with the start that YAML wants.

    Lines keep their numbers where each begins one; what is no such JSON stays as it is.
    """
    decoder, parts, at = json.JSONDecoder(), [], 0
    try:
        while start := _NEXT.match(text, at):
            _, end = decoder.raw_decode(text, start.end() - 1)
            gap = start[1] if "\n" in start[1] or not at else "\n"
            parts += [gap[: gap.rfind("\n") + 1], "--- ", text[start.end() - 1 : end]]
            at = end
    except (ValueError, RecursionError):
        return text
    return "".join(parts) if not text[at:].strip() else text


def _said(message: str, text: str) -> str:
    """Message of the parser, in the name of the language that somebody wrote."""
    start = text.lstrip()[:2]
    is_json = start[:1] in ("{", "[") and start != "{{"
    if not is_json:
        return message
    if SEVERAL in message:
        return "more follows after the end of the document: put '---' between documents"
    return message.replace("not valid YAML", "not valid JSON")


def _whole_characters(text: str) -> str:
    r"""Text with the two halves of a JSON character such as \ud83d\ude00 put together."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    return _PAIR.sub(
        lambda pair: pair[1] + bytes.fromhex(pair[2] + pair[3]).decode("utf-16-be"), text
    )


def _items(document: Document, depth: int = 0) -> Iterator[Document]:
    """Items of a List, or the document itself."""
    data = document.data
    if isinstance(data, list) and not document.prefix and any(isinstance(d, dict) for d in data):
        for number, item in enumerate(data):
            inner = Document(document.file, document.number, item, document.lines, (number,))
            yield from _items(inner, depth + 1)
        return
    kind = data.get("kind") if isinstance(data, dict) else None
    is_list = isinstance(kind, str) and kind.endswith("List") and "apiVersion" in data
    items = data.get("items") if is_list else None
    if not isinstance(items, list) or depth == MAX_LISTS:
        yield document
        return
    # A DeploymentList leaves the kind of its items to its own name.
    implied = {"apiVersion": data["apiVersion"], "kind": str(kind).removesuffix("List")}
    for number, item in enumerate(items):
        typed = {**implied, **item} if isinstance(item, dict) and implied["kind"] else item
        place = (*document.prefix, "items", number)
        yield from _items(
            Document(document.file, document.number, typed, document.lines, place), depth + 1
        )

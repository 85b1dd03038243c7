"""Manifests of any kind that people have, as one stack.

READERS says which function reads a family of documents. A document of no family is noted, never
guessed. Ids that two families share get the family's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from wharfage.errors import DocumentError, WorkloadError
from wharfage.inputs.app_runner import read_app_runner
from wharfage.inputs.cloud_run import read_cloud_run
from wharfage.inputs.clusters import read_eks, read_eksctl, read_gke
from wharfage.inputs.documents import Document, Unreadable, read_documents
from wharfage.inputs.drafts import told_apart
from wharfage.inputs.ecs import read_ecs
from wharfage.inputs.families import family_of, words_for
from wharfage.inputs.kubernetes import read_kubernetes
from wharfage.inputs.places import Problems
from wharfage.inputs.source_files import Source
from wharfage.inputs.stack import Note, Stack, merge_stacks
from wharfage.units import DEFAULT_MONTH, Month, parse_month

Reader = Callable[[list[Document], Month], Stack]

READERS: dict[str, Reader] = {
    "app_runner": read_app_runner,
    "cloud_run": read_cloud_run,
    "ecs": read_ecs,
    "eks": read_eks,
    "eksctl": read_eksctl,
    "gke": read_gke,
    "kubernetes": read_kubernetes,
}


def read_stack(sources: Source | Iterable[Source], *, month: str = DEFAULT_MONTH) -> Stack:
    r"""Stack of manifests: files, directories, ``-`` for standard input, or text.

    Parameters
    ----------
    sources : path, text, or several
        As :func:`wharfage.inputs.documents.read_documents` takes them.
    month : str
        Month in which schedules are counted, such as ``730h`` or ``2026-02``.

    Raises
    ------
    DocumentError
        Naming every place that is wrong, in all documents of all families at once.
    WorkloadError
        If there is nothing in the documents that runs.

    Examples
    --------
    >>> text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web}]}"
    >>> read_stack(text).fleet()["workload"].tolist()
    ['web']
    """
    length = parse_month(month)
    families: dict[str, list[Document]] = {}
    for document in read_documents(sources):
        families.setdefault(family_of(document.data), []).append(document)
    problems = Problems()
    stacks: dict[str, Stack] = {}
    for family, documents in families.items():
        if family not in READERS:
            stacks[family] = Stack(notes=_unread(documents))
            continue
        try:
            stacks[family] = READERS[family](documents, length)
        except DocumentError as error:
            problems.include(error)
    problems.raise_if_any()
    stack = merge_stacks(told_apart(stacks))
    if not (stack.workloads or stack.riders):
        raise WorkloadError(
            "The documents hold nothing that can be priced.",
            hint="; ".join(note.text for note in stack.notes) or "give a Deployment, for instance.",
        )
    return stack


def _unread(documents: list[Document]) -> list[Note]:
    """Notes on documents of no family, one for each kind of them."""
    counts: Counter[tuple[str, str]] = Counter()
    unreadable: list[Note] = []
    first: dict[tuple[str, str], Document] = {}
    for document in documents:
        if isinstance(document.data, Unreadable):
            text = f"not read, for it is no manifest: {document.data.problem}"
            unreadable.append(Note("unknown_kind", text, document.where()))
            continue
        words = words_for(document.data)
        counts[words] += 1
        first.setdefault(words, document)
    notes = unreadable
    for words, count in counts.items():
        kind, advice = words
        text = f"document {kind}: {count:,} of them, ignored"
        where = first[words].where()
        notes.append(Note("unknown_kind", f"{text}; {advice}" if advice else text, where))
    return notes

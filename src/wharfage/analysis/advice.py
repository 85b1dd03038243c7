"""The decision guide: from answers to a use case and the platforms that suit it.

Questions, use cases and reference workloads are data (``pricing_data/guide/advice.yaml``); prices
come from comparing the reference workload, or the user's own, on every platform.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import Field

from wharfage.analysis.platforms import read_form
from wharfage.errors import InvalidValueError, RateTableError, did_you_mean
from wharfage.inputs.kubernetes.objects import WORKLOADS as KUBERNETES_KINDS
from wharfage.inputs.stack import Row, Stack
from wharfage.rates.book import GUIDE, bundled_folder
from wharfage.rates.schema import Form

YES, NO = "yes", "no"
ANSWERS = {YES: True, NO: False}
OPTION, DOCUMENTS, TAKEN = "option", "documents", "taken where nobody said it"
#: needs of workloads that only nodes of one's own meet
OF_NODES = frozenset(
    {"daemonset", "privileged", "host_network", "host_pid", "host_ipc", "host_path"}
)


class Next(Form):
    """Where an answer leads: to another question, or to a use case."""

    question: str | None = None
    use_case: str | None = None


class Question(Form):
    """A question with two answers."""

    id: str
    ask: str
    yes: Next
    no: Next


class Suggestion(Form):
    """A platform that suits a use case, and how it is bought where that is part of the advice."""

    service: str
    why: str
    purchase_option: str | None = None


class Reference(Form):
    """A workload that stands for a use case."""

    words: str
    workloads: list[dict[str, Any]]
    endpoint: bool = False

    def as_stack(self) -> Stack:
        """The workload as a stack, behind a load balancer if it has an endpoint."""
        riders: list[Row] = []
        if self.endpoint:
            riders.append(
                {
                    "kind": "load_balancer",
                    "name": "endpoint",
                    "rides_with": "",
                    "load_balancer_type": "application",
                    "scheme": "internet_facing",
                    "count": 1,
                }
            )
        return Stack(workloads=[dict(row) for row in self.workloads], riders=riders)


class UseCase(Form):
    """What somebody wants to run, and the platforms that suit it, best first."""

    id: str
    title: str
    platforms: list[Suggestion]
    reference: Reference
    not_priced: list[str] = Field(default_factory=list)


class NotPriced(Form):
    """Something that the guide names and that has no rate here, with the meter that it bills."""

    what: str
    meter: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.what}: {self.meter}"


class DecisionGuide(Form):
    """Questions in order, use cases, and what is not priced."""

    checked_on: dt.date
    start: str
    questions: list[Question]
    use_cases: list[UseCase]
    not_priced: dict[str, NotPriced]

    def question(self, name: str) -> Question:
        """Question of that id."""
        return next(each for each in self.questions if each.id == name)

    def use_case(self, name: str) -> UseCase:
        """Use case of that id."""
        return next(each for each in self.use_cases if each.id == name)

    def reachable(self, end: Next) -> list[UseCase]:
        """Use cases that an answer can still lead to, in order."""
        if end.use_case is not None:
            return [self.use_case(end.use_case)]
        question = self.question(str(end.question))
        return [*self.reachable(question.yes), *self.reachable(question.no)]


@dataclass(frozen=True)
class Step:
    """A question on the way, the answer, and who gave it."""

    question: Question
    answer: bool
    given_by: str


@cache
def read_decision_guide() -> DecisionGuide:
    """Decision guide of the bundle.

    Raises
    ------
    RateTableError
        If the file is missing, breaks its form, or names what is not in it.
    """
    path = bundled_folder() / GUIDE / "advice.yaml"
    guide = read_form(path, DecisionGuide)
    questions = {each.id for each in guide.questions}
    cases = {each.id for each in guide.use_cases}
    named = [end for each in guide.questions for end in (each.yes, each.no)]
    lost = {str(end.question) for end in named if end.question} - questions
    lost |= {str(end.use_case) for end in named if end.use_case} - cases
    lost |= {name for case in guide.use_cases for name in case.not_priced} - set(guide.not_priced)
    if lost or guide.start not in questions:
        raise RateTableError(
            f"{path.name} names what is not in it: {', '.join(sorted(lost)) or guide.start}.",
            hint="questions, use cases and not_priced refer to one another by id.",
        )
    return guide


def answers_of(stack: Stack) -> dict[str, bool]:
    """Answers that documents give by themselves.

    Examples
    --------
    >>> answers_of(Stack(workloads=[{"workload": "web", "kind": "Deployment"}]))["kubernetes"]
    True
    """
    rows = stack.workloads
    needs: set[str] = set().union(*stack.needs.values()) if stack.needs else set()
    services = [row for row in rows if row.get("runs_per_month") is None]
    of_clusters = {rider["kind"] for rider in stack.riders if rider.get("platforms")}
    return {
        "gpu": "gpu" in needs or any(row.get("gpu_count") for row in rows),
        "batch": bool(rows) and not services,
        "cost_sensitive": any(row.get("purchase_option") == "spot" for row in rows),
        "kubernetes": bool(of_clusters) or any(r.get("kind") in KUBERNETES_KINDS for r in rows),
        "full_control": bool(needs & OF_NODES) or "nodes" in of_clusters,
        "microservices": len(services) > 1,
    }


def walk(
    guide: DecisionGuide, given: Mapping[str, bool], documents: Mapping[str, bool] | None = None
) -> tuple[list[Step], UseCase]:
    """Path through the guide and the use case at its end.

    Parameters
    ----------
    given : mapping of question id to answer
        Answers of the user, which come first.
    documents : mapping, optional
        Answers that documents give.

    Raises
    ------
    InvalidValueError
        If an answer is to no question of the guide.
    """
    known = [each.id for each in guide.questions]
    for name in given:
        if name not in known:
            raise InvalidValueError(
                f"The guide has no question {name!r}.",
                hint=did_you_mean(name, known) or f"its questions: {', '.join(known)}.",
            )
    steps = []
    end = Next(question=guide.start)
    while end.question is not None:
        question = guide.question(end.question)
        answer, given_by = False, TAKEN
        if question.id in given:
            answer, given_by = given[question.id], OPTION
        elif documents is not None and question.id in documents:
            answer, given_by = documents[question.id], DOCUMENTS
        steps.append(Step(question, answer, given_by))
        end = question.yes if answer else question.no
    return steps, guide.use_case(str(end.use_case))

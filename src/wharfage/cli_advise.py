"""``wharfage advise``: the decision guide, each step with prices."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from wharfage.cli_completion import one_of, regions
from wharfage.cli_documents import is_documents, read
from wharfage.cli_options import (
    INPUT,
    AssumeOption,
    BeforeFirstOption,
    FreeTierOption,
    JsonOption,
    MonthOption,
    OnOption,
    RatesOption,
    keywords_of,
    print_json,
)
from wharfage.errors import InvalidValueError, did_you_mean

ANSWERS = {"yes": True, "no": False}


def _answer(option: str, question: str) -> object:
    return typer.Option(
        option,
        metavar="yes|no",
        help=question,
        autocompletion=one_of(*ANSWERS),
        rich_help_panel="Answers",
    )


def advise(
    documents: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]", help="Documents that answer what they can."),
    ] = None,
    gpu: Annotated[str | None, _answer("--gpu", "The work needs a GPU.")] = None,
    batch: Annotated[str | None, _answer("--batch", "Runs that start and end.")] = None,
    cost_sensitive: Annotated[
        str | None, _answer("--cost-sensitive", "Runs may be interrupted.")
    ] = None,
    event_driven: Annotated[
        str | None, _answer("--event-driven", "Events start the work, with pauses between.")
    ] = None,
    kubernetes: Annotated[str | None, _answer("--kubernetes", "It must be Kubernetes.")] = None,
    full_control: Annotated[
        str | None, _answer("--full-control", "The nodes must be yours.")
    ] = None,
    microservices: Annotated[
        str | None, _answer("--microservices", "Several services that call one another.")
    ] = None,
    region: Annotated[
        str,
        typer.Option(
            "--region",
            metavar="CODE",
            help="Home region.",
            autocompletion=regions,
            rich_help_panel=INPUT,
        ),
    ] = "us-east-1",
    on: OnOption = None,
    month: MonthOption = "730h",
    rates: RatesOption = None,
    free_tier: FreeTierOption = "account",
    before_first: BeforeFirstOption = None,
    assume: AssumeOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Advise on a platform: the path through the decision guide, each step with prices.

    Without options and documents, questions are asked on a terminal; elsewhere they are no.

    For example:
      wharfage advise --kubernetes yes --region ap-northeast-2
      wharfage advise app.yaml --region us-central1
    """
    from wharfage import advise as advise_on  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import advice, tables  # noqa: PLC0415

    answers = _answers(
        gpu=gpu,
        batch=batch,
        cost_sensitive=cost_sensitive,
        event_driven=event_driven,
        kubernetes=kubernetes,
        full_control=full_control,
        microservices=microservices,
    )
    keywords = keywords_of(
        on, month, rates, free_tier, "round_up", before_first, assume, strict=False
    )
    del keywords["strict"], keywords["sizes"]
    stack = None
    if documents:
        if not is_documents(documents):
            raise InvalidValueError(
                f"{documents[0]} is a fleet; advice is on documents, or on answers.",
                hint="wharfage compare ranks services for a fleet.",
            )
        stack = read(documents, None, month)
    if stack is None and not answers and sys.stdin.isatty():
        answers = _asked()
    found = advise_on(answers, stack=stack, region=region, **keywords)
    if as_json:
        print_json(advice.advice_document(found))
    else:
        advice.print_advice(tables.console(), found)


def _answers(**given: str | None) -> dict[str, bool]:
    """Answers that options give.

    Raises
    ------
    InvalidValueError
        If one is neither yes nor no.
    """
    for name, text in given.items():
        if text is not None and text not in ANSWERS:
            option = f"--{name.replace('_', '-')}"
            raise InvalidValueError(
                f"{option} {text!r} is neither yes nor no.",
                hint=did_you_mean(text, ANSWERS) or f"write {option} yes.",
            )
    return {name: ANSWERS[text] for name, text in given.items() if text is not None}


def _asked() -> dict[str, bool]:
    """Answers of somebody at a terminal, in the guide's order."""
    from wharfage.analysis.advice import Next, read_decision_guide  # noqa: PLC0415

    guide = read_decision_guide()
    answers: dict[str, bool] = {}
    end = Next(question=guide.start)
    while end.question is not None:
        question = guide.question(end.question)
        try:
            answers[question.id] = typer.confirm(question.ask, default=False, err=True)
        except typer.Abort:
            # Ctrl-C and Ctrl-D at a question end the command as they do anywhere.
            raise KeyboardInterrupt from None
        end = question.yes if answers[question.id] else question.no
    return answers

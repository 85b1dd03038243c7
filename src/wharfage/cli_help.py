"""Help of the commands: options under headings, examples as they are typed, 80 columns."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

#: line of a docstring after which its examples stand, indented
EXAMPLES = "For example:"
#: a type that typer puts behind the name of an argument
TYPE = re.compile(r" <[^>]*>$")
#: heading of what has none of its own
OTHER = "Other"


class _Exemplified:
    """What a command and a group have in common: text first, examples last and as they are."""

    help: str | None

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  click's own, or typer's copy
        """Write what it does, without the examples."""
        whole = self.help
        self.help = (whole or "").partition(EXAMPLES)[0].rstrip()
        super().format_help_text(ctx, formatter)  # type: ignore[misc]
        self.help = whole

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the examples, line by line."""
        super().format_epilog(ctx, formatter)  # type: ignore[misc]
        lines = example_lines(self.help or "")
        if not lines:
            return
        with formatter.section("Examples"):
            for line in lines:
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


class Command(_Exemplified, TyperCommand):
    """Command whose options stand under the headings that they name, its examples last."""

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write arguments and options, heading by heading, in the order of the command line."""
        panels: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None:
                continue
            is_argument = parameter.param_type_name == "argument"
            heading = "Arguments" if is_argument else getattr(parameter, "rich_help_panel", None)
            name = TYPE.sub("", record[0]) if is_argument else record[0]
            panels.setdefault(heading or OTHER, []).append((name, record[1]))
        panels[OTHER] = panels.pop(OTHER, [])
        for heading, records in panels.items():
            with formatter.section(heading):
                formatter.write_dl(records)


class Group(_Exemplified, TyperGroup):
    """Group with examples."""


def example_lines(text: str) -> list[str]:
    r"""Lines of the examples in a docstring, as they stand there.

    Examples
    --------
    >>> example_lines("Price a fleet.\n\nFor example:\n  wharfage price example")
    ['wharfage price example']
    """
    _, _, after = text.partition(EXAMPLES)
    lines = [line.rstrip() for line in after.strip("\n").splitlines()]
    indent = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return [line[indent:] for line in lines if line]

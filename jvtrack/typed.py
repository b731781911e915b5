"""What a user typed, named as it was typed: whoever errs at the command line is told the option, not our field."""

from collections.abc import Iterator, Sequence

import typer
from pydantic import ValidationError
from typer.core import TyperGroup, TyperOption

from shared.http.wording import worded


def told(error: ValidationError, command: typer.Typer, words: Sequence[str]) -> str:
    """Say what is wrong with what was typed, each thing by the option or argument that holds it."""
    names = _names(command, words)
    faults = (f"{_name(detail['loc'], names)}: {worded(detail)}" for detail in error.errors())
    return "; ".join(dict.fromkeys(faults)) + "."


def _name(field: Sequence[int | str], names: dict[str, str]) -> str:
    """Name a field by what fills it: a parameter of its name, or an option that is typed so."""
    return next((names[str(part)] for part in field if part in names), ".".join(map(str, field)) or "it")


def _names(command: typer.Typer, words: Sequence[str]) -> dict[str, str]:
    """Give the name of each thing that the sub-command takes, by its field."""
    return dict(_parameters(command, words))


def _parameters(command: typer.Typer, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    found = typer.main.get_command(command)
    for word in words:
        if isinstance(found, TyperGroup) and word in found.commands:
            found = found.commands[word]
    for each in found.params:
        if isinstance(each, TyperOption):
            typed = max(each.opts, key=len)
            yield typed.lstrip("-"), typed
        else:
            typed = each.metavar or str(each.name).upper()
        yield str(each.name), typed

"""The `jvtrack` command: its sub-commands put together, and one plain sentence for whatever its user can put right."""

import logging
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import typer
from pydantic import ValidationError

from deploy.errors import SetupError, users_mistake
from deploy.local.settings import StackSettings
from jvtrack.typed import told

USER_MISTAKE = 2
MODULES: Mapping[str, Sequence[str]] = {
    "start": ("up",),
    "stack": ("down", "status", "restart"),
    "env": ("env",),
    "databases": ("migrate",),
    "topics": ("topics",),
    "token": ("token",),
    "verify": ("verify",),
    "monitor": ("monitor",),
    "imports": ("import",),
    "orders": ("orders",),
    "activities": ("activities",),
    "stock": ("stock",),
    "figures": ("figures",),
    "sources": ("sources",),
    "exports": ("exports",),
    "purchase": ("purchase",),
    "work_orders": ("work-orders",),
    "lots": ("lots",),
    "report": ("report",),
    "dependence": ("dependence",),
    "platforms": ("platforms",),
    "replenishment": ("replenishment",),
    "what_if": ("what-if",),
    "first_articles": ("first-articles",),
    "conditions": ("conditions",),
    "parked": ("parked",),
    "outbox": ("outbox",),
    "demo": ("demo",),
    "simulate": ("simulate",),
    "rebuild": ("rebuild",),
    "drop": ("drop",),
}
"""Every module of sub-commands, in the order in which they are listed, and the words that it answers to."""


def command_for(words: Sequence[str]) -> typer.Typer:
    """Give the command with the sub-command that is asked for, or with all of them.

    Only what is asked for is imported: `jvtrack token` needs no database, and would wait a second for its driver.
    """
    needed = [module for module, names in MODULES.items() if words and words[0] in names]
    command = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    command.callback()(about)
    for module in needed or MODULES:
        command.add_typer(import_module(f"jvtrack.commands.{module}").app)
    return command


def about() -> None:
    """Follow demand, production and stock of joint-venture parts."""


def main() -> None:
    """Run the command that was asked for; a mistake of its user is one sentence and exit code 2."""
    # Whoever needs to know that Kafka is away is told so by an error, in a sentence.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    command = command_for(sys.argv[1:])
    try:
        command()
    except (SetupError, ValidationError, OSError) as error:
        if (sentence := _sentence(error, command)) is None:
            raise
        _refuse(sentence)


def _sentence(error: Exception, command: typer.Typer) -> str | None:
    if isinstance(error, ValidationError) and error.title != StackSettings.__name__:
        return told(error, command, sys.argv[1:])
    return users_mistake(error)


def _refuse(sentence: str) -> None:
    typer.secho(f"jvtrack: {sentence}", err=True, fg=typer.colors.RED)
    sys.exit(USER_MISTAKE)


if __name__ == "__main__":
    main()

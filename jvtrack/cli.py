"""The `jvtrack` command: its sub-commands put together, and one plain sentence for whatever its user can put right."""

import logging
import sys

import typer
from pydantic import ValidationError

from deploy.errors import SetupError
from jvtrack.client import JVTrackError
from jvtrack.commands import databases, demo, imports, outbox, parked, stack, token, topics, verify

USER_MISTAKE = 2

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for noun in (stack, databases, topics, token, verify, imports, parked, outbox, demo):
    app.add_typer(noun.app)


@app.callback()
def about() -> None:
    """Follow demand, production and stock of joint-venture parts."""


def main() -> None:
    """Run the command that was asked for; a mistake of its user is one sentence and exit code 2."""
    # Whoever needs to know that Kafka is away is told so by an error, in a sentence.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    try:
        app()
    except (SetupError, JVTrackError) as error:
        _refuse(str(error))
    except ValidationError as error:
        _refuse("; ".join(f"{_variable(detail['loc'])}: {detail['msg']}" for detail in error.errors()))
    except PermissionError as error:
        _refuse(f"{error.filename} may not be written by this user: give it the right, or set JVTRACK_HOME.")


def _variable(place: tuple[int | str, ...]) -> str:
    return f"JVTRACK_{'_'.join(str(part) for part in place).upper()}"


def _refuse(sentence: str) -> None:
    typer.secho(f"jvtrack: {sentence}", err=True, fg=typer.colors.RED)
    sys.exit(USER_MISTAKE)


if __name__ == "__main__":
    main()

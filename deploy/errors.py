"""What keeps the system from being set up and that its user can put right, told in one sentence."""

import errno
import os
from pathlib import Path

from pydantic import ValidationError

from shared.http.wording import worded

_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}


class SetupError(Exception):
    """Something the user can put right; the text is one sentence that names the fix."""


def nobody_answers(server: str, address: str, *, variable: str) -> SetupError:
    """Say that a server is away: the one that a variable names, or the one that a stack would bring."""
    named = bool(os.environ.get(variable))
    away = f"{variable} names {address}, where no {server} answers" if named else f"No {server} answers at {address}"
    return SetupError(f"{away}: {way_out(server, variable=variable)}.")


def way_out(server: str, *, variable: str) -> str:
    """Say what to do where a server is away."""
    if os.environ.get(variable):
        return f"start it there, correct {variable}, or unset it and have `jvtrack up` run a {server} of its own"
    return f"start the stack with `jvtrack up`, or name a {server} that runs in {variable}"


def users_mistake(error: Exception) -> str | None:
    """Say in one sentence what the user can put right; None for whatever else has failed."""
    match error:
        case SetupError():
            return str(error)
        case ValidationError():
            return "; ".join(f"{_variable(detail['loc'])}: {worded(detail)}" for detail in error.errors()) + "."
        case OSError(errno=number, filename=str() | Path() as path) if number in _CLOSED:
            return f"{path} may not be read or written by this user: give it the right, or set JVTRACK_HOME."
        case _:
            return None


def _variable(place: tuple[int | str, ...]) -> str:
    return f"JVTRACK_{'_'.join(str(part) for part in place).upper()}"

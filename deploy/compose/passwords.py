"""Makes the containers' passwords, once, and deals them out: `python -m deploy.compose.passwords FOLDER`.

Below the folder each container has one of its own and sees nothing of the others': the server finds its administrator's
password there, a service those of its two roles. The secret from which all are derived stays with the operator's tools.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import URL

from deploy.local.environment import Environment
from deploy.local.postgres import ADMIN
from deploy.local.settings import SERVICES, StackSettings

_OF_ITS_OWNER, _OF_A_CONTAINER = 0o600, 0o444
_EVERY_DATABASE = "*"


def deal(environment: Environment, folder: Path) -> None:
    """Give every container the passwords that it may know; the same ones every time."""
    administrator = environment.postgres.set(
        username=ADMIN, password=environment.secret.password(ADMIN), database=_EVERY_DATABASE
    )
    # The server's own user reads it, who is nobody here: that only the server sees the folder keeps it from others.
    _put(folder / "postgres" / "password", [str(administrator.password)], mode=_OF_A_CONTAINER)
    for service in SERVICES:
        database = environment.database(service)
        _put(folder / service / "pgpass", [_line(database.app), _line(database.relay)], mode=_OF_ITS_OWNER)
    _put(environment.settings.directory / "pgpass", [_line(administrator)], mode=_OF_ITS_OWNER)


def _line(role: URL) -> str:
    """Write a role's password as PostgreSQL's clients look it up."""
    return f"{role.host}:{role.port or 5432}:{role.database}:{role.username}:{role.password}"


def _put(path: Path, lines: Sequence[str], *, mode: int) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.writelines(f"{line}\n" for line in lines)
    fresh.rename(path)


if __name__ == "__main__":
    deal(Environment(StackSettings()), Path(sys.argv[1]))

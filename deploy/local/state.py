"""What a running stack says about itself: a file that its supervisor writes and every command may read."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.local.locks import is_locked, locked_now
from deploy.local.settings import NAMESPACE, StackSettings

FILE, LOG = "state.json", "stack.log"
_PATIENCE_SECONDS = 1.0
# The namespace and its place are how a stack is found; the rest is what it was started with.
_HOW_FOUND = {"namespace", "home"}


class Condition(StrEnum):
    """How a process of the stack is doing."""

    RUNNING = "running"
    RESTARTING = "restarting"
    FAILED = "failed"


class ProcessState(BaseModel):
    """One process as its supervisor last saw it."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    port: int
    condition: Condition
    restarts: int
    since: datetime


class StackState(BaseModel):
    """A stack as its supervisor last saw it."""

    model_config = ConfigDict(frozen=True)

    supervisor: int
    is_ready: bool
    settings: Mapping[str, str | int | None]
    processes: Sequence[ProcessState]

    def process(self, name: str) -> ProcessState | None:
        """Find a process by its name."""
        return next((process for process in self.processes if process.name == name), None)


@contextmanager
def hold(settings: StackSettings) -> Iterator[None]:
    """Be the only supervisor of a namespace's stack, or raise BlockingIOError.

    Whoever finds the stack held reads of this supervisor, never of one that was killed before.
    """
    with locked_now(_lock(settings), patience_seconds=_PATIENCE_SECONDS):
        settings.directory.mkdir(parents=True, exist_ok=True)
        write(settings, StackState(supervisor=os.getpid(), is_ready=False, settings=recorded(settings), processes=()))
        try:
            yield
        finally:
            _file(settings).unlink(missing_ok=True)


def is_held(settings: StackSettings) -> bool:
    """Tell whether a supervisor runs this namespace's stack."""
    return is_locked(_lock(settings))


def held(home: Path) -> Sequence[str]:
    """Name the namespaces whose stacks run, of those whose data are in a folder."""
    locks = sorted(home.absolute().glob("*.lock"))
    return [lock.stem for lock in locks if re.fullmatch(NAMESPACE, lock.stem) and is_locked(lock)]


def running(settings: StackSettings) -> StackState | None:
    """Read what the running stack says of itself; None when none runs."""
    return read(settings) if is_held(settings) else None


def read(settings: StackSettings) -> StackState | None:
    """Read what a stack said last, whether or not it still runs."""
    try:
        return StackState.model_validate_json(_file(settings).read_bytes())
    except (OSError, ValidationError):
        return None


def write(settings: StackSettings, state: StackState) -> None:
    """Tell everyone how the stack is doing; only the user may read it, for addresses may hold passwords."""
    fresh = _file(settings).with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(state.model_dump_json(indent=1))
    fresh.rename(_file(settings))


def recorded(settings: StackSettings) -> Mapping[str, str | int | None]:
    """Give what of the settings a stack remembers."""
    values: dict[str, str | int | None] = settings.model_dump(mode="json", exclude=_HOW_FOUND)
    return values


def as_running(settings: StackSettings) -> StackSettings:
    """Take over ports and addresses of the running stack where the user has not set others."""
    state = running(settings)
    if state is None:
        return settings
    known = {name: value for name, value in state.settings.items() if name not in settings.model_fields_set}
    return StackSettings.model_validate({**settings.model_dump(), **known})


def _lock(settings: StackSettings) -> Path:
    return settings.home.absolute() / f"{settings.namespace}.lock"


def _file(settings: StackSettings) -> Path:
    return settings.directory / FILE

"""Handles a stack from outside its own process: start it detached, end it, have one of its processes start again."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from deploy.errors import SetupError
from deploy.kafka.in_sync import wait_until_in_sync
from deploy.local import state
from deploy.local.brokers import KAFKA, node_of
from deploy.local.probes import serves
from deploy.local.process import is_running
from deploy.local.replicas import service_of
from deploy.local.settings import StackSettings
from deploy.local.state import LOG, ProcessState, StackState
from shared.clock import monotonic

_POLL_SECONDS = 0.1
_UP_SECONDS_MAX = 300
_DOWN_SECONDS_MAX = 60
_RESTART_SECONDS_MAX = 180
_IN_SYNC_SECONDS_MAX = 120
_TIMED = re.compile(r"\d{4}-\d\d-\d\dT\S+ (.+)")


def start_detached(settings: StackSettings, *, fresh: bool = False) -> None:
    """Start the stack as a process of its own and return once everything answers."""
    if state.is_held(settings):
        raise SetupError("The stack is already running: see `jvtrack status`, or end it with `jvtrack down`.")
    settings.directory.mkdir(parents=True, exist_ok=True)
    log = settings.directory / LOG
    with log.open("wb") as output:
        child = subprocess.Popen(
            program(fresh=fresh),
            env={**os.environ, **as_variables(settings)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait(lambda: child.poll() is not None or is_ready(settings, child.pid), _UP_SECONDS_MAX)
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise
    if child.poll() is not None:
        raise SetupError(last_words(settings, child.returncode))
    if not is_ready(settings, child.pid):
        raise SetupError(f"The stack was not up within {_UP_SECONDS_MAX} s: {log} says how far it came.")
    child.returncode = 0  # It lives on; Python need not warn that nobody waited for it.


def stop(settings: StackSettings) -> bool:
    """End the running stack in good order; False when none runs."""
    running = state.running(settings)
    if running is None:
        return False
    try:
        os.kill(running.supervisor, signal.SIGTERM)
    except ProcessLookupError:
        return True  # It ended by itself, a moment ago.
    except PermissionError:
        raise SetupError(f"The stack (pid {running.supervisor}) is another user's: let that user end it.") from None
    if not _wait(lambda: not is_running(running.supervisor), _DOWN_SECONDS_MAX):
        raise SetupError(f"The stack (pid {running.supervisor}) has not ended within {_DOWN_SECONDS_MAX} s.")
    return True


def restart(settings: StackSettings, name: str, *, by: signal.Signals) -> Mapping[str, int]:
    """End a process by a signal and wait until it serves again; all of one kind, one after the other.

    A broker is ended only while the others have every fact, and is back once it has, too. Gives the new id of each.
    """
    processes = required(settings).processes
    settings = state.as_running(settings)
    chosen = [process for process in processes if name in {process.name, service_of(process.name)}]
    if not chosen:
        known = ", ".join(process.name for process in processes)
        raise SetupError(f"The stack runs no process named {name}: choose one of {known}.")
    return {process.name: _restart(settings, process, by=by) for process in chosen}


def _restart(settings: StackSettings, before: ProcessState, *, by: signal.Signals) -> int:
    name = before.name
    is_broker = service_of(name) == KAFKA
    if is_broker and settings.brokers > 1:
        _wait_for_copies(settings, without=node_of(name))
    if is_running(before.pid):
        with suppress(ProcessLookupError):
            os.kill(before.pid, by)

    def is_back() -> bool:
        process = required(settings).process(name)
        return process is not None and process.pid != before.pid and serves(name, process.port)

    if not _wait(is_back, _RESTART_SECONDS_MAX):
        raise SetupError(f"{name} does not serve again after {_RESTART_SECONDS_MAX} s: see `jvtrack status`.")
    if is_broker:
        _wait_for_copies(settings)
    after = required(settings).process(name)
    return after.pid if after else 0


def _wait_for_copies(settings: StackSettings, *, without: int | None = None) -> None:
    """Wait until every broker has every fact, but one that is to be left out."""
    kafka = settings.kafka_address
    if not asyncio.run(wait_until_in_sync(kafka, seconds_max=_IN_SYNC_SECONDS_MAX, without=without)):
        raise SetupError(
            f"Not every broker has every fact after {_IN_SYNC_SECONDS_MAX} s, so that none may be ended now: see "
            "`jvtrack status`."
        )


def program(*, fresh: bool) -> list[str]:
    """Give the command that is a stack."""
    return [sys.executable, "-m", "deploy.local", *(["--fresh"] if fresh else [])]


def last_words(settings: StackSettings, exit_code: int | None) -> str:
    """Give the last sentence of a stack that could not start, without its time; or quote what it ended with."""
    if exit_code == 0:
        return "The stack was stopped while it was starting."
    log = settings.directory / LOG
    last = (log.read_text().strip().splitlines() or ["it said nothing"])[-1]
    said = _TIMED.fullmatch(last)
    return said[1] if said else f"The stack has ended: {last[:300].rstrip('.')} (all of it in {log})."


def is_ready(settings: StackSettings, supervisor: int) -> bool:
    """Tell whether the stack of this supervisor says that everything answers."""
    said = state.read(settings)
    return said is not None and said.supervisor == supervisor and said.is_ready


def as_variables(settings: StackSettings) -> Mapping[str, str]:
    """Give the settings as the variables of a stack's process."""
    values = settings.model_dump(mode="json")
    return {f"JVTRACK_{name.upper()}": str(value) for name, value in values.items() if value is not None}


def required(settings: StackSettings) -> StackState:
    """Read what the running stack says of itself, or refuse when none runs."""
    running = state.running(settings)
    if running is None:
        raise SetupError(f"No stack of namespace {settings.namespace} is running: start one with `jvtrack up`.")
    return running


def _wait(is_done: Callable[[], bool], seconds_max: float) -> bool:
    deadline = monotonic() + seconds_max
    while not is_done():
        if monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True

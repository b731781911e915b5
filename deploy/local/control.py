"""Handles a stack from outside its own process: start it detached, end it, have one of its processes start again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from deploy.errors import SetupError
from deploy.local import state
from deploy.local.probes import serves
from deploy.local.process import is_running
from deploy.local.settings import StackSettings
from deploy.local.state import StackState
from shared.clock import monotonic

_POLL_SECONDS = 0.1
_UP_SECONDS_MAX = 180
_DOWN_SECONDS_MAX = 60
_RESTART_SECONDS_MAX = 60
_LOG = "stack.log"


def start_detached(settings: StackSettings) -> None:
    """Start the stack as a process of its own and return once everything answers."""
    if state.is_held(settings):
        raise SetupError("The stack is already running: see `jvtrack status`, or end it with `jvtrack down`.")
    settings.directory.mkdir(parents=True, exist_ok=True)
    log = settings.directory / _LOG
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "deploy.local"],
            env={**os.environ, **_as_variables(settings)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait(lambda: child.poll() is not None or _is_ready(settings, child.pid), _UP_SECONDS_MAX)
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise
    if child.poll() is not None:
        words = log.read_text().strip().splitlines() or ["it said nothing"]
        raise SetupError(words[-1].split(" ", 1)[-1])
    if not _is_ready(settings, child.pid):
        raise SetupError(f"The stack was not up within {_UP_SECONDS_MAX} s: {log} says how far it came.")
    child.returncode = 0  # It lives on; Python need not warn that nobody waited for it.


def stop(settings: StackSettings) -> bool:
    """End the running stack in good order; False when none runs."""
    running = state.running(settings)
    if running is None:
        return False
    os.kill(running.supervisor, signal.SIGTERM)
    if not _wait(lambda: not is_running(running.supervisor), _DOWN_SECONDS_MAX):
        raise SetupError(f"The stack (pid {running.supervisor}) has not ended within {_DOWN_SECONDS_MAX} s.")
    return True


def restart(settings: StackSettings, name: str, *, by: signal.Signals) -> int:
    """End one process by a signal, wait until it serves again, and give its new id."""
    before = required(settings).process(name)
    if before is None:
        known = ", ".join(process.name for process in required(settings).processes)
        raise SetupError(f"The stack runs no process named {name}: choose one of {known}.")
    if is_running(before.pid):
        os.kill(before.pid, by)

    def is_back() -> bool:
        process = required(settings).process(name)
        return process is not None and process.pid != before.pid and serves(name, process.port)

    if not _wait(is_back, _RESTART_SECONDS_MAX):
        raise SetupError(f"{name} does not serve again after {_RESTART_SECONDS_MAX} s: see `jvtrack status`.")
    after = required(settings).process(name)
    return after.pid if after else 0


def required(settings: StackSettings) -> StackState:
    """Read what the running stack says of itself, or refuse when none runs."""
    running = state.running(settings)
    if running is None:
        raise SetupError(f"No stack of namespace {settings.namespace} is running: start one with `jvtrack up`.")
    return running


def _is_ready(settings: StackSettings, supervisor: int) -> bool:
    said = state.read(settings)
    return said is not None and said.supervisor == supervisor and said.is_ready


def _as_variables(settings: StackSettings) -> Mapping[str, str]:
    values = settings.model_dump(mode="json")
    return {f"JVTRACK_{name.upper()}": str(value) for name, value in values.items() if value is not None}


def _wait(is_done: Callable[[], bool], seconds_max: float) -> bool:
    deadline = monotonic() + seconds_max
    while not is_done():
        if monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True

"""Watches processes, starts again what died by itself, within a bound, and stops them all in order."""

import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from deploy.local.process import Process
from deploy.local.state import Condition, ProcessState
from shared.clock import monotonic, now

Say = Callable[[str], None]

RESTART_PAUSE_SECONDS = 0.5
RESTARTS_MAX = 20
RESTARTS_WINDOW_SECONDS = 60.0
LOG_BYTES_MAX = 64 * 1024 * 1024
# Java ends so, in good order, when it is asked to.
_ENDED_BY_SIGNAL = 128


@dataclass(slots=True)
class _Watched:
    process: Process
    since: datetime
    condition: Condition = Condition.RUNNING
    restarts: int = 0
    start_at: float = 0
    started: deque[float] = field(default_factory=lambda: deque(maxlen=RESTARTS_MAX))

    def state(self) -> ProcessState:
        program = self.process.program
        return ProcessState(
            name=program.name,
            pid=self.process.pid or 0,
            port=program.port,
            condition=self.condition,
            restarts=self.restarts,
            since=self.since,
        )


class Supervisor:
    """Keeps processes running that were started in stages; later stages need the earlier ones."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._stages: list[list[_Watched]] = []

    def start(self, processes: Iterable[Process]) -> None:
        """Start processes that need nothing of each other as the next stage, and watch them from now on."""
        stage: list[_Watched] = []
        self._stages.append(stage)
        for process in processes:
            process.start()
            stage.append(_Watched(process, since=now()))

    def watch(self) -> bool:
        """Look at every process once; tell whether something has changed."""
        changes = [self._look_at(watched) for stage in self._stages for watched in stage]
        return any(changes)

    def states(self) -> Sequence[ProcessState]:
        """Say how every process is doing."""
        return [watched.state() for stage in self._stages for watched in stage]

    def has_given_up(self, process: Process) -> bool:
        """Tell whether a process ended so often that it is not started again."""
        watched = (watched for stage in self._stages for watched in stage if watched.process is process)
        return any(one.condition is Condition.FAILED for one in watched)

    def stop(self) -> None:
        """Stop the stages, the last one first; the processes of a stage stop side by side."""
        for stage in reversed(self._stages):
            for watched in stage:
                watched.process.ask_to_stop()
            for watched in stage:
                watched.process.stop()
            if stage:
                self._say(f"stopped {', '.join(watched.process.name for watched in stage)}")

    def _look_at(self, watched: _Watched) -> bool:
        if watched.process.is_alive():
            bound_log(watched.process.program.log)
            return False
        if watched.condition is Condition.RUNNING:
            self._plan_restart(watched)
            return True
        if watched.condition is Condition.RESTARTING and monotonic() >= watched.start_at:
            self._restart(watched)
            return True
        return False

    def _plan_restart(self, watched: _Watched) -> None:
        process, moment = watched.process, monotonic()
        code = process.exit_code() or 0
        ended = f"{process.name} ended ({_ending(code)})"
        # Only a process that gave up by itself may have said why.
        why = f": {process.complaint()}" if 0 < code < _ENDED_BY_SIGNAL else ""
        often = len(watched.started) == RESTARTS_MAX and moment - watched.started[0] < RESTARTS_WINDOW_SECONDS
        if often:
            watched.condition = Condition.FAILED
            self._say(f"{ended} and is given up after {RESTARTS_MAX} restarts in a minute{why}")
        else:
            watched.condition = Condition.RESTARTING
            watched.start_at = moment + RESTART_PAUSE_SECONDS
            self._say(f"{ended}, starting it again in {RESTART_PAUSE_SECONDS} s{why}")

    def _restart(self, watched: _Watched) -> None:
        watched.process.start()
        watched.started.append(monotonic())
        watched.restarts += 1
        watched.condition = Condition.RUNNING
        watched.since = now()
        self._say(f"{watched.process.name} started again (pid {watched.process.pid})")


def bound_log(path: Path) -> None:
    """Set a log that has grown too large aside, in place of the one before; its writer appends and notices nothing."""
    if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
        shutil.copyfile(path, path.with_name(f"{path.name}.1"))
        os.truncate(path, 0)


def _ending(exit_code: int) -> str:
    return f"killed by signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"

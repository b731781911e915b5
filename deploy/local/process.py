"""One program of the local stack as a process: started on a leash, waited for, stopped within a bound."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.errors import SetupError
from deploy.local.leash import leashed, leashed_as_nobody
from shared.clock import monotonic

_POLL_SECONDS = 0.03
_COMPLAINTS = ("ERROR", "FATAL", "Error", "Exception")


@dataclass(frozen=True, slots=True)
class Program:
    """What it takes to run one program of the stack, and to know that it serves."""

    name: str
    command: Sequence[str]
    port: int
    serves: Callable[[int], bool]
    """Tell, from its process id, whether it answers."""
    log: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    stop_signal: signal.Signals = signal.SIGTERM
    as_nobody: bool = False
    start_seconds_max: float = 60
    stop_seconds_max: float = 15


class Process:
    """A program that runs, or did."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._running: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def name(self) -> str:
        """Name the program."""
        return self.program.name

    @property
    def pid(self) -> int | None:
        """Give the id of the process that runs now or ran last."""
        return self._running.pid if self._running else None

    def exit_code(self) -> int | None:
        """Tell how the process ended: None while it runs, minus the signal when killed."""
        return self._running.poll() if self._running else None

    def is_alive(self) -> bool:
        """Tell whether the process runs."""
        return self._running is not None and self._running.poll() is None

    def serves(self) -> bool:
        """Tell whether the process runs and answers."""
        return self._running is not None and self.is_alive() and self.program.serves(self._running.pid)

    def start(self) -> None:
        """Start the process in a session of its own, so that a Ctrl-C reaches only its supervisor."""
        assert not self.is_alive(), f"{self.name} already runs"
        program = self.program
        program.log.parent.mkdir(parents=True, exist_ok=True)
        leash = leashed_as_nobody if program.as_nobody else leashed
        with program.log.open("ab") as log:
            self._log_start = log.tell()
            self._running = subprocess.Popen(
                leash(program.command),
                env=program.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_serving(self) -> None:
        """Return once the process answers; say what it complained of when it does not."""
        deadline = monotonic() + self.program.start_seconds_max
        while not self.serves():
            if not self.is_alive():
                raise SetupError(f"{self.name} did not start: {self.complaint()}.")
            if monotonic() > deadline:
                seconds = self.program.start_seconds_max
                raise SetupError(f"{self.name} did not answer within {seconds:.0f} s: {self.complaint()}.")
            time.sleep(_POLL_SECONDS)

    def ask_to_stop(self) -> None:
        """Send the signal on which the program ends in good order."""
        if self._running is not None and self.is_alive():
            self._running.send_signal(self.program.stop_signal)

    def stop(self) -> None:
        """End the process in good order, or by force once its time is up."""
        self.ask_to_stop()
        try:
            if self._running is not None:
                self._running.wait(self.program.stop_seconds_max)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the process as a power cut would, and wait until it is gone."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()

    def complaint(self) -> str:
        """Quote the line in which the process, since its start, says what is wrong."""
        if not self.program.log.exists():
            return f"its log {self.program.log} was deleted"
        with self.program.log.open("rb") as log:
            # A log that was set aside meanwhile begins anew.
            log.seek(self._log_start if log.seek(0, os.SEEK_END) >= self._log_start else 0)
            lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        telling = [line for line in lines if any(word in line for word in _COMPLAINTS)]
        said = (telling or lines or ["it said nothing"])[-1][:300].rstrip(".")
        return f"{said} (all of it in {self.program.log})"


def is_running(pid: int) -> bool:
    """Tell whether any process of this machine has the id and is not merely waiting to be buried."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] not in {"Z", "X"}

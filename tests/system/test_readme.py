"""The tour of the README, typed as it stands, in two terminals."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from deploy.local.control import as_variables
from deploy.local.settings import StackSettings
from shared.clock import monotonic
from tests.fixtures.servers import TestServers
from tests.fixtures.system import System, start_system

ROOT = Path(__file__).parents[2]
TOUR = re.search(r"^## Use it by hand$(.*?)^## ", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
STARTS_IT = ("make setup", "jvtrack up")
SECOND_TERMINAL = "In a second terminal"
SECONDS_MAX = 45
USUAL_PORTS = StackSettings.model_construct().service_ports


@pytest.fixture
def fresh(servers: TestServers, namespace: str, tmp_path: Path) -> Iterator[System]:
    """Run a system in which nobody has done anything yet."""
    with start_system(servers, tmp_path, f"{namespace}_readme") as running:
        yield running


def test_the_tour_works_as_it_is_typed(fresh: System, tmp_path: Path) -> None:
    before, second, after = terminals()
    look_there, go_on = tmp_path / "look-there", tmp_path / "go-on"
    pause = f"touch {look_there}; until [ -e {go_on} ]; do sleep 0.1; done"

    with terminal(fresh, [*before, pause, *after], tmp_path / "first") as first:
        assert eventually(lambda: look_there.exists() or first.poll() is not None)
        with terminal(fresh, second, tmp_path / "second"):
            assert eventually(lambda: (tmp_path / "second").read_text() != "")
            go_on.touch()
            assert first.wait(SECONDS_MAX) == 0, (tmp_path / "first.errors").read_text()
            is_seen = eventually(lambda: '"shelf":"in_transit"' in (tmp_path / "second").read_text())

    said = (tmp_path / "first").read_text()
    assert is_seen
    assert re.search(r'"reserved":2\b', said)
    assert said.rstrip().endswith("2 issued")


def terminals() -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Read what is typed into the first terminal, then into the second, then into the first again."""
    assert TOUR
    blocks = re.findall(r"([^\n]*)\n\n```console\n(.*?)```", TOUR[1], re.DOTALL)
    (place,) = (number for number, (before, _) in enumerate(blocks) if before.startswith(SECOND_TERMINAL))
    commands = [re.split(r"^\$ ", block, flags=re.MULTILINE) for _, block in blocks]
    before, second, after = commands[:place], commands[place : place + 1], commands[place + 1 :]
    return flat(before), flat(second), flat(after)


def flat(blocks: Sequence[Sequence[str]]) -> Sequence[str]:
    """Give the commands of several blocks, without those that start what runs already."""
    commands = [command.strip() for block in blocks for command in block if command.strip()]
    return [command for command in commands if not command.startswith(STARTS_IT)]


@contextmanager
def terminal(system: System, commands: Sequence[str], screen: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Type commands until one fails; what the programs complain of is kept beside what they show."""
    command = ["bash", "-euc", typed(system, commands)]
    with screen.open("wb") as output, screen.with_suffix(".errors").open("wb") as errors:
        process = subprocess.Popen(
            command, env=environment(system), cwd=ROOT, stdout=output, stderr=errors, start_new_session=True
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def eventually(holds: Callable[[], bool]) -> bool:
    """Wait for something."""
    deadline = monotonic() + SECONDS_MAX
    while not holds() and monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def typed(system: System, commands: Sequence[str]) -> str:
    """Give a terminal's commands, at the ports of a system that runs beside others."""
    script = "\n".join(commands)
    for service, port in USUAL_PORTS.items():
        script = script.replace(f"127.0.0.1:{port}", f"127.0.0.1:{system.settings.service_ports[service]}")
    return script.replace(".venv/bin/jvtrack", "jvtrack")


def environment(system: System) -> Mapping[str, str]:
    """Give what a terminal has after `source .venv/bin/activate` where the system is not at its usual ports."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JVTRACK_")}
    urls = {f"JVTRACK_{name.upper()}_URL": system.url(name) for name in USUAL_PORTS}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**kept, **urls, **as_variables(system.settings), "PATH": path, "PYTHONPATH": str(ROOT)}

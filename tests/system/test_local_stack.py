"""The stack without Docker keeps its promises: data survive, a taken port is named, nothing outlives its parent."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from deploy.errors import SetupError
from deploy.local.console import OwnWords
from deploy.local.ports import HOST, free_port, require_free
from deploy.local.process import Process, Program, is_running
from deploy.local.servers import Servers
from deploy.local.settings import StackSettings
from deploy.local.stack import run
from deploy.local.state import Condition
from deploy.local.supervisor import RESTARTS_MAX, Supervisor, bound_log
from shared.clock import monotonic

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the leash is Linux's")

PARENT = """
import sys, time
from pathlib import Path
from deploy.local.servers import Servers
with Servers.start(Path(sys.argv[1])) as servers:
    print(servers.kafka_process.pid, servers.postgres_process.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Run both servers under a parent of their own."""
    command = [sys.executable, "-c", PARENT, str(tmp_path / "servers")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, [int(pid) for pid in process.stdout.readline().split()]
        process.kill()


def test_no_server_outlives_a_killed_parent_and_what_was_committed_is_still_there(
    parent: tuple[subprocess.Popen[str], list[int]], tmp_path: Path
) -> None:
    process, servers = parent
    family = [*servers, *children_of(servers)]
    assert len(family) > len(servers)

    process.kill()

    assert eventually_gone(family)
    with Servers.start(tmp_path / "servers") as again:
        assert asyncio.run(query(again.postgres_dsn, "SELECT 1")) == 1


def test_data_survive_a_stop_and_the_servers_are_durable(tmp_path: Path) -> None:
    with Servers.start(tmp_path) as first:
        asyncio.run(query(first.postgres_dsn, "CREATE TABLE kept AS SELECT 42 AS answer"))

    with Servers.start(tmp_path) as second:
        answer = asyncio.run(query(second.postgres_dsn, "SELECT answer FROM kept"))
        durable = asyncio.run(query(second.postgres_dsn, "SHOW fsync"))

    assert answer == 42
    assert durable == "on"


def test_a_taken_port_is_named_with_its_holder_and_the_way_out() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(SetupError, match=rf"Port {port} for orders .*pid {os.getpid()}.*JVTRACK_ORDERS_PORT"):
            require_free({"orders": port})


def test_a_fresh_start_does_not_empty_servers_of_others(tmp_path: Path) -> None:
    settings = StackSettings(home=tmp_path, kafka="kafka.example:9092")

    with pytest.raises(SetupError, match="JVTRACK_NAMESPACE"):
        run(settings, OwnWords(), fresh=True)


def test_a_process_that_died_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    process = Process(a_program(tmp_path, "import time; time.sleep(600)"))
    supervisor.start([process])
    before = process.pid
    assert before is not None

    os.kill(before, signal.SIGKILL)
    watch_until(supervisor, lambda: bool(supervisor.states()[0].restarts))
    after = process.pid
    supervisor.stop()

    assert after not in {None, before}
    assert said[0] == "example ended (killed by signal 9), starting it again in 0.5 s"
    assert not process.is_alive()


def test_a_process_that_keeps_dying_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.supervisor.RESTART_PAUSE_SECONDS", 0.0)
    said: list[str] = []
    supervisor = Supervisor(said.append)
    process = Process(a_program(tmp_path, "raise SystemExit('Error: no luck')", python_options=("-S",)))
    supervisor.start([process])

    watch_until(supervisor, lambda: supervisor.has_given_up(process))
    supervisor.stop()

    assert supervisor.states()[0].condition is Condition.FAILED
    assert supervisor.states()[0].restarts == RESTARTS_MAX
    assert "no luck" in said[-2]


def test_a_process_that_gave_up_by_itself_is_quoted(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    supervisor.start([Process(a_program(tmp_path, "raise SystemExit('Error: no luck')", python_options=("-S",)))])

    watch_until(supervisor, lambda: bool(said))
    supervisor.stop()

    assert re.match(
        r"example ended \(exit code 1\), starting it again in 0.5 s: Error: no luck \(all of it in", said[0]
    )


def test_a_process_whose_log_was_deleted_is_started_again_all_the_same(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    program = a_program(tmp_path, "import time; time.sleep(0.2); raise SystemExit(1)", python_options=("-S",))
    supervisor.start([Process(program)])

    program.log.unlink()
    watch_until(supervisor, lambda: bool(said))
    supervisor.stop()

    assert said[0].endswith(f"starting it again in 0.5 s: its log {program.log} was deleted")


def test_a_stage_in_which_nothing_was_started_is_not_told(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(said.append)
    supervisor.start([])

    supervisor.stop()

    assert said == []


def test_a_log_that_has_grown_too_large_is_set_aside_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.supervisor.LOG_BYTES_MAX", 10)
    log = tmp_path / "example.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"12345\n1234\n")
        bound_log(log)
        writer.write(b"new\n")
        bound_log(log)
    bound_log(tmp_path / "of a process whose log was deleted")

    assert log.read_text() == "new\n"
    assert log.with_name("example.log.1").read_text() == "12345\n1234\n"


def a_program(directory: Path, code: str, python_options: Sequence[str] = ()) -> Program:
    """Make a small program of the stack."""
    return Program(
        name="example",
        command=(sys.executable, *python_options, "-c", code),
        port=free_port(),
        serves=lambda _: True,
        log=directory / "example.log",
    )


def watch_until(supervisor: Supervisor, is_done: Callable[[], bool]) -> None:
    """Let the supervisor look at its processes until something holds."""
    deadline = monotonic() + 30
    while not is_done():
        assert monotonic() < deadline
        supervisor.watch()
        time.sleep(0.01)


def children_of(parents: Sequence[int]) -> list[int]:
    """Find the processes that these have started."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may end while it is looked at
            if parent_of(path / "stat") in parents:
                found.append(int(path.name))
    return found


def parent_of(stat: Path) -> int:
    """Read who started a process."""
    return int(stat.read_text().rsplit(")", 1)[1].split()[1])


def eventually_gone(pids: Sequence[int]) -> bool:
    """Wait a moment for processes to be gone."""
    deadline = monotonic() + 5
    while any(is_running(pid) for pid in pids) and monotonic() < deadline:
        time.sleep(0.05)
    return not any(is_running(pid) for pid in pids)


async def query(dsn: str, statement: str) -> object:
    """Ask PostgreSQL for one value."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()

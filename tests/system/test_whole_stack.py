"""`jvtrack up` as its user meets it: everything up, one process killed and back, and nothing left of a killed stack."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from deploy.local import state
from deploy.local.control import stop
from deploy.local.process import is_running
from deploy.local.settings import StackSettings
from shared.clock import monotonic
from tests.fixtures.free_ports import on_free_ports
from tests.fixtures.own_stack import jvtrack

EVERY_PROCESS = {"postgres", "kafka", "orders", "production", "inventory", "monitor"}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the leash is Linux's")


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[StackSettings]:
    """Give a stack of its own, on free ports, and end it whatever happens."""
    mine = on_free_ports(tmp_path)
    yield mine
    stop(mine)


def test_a_stack_comes_up_heals_a_killed_service_and_leaves_nothing_when_its_supervisor_is_killed(
    settings: StackSettings,
) -> None:
    up = jvtrack(settings, "up", "--detach")
    assert up.returncode == 0, up.stderr
    before = running(settings)
    assert {process.name for process in before.processes} == EVERY_PROCESS

    restarted = jvtrack(settings, "restart", "inventory", "--kill")
    after = running(settings)
    healthy = jvtrack(settings, "status")
    os.kill(after.supervisor, signal.SIGKILL)

    assert restarted.returncode == 0, restarted.stderr
    assert pid_of(after, "inventory") != pid_of(before, "inventory")
    assert healthy.returncode == 0, healthy.stdout
    assert eventually_gone([process.pid for process in after.processes])
    assert jvtrack(settings, "status").returncode == 3


def running(settings: StackSettings) -> state.StackState:
    """Read the running stack's state."""
    found = state.running(settings)
    assert found is not None
    return found


def pid_of(stack: state.StackState, name: str) -> int:
    """Find a process's id."""
    process = stack.process(name)
    assert process is not None
    return process.pid


def eventually_gone(pids: Sequence[int]) -> bool:
    """Wait a moment for processes to be gone."""
    deadline = monotonic() + 5
    while any(is_running(pid) for pid in pids) and monotonic() < deadline:
        time.sleep(0.05)
    return not any(is_running(pid) for pid in pids)

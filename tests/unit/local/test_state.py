"""What a stack says of itself is believed of the stack that runs, and never of one that was killed before."""

import fcntl
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.errors import SetupError
from deploy.local import control, state
from deploy.local.console import OwnWords
from deploy.local.locks import is_locked, locked_now
from deploy.local.ports import HOST, free_port
from deploy.local.settings import StackSettings
from deploy.local.stack import run, wipe
from deploy.local.state import StackState


@pytest.fixture
def settings(tmp_path: Path) -> StackSettings:
    """Give a stack of its own that was killed: its last words are still there."""
    mine = StackSettings(home=tmp_path, namespace="killed")
    mine.directory.mkdir()
    return mine


@pytest.fixture
def stranger() -> Iterator[int]:
    """Run a process that has got the id of a supervisor that was killed."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process.pid
        process.kill()


def test_a_starting_stack_is_never_taken_for_the_one_before(settings: StackSettings, stranger: int) -> None:
    say_as(settings, stranger)

    with state.hold(settings):
        said = state.running(settings)

    assert said is not None
    assert (said.supervisor, said.is_ready, said.processes) == (os.getpid(), False, [])
    assert state.read(settings) is None


def test_ending_a_stack_that_has_just_ended_by_itself_is_no_error(settings: StackSettings) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()

    with state.hold(settings):
        say_as(settings, process.pid)
        ended = control.stop(settings)

    assert ended


def test_whoever_only_asks_whether_a_stack_runs_is_not_taken_for_one(settings: StackSettings) -> None:
    lock = settings.home / "killed.lock"
    lock.touch()

    with lock.open("rb") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)

        assert not is_locked(lock)


def test_running_stacks_are_found_by_their_locks(tmp_path: Path) -> None:
    for name in ("ended", "kafka-libs"):
        (tmp_path / f"{name}.lock").touch()

    with locked_now(tmp_path / "demo.lock"), locked_now(tmp_path / "kafka-libs.lock"):
        assert state.held(tmp_path) == ["demo"]
    assert state.held(tmp_path) == []


def test_a_fresh_start_that_cannot_start_deletes_nothing(settings: StackSettings) -> None:
    kept = settings.directory / "postgres" / "data"
    kept.mkdir(parents=True)
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        here = settings.model_copy(update={"orders_port": taken.getsockname()[1], **free_ports()})

        with pytest.raises(SetupError, match="for orders is taken"):
            run(here, OwnWords(), fresh=True)

    assert kept.exists()


def test_a_fresh_start_forgets_all_but_what_the_new_supervisor_says(settings: StackSettings) -> None:
    (settings.directory / "kafka").mkdir()
    (settings.directory / "secret").touch()
    (settings.directory / state.LOG).touch()

    with state.hold(settings):
        wipe(settings)
        left = {path.name for path in settings.directory.iterdir()}

    assert left == {state.FILE, state.LOG}


@pytest.mark.parametrize(
    ("log", "code", "words"),
    [
        ("2026-01-02T03:04:05Z stopped kafka\n2026-01-02T03:04:06Z Kafka needs Java.\n", 2, r"^Kafka needs Java\.$"),
        ("Traceback:\nKeyError: 'x y'\n", 1, r"^The stack has ended: KeyError: 'x y' \(all of it in .*stack\.log\)\.$"),
        ("2026-01-02T03:04:05Z stopped kafka\n", 0, r"^The stack was stopped while it was starting\.$"),
        ("", -9, r"^The stack has ended: it said nothing"),
    ],
)
def test_the_last_words_of_a_stack_are_a_sentence(settings: StackSettings, log: str, code: int, words: str) -> None:
    (settings.directory / state.LOG).write_text(log)

    assert re.match(words, control.last_words(settings, code))


def say_as(settings: StackSettings, supervisor: int) -> None:
    """Write what a supervisor says of a stack that is up."""
    state.write(settings, StackState(supervisor=supervisor, is_ready=True, settings={}, processes=[]))


def free_ports() -> dict[str, int]:
    """Choose free ports for everything but orders."""
    names = ("kafka", "kafka_controller", "postgres", "production", "inventory")
    return {f"{name}_port": free_port() for name in names}

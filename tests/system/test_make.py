"""What `make` starts: it ends with make, however that ends, and is kept only where that is asked for."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.process import is_running
from shared.clock import monotonic

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the leash is Linux's"),
    pytest.mark.skipif(shutil.which("make") is None, reason="make is not here"),
]


@pytest.mark.parametrize("target", ["up", "demo"])
def test_nothing_outlives_a_killed_make(target: str, tmp_path: Path) -> None:
    with made(tmp_path, target) as make:
        pid = int(said_by_jvtrack(tmp_path).split()[0])

        make.kill()

        assert eventually(lambda: not is_running(pid))


@pytest.mark.parametrize(
    ("keep", "words"), [("", "demo"), ("KEEP=", "demo"), ("KEEP=0", "demo"), ("KEEP=1", "demo --keep")]
)
def test_a_demo_is_kept_only_where_that_is_asked_for(keep: str, words: str, tmp_path: Path) -> None:
    with made(tmp_path, "demo", *filter(None, [keep])) as make:
        _pid, said = said_by_jvtrack(tmp_path).split(maxsplit=1)
        make.terminate()

    assert said == words


@pytest.mark.parametrize(("namespace", "words"), [("", "down --all"), ("JVTRACK_NAMESPACE=demo", "down")])
def test_down_stops_every_stack_unless_one_is_named(namespace: str, words: str, tmp_path: Path) -> None:
    with made(tmp_path, "down", *filter(None, [namespace])) as make:
        _pid, said = said_by_jvtrack(tmp_path).split(maxsplit=1)
        make.terminate()

    assert said == words


@contextmanager
def made(directory: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run make with a `jvtrack` that only writes down who it is and what it is asked, and waits."""
    program = directory / "jvtrack"
    program.write_text(
        f'#!/bin/sh\necho "$$ $*" >{directory}/new && mv {directory}/new {directory}/said\nexec sleep 60\n'
    )
    program.chmod(0o755)
    done_already = ("-o", ".local/environment.stamp", "-o", ".local/servers.stamp")
    asked_elsewhere = ("KEEP", "JVTRACK_NAMESPACE", "MAKEFLAGS", "MAKEOVERRIDES")
    environment = {name: value for name, value in os.environ.items() if name not in asked_elsewhere}
    command = ["make", *done_already, *words, f"BIN={directory}"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as make:
        try:
            yield make
        finally:
            make.kill()


def said_by_jvtrack(directory: Path) -> str:
    """Wait for what the command wrote down."""
    said = directory / "said"
    assert eventually(said.exists)
    return said.read_text().strip()


def eventually(holds: Callable[[], bool]) -> bool:
    """Wait a moment for something."""
    deadline = monotonic() + 5
    while not holds() and monotonic() < deadline:
        time.sleep(0.05)
    return holds()

"""Setting up a bare machine: what failed once for want of a network succeeds once there is one."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOBODY_LISTENS = "http://127.0.0.1:9/simple"
NEEDED = ("bash", "cat", "dirname", "env", "grep", "mkdir", "rm", "sh", "tail")
EXECUTABLE = 0o100755 << 16
SYNC = "sync --frozen --inexact --quiet --compile-bytecode --no-default-groups"
A_UV = '#!/bin/sh\necho "$@" >>.local/asked\n'
A_UV_WITHOUT_JAVA = f'{A_UV}case "$*" in *"--group java"*) exit 1 ;; esac\n'
A_PYTHON_WITHOUT_JAVA = '#!/bin/sh\necho "setup: neither Java nor Maven" >&2\nexit 1\n'
A_UV_WITHOUT_POSTGRESQL = f'{A_UV}case "$*" in *"--group local"*) exit 1 ;; esac\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give a folder with the script, and an environment whose Python does nothing."""
    root = tmp_path / "checkout"
    (root / "scripts").mkdir(parents=True)
    shutil.copy2(ROOT / "scripts" / "bootstrap.sh", root / "scripts")
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to(str(shutil.which("true")))
    return root


def test_a_setup_that_failed_without_a_network_succeeds_with_one(checkout: Path, tmp_path: Path) -> None:
    offline = bootstrap(checkout, "environment", PIP_INDEX_URL=NOBODY_LISTENS, PIP_RETRIES="0")
    again = bootstrap(checkout, "environment", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(a_shelf_with_uv(tmp_path)))

    assert offline.returncode == 2
    assert offline.stderr.splitlines()[-1].startswith("setup: uv could not be had with pip")
    assert again.returncode == 0, again.stderr
    assert asked_of_uv(checkout) == [SYNC]


def test_where_the_wheel_of_postgresql_cannot_be_had_the_way_out_is_named(checkout: Path) -> None:
    install(checkout, A_UV_WITHOUT_POSTGRESQL)

    refused = bootstrap(checkout, "servers")

    assert refused.returncode == 2
    assert "JVTRACK_POSTGRES" in refused.stderr.splitlines()[-1]


def test_whoever_names_his_own_servers_needs_no_wheel_of_postgresql(checkout: Path) -> None:
    install(checkout, A_UV_WITHOUT_POSTGRESQL)

    done = bootstrap(checkout, "servers", JVTRACK_POSTGRES="postgresql://a@db/b", JVTRACK_KAFKA="kafka:9092")

    assert done.returncode == 0, done.stderr
    assert asked_of_uv(checkout) == []


def test_only_tests_and_gates_need_their_tools(checkout: Path) -> None:
    install(checkout, A_UV)

    for step in ("environment", "servers", "gates"):
        assert bootstrap(checkout, step).returncode == 0

    assert asked_of_uv(checkout) == [SYNC, f"{SYNC} --group local", f"{SYNC} --group test --group check"]


@pytest.mark.parametrize("uv", [A_UV, A_UV_WITHOUT_JAVA], ids=["the wheel is had", "the wheel is not had"])
def test_java_is_fetched_where_there_is_none_and_whatever_is_missing_is_told_later_in_one_go(
    uv: str, checkout: Path
) -> None:
    install(checkout, uv)
    python = checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.write_text(A_PYTHON_WITHOUT_JAVA)
    python.chmod(0o755)

    done = bootstrap(checkout, "servers")

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "setup: neither Java nor Maven"
    assert asked_of_uv(checkout) == [f"{SYNC} --group local", f"{SYNC} --group java"]


def bootstrap(checkout: Path, step: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the script on a machine that has Python and no uv."""
    command = ["bash", str(checkout / "scripts" / "bootstrap.sh"), step]
    environment = {**bare_machine(checkout), **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)


def bare_machine(checkout: Path) -> Mapping[str, str]:
    """Give an environment in which only the named programs are found."""
    programs = checkout.with_name("bin")
    if not programs.exists():
        programs.mkdir()
        for name in NEEDED:
            (programs / name).symlink_to(str(shutil.which(name)))
        (programs / "python3").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "JVTRACK_"))}
    return {**kept, "PATH": str(programs), "PIP_CONFIG_FILE": os.devnull}


def a_shelf_with_uv(directory: Path) -> Path:
    """Make a folder with a wheel named uv, whose program writes down what it is asked."""
    shelf = directory / "shelf"
    shelf.mkdir()
    about = "Metadata-Version: 2.1\nName: uv\nVersion: 1.0\n"
    tag = "Wheel-Version: 1.0\nGenerator: by-hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members = {"uv-1.0.data/scripts/uv": A_UV, "uv-1.0.dist-info/METADATA": about, "uv-1.0.dist-info/WHEEL": tag}
    with zipfile.ZipFile(shelf / "uv-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in members.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = EXECUTABLE
            wheel.writestr(member, text)
        wheel.writestr("uv-1.0.dist-info/RECORD", "".join(f"{name},,\n" for name in members))
    return shelf


def install(checkout: Path, uv: str) -> None:
    """Put a program in uv's place."""
    program = checkout / ".local" / "uv" / "bin" / "uv"
    program.parent.mkdir(parents=True)
    program.write_text(uv)
    program.chmod(0o755)


def asked_of_uv(checkout: Path) -> list[str]:
    """Read what uv was asked to do."""
    asked = checkout / ".local" / "asked"
    return asked.read_text().splitlines() if asked.exists() else []

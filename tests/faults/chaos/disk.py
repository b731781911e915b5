"""A disk that is full: for a while the outboxes' queues stand on a small tmpfs, and something else fills it.

No fact can be told then, by no door and by no decider. The queues go back to where they were before the mount goes.
"""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from deploy.local.leash import is_root
from deploy.local.settings import DECIDING
from deploy.postgres.provision import connect
from tests.faults.chaos.exposed import Exposed

_SIZE = "16m"
_NAME = "chaos_small"
_FOLDER = "small"
_FILLER = "filler"
_QUEUE = "outbox_pending"
_MOVED = (f"TABLE {_QUEUE}", f"INDEX {_QUEUE}_pkey")
_TRIES_MAX = 50
_COMPLAINT = "No space left on device"


class SmallDisk:
    """A tmpfs below the run's folder, which only root can make."""

    def __init__(self, everything: Exposed) -> None:
        self._environment = everything.system.environment
        self._folder = everything.postgres.program.log.parent / _FOLDER
        self._log = everything.postgres.program.log

    @staticmethod
    def obstacle() -> str | None:
        """Say why there can be no such disk here; nothing if there can."""
        if not is_root():
            return "only root can mount a small disk"
        return None if shutil.which("mount") else "there is no mount command"

    @asynccontextmanager
    async def full(self) -> AsyncIterator[None]:
        """Let the queues stand on a full disk until the block ends."""
        await self.put_away()
        self._mount()
        server = await connect(self._environment.postgres)
        try:
            await server.execute(f"CREATE TABLESPACE {_NAME} LOCATION '{self._folder}/data'")
        finally:
            await server.close()
        try:
            await self._move(_NAME)
            await self._shrink()
            self._fill()
            yield
        finally:
            await self.put_away()

    def complaints(self) -> int:
        """Count how often PostgreSQL has said so far that a disk is full."""
        return self._log.read_text(errors="replace").count(_COMPLAINT)

    async def put_away(self) -> None:
        """Empty the disk, take the queues back, and unmount it; nothing if there is none."""
        if not self._folder.is_mount():
            return
        (self._folder / _FILLER).unlink(missing_ok=True)
        server = await connect(self._environment.postgres)
        try:
            await self._move("pg_default")
            await server.execute("CHECKPOINT")
            await server.execute(f"DROP TABLESPACE IF EXISTS {_NAME}")
        finally:
            await server.close()
        _unmount(self._folder)

    def _mount(self) -> None:
        self._folder.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(self._folder)], check=True)
        data: Path = self._folder / "data"
        data.mkdir(mode=0o700)
        shutil.chown(data, "nobody")

    async def _move(self, target: str) -> None:
        await self._everywhere(*(f"ALTER {what} SET TABLESPACE {target}" for what in _MOVED))

    async def _shrink(self) -> None:
        """Take from the queues the room that an earlier backlog has left in them: they would do with that for hours."""
        await self._everywhere(f"VACUUM (FULL) {_QUEUE}")

    async def _everywhere(self, *statements: str) -> None:
        for service in DECIDING:
            connection = await connect(self._environment.postgres.set(database=f"chaos_{service}"))
            try:
                await connection.execute("SET lock_timeout = '1s'")
                for statement in statements:
                    await _patiently(connection, statement)
            finally:
                await connection.close()

    def _fill(self) -> None:
        with (self._folder / _FILLER).open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(os.sysconf("SC_PAGE_SIZE")))
            except OSError:
                return


def forget_mounts(directory: Path) -> None:
    """Unmount what a run that was killed has left below its folder."""
    for folder in directory.glob(f"*/{_FOLDER}"):
        if folder.is_mount():
            _unmount(folder)


def _unmount(folder: Path) -> None:
    # Lazily: a server's processes close files that are gone only when they are next used.
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def _patiently(connection: asyncpg.Connection, statement: str) -> None:
    for _ in range(_TRIES_MAX):
        try:
            await connection.execute(statement)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            continue
        return
    raise RuntimeError(f"PostgreSQL had no moment for it: {statement}")

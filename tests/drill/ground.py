"""Where the drill takes place: a real stack of its own, worked by `jvtrack` commands and PostgreSQL's programs."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from deploy.local.environment import Environment
from deploy.local.leash import is_root
from deploy.local.postgres import binaries
from deploy.local.settings import StackSettings
from tests.fixtures.free_ports import on_free_ports
from tests.fixtures.own_stack import as_system, jvtrack
from tests.fixtures.system import System

COMMAND_SECONDS_MAX = 600


class DrillFailed(Exception):
    """A proof of the drill did not come out; the text says which."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A stack that keeps its data in a folder of the drill's own, and copies of what its servers had."""

    settings: StackSettings
    environment: Environment
    copies: Path

    @classmethod
    def choose(cls, home: Path) -> "Ground":
        """Choose ports that are free and a namespace that nobody uses; nothing runs yet."""
        settings = on_free_ports(home, namespace="drill")
        copies = home / "copies"
        copies.mkdir(parents=True)
        return cls(settings, Environment(settings), copies)

    @property
    def system(self) -> System:
        """Give the doors and the books of the stack, whose processes its supervisor keeps."""
        return as_system(self.settings)

    def jvtrack(self, *words: str, may_fail: bool = False) -> "subprocess.CompletedProcess[str]":
        """Run a `jvtrack` command against this stack; raises DrillFailed where it must not fail."""
        done = jvtrack(self.settings, *words, seconds_max=COMMAND_SECONDS_MAX)
        return done if may_fail else _required(done)

    def copy_all_databases(self) -> None:
        """Back up every database at one moment, while they are worked in."""
        self._postgres("pg_basebackup", "--pgdata", str(self.copies / "base"), "--checkpoint=fast")

    def copy_database(self, service: str) -> None:
        """Back up one service's database alone."""
        name = self.environment.database(service).name
        self._postgres("pg_dump", "--format=custom", "--file", str(self.copies / service), database=name)

    def restore_database(self, service: str) -> None:
        """Put one service's database back to where its copy was taken; the service notices as it does any restart."""
        database = self.environment.database(service)
        new = f"{database.name}_restored"
        owner = str(database.owner.username)
        self._postgres("createdb", "--owner", owner, "--template=template0", "--locale=C", new)
        self._postgres("pg_restore", "--dbname", new, str(self.copies / service))
        self._postgres("dropdb", "--force", database.name)
        self._postgres("psql", "--command", f'ALTER DATABASE "{new}" RENAME TO "{database.name}"')
        self.jvtrack("migrate", service)

    def restore_all_databases(self) -> None:
        """Put every database back to the moment of the copy; PostgreSQL must have stopped."""
        self._put_back(self.copies / "base", self.settings.directory / "postgres" / "data")

    def copy_kafka(self) -> None:
        """Copy Kafka's log; Kafka must have stopped."""
        shutil.copytree(self.settings.directory / "kafka" / "data", self.copies / "kafka")

    def restore_kafka(self) -> None:
        """Put Kafka's log back to where it was copied: whatever was acknowledged since is gone."""
        self._put_back(self.copies / "kafka", self.settings.directory / "kafka" / "data")

    def wipe_kafka(self) -> None:
        """Delete Kafka's log with every topic; Kafka must have stopped."""
        shutil.rmtree(self.settings.directory / "kafka" / "data")

    def _put_back(self, copy: Path, place: Path) -> None:
        owner = place.stat()
        shutil.rmtree(place)
        shutil.copytree(copy, place)
        if is_root():
            for each in (place, *place.rglob("*")):
                os.chown(each, owner.st_uid, owner.st_gid)
        place.chmod(0o700)

    def _postgres(self, program: str, *options: str, database: str = "postgres") -> None:
        admin: URL = self.environment.postgres
        variables = {
            "PGHOST": str(admin.host),
            "PGPORT": str(admin.port),
            "PGUSER": str(admin.username),
            "PGPASSWORD": str(admin.password),
        }
        # pg_basebackup copies all databases, and the others name the one that they work on by themselves.
        names_one = {"PGDATABASE": database} if program in {"pg_dump", "psql"} else {}
        _run([str(binaries() / program), *options], {**variables, **names_one})


def _run(command: list[str], variables: dict[str, str]) -> None:
    _required(
        subprocess.run(
            command,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS_MAX,
            check=False,
        )
    )


def _required(done: "subprocess.CompletedProcess[str]") -> "subprocess.CompletedProcess[str]":
    if done.returncode:
        raise DrillFailed(f"{' '.join(done.args[-4:])} ended with {done.returncode}: {done.stdout} {done.stderr}")
    return done

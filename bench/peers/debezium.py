"""Debezium as a relay: its PostgreSQL connector and outbox event router, in a Kafka Connect of its own.

It takes the rows of an outbox table out of PostgreSQL's log, through a replication slot; the table holds what a row of
`event_log` holds, with the one index that Debezium's documentation gives it.

    python -m bench.peers.debezium    # fetches its jars
"""

import json
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import make_url

from bench.compare.relay_course import Road
from bench.smoke.stack import Stack, until
from deploy.errors import SetupError
from deploy.local import kafka
from deploy.local.jars import JarSet, fetched
from deploy.local.java import java
from deploy.local.places import HOME
from deploy.local.ports import HOST, free_port, is_free
from deploy.local.process import Process, Program
from deploy.postgres.provision import connect

JARS = HOME / "debezium-libs"
SERVER_SETTINGS = {"wal_level": "logical"}
"""What PostgreSQL must be started with."""

TUNED = {
    "plugin.name": "pgoutput",
    "poll.interval.ms": "5",
    "max.batch.size": "8192",
    "max.queue.size": "16384",
    "producer.linger.ms": "5",
    "extended.headers.enabled": "false",
}
"""What is set for speed: the producer's is the worker's, the rest the connector's.

Batches of 256 KiB instead of the producer's 16 KiB changed nothing: 114 us of CPU a fact instead of 110.
"""

_JAR_SET = JarSet("Debezium", Path(__file__).with_name("debezium-pom.xml"), "or leave the phase `relays` out")
# As Kafka's own start script for Connect has it.
_JVM = ("-server", "-Xms256M", "-Xmx2G", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-Djava.awt.headless=true")
_LOGGING = Path(kafka.__file__).with_name("log4j2.yaml")
_CONNECTOR, _TOPIC, _DATABASE, _SLOT = "outbox", "debezium.production.v1", "debezium", "debezium"
_START_SECONDS_MAX, _ANSWER_SECONDS_MAX = 120.0, 30.0
_TABLE = """
CREATE TABLE outbox (
  id          uuid        PRIMARY KEY,
  topic       text        NOT NULL,
  key         text        NOT NULL,
  key_seq     bigint      NOT NULL,
  type        text        NOT NULL,
  payload     bytea       NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""
_INSERT = f"""
INSERT INTO outbox (id, topic, key, key_seq, type, payload)
SELECT id, '{_TOPIC}', key, key_seq, 'jvtrack.production.lot-inspected.v1', payload
FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bytea[])
     WITH ORDINALITY AS fact (id, key, key_seq, payload, position)
ORDER BY position
"""  # noqa: S608 - the topic is the constant above.
_IS_READ = "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1 AND active)"
_IS_LEFT = "SELECT NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1 AND active)"
_HEADERS = ("type:header:ce_type", "key_seq:header:ce_sequence", "recorded_at:header:ce_recordedtime")
_ROUTER = {
    "type": "io.debezium.transforms.outbox.EventRouter",
    "table.field.event.id": "id",
    "table.field.event.key": "key",
    "table.field.event.payload": "payload",
    "route.by.field": "topic",
    "route.topic.replacement": "${routedByValue}",
    "table.fields.additional.placement": ",".join(_HEADERS),
}


@dataclass(slots=True)
class Debezium:
    """A Kafka Connect with one connector, its database and its topic."""

    stack: Stack
    name: str
    _connect: Process | None = None
    _port: int = field(default_factory=free_port)

    @property
    def road(self) -> Road:
        """Say where it takes facts from, and where it brings them."""
        return Road(self._dsn, _INSERT, self.stack.servers.kafka, _TOPIC)

    def pid(self) -> int:
        """Give the process id of Kafka Connect."""
        assert self._connect is not None, "it does not run"
        assert self._connect.pid is not None, "it was not started"
        return self._connect.pid

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run it on an empty table until the block ends; then nothing keeps PostgreSQL's log any more."""
        await self.stack.make_topic(_TOPIC)
        server = await connect(make_url(self.stack.servers.postgres_dsn))
        await server.execute(f"CREATE DATABASE {_DATABASE}")
        database = await connect(make_url(self._dsn))
        await database.execute(_TABLE)
        await database.close()
        self._connect = Process(self._program())
        try:
            self._connect.start()
            self._connect.wait_until_serving()
            await self._slot(_IS_READ)
            yield
        finally:
            self._connect.stop()
            await until(server, _IS_LEFT, _SLOT)
            await server.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")
            await server.execute(f"DROP DATABASE {_DATABASE}")
            await server.close()

    async def pause(self) -> None:
        """Let facts wait; the Java machine goes on, warm as it is."""
        await self._say("stop")
        await self._slot(_IS_LEFT)

    async def go_on(self) -> None:
        """Publish again, from where it was."""
        await self._say("resume")
        await self._slot(_IS_READ)

    @property
    def _dsn(self) -> str:
        admin = make_url(self.stack.servers.postgres_dsn)
        return admin.set(database=_DATABASE).render_as_string(hide_password=False)

    async def _say(self, word: str) -> None:
        async with httpx.AsyncClient(timeout=_ANSWER_SECONDS_MAX, trust_env=False) as client:
            answer = await client.put(f"http://{HOST}:{self._port}/connectors/{_CONNECTOR}/{word}")
            answer.raise_for_status()

    async def _slot(self, condition: str) -> None:
        server = await connect(make_url(self.stack.servers.postgres_dsn))
        try:
            await until(server, condition, _SLOT)
        finally:
            await server.close()

    def _program(self) -> Program:
        folder = self.stack.settings.directory / "debezium"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        worker, connector = folder / "worker.properties", folder / "connector.json"
        worker.write_text("".join(f"{name}={value}\n" for name, value in self._worker(folder).items()))
        connector.write_text(json.dumps({"name": _CONNECTOR, "config": self._settings()}))
        classpath, logging = f"{fetched(_JAR_SET, JARS)}/*", f"-Dlog4j2.configurationFile={_LOGGING}"
        tool = ("org.apache.kafka.connect.cli.ConnectStandalone", str(worker), str(connector))
        return Program(
            name=self.name,
            command=(java(), *_JVM, logging, "-cp", classpath, *tool),
            port=self._port,
            serves=lambda _: not is_free(self._port),
            log=folder / "connect.log",
            start_seconds_max=_START_SECONDS_MAX,
        )

    def _worker(self, folder: Path) -> Mapping[str, str]:
        return {
            "bootstrap.servers": self.stack.servers.kafka,
            "listeners": f"http://{HOST}:{self._port}",
            "offset.storage.file.filename": str(folder / "offsets"),
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "io.debezium.converters.BinaryDataConverter",
            "header.converter": "org.apache.kafka.connect.storage.SimpleHeaderConverter",
            "plugin.discovery": "service_load",
            **{name: value for name, value in TUNED.items() if name.startswith("producer.")},
        }

    def _settings(self) -> Mapping[str, str]:
        """Say how the connector is set up: for speed, by a team that knows it; what is not named is as it comes."""
        admin = make_url(self.stack.servers.postgres_dsn)
        return {
            "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
            "database.hostname": HOST,
            "database.port": str(admin.port),
            "database.user": str(admin.username),
            "database.password": str(admin.password),
            "database.dbname": _DATABASE,
            "topic.prefix": _DATABASE,
            "slot.name": _SLOT,
            "publication.autocreate.mode": "filtered",
            "table.include.list": "public.outbox",
            "snapshot.mode": "no_data",
            **{name: value for name, value in TUNED.items() if not name.startswith("producer.")},
            "transforms": "outbox",
            **{f"transforms.outbox.{name}": value for name, value in _ROUTER.items()},
        }


if __name__ == "__main__":
    try:
        fetched(_JAR_SET, JARS)
        java()
    except (SetupError, OSError) as error:
        sys.exit(f"setup: {error}")

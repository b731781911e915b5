"""The steps between running servers and running services: repeatable, and strict about what they find."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from aiokafka.admin import NewTopic
from sqlalchemy import URL

from deploy.compose.passwords import deal
from deploy.errors import SetupError
from deploy.kafka.topics import delete_topics, ensure_topics
from deploy.local.environment import Environment
from deploy.local.settings import SERVICES, StackSettings
from deploy.postgres.provision import ServiceDatabase, connect, provision, remove
from shared.db import Database
from shared.events.envelope import Stream
from shared.messaging.kafka import start_admin
from shared.messaging.topics import PARTITIONS, Topics
from tests.fixtures.databases import Provisioner
from tests.fixtures.servers import TestServers

NOBODY_LISTENS = 9


async def test_topics_are_made_once(servers: TestServers, namespace: str) -> None:
    topics = Topics(servers.kafka, f"{namespace}_once")

    first = await ensure_topics(topics, copies=1)
    second = await ensure_topics(topics, copies=1)

    assert sorted(first) == sorted(topics.name(stream) for stream in Stream)
    assert second == []


async def test_a_topic_that_forgets_or_is_too_narrow_is_refused_by_name(servers: TestServers, namespace: str) -> None:
    topics = Topics(servers.kafka, f"{namespace}_other")
    admin = await start_admin(servers.kafka)
    await admin.create_topics([NewTopic(topics.name(Stream.ORDERS), 3, 1, topic_configs={"retention.ms": "1000"})])
    await admin.close()

    with pytest.raises(SetupError) as refused:
        await ensure_topics(topics, copies=1)

    assert f"{topics.name(Stream.ORDERS)} has 3 partitions, not {PARTITIONS}" in str(refused.value)
    assert f"{topics.name(Stream.ORDERS)} has retention.ms=1000, not -1" in str(refused.value)


async def test_how_many_copies_a_topic_keeps_follows_from_the_brokers_unless_it_is_said(
    servers: TestServers, namespace: str
) -> None:
    chosen, wished = Topics(servers.kafka, f"{namespace}_chosen"), Topics(servers.kafka, f"{namespace}_wished")

    made = await ensure_topics(chosen, copies=None)
    with pytest.raises(SetupError, match=f"^Kafka did not create {wished.namespace}.*replica"):
        await ensure_topics(wished, copies=3)

    assert len(made) == len(Stream)


async def test_a_topic_that_could_not_be_written_or_could_lose_facts_is_refused_by_name(
    servers: TestServers, namespace: str
) -> None:
    topics = Topics(servers.kafka, f"{namespace}_unsafe")
    name = topics.name(Stream.ORDERS)
    admin = await start_admin(servers.kafka)
    careless = {"min.insync.replicas": "2", "unclean.leader.election.enable": "true"}
    await admin.create_topics([NewTopic(name, PARTITIONS, 1, topic_configs=careless)])
    await admin.close()

    with pytest.raises(SetupError) as refused:
        await ensure_topics(topics, copies=1)

    assert f"{name} has min.insync.replicas=2, not 1" in str(refused.value)
    assert f"{name} has unclean.leader.election.enable=true, not false" in str(refused.value)


async def test_topics_are_deleted_once(servers: TestServers, namespace: str) -> None:
    topics = Topics(servers.kafka, f"{namespace}_gone")
    made = await ensure_topics(topics, copies=1)

    first = await delete_topics(topics)
    second = await delete_topics(topics)

    assert sorted(first) == sorted(made)
    assert second == []


async def test_a_kafka_that_is_away_is_one_sentence() -> None:
    with pytest.raises(SetupError, match="JVTRACK_KAFKA"):
        await ensure_topics(Topics(f"127.0.0.1:{NOBODY_LISTENS}", "nobody"), copies=1)


async def test_a_postgres_that_is_away_is_one_sentence() -> None:
    with pytest.raises(SetupError, match="JVTRACK_POSTGRES"):
        await connect(URL.create("postgresql", "postgres", "x", "127.0.0.1", NOBODY_LISTENS, "postgres"))


def test_a_database_is_provisioned_again_without_harm_and_opens_to_no_other_service(provisioner: Provisioner) -> None:
    ours, theirs = provisioner.empty("ours"), provisioner.empty("theirs")

    asyncio.run(provision(provisioner.admin, ours))

    for role in (theirs.owner, theirs.app, theirs.relay):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            asyncio.run(open_as(role.set(database=ours.name)))


def test_a_database_is_removed_with_its_roles_once_nobody_works_in_it(provisioner: Provisioner) -> None:
    database = provisioner.empty("removed")

    with pytest.raises(SetupError, match="Somebody still works in"):
        asyncio.run(remove_while_open(provisioner.admin, database))
    first = asyncio.run(remove(provisioner.admin, database))
    second = asyncio.run(remove(provisioner.admin, database))

    assert (first, second) == (True, False)
    assert asyncio.run(roles_named(provisioner.admin, database.name)) == []


def test_a_service_opens_its_database_with_what_was_dealt_to_it_and_no_other(
    servers: TestServers, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = Environment(StackSettings(home=tmp_path, namespace=f"{namespace}_dealt", postgres=servers.postgres))
    ours, theirs = (environment.database(service) for service in ("orders", "inventory"))
    for name in ("postgres", *SERVICES):
        (tmp_path / name).mkdir()
    for database in (ours, theirs):
        asyncio.run(provision(environment.postgres, database))

    deal(environment, tmp_path)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "orders" / "pgpass"))

    asyncio.run(ask(without_password(ours.app)))
    asyncio.run(open_as(without_password(ours.relay)))
    for role in (ours.owner, theirs.app, theirs.relay):
        with pytest.raises(asyncpg.InvalidPasswordError):
            asyncio.run(open_as(without_password(role)))


def test_a_role_that_may_not_create_databases_is_told_so(provisioner: Provisioner) -> None:
    humble, wanted = provisioner.empty("humble"), provisioner.empty("wanted")

    with pytest.raises(SetupError, match="may create roles and databases"):
        asyncio.run(provision(humble.app, wanted))


def without_password(address: URL) -> URL:
    """Address a role as a container is told to."""
    return URL.create(
        address.drivername, address.username, host=address.host, port=address.port, database=address.database
    )


async def ask(address: URL) -> None:
    """Open a database as a service does."""
    database = Database(address.render_as_string(hide_password=False))
    try:
        await database.ask()
    finally:
        await database.close()


async def open_as(address: URL) -> None:
    """Open a database as a role and leave again."""
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    await connection.close()


async def remove_while_open(admin: URL, database: ServiceDatabase) -> None:
    """Remove a database in which its owner still works."""
    connection = await connect(database.owner)
    try:
        await remove(admin, database)
    finally:
        await connection.close()


async def roles_named(admin: URL, prefix: str) -> list[str]:
    """Find the roles of a database."""
    connection = await connect(admin)
    try:
        rows = await connection.fetch("SELECT rolname FROM pg_roles WHERE starts_with(rolname, $1 || '_')", prefix)
    finally:
        await connection.close()
    return [row["rolname"] for row in rows]

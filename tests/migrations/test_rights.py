"""Who may do what in a database: what was decided cannot be undone, and no service opens another's."""

import asyncio
from itertools import permutations

import asyncpg
import pytest
from sqlalchemy import URL

from deploy.local.settings import SERVICES
from deploy.postgres.provision import ServiceDatabase
from tests.fixtures.databases import Provisioner, owner_connection

_DECIDE = (
    "INSERT INTO event_log (event_id, topic, key, key_seq, type, payload) "
    "VALUES (gen_random_uuid(), 1, 'key', 1, 'type', '{}')"
)
_HOLES = """
    SELECT table_name, grantee, privilege_type FROM information_schema.role_table_grants
    WHERE table_schema = 'public' AND grantee = 'PUBLIC'
"""
_PLAIN = """
    SELECT column_name FROM information_schema.columns
    WHERE table_name = $1 AND is_identity = 'NO' ORDER BY ordinal_position DESC LIMIT 1
"""
_KEPT_FOR_EVER = {
    "orders": ["event_log"],
    "production": ["event_log"],
    "inventory": ["event_log", "transfer"],
}
FOR_EVER = [(service, table) for service, tables in _KEPT_FOR_EVER.items() for table in tables]
_UNDOING = ("UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}", "DROP TABLE {0}")


@pytest.fixture(scope="module")
def databases(provisioner: Provisioner) -> dict[str, ServiceDatabase]:
    """Give each service its database."""
    return {service: provisioner.service(service) for service in SERVICES}


@pytest.mark.parametrize("statement", _UNDOING)
@pytest.mark.parametrize(("service", "table"), FOR_EVER)
@pytest.mark.parametrize("role", ["app", "relay"])
def test_what_was_decided_is_neither_changed_nor_removed(
    databases: dict[str, ServiceDatabase], role: str, service: str, table: str, statement: str
) -> None:
    database = databases[service]
    column = asyncio.run(plain_column(database, table))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        asyncio.run(run(getattr(database, role), statement.format(table, column)))


@pytest.mark.parametrize("service", SERVICES)
def test_the_application_decides_and_the_relay_only_reads(databases: dict[str, ServiceDatabase], service: str) -> None:
    asyncio.run(run(databases[service].app, _DECIDE))

    asyncio.run(run(databases[service].relay, "SELECT * FROM event_log"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        asyncio.run(run(databases[service].relay, _DECIDE))


@pytest.mark.parametrize("role", ["owner", "app", "relay"])
@pytest.mark.parametrize(("service", "other"), list(permutations(SERVICES, 2)))
def test_no_role_of_a_service_opens_another_services_database(
    databases: dict[str, ServiceDatabase], service: str, other: str, role: str
) -> None:
    mine: URL = getattr(databases[service], role)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        asyncio.run(run(mine.set(database=databases[other].name), "SELECT 1"))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("role", ["app", "relay"])
def test_only_the_owner_makes_tables(databases: dict[str, ServiceDatabase], service: str, role: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        asyncio.run(run(getattr(databases[service], role), "CREATE TABLE mine (id int)"))


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_granted_to_everybody(databases: dict[str, ServiceDatabase], service: str) -> None:
    assert asyncio.run(run(databases[service].owner, _HOLES)) == []


async def run(address: URL, statement: str) -> list[asyncpg.Record]:
    """Run a statement as a role."""
    connection = await asyncpg.connect(address.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        found: list[asyncpg.Record] = await connection.fetch(statement)
    finally:
        await connection.close()
    return found


async def plain_column(database: ServiceDatabase, table: str) -> str:
    """Name a column of a table that is neither numbered nor made."""
    connection = await owner_connection(database)
    try:
        return str(await connection.fetchval(_PLAIN, table))
    finally:
        await connection.close()

"""Creates a service's roles and database, or removes them; run again, it only sets right what differs."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
from sqlalchemy import URL

from deploy.errors import SetupError, nobody_answers

_CONNECT_SECONDS_MAX = 10
_APP_SETTINGS = {
    "idle_in_transaction_session_timeout": "5s",
    "statement_timeout": "10s",
    # The relay's checkpoints take it that no transaction lasts longer than they lie apart (60 s).
    "transaction_timeout": "20s",
}


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """One service's database, as each of its three roles addresses it."""

    service: str
    owner: URL
    app: URL
    relay: URL

    @property
    def name(self) -> str:
        """Name the database."""
        return str(self.app.database)

    @property
    def roles(self) -> Sequence[URL]:
        """List the three ways in."""
        return (self.owner, self.app, self.relay)


async def provision(admin: URL, database: ServiceDatabase) -> None:
    """Create a service's roles and its database, which no other service's role may open."""
    server = await connect(admin)
    try:
        await _ensure_roles(server, database)
        await _ensure_database(server, database)
    except asyncpg.InsufficientPrivilegeError as refused:
        raise SetupError(
            f"{admin.username} may not set up {database.name} ({refused}): set JVTRACK_POSTGRES to a role that may "
            "create roles and databases."
        ) from None
    finally:
        await server.close()
    inside = await connect(admin.set(database=database.name))
    try:
        await _close_to_strangers(inside, database)
    finally:
        await inside.close()


async def remove(admin: URL, database: ServiceDatabase) -> bool:
    """Delete a service's database and its roles; False where there was no such database."""
    server = await connect(admin)
    try:
        there = await server.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database.name)
        await _run(server, "DROP DATABASE IF EXISTS %I", database.name)
        for role in database.roles:
            await _run(server, "DROP ROLE IF EXISTS %I", role.username)
    except asyncpg.ObjectInUseError:
        raise SetupError(f"Somebody still works in {database.name}: stop its services, then drop it again.") from None
    except asyncpg.InsufficientPrivilegeError as refused:
        raise SetupError(
            f"{admin.username} may not drop {database.name} ({refused}): set JVTRACK_POSTGRES to the role that made it."
        ) from None
    finally:
        await server.close()
    return bool(there)


async def connect(address: URL) -> asyncpg.Connection:
    """Open a connection, or say in one sentence what keeps it shut."""
    dsn = address.set(drivername="postgresql").render_as_string(hide_password=False)
    where = f"{address.host}:{address.port or 5432}"
    try:
        return await asyncpg.connect(dsn, timeout=_CONNECT_SECONDS_MAX)
    except (OSError, TimeoutError, asyncpg.CannotConnectNowError):
        raise nobody_answers("PostgreSQL", where, variable="JVTRACK_POSTGRES") from None
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as refused:
        raise SetupError(
            f"PostgreSQL at {where} refused {address.username}: {refused}; see JVTRACK_POSTGRES."
        ) from None


async def _ensure_roles(server: asyncpg.Connection, database: ServiceDatabase) -> None:
    for role in database.roles:
        if not await server.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role.username):
            await _run(server, "CREATE ROLE %I", role.username)
        await _run(server, "ALTER ROLE %I LOGIN PASSWORD %L", role.username, role.password)
    known = await server.fetch("SELECT name FROM pg_settings WHERE name = ANY($1)", list(_APP_SETTINGS))
    for name, value in ((row["name"], _APP_SETTINGS[row["name"]]) for row in known):
        await _run(server, "ALTER ROLE %I SET %I = %L", database.app.username, name, value)


async def _ensure_database(server: asyncpg.Connection, database: ServiceDatabase) -> None:
    owner = database.owner.username
    if not await server.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database.name):
        await _run(server, "GRANT %I TO CURRENT_USER", owner)
        # Text sorts by code point, as Python sorts it: rows locked "in key order" are locked in one order by both.
        template = "CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
        await _run(server, template, database.name, owner)
    await _run(server, "REVOKE ALL ON DATABASE %I FROM PUBLIC", database.name)
    for role in (database.app, database.relay):
        await _run(server, "GRANT CONNECT ON DATABASE %I TO %I", database.name, role.username)


async def _close_to_strangers(inside: asyncpg.Connection, database: ServiceDatabase) -> None:
    await _run(inside, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for role in (database.app, database.relay):
        await _run(inside, "GRANT USAGE ON SCHEMA public TO %I", role.username)


async def _run(connection: asyncpg.Connection, template: str, *values: object) -> None:
    # Names and passwords can't be parameters of such statements; the server itself quotes them.
    places = ", ".join(f"${number}::text" for number in range(2, len(values) + 2))
    query = f"SELECT format($1{', ' if places else ''}{places})"
    await connection.execute(await connection.fetchval(query, template, *map(str, values)))

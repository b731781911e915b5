"""Alembic, once for every service: each keeps its own history, all share the backbone's tables."""

import asyncio
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, Executable, text
from sqlalchemy.ext.asyncio import create_async_engine

SERVICES = Path(__file__).parent.parent / "services"
LOCK_TIMEOUT = "5s"
APP = "app"
RELAY = "relay"

_APP_ROLE = {
    "event_log": "SELECT, INSERT",
    "outbox_pending": "SELECT, INSERT",
    "outbox_blocked": "SELECT, UPDATE, DELETE",
    "outbox_held": "SELECT, DELETE",
    "outbox_discarded": "SELECT, INSERT",
    "operation_log": "SELECT, INSERT",
    "consumer_offset": "SELECT, INSERT, UPDATE, DELETE",
    "stream_position": "SELECT, INSERT, UPDATE, DELETE",
    "parked_key": "SELECT, INSERT, UPDATE, DELETE",
    "parked_event": "SELECT, INSERT, UPDATE, DELETE",
    "idempotency": "SELECT, INSERT, UPDATE, DELETE",
    "relay_progress": "SELECT",
}
_RELAY_ROLE = {
    "event_log": "SELECT",
    "outbox_pending": "SELECT, INSERT, DELETE",
    "outbox_blocked": "SELECT, INSERT, UPDATE",
    "outbox_held": "SELECT, INSERT",
    "outbox_discarded": "SELECT",
    "relay_progress": "SELECT, INSERT, UPDATE, DELETE",
    "relay_checkpoint": "SELECT, INSERT, UPDATE, DELETE",
}
_PRIVILEGES = {
    1: {APP: _APP_ROLE, RELAY: _RELAY_ROLE},
    2: {APP: {"parked_discarded": "SELECT, INSERT", "relay_loss": "SELECT"}, RELAY: {"relay_loss": "SELECT, INSERT"}},
}
BACKBONE_STEPS = tuple(_PRIVILEGES)
"""The steps in which the backbone's tables came to be; each is part of one revision of every service."""


class Script(Protocol):
    """What a revision's `alembic.op` can do, as far as it is needed here."""

    def execute(self, sqltext: Executable | str) -> None:
        """Run a statement."""

    def get_bind(self) -> Connection:
        """Give the connection that the revision runs on."""


def config(service: str, url: str) -> Config:
    """Point Alembic at one service's history and database."""
    settings = Config()
    settings.set_main_option("script_location", str(SERVICES / service / "migrations"))
    settings.attributes["url"] = url
    return settings


def upgrade(service: str, url: str, revision: str = "head") -> None:
    """Bring a service's database to a revision; nothing happens if it is there already.

    The url is the owner's, of the form postgresql+asyncpg://...
    """
    command.upgrade(config(service, url), revision)


def downgrade(service: str, url: str, revision: str) -> None:
    """Take a service's database back to an earlier revision."""
    command.downgrade(config(service, url), revision)


def run_migrations() -> None:
    """Run what Alembic was asked for, in one transaction; every service's env.py is only this call."""
    asyncio.run(_run(context.config.attributes["url"]))


async def _run(url: str) -> None:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
            await connection.run_sync(_migrate)
    finally:
        await engine.dispose()


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


def backbone(op: Script, step: int) -> None:
    """Take one step of the backbone's tables, and say who may do what with them."""
    _script(op, f"backbone_{step:04d}_up.sql")
    for role, tables in _PRIVILEGES[step].items():
        for table, privileges in tables.items():
            grant(op, table, privileges=privileges, role=role)


def drop_backbone(op: Script, step: int) -> None:
    """Take one step of the backbone's tables back."""
    _script(op, f"backbone_{step:04d}_down.sql")


def grant(op: Script, table: str, *, privileges: str = "SELECT, INSERT, UPDATE, DELETE", role: str = APP) -> None:
    """Let the service's application role (or its relay's) use a table, and nobody else."""
    database = op.get_bind().execute(text("SELECT current_database()")).scalar_one()
    op.execute(text(f'GRANT {privileges} ON TABLE {table} TO "{database}_{role}"'))


def _script(op: Script, name: str) -> None:
    script = (files("shared.messaging") / "sql" / name).read_text()
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    for statement in "\n".join(lines).split(";"):
        if statement.strip():
            op.execute(text(statement.replace(":", "\\:")))

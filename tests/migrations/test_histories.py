"""Each service's history of tables: up, down and up again, from wherever a database stands."""

import asyncio
from itertools import pairwise
from pathlib import Path

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from deploy.local.settings import SERVICES
from deploy.postgres.provision import ServiceDatabase
from shared.migrations import config, downgrade, upgrade
from tests.fixtures.databases import Provisioner, owner_connection

ROOT = Path(__file__).parents[2]
_COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, column_default, is_generated, identity_generation
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
    ORDER BY table_name, column_name
"""
_INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version' ORDER BY 1, 2
"""
_GRANTS = """
    SELECT table_name, replace(grantee, current_database(), ''), privilege_type
    FROM information_schema.role_table_grants WHERE table_schema = 'public' AND table_name <> 'alembic_version'
    ORDER BY 1, 2, 3
"""
_ROUTINES = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"


def revisions(service: str) -> list[str]:
    """List a service's revisions, oldest first."""
    scripts = ScriptDirectory.from_config(config(service, "postgresql+asyncpg://nobody@nowhere/nothing"))
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


@pytest.mark.parametrize("service", SERVICES)
def test_a_database_goes_up_down_to_nothing_and_up_to_the_same(service: str, provisioner: Provisioner) -> None:
    database = provisioner.empty(service)
    owner = url(database)

    upgrade(service, owner)
    first = schema(database)
    downgrade(service, owner, "base")
    nothing = schema(database)
    upgrade(service, owner)

    assert first["columns"]
    assert not any(nothing.values())
    assert schema(database) == first


@pytest.mark.parametrize("service", SERVICES)
def test_a_database_can_stop_anywhere_in_its_history_and_each_step_can_be_taken_back_and_again(
    service: str, provisioner: Provisioner
) -> None:
    database, fresh = provisioner.empty(service), provisioner.service(service)
    stood = schema(database)

    for before, revision in pairwise(["base", *revisions(service)]):
        upgrade(service, url(database), revision)
        stands = schema(database)
        downgrade(service, url(database), before)
        assert schema(database) == stood, f"back from {revision}"
        upgrade(service, url(database), revision)
        assert schema(database) == stands, f"{revision} again"
        stood = stands

    assert stood == schema(fresh)


@pytest.mark.parametrize("service", SERVICES)
def test_a_history_is_one_line_whose_steps_say_when_they_run_and_wait_for_no_lock_for_long(service: str) -> None:
    scripts = ScriptDirectory.from_config(config(service, "postgresql+asyncpg://nobody@nowhere/nothing"))
    files = sorted((ROOT / "services" / service / "migrations" / "versions").glob("*.py"))

    assert len(scripts.get_heads()) == 1
    assert len(files) == len(revisions(service))
    for file in files:
        number, when, *_ = file.stem.split("_")
        assert number in revisions(service)
        assert when in {"pre", "post"}
        assert file.read_text().count("lock_timeout") >= 2


def test_a_second_upgrade_changes_nothing(provisioner: Provisioner) -> None:
    database = provisioner.service("orders")
    before = schema(database)

    upgrade("orders", url(database))

    assert schema(database) == before


def url(database: ServiceDatabase) -> str:
    """Address a database as its owner."""
    return database.owner.render_as_string(hide_password=False)


def schema(database: ServiceDatabase) -> dict[str, list[tuple[object, ...]]]:
    """Read everything that a history can change."""
    return asyncio.run(_schema(database))


async def _schema(database: ServiceDatabase) -> dict[str, list[tuple[object, ...]]]:
    connection: asyncpg.Connection = await owner_connection(database)
    queries = {
        "columns": _COLUMNS,
        "indexes": _INDEXES,
        "constraints": _CONSTRAINTS,
        "grants": _GRANTS,
        "routines": _ROUTINES,
    }
    try:
        return {name: [tuple(row) for row in await connection.fetch(query)] for name, query in queries.items()}
    finally:
        await connection.close()

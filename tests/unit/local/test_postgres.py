"""How a stack's PostgreSQL is started."""

from pathlib import Path

from deploy.local.postgres import PostgresPlan, postgres_program


def test_what_is_set_otherwise_for_a_measurement_stands_behind_what_every_stack_sets(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    settings = {"wal_level": "logical", "shared_buffers": "128MB"}

    command = postgres_program(PostgresPlan(tmp_path, 5432, "secret", settings)).command

    assert {"--wal_level=logical", "--shared_buffers=128MB", "--fsync=on"} <= set(command)
    assert "--shared_buffers=256MB" not in command

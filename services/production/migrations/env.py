"""Where Alembic starts for production's history."""

from shared.migrations import run_migrations

run_migrations()

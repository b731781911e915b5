"""Where Alembic starts for monitor's history."""

from shared.migrations import run_migrations

run_migrations()

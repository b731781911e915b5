"""Runs this service's migrations."""

from shared.migrations import run_migrations

run_migrations()

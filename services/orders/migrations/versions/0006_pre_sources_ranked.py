"""Approvals of a source have an end, an approver and a technical acceptance; sources are ranked, and overridden."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0006"
down_revision = "0005"

_ADDED = {
    "approved_until": "date",
    "approved_by": "text",
    "accepted_on": "date",
    "accepted_until": "date",
    "minimum_lot": "bigint",
}
_TABLES = {
    "source_override": """
        order_id text PRIMARY KEY REFERENCES orders,
        site text NOT NULL,
        reason text NOT NULL,
        overridden_by text NOT NULL,
        overridden_at timestamptz NOT NULL DEFAULT clock_timestamp()
    """,
    "sourcing_weights": """
        nation text NOT NULL,
        valid_from date NOT NULL,
        day numeric NOT NULL,
        cost numeric NOT NULL,
        import_content numeric NOT NULL,
        currency text,
        rates jsonb NOT NULL DEFAULT '{}',
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        changed_by text NOT NULL,
        PRIMARY KEY (nation, valid_from),
        CONSTRAINT sourcing_weights_points CHECK (LEAST(day, cost, import_content) >= 0)
    """,
}


def upgrade() -> None:
    """Add what is not known of earlier sources: it stays empty for them."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for column, kind in _ADDED.items():
        op.execute(f"ALTER TABLE source ADD COLUMN {column} {kind}")
    op.execute(
        "ALTER TABLE source ADD CONSTRAINT source_dates CHECK (approved_until >= approved_on"
        " AND accepted_until >= accepted_on AND minimum_lot > 0)"
    )
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        grant(op, table)
    op.execute("CREATE INDEX orders_sourced ON orders (part) WHERE sourced > 0")


def downgrade() -> None:
    """Forget it."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX orders_sourced")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE source DROP CONSTRAINT source_dates")
    for column in reversed(_ADDED):
        op.execute(f"ALTER TABLE source DROP COLUMN {column}")

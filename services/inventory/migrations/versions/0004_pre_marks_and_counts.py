"""What a site marks of a lot's expiry holds for that site; a count keeps the version that it was taken at."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0004"
down_revision = "0003"

_TABLES = {
    "lot_mark": """
        site text NOT NULL,
        part text NOT NULL,
        lot text NOT NULL,
        n bigint GENERATED ALWAYS AS IDENTITY,
        cause_id uuid NOT NULL,
        expires_on date,
        PRIMARY KEY (site, part, lot, n)
    """,
    "stock_count": """
        cause_id uuid PRIMARY KEY,
        site text NOT NULL,
        part text NOT NULL,
        lot text NOT NULL,
        condition text NOT NULL,
        version bigint NOT NULL CHECK (version >= 0),
        counted bigint NOT NULL CHECK (counted >= 0)
    """,
}


def upgrade() -> None:
    """Make room; what was marked so far stays as if the maker had told it."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        grant(op, table)
    op.execute("CREATE INDEX lot_mark_cause ON lot_mark (cause_id)")
    op.execute("CREATE INDEX stock_count_goods ON stock_count (site, part, lot, condition, version)")
    op.execute("ALTER TABLE shipment_line ADD COLUMN expires_on date")


def downgrade() -> None:
    """Forget marks and counts; the ledger keeps what these corrected."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE shipment_line DROP COLUMN expires_on")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")

"""Gates on stock: what a part asks of a lot before it may be issued, and what is known of lots and first articles."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0007"
down_revision = "0006"

_TABLES = {
    "lot_made": """
        part text NOT NULL,
        lot text NOT NULL,
        first_article text,
        certificate text,
        PRIMARY KEY (part, lot)
    """,
    "first_article": """
        first_article text PRIMARY KEY,
        part text NOT NULL,
        version bigint NOT NULL CHECK (version > 0),
        state text NOT NULL,
        is_open boolean NOT NULL CHECK (is_open = (state = 'passed'))
    """,
}


def upgrade() -> None:
    """Make room; no part asks for anything yet."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        grant(op, table)
    for flag in ("first_article_required", "certificate_required"):
        op.execute(f"ALTER TABLE part ADD COLUMN {flag} boolean NOT NULL DEFAULT false")
    op.execute("CREATE INDEX part_gated ON part (part_id) WHERE first_article_required OR certificate_required")


def downgrade() -> None:
    """Let everything be issued again that is serviceable."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX part_gated")
    for flag in ("certificate_required", "first_article_required"):
        op.execute(f"ALTER TABLE part DROP COLUMN {flag}")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")

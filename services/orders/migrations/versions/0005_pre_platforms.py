"""Which aircraft and vehicles there are, how each stood from one moment to the next, and which parts ground them."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0005"
down_revision = "0004"

_TABLES = {
    "tail": """
        platform text NOT NULL,
        tail_number text NOT NULL,
        site text,
        illustrative boolean NOT NULL DEFAULT false,
        version bigint NOT NULL DEFAULT 0,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        changed_by text,
        PRIMARY KEY (platform, tail_number),
        CONSTRAINT tail_version CHECK (version >= 0),
        CONSTRAINT tail_registered CHECK (version = 0 OR (site IS NOT NULL AND changed_by IS NOT NULL))
    """,
    "tail_period": """
        platform text NOT NULL,
        tail_number text NOT NULL,
        n integer NOT NULL,
        began_at timestamptz NOT NULL,
        ended_at timestamptz,
        is_down boolean NOT NULL,
        cause text,
        awaiting_parts boolean NOT NULL,
        posted_by text NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (platform, tail_number, n),
        FOREIGN KEY (platform, tail_number) REFERENCES tail,
        CONSTRAINT tail_period_n CHECK (n > 0),
        CONSTRAINT tail_period_order CHECK (ended_at >= began_at),
        CONSTRAINT tail_period_down CHECK (is_down = (cause IS NOT NULL) AND (is_down OR NOT awaiting_parts))
    """,
}
_INDEXES = (
    "UNIQUE INDEX tail_period_open ON tail_period (platform, tail_number) WHERE ended_at IS NULL",
    "INDEX tail_by_site ON tail (site, platform, tail_number)",
    "INDEX orders_by_tail ON orders (platform, tail_number) WHERE tail_number IS NOT NULL",
)


def upgrade() -> None:
    """Keep the fleet; what a part grounds is copied from the next word about it, or by a rebuild."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        grant(op, table)
    for index in _INDEXES:
        op.execute(f"CREATE {index}")
    op.execute("ALTER TABLE part_copy ADD COLUMN grounds text[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    """Forget the fleet."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE part_copy DROP COLUMN grounds")
    op.execute("DROP INDEX orders_by_tail")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")

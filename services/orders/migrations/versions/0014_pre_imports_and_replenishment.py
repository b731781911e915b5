"""Files of orders are staged before they are placed; stock is reviewed, and orders for it proposed."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0014"
down_revision = "0013"
_TABLES = {
    "import": """
        import_id uuid PRIMARY KEY,
        kind text NOT NULL,
        state text NOT NULL CHECK (state IN ('staging', 'validated', 'published')),
        actor text NOT NULL,
        nation text,
        is_operator boolean NOT NULL DEFAULT false,
        body_hash bytea NOT NULL,
        lines integer NOT NULL DEFAULT 0,
        published integer NOT NULL DEFAULT 0,
        overtaken jsonb NOT NULL DEFAULT '[]',
        begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        published_at timestamptz
    """,
    "stock_level": """
        site text NOT NULL,
        part text NOT NULL,
        free bigint NOT NULL,
        awaited jsonb NOT NULL,
        PRIMARY KEY (site, part)
    """,
    "replenishment": """
        site text NOT NULL,
        part text NOT NULL,
        version bigint NOT NULL DEFAULT 0,
        number integer NOT NULL DEFAULT 0,
        state text NOT NULL DEFAULT 'none',
        quantity bigint,
        figures jsonb,
        proposed_on date,
        until date,
        order_id text,
        decided_by text,
        reason text,
        level jsonb,
        reviewed_on date,
        PRIMARY KEY (site, part),
        CONSTRAINT replenishment_numbers CHECK (version >= 0 AND number >= 0 AND quantity > 0),
        CONSTRAINT replenishment_released CHECK ((state = 'released') = (order_id IS NOT NULL))
    """,
    "replenishment_policy": """
        nation text NOT NULL,
        valid_from date NOT NULL,
        service_level numeric(5, 4) NOT NULL,
        cover_days integer NOT NULL,
        review_days integer NOT NULL,
        history_weeks integer NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        changed_by text NOT NULL,
        PRIMARY KEY (nation, valid_from)
    """,
    "replenishment_rule": """
        site text PRIMARY KEY,
        activity text NOT NULL,
        serial text NOT NULL,
        release_cost_max numeric(16, 2),
        currency text,
        numbered_on date,
        numbered integer NOT NULL DEFAULT 0,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        changed_by text NOT NULL
    """,
    "replenishment_review": """
        nation text PRIMARY KEY,
        reviewed_on date NOT NULL
    """,
    "import_line": """
        import_id uuid NOT NULL REFERENCES import ON DELETE CASCADE,
        n integer NOT NULL,
        line integer,
        record jsonb NOT NULL,
        PRIMARY KEY (import_id, n)
    """,
}


def upgrade() -> None:
    """Add the tables."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        grant(op, table)
    op.execute("ALTER TABLE orders ADD COLUMN for_stock boolean NOT NULL DEFAULT false")
    op.execute("CREATE INDEX orders_demand ON orders (site, placed_at) WHERE NOT for_stock")


def downgrade() -> None:
    """Drop them."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX orders_demand")
    op.execute("ALTER TABLE orders DROP COLUMN for_stock")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")

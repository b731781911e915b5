"""The backbone, orders with their work orders and promises, sources, activities, and the catalogue's copy."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, backbone, drop_backbone, grant

revision = "0001"
down_revision = None

_TABLES = {
    "orders": """
        order_id text PRIMARY KEY,
        document_number text NOT NULL,
        ordered_by text NOT NULL,
        site text NOT NULL,
        part text NOT NULL,
        quantity bigint NOT NULL,
        partial boolean NOT NULL,
        urgency text NOT NULL,
        priority smallint NOT NULL,
        required_by date NOT NULL,
        conditions text[] NOT NULL,
        platform text,
        tail_number text,
        placed_at timestamptz NOT NULL,
        placed_by text NOT NULL,
        body_hash bytea NOT NULL,
        version bigint NOT NULL,
        wanted bigint NOT NULL,
        reductions bigint NOT NULL DEFAULT 0,
        cancel_requested boolean NOT NULL DEFAULT false,
        heard bigint NOT NULL DEFAULT 0,
        reserved bigint NOT NULL DEFAULT 0,
        issued bigint NOT NULL DEFAULT 0,
        cancelled bigint NOT NULL DEFAULT 0,
        released bigint NOT NULL DEFAULT 0,
        arrived bigint NOT NULL DEFAULT 0,
        lost bigint NOT NULL DEFAULT 0,
        closed boolean NOT NULL DEFAULT false,
        unsettled boolean NOT NULL DEFAULT false,
        sourced bigint NOT NULL DEFAULT 0,
        open bigint NOT NULL,
        state text NOT NULL,
        promised_for date,
        promise_reason text,
        first_promised_for date,
        promises integer NOT NULL DEFAULT 0,
        CONSTRAINT orders_quantity CHECK (quantity > 0),
        CONSTRAINT orders_priority CHECK (priority BETWEEN 1 AND 15),
        CONSTRAINT orders_version CHECK (version > 0),
        CONSTRAINT orders_wanted CHECK (wanted BETWEEN 1 AND quantity),
        CONSTRAINT orders_totals
          CHECK (LEAST(reductions, heard, reserved, issued, cancelled, released, arrived, lost, sourced, open) >= 0),
        CONSTRAINT orders_i8 CHECK (quantity = reserved + sourced + issued + cancelled + open)
    """,
    "work_order": """
        order_id text NOT NULL REFERENCES orders,
        n integer NOT NULL,
        source text NOT NULL,
        sourced bigint NOT NULL,
        quantity bigint NOT NULL,
        due date NOT NULL,
        due_reason text NOT NULL,
        asked bigint NOT NULL DEFAULT 0,
        answered bigint NOT NULL DEFAULT 0,
        given bigint NOT NULL DEFAULT 0,
        state text NOT NULL,
        PRIMARY KEY (order_id, n),
        CONSTRAINT work_order_quantity CHECK (sourced > 0 AND quantity >= 0),
        CONSTRAINT work_order_asked CHECK (given BETWEEN 0 AND answered AND answered <= asked)
    """,
    "promise": """
        order_id text NOT NULL REFERENCES orders,
        n integer NOT NULL,
        promised_for date,
        reason text NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (order_id, n)
    """,
    "source": """
        part text NOT NULL,
        site text NOT NULL,
        approved boolean NOT NULL,
        approved_on date,
        lead_time_days integer NOT NULL,
        capacity_per_week bigint,
        unit_cost numeric(16, 2),
        currency text,
        import_content numeric(5, 4),
        illustrative boolean NOT NULL DEFAULT false,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        changed_by text NOT NULL,
        PRIMARY KEY (part, site),
        CONSTRAINT source_lead_time CHECK (lead_time_days >= 0),
        CONSTRAINT source_approved CHECK (NOT approved OR approved_on IS NOT NULL)
    """,
    "planning": """
        part text PRIMARY KEY,
        asked bigint NOT NULL DEFAULT 1
    """,
    "activity": """
        activity text PRIMARY KEY,
        site text NOT NULL,
        force_activity_designator text NOT NULL,
        illustrative boolean NOT NULL DEFAULT false,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        changed_by text NOT NULL
    """,
    "part_copy": """
        part_id text PRIMARY KEY,
        name text NOT NULL,
        quantity_scale smallint NOT NULL,
        platforms text[] NOT NULL
    """,
    "site_copy": """
        site_id text PRIMARY KEY,
        kind text NOT NULL,
        country text NOT NULL
    """,
}
_INDEXES = {
    "orders_by_depot": "orders (ordered_by, order_id)",
    "orders_by_site": "orders (site, order_id)",
    "orders_by_part": "orders (part, order_id)",
}


def upgrade() -> None:
    """Create everything."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    backbone(op, 1)
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        grant(op, table)
    op.execute("ALTER TABLE orders SET (fillfactor = 70)")
    op.execute("ALTER TABLE work_order SET (fillfactor = 70)")
    for index, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {index} ON {columns}")


def downgrade() -> None:
    """Drop everything."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
    drop_backbone(op, 1)

"""The backbone, the catalogue, the ledger with its balances, demand, shipments, suspense and imports."""

from alembic import op

from shared.migrations import backbone, drop_backbone, grant

revision = "0001"
down_revision = None

_APPEND_ONLY = "SELECT, INSERT"
_TABLES = {
    "part": """
        part_id text PRIMARY KEY,
        version bigint NOT NULL CHECK (version > 0),
        name text NOT NULL,
        nsn text,
        unit_of_issue text NOT NULL,
        quantity_scale smallint NOT NULL CHECK (quantity_scale BETWEEN 0 AND 6),
        platforms text[] NOT NULL,
        record jsonb NOT NULL
    """,
    "site": """
        site_id text PRIMARY KEY,
        version bigint NOT NULL CHECK (version > 0),
        name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('factory', 'depot', 'supplier')),
        country text NOT NULL,
        record jsonb NOT NULL
    """,
    "lot": """
        part text NOT NULL,
        lot text NOT NULL,
        expires_on date NOT NULL,
        PRIMARY KEY (part, lot)
    """,
    "stock": """
        site text NOT NULL,
        part text NOT NULL,
        version bigint NOT NULL DEFAULT 0 CHECK (version >= 0),
        PRIMARY KEY (site, part)
    """,
    "balance": """
        site text NOT NULL,
        part text NOT NULL,
        lot text NOT NULL,
        condition text NOT NULL,
        produced bigint NOT NULL DEFAULT 0 CHECK (produced >= 0),
        on_hand bigint NOT NULL DEFAULT 0 CHECK (on_hand >= 0),
        reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
        in_transit bigint NOT NULL DEFAULT 0 CHECK (in_transit >= 0),
        PRIMARY KEY (site, part, lot, condition)
    """,
    "transfer": """
        cause_id uuid NOT NULL,
        line integer NOT NULL CHECK (line > 0),
        part text NOT NULL,
        lot text NOT NULL,
        source_site text NOT NULL,
        source_condition text NOT NULL,
        source_shelf text NOT NULL,
        source_version bigint NOT NULL,
        target_site text NOT NULL,
        target_condition text NOT NULL,
        target_shelf text NOT NULL,
        target_version bigint NOT NULL,
        quantity bigint NOT NULL CHECK (quantity > 0),
        reason text NOT NULL,
        order_id text,
        shipment_id text,
        reverses uuid,
        actor text NOT NULL,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
        seq bigint GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (cause_id, line),
        CONSTRAINT transfer_moves CHECK ((source_site, source_condition, source_shelf)
                                         <> (target_site, target_condition, target_shelf))
    """,
    "slip": """
        cause_id uuid PRIMARY KEY,
        kind text NOT NULL,
        site text NOT NULL,
        actor text NOT NULL,
        on_behalf_of text,
        note text,
        issued_to text,
        serials jsonb NOT NULL DEFAULT '[]',
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
    """,
    "demand": """
        order_id text PRIMARY KEY,
        site text NOT NULL,
        part text NOT NULL,
        quantity bigint NOT NULL CHECK (quantity > 0),
        partial boolean NOT NULL,
        priority smallint NOT NULL CHECK (priority BETWEEN 1 AND 15),
        required_by date NOT NULL,
        placed_at timestamptz NOT NULL,
        conditions text NOT NULL,
        reserved bigint NOT NULL,
        issued bigint NOT NULL,
        cancelled bigint NOT NULL,
        released bigint NOT NULL,
        arrived bigint NOT NULL,
        lost bigint NOT NULL,
        returned bigint NOT NULL,
        closed boolean NOT NULL,
        version bigint NOT NULL CHECK (version > 0),
        CONSTRAINT demand_totals
          CHECK (LEAST(reserved, issued, cancelled, released, arrived, lost, returned) >= 0 AND returned <= issued),
        CONSTRAINT demand_not_oversold CHECK (reserved + issued + cancelled <= quantity),
        CONSTRAINT demand_closed CHECK (NOT closed OR (reserved = 0 AND issued + cancelled = quantity))
    """,
    "reservation": """
        order_id text NOT NULL,
        site text NOT NULL,
        part text NOT NULL,
        lot text NOT NULL,
        condition text NOT NULL,
        quantity bigint NOT NULL CHECK (quantity >= 0),
        PRIMARY KEY (order_id, lot, condition)
    """,
    "shipment": """
        shipment_id text PRIMARY KEY,
        sender text NOT NULL,
        dispatched_on date NOT NULL,
        closed boolean NOT NULL DEFAULT false,
        version bigint NOT NULL DEFAULT 0
    """,
    "shipment_line": """
        shipment_id text NOT NULL,
        depot text NOT NULL,
        part text NOT NULL,
        lot text NOT NULL,
        condition text NOT NULL,
        dispatched bigint NOT NULL,
        received bigint NOT NULL,
        lost bigint NOT NULL,
        order_id text,
        filling_site text,
        PRIMARY KEY (shipment_id, depot, part, lot, condition),
        CONSTRAINT shipment_line_totals
          CHECK (LEAST(dispatched, received, lost) >= 0 AND received + lost <= dispatched)
    """,
    "discrepancy": """
        discrepancy_id uuid PRIMARY KEY,
        kind text NOT NULL,
        site text NOT NULL,
        part text NOT NULL,
        lot text NOT NULL,
        condition text NOT NULL,
        shelf text NOT NULL,
        quantity bigint NOT NULL CHECK (quantity > 0),
        remaining bigint NOT NULL,
        cause_id uuid NOT NULL,
        shipment_id text,
        order_id text,
        opened_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        resolution text,
        resolved_by text,
        CONSTRAINT discrepancy_remaining CHECK (remaining BETWEEN 0 AND quantity)
    """,
    "import": """
        import_id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('parts', 'sites', 'stock')),
        state text NOT NULL CHECK (state IN ('staging', 'validated', 'published')),
        actor text NOT NULL,
        body_hash bytea NOT NULL,
        lines integer NOT NULL DEFAULT 0,
        published integer NOT NULL DEFAULT 0,
        begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        published_at timestamptz
    """,
    "import_line": """
        import_id uuid NOT NULL REFERENCES import ON DELETE CASCADE,
        n integer NOT NULL,
        record jsonb NOT NULL,
        PRIMARY KEY (import_id, n)
    """,
}
_INDEXES = {
    "balance_free": "balance (site, part) WHERE on_hand > 0",
    "balance_part": "balance (part, site)",
    "transfer_committed": "transfer (tx, seq)",
    "transfer_lot": "transfer (part, lot)",
    "transfer_reverses": "transfer (reverses) WHERE reverses IS NOT NULL",
    "demand_waiting": (
        "demand (site, part, priority, required_by, placed_at, order_id) "
        "WHERE NOT closed AND quantity > reserved + issued + cancelled"
    ),
    "reservation_goods": "reservation (site, part, lot, condition)",
    "shipment_line_lot": "shipment_line (depot, part, lot)",
    "shipment_line_order": "shipment_line (order_id) WHERE order_id IS NOT NULL",
    "discrepancy_open": "discrepancy (site, part, lot) WHERE remaining > 0",
    "discrepancy_opened": "discrepancy (opened_at, discrepancy_id)",
}
_OFTEN_UPDATED = ("stock", "balance", "demand", "reservation", "shipment", "shipment_line")


def upgrade() -> None:
    """Create everything."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    backbone(op, 1)
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        if table in ("transfer", "slip"):
            grant(op, table, privileges=_APPEND_ONLY)
        else:
            grant(op, table)
    for table in _OFTEN_UPDATED:
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 70)")
    for index, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {index} ON {columns}")


def downgrade() -> None:
    """Drop everything."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
    drop_backbone(op, 1)

"""What sources say of how they make a work order and at what price; what lots are made of; indigenous thresholds."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0013"
down_revision = "0012"

_ADDED = {
    "making": "jsonb",
    "declined": "boolean NOT NULL DEFAULT false",
    "unit_price": "numeric(16, 2)",
    "currency": "text",
}
_TABLES = {
    "lot_fact": """
        event_id uuid PRIMARY KEY,
        kind text NOT NULL,
        lot text NOT NULL,
        factory text NOT NULL,
        part text NOT NULL,
        work_order text,
        recorded_on date NOT NULL,
        quantity bigint,
        depot text,
        material text,
        input_lot text,
        origin text,
        amount numeric,
        unit text,
        unit_cost numeric,
        currency text,
        CONSTRAINT lot_fact_kind CHECK (kind IN ('finished', 'scrapped', 'dispatched', 'consumed')),
        CONSTRAINT lot_fact_quantity CHECK ((kind = 'consumed') = (quantity IS NULL)),
        CONSTRAINT lot_fact_material CHECK (
          (kind = 'consumed') = (num_nulls(material, input_lot, origin, amount, unit) = 0)
        )
    """,
    "indigenous_threshold": """
        nation text NOT NULL,
        valid_from date NOT NULL,
        minimum numeric(5, 4) NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        changed_by text NOT NULL,
        PRIMARY KEY (nation, valid_from),
        CONSTRAINT indigenous_threshold_share CHECK (minimum BETWEEN 0 AND 1)
    """,
}
_INDEXES = {"lot_fact_lot": "lot_fact (lot)", "lot_fact_day": "lot_fact (kind, recorded_on)"}


def upgrade() -> None:
    """Add what is not known of earlier work orders: it stays empty for them."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for column, kind in _ADDED.items():
        op.execute(f"ALTER TABLE work_order ADD COLUMN {column} {kind}")
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        grant(op, table)
    for index, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {index} ON {columns}")


def downgrade() -> None:
    """Forget it; what was told of it stands in the event log."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
    for column in reversed(_ADDED):
        op.execute(f"ALTER TABLE work_order DROP COLUMN {column}")

"""The course of work orders is kept, to learn lead times from; needs are sourced anew; exports are approved."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0012"
down_revision = "0011"

_WORK_ORDER = {
    "asked_on": "date",
    "due_asked": "date",
    "waiting_days": "integer NOT NULL DEFAULT 0",
    "ended_on": "date",
    "resourced": "boolean NOT NULL DEFAULT false",
    "part": "text",
}
_WEIGHTS = {
    "lead_time_worth": "smallint NOT NULL DEFAULT 4",
    "lead_time_spread": "numeric NOT NULL DEFAULT 0.3",
    "resourcing": "text NOT NULL DEFAULT 'by-hand'",
    "resourcing_days": "smallint NOT NULL DEFAULT 14",
}
_TABLES = {
    "joint_venture": """
        site text PRIMARY KEY,
        partners text[] NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        changed_by text NOT NULL,
        CONSTRAINT joint_venture_partners CHECK (cardinality(partners) = 2 AND partners[1] < partners[2])
    """,
    "export_approval": """
        site text NOT NULL,
        part text NOT NULL,
        country text NOT NULL,
        nation text NOT NULL,
        approved_on date NOT NULL,
        approved_until date,
        approved_by text NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        changed_by text NOT NULL,
        PRIMARY KEY (site, part, country, nation),
        CONSTRAINT export_approval_dates CHECK (approved_until >= approved_on AND nation <> country)
    """,
    "unapproved_export": """
        event_id uuid PRIMARY KEY,
        lot text NOT NULL,
        part text NOT NULL,
        factory text NOT NULL,
        depot text NOT NULL,
        country text NOT NULL,
        shipment text NOT NULL,
        quantity bigint NOT NULL,
        order_id text,
        dispatched_on date NOT NULL,
        partners text[] NOT NULL,
        missing text[] NOT NULL,
        voided boolean NOT NULL DEFAULT false
    """,
}


def upgrade() -> None:
    """Add what is not known of earlier work orders: nothing is learned from them, and no old dispatch is looked at."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE orders ADD COLUMN arrivals jsonb NOT NULL DEFAULT '[]'")
    for table, columns in (("work_order", _WORK_ORDER), ("sourcing_weights", _WEIGHTS)):
        for column, kind in columns.items():
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    op.execute(
        "ALTER TABLE sourcing_weights ADD CONSTRAINT sourcing_weights_lead_time"
        " CHECK (lead_time_worth > 0 AND lead_time_spread > 0 AND resourcing_days > 0)"
    )
    op.execute("CREATE INDEX work_order_ended ON work_order (part, source, ended_on) WHERE ended_on IS NOT NULL")
    op.execute("CREATE INDEX work_order_due ON work_order (due) WHERE ended_on IS NULL")
    for table, definition in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({definition})")
        grant(op, table)


def downgrade() -> None:
    """Forget it."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP INDEX work_order_due")
    op.execute("DROP INDEX work_order_ended")
    op.execute("ALTER TABLE sourcing_weights DROP CONSTRAINT sourcing_weights_lead_time")
    for table, columns in (("work_order", _WORK_ORDER), ("sourcing_weights", _WEIGHTS)):
        for column in reversed(columns):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.execute("ALTER TABLE orders DROP COLUMN arrivals")

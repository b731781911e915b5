"""An order keeps when it was short and when it was served, so that figures of demand need no look at old facts."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0015"
down_revision = "0014"

_COLUMNS = {
    "answered_at": "timestamptz",
    "heard_at": "timestamptz",
    "backorders": "integer NOT NULL DEFAULT 0",
    "short_since": "timestamptz",
    "met_at": "timestamptz",
    "received_at": "timestamptz",
}


def upgrade() -> None:
    """Add the columns and the table; an order that was answered before has no fulfilment."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    added = ", ".join(f"ADD COLUMN {name} {kind}" for name, kind in _COLUMNS.items())
    op.execute(f"ALTER TABLE orders {added}")
    op.execute(
        """
        CREATE TABLE backorder (
          order_id text NOT NULL REFERENCES orders,
          n integer NOT NULL,
          began_at timestamptz NOT NULL,
          ended_at timestamptz,
          PRIMARY KEY (order_id, n),
          CONSTRAINT backorder_order CHECK (n > 0 AND ended_at >= began_at)
        )
        """
    )
    grant(op, "backorder")


def downgrade() -> None:
    """Forget them."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP TABLE backorder")
    dropped = ", ".join(f"DROP COLUMN {name}" for name in _COLUMNS)
    op.execute(f"ALTER TABLE orders {dropped}")

"""What is open of a part is found by its turn, so that the most urgent order is planned first."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add an index of the open orders."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute(
        "CREATE INDEX orders_open ON orders (part, priority, required_by, placed_at, order_id)"
        " WHERE heard > 0 AND open > 0"
    )


def downgrade() -> None:
    """Drop it."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX orders_open")

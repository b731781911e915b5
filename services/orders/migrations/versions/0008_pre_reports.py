"""Who waits longest, and who has used an urgency of A or B, is found without reading every order there ever was."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add an index of the orders that wait, and one of those that were urgent."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("CREATE INDEX orders_waiting ON orders (placed_at, order_id) WHERE state NOT IN ('issued', 'cancelled')")
    op.execute("CREATE INDEX orders_urgent ON orders (placed_at, order_id) WHERE urgency <> 'C'")


def downgrade() -> None:
    """Drop them."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX orders_urgent")
    op.execute("DROP INDEX orders_waiting")

"""What has left its source of a work order is found without reading all that was ever made."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Find dispatches by their work order."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("CREATE INDEX lot_fact_sent ON lot_fact (work_order) WHERE kind = 'dispatched'")


def downgrade() -> None:
    """Read them all again."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX lot_fact_sent")

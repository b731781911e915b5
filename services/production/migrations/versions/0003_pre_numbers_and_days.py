"""An event keeps its sender's number, a sender the numbers it has used twice, a work order the day of need."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what is not known of earlier rows: it stays empty for them."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE accepted_event ADD COLUMN sequence bigint")
    op.execute("ALTER TABLE sender ADD COLUMN reused int8multirange NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE work_order ADD COLUMN required_by date")
    op.execute("CREATE INDEX work_order_order ON work_order (order_id)")


def downgrade() -> None:
    """Forget it."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX work_order_order")
    op.execute("ALTER TABLE work_order DROP COLUMN required_by")
    op.execute("ALTER TABLE sender DROP COLUMN reused")
    op.execute("ALTER TABLE accepted_event DROP COLUMN sequence")

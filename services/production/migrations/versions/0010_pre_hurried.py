"""A work order keeps the day to which it was hurried."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0010"
down_revision = "0007"


def upgrade() -> None:
    """Add the day; what stands was not hurried."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE work_order ADD COLUMN wanted_by date")


def downgrade() -> None:
    """Forget it; what was told of it stands in the event log."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE work_order DROP COLUMN wanted_by")

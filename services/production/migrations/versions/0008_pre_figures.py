"""A lot keeps when it was first heard of, and the copy of a part which platforms it fits: yield is shown by both."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0008"
down_revision = "0010"


def upgrade() -> None:
    """Make room; of lots heard of before, the event log knows when, and which platforms a part fits a rebuild."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE lot ADD COLUMN begun_at timestamptz")
    op.execute("ALTER TABLE lot ALTER COLUMN begun_at SET DEFAULT clock_timestamp()")
    op.execute("ALTER TABLE part_copy ADD COLUMN platforms text[]")


def downgrade() -> None:
    """Forget it."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE part_copy DROP COLUMN platforms")
    op.execute("ALTER TABLE lot DROP COLUMN begun_at")

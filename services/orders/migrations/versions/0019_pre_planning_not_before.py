"""Planning may be asked for a moment ahead: what is let through meanwhile needs no source."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column; what is in the queue is planned at once."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE planning ADD COLUMN not_before timestamptz NOT NULL DEFAULT now()")


def downgrade() -> None:
    """Plan all at once."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE planning DROP COLUMN not_before")

"""When each platform was last given a part of another one: it waits for nothing more than its depot's word then."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add the column; of what was given before, the orders' histories tell."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE tail ADD COLUMN part_given_at timestamptz")


def downgrade() -> None:
    """Forget when; what was told of it stands in the event log."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE tail DROP COLUMN part_given_at")

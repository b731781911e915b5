"""When each first article was last heard of: inventory needs a moment to give out what one that passed lets through."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the column; what was heard before counts as heard just now."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE first_article ADD COLUMN heard_at timestamptz NOT NULL DEFAULT now()")


def downgrade() -> None:
    """Forget when."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE first_article DROP COLUMN heard_at")

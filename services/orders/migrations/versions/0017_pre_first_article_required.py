"""The copy of a part keeps whether it asks for a first article, so that nobody is asked for what would be held back.

A part that was told before asks for none here until it is told again, or `jvtrack rebuild orders` has copied it anew.
"""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE part_copy ADD COLUMN first_article_required boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    """Forget it."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE part_copy DROP COLUMN first_article_required")

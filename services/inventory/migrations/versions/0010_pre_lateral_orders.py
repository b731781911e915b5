"""A demand keeps which order it supplies, and to which depot what it holds is shipped."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns; what stands is issued where it is."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE demand ADD COLUMN supplies text, ADD COLUMN ships_to text")


def downgrade() -> None:
    """Forget them: what lateral orders hold can be issued, and no longer shipped for another order."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE demand DROP COLUMN supplies, DROP COLUMN ships_to")

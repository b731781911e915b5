"""A work order keeps the references of which its order takes lots."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0011"
down_revision = "0008"


def upgrade() -> None:
    """Add them; what stands takes any."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE work_order ADD COLUMN accepted_references text[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    """Forget them; what was told of them stands in the event log."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE work_order DROP COLUMN accepted_references")

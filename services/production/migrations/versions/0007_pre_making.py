"""What went into a lot, and what its factory says of how a work order comes along."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    """Make room; of what was told before, the heats stand in the event log alone."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE lot ADD COLUMN inputs jsonb NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE work_order ADD COLUMN said jsonb NOT NULL DEFAULT '{}'")
    op.execute("CREATE INDEX lot_inputs ON lot USING gin (inputs)")


def downgrade() -> None:
    """Forget it; what was told of it stands in the event log."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX lot_inputs")
    op.execute("ALTER TABLE work_order DROP COLUMN said")
    op.execute("ALTER TABLE lot DROP COLUMN inputs")

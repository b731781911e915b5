"""${message}."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Apply."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")


def downgrade() -> None:
    """Undo."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")

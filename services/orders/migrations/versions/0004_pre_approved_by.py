"""Who approved an urgent need stands with its order."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Keep the approver; orders placed before have none."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE orders ADD COLUMN approved_by text")


def downgrade() -> None:
    """Forget who approved."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE orders DROP COLUMN approved_by")

"""Who holds stock last in turn is found at once: of him a higher band takes first."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Find holders by their turn."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute(
        "CREATE INDEX demand_holding ON demand (site, part, priority, required_by, placed_at, order_id) "
        "WHERE reserved > 0"
    )


def downgrade() -> None:
    """Read all demands of a stock again."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX demand_holding")

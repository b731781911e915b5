"""A lot is found on whichever shelf it stands, without reading all that stands at a site."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Find balances by their lot."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("CREATE INDEX balance_lot ON balance (lot, site)")


def downgrade() -> None:
    """Read all of a site again."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX balance_lot")

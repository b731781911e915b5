"""Work orders keep to which day they were hurried; lateral orders, which order they supply."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns; what stands was not hurried, and supplies nothing but itself."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE work_order ADD COLUMN wanted_by date, ADD COLUMN lateral_order text")
    op.execute("ALTER TABLE orders ADD COLUMN supplies text, ADD COLUMN road_days integer NOT NULL DEFAULT 0")
    op.execute("CREATE INDEX orders_supplying ON orders (supplies) WHERE supplies IS NOT NULL")


def downgrade() -> None:
    """Forget them; what was told of it stands in the event log."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX orders_supplying")
    op.execute("ALTER TABLE orders DROP COLUMN supplies, DROP COLUMN road_days")
    op.execute("ALTER TABLE work_order DROP COLUMN wanted_by, DROP COLUMN lateral_order")

"""A demand may name the references of which it takes lots."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make room; who has named none takes any."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE demand ADD COLUMN accepted text NOT NULL DEFAULT ''")
    op.execute("CREATE INDEX demand_particular ON demand (part) WHERE accepted <> '' AND NOT closed")


def downgrade() -> None:
    """Let everybody take anything again."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX demand_particular")
    op.execute("ALTER TABLE demand DROP COLUMN accepted")

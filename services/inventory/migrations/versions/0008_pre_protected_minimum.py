"""A depot's protected minimum of a part, and which demands are another depot's."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make room; nothing is protected yet, and what was asked before counts as the site's own."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute(
        """
        CREATE TABLE protected_minimum (
          site text NOT NULL,
          part text NOT NULL,
          version bigint NOT NULL CHECK (version > 0),
          quantity bigint NOT NULL CHECK (quantity >= 0),
          reason text NOT NULL,
          set_by text NOT NULL,
          set_at timestamptz NOT NULL DEFAULT clock_timestamp(),
          PRIMARY KEY (site, part)
        )
        """
    )
    grant(op, "protected_minimum")
    op.execute("ALTER TABLE demand ADD COLUMN is_lateral boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    """Protect nothing."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE demand DROP COLUMN is_lateral")
    op.execute("DROP TABLE protected_minimum")

"""How much depots have for nobody is told from time to time: what was last told, and how often."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0013"
down_revision = "0011"


def upgrade() -> None:
    """Add the table; the first round tells every level."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute(
        """
        CREATE TABLE stock_level (
          site text NOT NULL,
          part text NOT NULL,
          version bigint NOT NULL,
          free bigint NOT NULL,
          awaited jsonb NOT NULL,
          told_at timestamptz NOT NULL DEFAULT clock_timestamp(),
          PRIMARY KEY (site, part),
          CONSTRAINT stock_level_told CHECK (version > 0 AND free >= 0)
        )
        """
    )
    grant(op, "stock_level")


def downgrade() -> None:
    """Forget what was told."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP TABLE stock_level")

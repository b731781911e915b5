"""What inventory took from reservations is kept with its reason, so that an order can say why it has less."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table; what was lost before is not known in it."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute(
        """
        CREATE TABLE loss (
          order_id text NOT NULL REFERENCES orders,
          heard bigint NOT NULL,
          taken bigint NOT NULL,
          reason text NOT NULL,
          winner text,
          gate text,
          recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
          PRIMARY KEY (order_id, heard),
          CONSTRAINT loss_heard CHECK (heard > 0 AND taken >= 0)
        )
        """
    )
    grant(op, "loss")


def downgrade() -> None:
    """Forget it."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP TABLE loss")

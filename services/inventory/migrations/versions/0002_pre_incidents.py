"""What an operator throws away and what Kafka loses is kept by its place: a proof has to know both."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, backbone, drop_backbone

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Keep incidents."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    backbone(op, 2)


def downgrade() -> None:
    """Forget them."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    drop_backbone(op, 2)

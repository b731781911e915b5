"""Conditions by the clock: what nations state of life left, extended lives, and lots found by their last day."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0011"
down_revision = "0010"

_RULE = """
    nation text NOT NULL,
    valid_from date NOT NULL,
    lifespans jsonb NOT NULL,
    reason text NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (nation, valid_from)
"""


def upgrade() -> None:
    """Make room; no nation has stated a rule and no life was extended yet."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute(f"CREATE TABLE condition_rule ({_RULE})")
    grant(op, "condition_rule")
    op.execute("ALTER TABLE lot_mark ADD COLUMN extends boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE shipment_line ADD COLUMN extends boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE lot ADD COLUMN told_at timestamptz NOT NULL DEFAULT now()")
    op.execute("CREATE INDEX lot_ending ON lot (expires_on)")
    op.execute("CREATE INDEX lot_mark_ending ON lot_mark (expires_on)")


def downgrade() -> None:
    """Forget rules and extensions; the ledger keeps what the clock has moved."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX lot_mark_ending")
    op.execute("DROP INDEX lot_ending")
    op.execute("ALTER TABLE lot DROP COLUMN told_at")
    op.execute("ALTER TABLE shipment_line DROP COLUMN extends")
    op.execute("ALTER TABLE lot_mark DROP COLUMN extends")
    op.execute("DROP TABLE condition_rule")

"""What was issued of a part at a site over some days is found without reading the ledger through."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add an index of issues."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("CREATE INDEX transfer_issued ON transfer (source_site, part, occurred_at) WHERE reason = 'issued'")


def downgrade() -> None:
    """Drop it."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX transfer_issued")

"""A nation's own inspections of suppliers abroad stand beside those of the suppliers' own nations."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Say whose own an inspection is; those so far are their sites' nations'."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE first_article ADD COLUMN nation text")
    op.execute("CREATE INDEX first_article_nation ON first_article (nation, first_article) WHERE nation IS NOT NULL")


def downgrade() -> None:
    """Forget whose own each was; what was told of them stands in the event log."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX first_article_nation")
    op.execute("ALTER TABLE first_article DROP COLUMN nation")

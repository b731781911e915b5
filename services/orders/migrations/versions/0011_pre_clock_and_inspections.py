"""What the clock has told of promises, and first articles as production tells them.

Whose promised day passes next is found without reading every order. Of first articles that were told before, nothing is
known: a source goes by the days that its nation has stated.
"""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0011"
down_revision = "0010"

_FIRST_ARTICLE = """
CREATE TABLE first_article (
  name    text   PRIMARY KEY,
  part    text   NOT NULL,
  site    text   NOT NULL,
  nation  text,
  version bigint NOT NULL,
  state   text   NOT NULL,
  since   date   NOT NULL,
  CONSTRAINT first_article_version CHECK (version > 0)
)"""


def upgrade() -> None:
    """Add the number and the index; what is overdue by then is told at the next look."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE orders ADD COLUMN overdue_promise integer NOT NULL DEFAULT 0")
    op.execute(
        "CREATE INDEX orders_due ON orders (promised_for, order_id) WHERE sourced > 0 AND overdue_promise < promises"
    )
    op.execute(_FIRST_ARTICLE)
    grant(op, "first_article")
    op.execute("CREATE INDEX first_article_site ON first_article (part, site)")


def downgrade() -> None:
    """Forget of which was told, and first articles."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP TABLE first_article")
    op.execute("DROP INDEX orders_due")
    op.execute("ALTER TABLE orders DROP COLUMN overdue_promise")

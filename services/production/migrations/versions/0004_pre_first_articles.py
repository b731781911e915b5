"""First-article inspections, one row for each maker's reference at a factory; parts keep which references they have."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0004"
down_revision = "0003"

_FIRST_ARTICLE = """
CREATE TABLE first_article (
  first_article text        PRIMARY KEY,
  version       bigint      NOT NULL DEFAULT 0 CHECK (version >= 0),
  factory       text        NOT NULL,
  part          text        NOT NULL,
  maker         text        NOT NULL,
  number        text        NOT NULL,
  revision      text,
  state         text,
  opened_on     date,
  since         date,
  lapses_on     date,
  last_step     jsonb,
  updated_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (version = 0 OR num_nulls(state, since, last_step) = 0),
  CHECK ((state = 'passed') = (lapses_on IS NOT NULL))
)"""


def upgrade() -> None:
    """Make room; the references of parts defined before are known once the catalogue's copy is rebuilt."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute(_FIRST_ARTICLE)
    grant(op, "first_article")
    op.execute("CREATE INDEX first_article_factory ON first_article (factory, first_article)")
    op.execute("CREATE INDEX first_article_lapses ON first_article (lapses_on) WHERE lapses_on IS NOT NULL")
    op.execute('ALTER TABLE part_copy ADD COLUMN "references" jsonb')


def downgrade() -> None:
    """Forget inspections; what was told of them stands in the event log."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute('ALTER TABLE part_copy DROP COLUMN "references"')
    op.execute("DROP TABLE first_article")

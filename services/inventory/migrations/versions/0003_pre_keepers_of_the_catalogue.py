"""Each part and site is kept by a nation; an import knows for whom it defines, and what overtook its lines."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0003"
down_revision = "0002"

_AT_HOME = "SELECT country FROM site WHERE kind <> 'supplier'"
_MOST = f"({_AT_HOME} GROUP BY country ORDER BY count(*) DESC, country LIMIT 1)"


def upgrade() -> None:
    """Give parts, and suppliers of third countries, to the nation of most sites; until now it defined them."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE part ADD COLUMN kept_by text")
    op.execute("ALTER TABLE site ADD COLUMN kept_by text")
    op.execute(f"UPDATE part SET kept_by = {_MOST}")  # noqa: S608
    op.execute(f"UPDATE site SET kept_by = CASE WHEN country IN ({_AT_HOME}) THEN country ELSE {_MOST} END")  # noqa: S608
    op.execute("CREATE INDEX part_niin ON part (substr(nsn, 5)) WHERE nsn IS NOT NULL")
    op.execute("CREATE INDEX part_references ON part USING gin ((record -> 'references') jsonb_path_ops)")
    op.execute("CREATE INDEX site_at_home ON site (country) WHERE kept_by = country")
    op.execute("ALTER TABLE import ADD COLUMN overtaken jsonb NOT NULL DEFAULT '[]'")
    op.execute("ALTER TABLE import ADD COLUMN nation text, ADD COLUMN is_operator boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE import_line ADD COLUMN line integer")
    op.execute("CREATE INDEX import_same ON import (kind, body_hash)")


def downgrade() -> None:
    """Forget who keeps what."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP INDEX import_same")
    op.execute("ALTER TABLE import_line DROP COLUMN line")
    op.execute("ALTER TABLE import DROP COLUMN is_operator, DROP COLUMN nation, DROP COLUMN overtaken")
    op.execute("DROP INDEX site_at_home, part_references, part_niin")
    op.execute("ALTER TABLE site DROP COLUMN kept_by")
    op.execute("ALTER TABLE part DROP COLUMN kept_by")

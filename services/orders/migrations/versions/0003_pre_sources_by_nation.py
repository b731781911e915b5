"""A source is approved by a nation, for its own orders: two nations may judge one maker differently."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Give each source to the nation of most depots, which until now were all that ordered."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE source ADD COLUMN nation text")
    op.execute(
        "UPDATE source SET nation = (SELECT country FROM site_copy WHERE kind = 'depot' "
        "GROUP BY country ORDER BY count(*) DESC, country LIMIT 1)"
    )
    op.execute("DELETE FROM source WHERE nation IS NULL")
    op.execute("ALTER TABLE source ALTER COLUMN nation SET NOT NULL, DROP CONSTRAINT source_pkey")
    op.execute("ALTER TABLE source ADD PRIMARY KEY (part, site, nation)")


def downgrade() -> None:
    """Keep one of each part and site."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DELETE FROM source a USING source b WHERE (a.part, a.site) = (b.part, b.site) AND a.nation > b.nation")
    op.execute("ALTER TABLE source DROP CONSTRAINT source_pkey, DROP COLUMN nation")
    op.execute("ALTER TABLE source ADD PRIMARY KEY (part, site)")

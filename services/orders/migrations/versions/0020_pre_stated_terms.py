"""A source's price and import content have days: what holds now says nothing of what was made before.

What is there counts from the day on which it was last changed; of what was made before that, nothing older is known,
and it stands in as it did.
"""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, grant

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the table, and what is stated now."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute(
        """
        CREATE TABLE stated_terms (
          part text NOT NULL, site text NOT NULL, nation text NOT NULL, stated_from date NOT NULL,
          unit_cost numeric(16, 2), currency text, import_content numeric(5, 4),
          changed_at timestamptz NOT NULL DEFAULT clock_timestamp(), changed_by text NOT NULL,
          PRIMARY KEY (part, site, nation, stated_from)
        )
        """
    )
    grant(op, "stated_terms")
    op.execute(
        """
        INSERT INTO stated_terms (part, site, nation, stated_from, unit_cost, currency, import_content, changed_by)
        SELECT part, site, nation, CAST(changed_at AT TIME ZONE 'UTC' AS date), unit_cost, currency, import_content,
               changed_by
        FROM source
        """
    )


def downgrade() -> None:
    """Know only what is stated now."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("DROP TABLE stated_terms")

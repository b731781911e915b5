"""An order may name the references of which it takes lots; the catalogue's copy keeps references, and makers' codes."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make room; who has named none takes any. The catalogue's copy knows more by the next word, or a rebuild."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE orders ADD COLUMN accepted text[] NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE loss ADD COLUMN unaccepted boolean NOT NULL DEFAULT false")
    op.execute('ALTER TABLE part_copy ADD COLUMN "references" jsonb')
    op.execute("ALTER TABLE site_copy ADD COLUMN cage text")


def downgrade() -> None:
    """Let every order take anything again."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    op.execute("ALTER TABLE site_copy DROP COLUMN cage")
    op.execute('ALTER TABLE part_copy DROP COLUMN "references"')
    op.execute("ALTER TABLE loss DROP COLUMN unaccepted")
    op.execute("ALTER TABLE orders DROP COLUMN accepted")

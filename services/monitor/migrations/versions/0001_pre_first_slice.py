"""The backbone, what each stream has carried by the minute, what each site has sent by the hour, and what sites are."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, backbone, drop_backbone, grant

revision = "0001"
down_revision = None

_TABLES = {
    "stream_minute": """
        topic smallint NOT NULL,
        minute timestamptz NOT NULL,
        facts bigint NOT NULL CHECK (facts > 0),
        bytes bigint NOT NULL CHECK (bytes >= 0),
        PRIMARY KEY (topic, minute)
    """,
    "sender_hour": """
        site text NOT NULL,
        hour timestamptz NOT NULL,
        facts bigint NOT NULL CHECK (facts > 0),
        last_recorded_at timestamptz NOT NULL,
        delay_min interval NOT NULL,
        PRIMARY KEY (site, hour)
    """,
    "site_copy": """
        site_id text PRIMARY KEY,
        kind text NOT NULL,
        country text NOT NULL
    """,
}


def upgrade() -> None:
    """Create everything that monitor keeps."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    backbone(op, 1)
    backbone(op, 2)
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        grant(op, table)


def downgrade() -> None:
    """Drop everything."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table in reversed(_TABLES):
        op.drop_table(table)
    drop_backbone(op, 2)
    drop_backbone(op, 1)

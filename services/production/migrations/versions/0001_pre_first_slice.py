"""The backbone's tables, and lots, work orders, their history, senders and the catalogue copy."""

from alembic import op

from shared.migrations import LOCK_TIMEOUT, backbone, drop_backbone, grant

revision = "0001"
down_revision = None

_TOTALS = """
  facts               bigint NOT NULL DEFAULT 0 CHECK (facts >= 0),
  started             bigint NOT NULL DEFAULT 0 CHECK (started >= 0),
  inspected_passed    bigint NOT NULL DEFAULT 0 CHECK (inspected_passed >= 0),
  inspected_failed    bigint NOT NULL DEFAULT 0 CHECK (inspected_failed >= 0),
  finished            bigint NOT NULL DEFAULT 0 CHECK (finished >= 0),
  scrapped_in_process bigint NOT NULL DEFAULT 0 CHECK (scrapped_in_process >= 0),
  scrapped_finished   bigint NOT NULL DEFAULT 0 CHECK (scrapped_finished >= 0),
  dispatched          bigint NOT NULL DEFAULT 0 CHECK (dispatched >= 0),
  completions         bigint NOT NULL DEFAULT 0 CHECK (completions >= 0),
"""
_TABLES = {
    "accepted_event": """
CREATE TABLE accepted_event (
  source       text  NOT NULL,
  id           text  NOT NULL,
  body_hash    bytea NOT NULL,
  event_id     uuid  NOT NULL UNIQUE,
  type         text  NOT NULL,
  body         bytea NOT NULL,
  posted_by    text  NOT NULL,
  on_behalf_of text,
  voided_by    uuid,
  PRIMARY KEY (source, id)
)""",
    "awaiting_work_order": """
CREATE TABLE awaiting_work_order (
  work_order text NOT NULL,
  event_id   uuid NOT NULL,
  PRIMARY KEY (work_order, event_id)
)""",
    "lot": f"""
CREATE TABLE lot (
  lot_id     text        PRIMARY KEY,
  version    bigint      NOT NULL DEFAULT 0 CHECK (version >= 0),
  factory    text        NOT NULL,
  part       text,
  work_order text,
  status     text,
  {_TOTALS}
  named      jsonb       NOT NULL DEFAULT '{{}}',
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (version = 0 OR (part IS NOT NULL AND status IS NOT NULL))
) WITH (fillfactor = 80)""",
    "work_order": f"""
CREATE TABLE work_order (
  work_order_id text        PRIMARY KEY,
  version       bigint      NOT NULL DEFAULT 0 CHECK (version >= 0),
  order_id      text,
  part          text,
  factory       text,
  depot         text,
  priority      smallint,
  due_asked     date,
  due           date,
  status        text,
  quantity      bigint      CHECK (quantity >= 0 AND quantity >= LEAST(dispatched, 1000000000000)),
  ordered       bigint      NOT NULL DEFAULT 0 CHECK (ordered >= 0),
  asked         bigint      NOT NULL DEFAULT 0 CHECK (asked >= 0),
  given         bigint      NOT NULL DEFAULT 0 CHECK (given BETWEEN 0 AND LEAST(asked, ordered)),
  accepted      int         NOT NULL DEFAULT 0 CHECK (accepted >= 0),
  refused       int         NOT NULL DEFAULT 0 CHECK (refused >= 0),
  promises      jsonb       NOT NULL DEFAULT '[]',
  {_TOTALS}
  updated_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (version = 0 OR num_nulls(order_id, part, factory, depot, priority, due_asked, due, status, quantity) = 0)
) WITH (fillfactor = 80)""",
    "sender": """
CREATE TABLE sender (
  source       text           PRIMARY KEY,
  site         text           NOT NULL,
  seen         int8multirange NOT NULL DEFAULT '{}',
  known_from   bigint         NOT NULL DEFAULT 0,
  events       bigint         NOT NULL DEFAULT 0,
  duplicates   bigint         NOT NULL DEFAULT 0,
  last_seen_at timestamptz    NOT NULL
) WITH (fillfactor = 50)""",
    "part_copy": """
CREATE TABLE part_copy (
  part_id        text     PRIMARY KEY,
  unit_of_issue  text     NOT NULL,
  quantity_scale smallint NOT NULL
)""",
    "site_copy": """
CREATE TABLE site_copy (
  site_id text PRIMARY KEY,
  kind    text NOT NULL,
  country text NOT NULL
)""",
}
_INDEXES = (
    "CREATE INDEX lot_factory ON lot (factory, lot_id)",
    "CREATE INDEX lot_work_order ON lot (work_order, lot_id) WHERE work_order IS NOT NULL",
    "CREATE INDEX work_order_factory ON work_order (factory, work_order_id)",
)


def upgrade() -> None:
    """Create everything that production keeps."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    backbone(op, 1)
    for table, statement in _TABLES.items():
        op.execute(statement)
        grant(op, table)
    for statement in _INDEXES:
        op.execute(statement)


def downgrade() -> None:
    """Drop everything."""
    op.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for table in reversed(_TABLES):
        op.drop_table(table)
    drop_backbone(op, 1)

"""Rows that production's queries read; the constraints stand in the migrations, which make the tables."""

from sqlalchemy import BigInteger, Column, Date, Integer, LargeBinary, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, INT8MULTIRANGE, JSONB, TIMESTAMP, UUID

metadata = MetaData()
_INSTANT = TIMESTAMP(timezone=True)
_TOTALS = (
    "facts",
    "started",
    "inspected_passed",
    "inspected_failed",
    "finished",
    "scrapped_in_process",
    "scrapped_finished",
    "dispatched",
    "completions",
)

lot = Table(
    "lot",
    metadata,
    Column("lot_id", Text, primary_key=True),
    Column("version", BigInteger),
    Column("factory", Text),
    Column("part", Text),
    Column("work_order", Text),
    Column("status", Text),
    *(Column(name, BigInteger) for name in _TOTALS),
    Column("named", JSONB),
    Column("inputs", JSONB),
    Column("updated_at", _INSTANT),
    Column("begun_at", _INSTANT),
)
work_order = Table(
    "work_order",
    metadata,
    Column("work_order_id", Text, primary_key=True),
    Column("version", BigInteger),
    Column("order_id", Text),
    Column("part", Text),
    Column("factory", Text),
    Column("depot", Text),
    Column("priority", SmallInteger),
    Column("due_asked", Date),
    Column("required_by", Date),
    Column("due", Date),
    Column("status", Text),
    Column("quantity", BigInteger),
    Column("ordered", BigInteger),
    Column("asked", BigInteger),
    Column("given", BigInteger),
    Column("accepted", Integer),
    Column("refused", Integer),
    Column("promises", JSONB),
    Column("said", JSONB),
    Column("wanted_by", Date),
    Column("accepted_references", ARRAY(Text)),
    *(Column(name, BigInteger) for name in _TOTALS),
    Column("updated_at", _INSTANT),
)
accepted_event = Table(
    "accepted_event",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("event_id", UUID),
    Column("type", Text),
    Column("body", LargeBinary),
    Column("posted_by", Text),
    Column("on_behalf_of", Text),
    Column("voided_by", UUID),
)
event_log = Table(
    "event_log",
    metadata,
    Column("event_id", UUID),
    Column("topic", SmallInteger),
    Column("key", Text),
    Column("key_seq", BigInteger),
    Column("type", Text),
    Column("payload", LargeBinary),
    Column("headers", JSONB),
    Column("recorded_at", _INSTANT),
)
first_article = Table(
    "first_article",
    metadata,
    Column("first_article", Text, primary_key=True),
    Column("version", BigInteger),
    Column("factory", Text),
    Column("part", Text),
    Column("maker", Text),
    Column("number", Text),
    Column("revision", Text),
    Column("nation", Text),
    Column("state", Text),
    Column("opened_on", Date),
    Column("lapses_on", Date),
    Column("last_step", JSONB),
    Column("updated_at", _INSTANT),
)
sender = Table(
    "sender",
    metadata,
    Column("source", Text, primary_key=True),
    Column("site", Text),
    Column("seen", INT8MULTIRANGE),
    Column("reused", INT8MULTIRANGE),
    Column("known_from", BigInteger),
    Column("events", BigInteger),
    Column("duplicates", BigInteger),
    Column("last_seen_at", _INSTANT),
)
part_copy = Table(
    "part_copy",
    metadata,
    Column("part_id", Text, primary_key=True),
    Column("unit_of_issue", Text),
    Column("quantity_scale", SmallInteger),
    Column("platforms", ARRAY(Text)),
)
site_copy = Table(
    "site_copy",
    metadata,
    Column("site_id", Text, primary_key=True),
    Column("kind", Text),
    Column("country", Text),
)

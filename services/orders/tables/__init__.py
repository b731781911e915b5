"""Rows and constraints of this service's own tables; the backbone's are in `shared/messaging/sql`."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

NOW = text("clock_timestamp()")
ZERO = text("0")
NO = text("false")
_IS_DUE = text("sourced > 0 AND overdue_promise < promises")
_MAY_BE_PLANNED = text("heard > 0 AND open > 0")
_NONE = text("'{}'")

orders = Table(
    "orders",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("document_number", Text, nullable=False),
    Column("ordered_by", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("partial", Boolean, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("approved_by", Text),
    Column("required_by", Date, nullable=False),
    Column("conditions", ARRAY(Text), nullable=False),
    Column("accepted", ARRAY(Text), nullable=False, server_default=_NONE),
    Column("platform", Text),
    Column("tail_number", Text),
    Column("placed_at", DateTime(timezone=True), nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("for_stock", Boolean, nullable=False, server_default=NO),
    Column("version", BigInteger, nullable=False),
    Column("wanted", BigInteger, nullable=False),
    Column("reductions", BigInteger, nullable=False, server_default=ZERO),
    Column("cancel_requested", Boolean, nullable=False, server_default=NO),
    Column("heard", BigInteger, nullable=False, server_default=ZERO),
    Column("reserved", BigInteger, nullable=False, server_default=ZERO),
    Column("issued", BigInteger, nullable=False, server_default=ZERO),
    Column("cancelled", BigInteger, nullable=False, server_default=ZERO),
    Column("released", BigInteger, nullable=False, server_default=ZERO),
    Column("arrived", BigInteger, nullable=False, server_default=ZERO),
    Column("lost", BigInteger, nullable=False, server_default=ZERO),
    Column("closed", Boolean, nullable=False, server_default=NO),
    Column("unsettled", Boolean, nullable=False, server_default=NO),
    Column("arrivals", JSONB, nullable=False, server_default=text("'[]'")),
    Column("sourced", BigInteger, nullable=False, server_default=ZERO),
    Column("open", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("promised_for", Date),
    Column("promise_reason", Text),
    Column("first_promised_for", Date),
    Column("promises", Integer, nullable=False, server_default=ZERO),
    Column("overdue_promise", Integer, nullable=False, server_default=ZERO),
    Column("supplies", Text),
    Column("road_days", Integer, nullable=False, server_default=ZERO),
    Column("answered_at", DateTime(timezone=True)),
    Column("heard_at", DateTime(timezone=True)),
    Column("backorders", Integer, nullable=False, server_default=ZERO),
    Column("short_since", DateTime(timezone=True)),
    Column("met_at", DateTime(timezone=True)),
    Column("received_at", DateTime(timezone=True)),
    CheckConstraint("quantity > 0", name="orders_quantity"),
    CheckConstraint("priority BETWEEN 1 AND 15", name="orders_priority"),
    CheckConstraint("version > 0", name="orders_version"),
    CheckConstraint("wanted BETWEEN 1 AND quantity", name="orders_wanted"),
    CheckConstraint(
        "LEAST(reductions, heard, reserved, issued, cancelled, released, arrived, lost, sourced, open) >= 0",
        name="orders_totals",
    ),
    CheckConstraint("quantity = reserved + sourced + issued + cancelled + open", name="orders_i8"),
    Index("orders_by_depot", "ordered_by", "order_id"),
    Index("orders_by_site", "site", "order_id"),
    Index("orders_by_part", "part", "order_id"),
    Index("orders_open", "part", "priority", "required_by", "placed_at", "order_id", postgresql_where=_MAY_BE_PLANNED),
    Index("orders_sourced", "part", postgresql_where=text("sourced > 0")),
    Index("orders_due", "promised_for", "order_id", postgresql_where=_IS_DUE),
    Index("orders_waiting", "placed_at", "order_id", postgresql_where=text("state NOT IN ('issued', 'cancelled')")),
    Index("orders_urgent", "placed_at", "order_id", postgresql_where=text("urgency <> 'C'")),
    Index("orders_demand", "site", "placed_at", postgresql_where=text("NOT for_stock")),
    Index("orders_supplying", "supplies", postgresql_where=text("supplies IS NOT NULL")),
    Index("orders_by_tail", "platform", "tail_number", postgresql_where=text("tail_number IS NOT NULL")),
)

work_orders = Table(
    "work_order",
    metadata,
    Column("order_id", Text, ForeignKey("orders.order_id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("sourced", BigInteger, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("due", Date, nullable=False),
    Column("due_reason", Text, nullable=False),
    Column("asked", BigInteger, nullable=False, server_default=ZERO),
    Column("answered", BigInteger, nullable=False, server_default=ZERO),
    Column("given", BigInteger, nullable=False, server_default=ZERO),
    Column("state", Text, nullable=False),
    Column("making", JSONB),
    Column("declined", Boolean, nullable=False, server_default=NO),
    Column("unit_price", Numeric(16, 2)),
    Column("currency", Text),
    Column("wanted_by", Date),
    Column("lateral_order", Text),
    Column("asked_on", Date),
    Column("due_asked", Date),
    Column("waiting_days", Integer, nullable=False, server_default=ZERO),
    Column("ended_on", Date),
    Column("resourced", Boolean, nullable=False, server_default=NO),
    Column("part", Text),
    CheckConstraint("sourced > 0 AND quantity >= 0", name="work_order_quantity"),
    CheckConstraint("given BETWEEN 0 AND answered AND answered <= asked", name="work_order_asked"),
    Index("work_order_ended", "part", "source", "ended_on", postgresql_where=text("ended_on IS NOT NULL")),
    Index("work_order_due", "due", postgresql_where=text("ended_on IS NULL")),
)

promises = Table(
    "promise",
    metadata,
    Column("order_id", Text, ForeignKey("orders.order_id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("promised_for", Date),
    Column("reason", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=NOW),
)

losses = Table(
    "loss",
    metadata,
    Column("order_id", Text, ForeignKey("orders.order_id"), primary_key=True),
    Column("heard", BigInteger, primary_key=True),
    Column("taken", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("winner", Text),
    Column("gate", Text),
    Column("unaccepted", Boolean, nullable=False, server_default=NO),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    CheckConstraint("heard > 0 AND taken >= 0", name="loss_heard"),
)

backorders = Table(
    "backorder",
    metadata,
    Column("order_id", Text, ForeignKey("orders.order_id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    CheckConstraint("n > 0 AND ended_at >= began_at", name="backorder_order"),
)

sources = Table(
    "source",
    metadata,
    Column("part", Text, primary_key=True),
    Column("site", Text, primary_key=True),
    Column("nation", Text, primary_key=True),
    Column("approved", Boolean, nullable=False),
    Column("approved_on", Date),
    Column("approved_until", Date),
    Column("approved_by", Text),
    Column("accepted_on", Date),
    Column("accepted_until", Date),
    Column("lead_time_days", Integer, nullable=False),
    Column("capacity_per_week", BigInteger),
    Column("minimum_lot", BigInteger),
    Column("unit_cost", Numeric(16, 2)),
    Column("currency", Text),
    Column("import_content", Numeric(5, 4)),
    Column("illustrative", Boolean, nullable=False, server_default=NO),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("changed_by", Text, nullable=False),
    CheckConstraint("lead_time_days >= 0", name="source_lead_time"),
    CheckConstraint("NOT approved OR approved_on IS NOT NULL", name="source_approved"),
    CheckConstraint(
        "approved_until >= approved_on AND accepted_until >= accepted_on AND minimum_lot > 0", name="source_dates"
    ),
)

sourcing_weights = Table(
    "sourcing_weights",
    metadata,
    Column("nation", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("day", Numeric, nullable=False),
    Column("cost", Numeric, nullable=False),
    Column("import_content", Numeric, nullable=False),
    Column("currency", Text),
    Column("rates", JSONB, nullable=False, server_default=_NONE),
    Column("lead_time_worth", SmallInteger, nullable=False, server_default=text("4")),
    Column("lead_time_spread", Numeric, nullable=False, server_default=text("0.3")),
    Column("resourcing", Text, nullable=False, server_default=text("'by-hand'")),
    Column("resourcing_days", SmallInteger, nullable=False, server_default=text("14")),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("changed_by", Text, nullable=False),
    CheckConstraint("LEAST(day, cost, import_content) >= 0", name="sourcing_weights_points"),
    CheckConstraint(
        "lead_time_worth > 0 AND lead_time_spread > 0 AND resourcing_days > 0", name="sourcing_weights_lead_time"
    ),
)

planning = Table(
    "planning",
    metadata,
    Column("part", Text, primary_key=True),
    Column("asked", BigInteger, nullable=False, server_default=text("1")),
    Column("not_before", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)

first_articles = Table(
    "first_article",
    metadata,
    Column("name", Text, primary_key=True),
    Column("part", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("nation", Text),
    Column("version", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("heard_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    CheckConstraint("version > 0", name="first_article_version"),
    Index("first_article_site", "part", "site"),
)

activities = Table(
    "activity",
    metadata,
    Column("activity", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("force_activity_designator", Text, nullable=False),
    Column("illustrative", Boolean, nullable=False, server_default=NO),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("changed_by", Text, nullable=False),
)

part_copies = Table(
    "part_copy",
    metadata,
    Column("part_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("quantity_scale", SmallInteger, nullable=False),
    Column("platforms", ARRAY(Text), nullable=False),
    Column("grounds", ARRAY(Text), nullable=False, server_default=_NONE),
    Column("references", JSONB),
    Column("first_article_required", Boolean, nullable=False, server_default=NO),
)

site_copies = Table(
    "site_copy",
    metadata,
    Column("site_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("cage", Text),
)

"""Rows of what lots are made of, of what was stated of their sources, and of what content nations ask for."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Numeric,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from services.orders.tables import NOW, metadata

lot_facts = Table(
    "lot_fact",
    metadata,
    Column("event_id", UUID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("lot", Text, nullable=False),
    Column("factory", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("work_order", Text),
    Column("recorded_on", Date, nullable=False),
    Column("quantity", BigInteger),
    Column("depot", Text),
    Column("material", Text),
    Column("input_lot", Text),
    Column("origin", Text),
    Column("amount", Numeric),
    Column("unit", Text),
    Column("unit_cost", Numeric),
    Column("currency", Text),
    CheckConstraint("kind IN ('finished', 'scrapped', 'dispatched', 'consumed')", name="lot_fact_kind"),
    CheckConstraint("(kind = 'consumed') = (quantity IS NULL)", name="lot_fact_quantity"),
    CheckConstraint(
        "(kind = 'consumed') = (num_nulls(material, input_lot, origin, amount, unit) = 0)", name="lot_fact_material"
    ),
    Index("lot_fact_lot", "lot"),
    Index("lot_fact_day", "kind", "recorded_on"),
    Index("lot_fact_sent", "work_order", postgresql_where=text("kind = 'dispatched'")),
)

stated_terms = Table(
    "stated_terms",
    metadata,
    Column("part", Text, primary_key=True),
    Column("site", Text, primary_key=True),
    Column("nation", Text, primary_key=True),
    Column("stated_from", Date, primary_key=True),
    Column("unit_cost", Numeric(16, 2)),
    Column("currency", Text),
    Column("import_content", Numeric(5, 4)),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("changed_by", Text, nullable=False),
)

indigenous_thresholds = Table(
    "indigenous_threshold",
    metadata,
    Column("nation", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("minimum", Numeric(5, 4), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("changed_by", Text, nullable=False),
    CheckConstraint("minimum BETWEEN 0 AND 1", name="indigenous_threshold_share"),
)

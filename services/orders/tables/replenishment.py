"""Rows of replenishment: a part at a depot with its newest proposal, policies of nations, rules of depots."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Integer, Numeric, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from services.orders.tables import metadata

NOW = text("clock_timestamp()")
ZERO = text("0")

replenishments = Table(
    "replenishment",
    metadata,
    Column("site", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=ZERO),
    Column("number", Integer, nullable=False, server_default=ZERO),
    Column("state", Text, nullable=False, server_default=text("'none'")),
    Column("quantity", BigInteger),
    Column("figures", JSONB),
    Column("proposed_on", Date),
    Column("until", Date),
    Column("order_id", Text),
    Column("decided_by", Text),
    Column("reason", Text),
    Column("level", JSONB),
    Column("reviewed_on", Date),
    CheckConstraint("version >= 0 AND number >= 0 AND quantity > 0", name="replenishment_numbers"),
    CheckConstraint("(state = 'released') = (order_id IS NOT NULL)", name="replenishment_released"),
)

replenishment_policies = Table(
    "replenishment_policy",
    metadata,
    Column("nation", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("service_level", Numeric(5, 4), nullable=False),
    Column("cover_days", Integer, nullable=False),
    Column("review_days", Integer, nullable=False),
    Column("history_weeks", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("changed_by", Text, nullable=False),
)

replenishment_rules = Table(
    "replenishment_rule",
    metadata,
    Column("site", Text, primary_key=True),
    Column("activity", Text, nullable=False),
    Column("serial", Text, nullable=False),
    Column("release_cost_max", Numeric(16, 2)),
    Column("currency", Text),
    Column("numbered_on", Date),
    Column("numbered", Integer, nullable=False, server_default=ZERO),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("changed_by", Text, nullable=False),
)

"""Rows and constraints of the fleet: platforms with their tail numbers, and the periods of their lives."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from services.orders.tables import NO, NOW, ZERO, metadata

tails = Table(
    "tail",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("tail_number", Text, primary_key=True),
    Column("site", Text),
    Column("illustrative", Boolean, nullable=False, server_default=NO),
    Column("version", BigInteger, nullable=False, server_default=ZERO),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("changed_by", Text),
    Column("part_given_at", DateTime(timezone=True)),
    CheckConstraint("version >= 0", name="tail_version"),
    CheckConstraint("version = 0 OR (site IS NOT NULL AND changed_by IS NOT NULL)", name="tail_registered"),
    Index("tail_by_site", "site", "platform", "tail_number"),
)

tail_periods = Table(
    "tail_period",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("tail_number", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("is_down", Boolean, nullable=False),
    Column("cause", Text),
    Column("awaiting_parts", Boolean, nullable=False),
    Column("posted_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    ForeignKeyConstraint(["platform", "tail_number"], ["tail.platform", "tail.tail_number"]),
    CheckConstraint("n > 0", name="tail_period_n"),
    CheckConstraint("ended_at >= began_at", name="tail_period_order"),
    CheckConstraint("is_down = (cause IS NOT NULL) AND (is_down OR NOT awaiting_parts)", name="tail_period_down"),
    Index("tail_period_open", "platform", "tail_number", unique=True, postgresql_where=text("ended_at IS NULL")),
)

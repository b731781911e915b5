"""Rows of exports: whose a joint venture is, what its partners approve, what left it without."""

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, DateTime, Table, Text, Uuid

from services.orders.tables import NO, NOW, metadata

joint_ventures = Table(
    "joint_venture",
    metadata,
    Column("site", Text, primary_key=True),
    Column("partners", ARRAY(Text), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("changed_by", Text, nullable=False),
)

export_approvals = Table(
    "export_approval",
    metadata,
    Column("site", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("country", Text, primary_key=True),
    Column("nation", Text, primary_key=True),
    Column("approved_on", Date, nullable=False),
    Column("approved_until", Date),
    Column("approved_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("changed_by", Text, nullable=False),
)

unapproved_exports = Table(
    "unapproved_export",
    metadata,
    Column("event_id", Uuid(as_uuid=False), primary_key=True),
    Column("lot", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("factory", Text, nullable=False),
    Column("depot", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("shipment", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("order_id", Text),
    Column("dispatched_on", Date, nullable=False),
    Column("partners", ARRAY(Text), nullable=False),
    Column("missing", ARRAY(Text), nullable=False),
    Column("voided", Boolean, nullable=False, server_default=NO),
)

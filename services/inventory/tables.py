"""The rows that queries read, as the migrations make them."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()


def _instant(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True))


part = Table(
    "part",
    metadata,
    Column("part_id", Text),
    Column("version", BigInteger),
    Column("name", Text),
    Column("nsn", Text),
    Column("unit_of_issue", Text),
    Column("quantity_scale", Integer),
    Column("platforms", ARRAY(Text)),
    Column("record", JSONB),
    Column("kept_by", Text),
)
site = Table(
    "site",
    metadata,
    Column("site_id", Text),
    Column("version", BigInteger),
    Column("kind", Text),
    Column("country", Text),
    Column("record", JSONB),
    Column("kept_by", Text),
)
stock = Table("stock", metadata, Column("site", Text), Column("part", Text), Column("version", BigInteger))
transfer = Table(
    "transfer",
    metadata,
    Column("cause_id", Uuid),
    Column("line", Integer),
    Column("part", Text),
    Column("lot", Text),
    Column("source_site", Text),
    Column("source_condition", Text),
    Column("source_shelf", Text),
    Column("target_site", Text),
    Column("target_condition", Text),
    Column("target_shelf", Text),
    Column("quantity", BigInteger),
    Column("reason", Text),
    Column("order_id", Text),
    Column("shipment_id", Text),
    Column("reverses", Uuid),
    Column("actor", Text),
    _instant("occurred_at"),
    _instant("recorded_at"),
    Column("tx", Text),
    Column("seq", BigInteger),
)
slip = Table(
    "slip",
    metadata,
    Column("cause_id", Uuid),
    Column("kind", Text),
    Column("on_behalf_of", Text),
    Column("note", Text),
    Column("issued_to", Text),
    Column("serials", JSONB),
)
shipment = Table(
    "shipment",
    metadata,
    Column("shipment_id", Text),
    Column("sender", Text),
    Column("dispatched_on", Date),
    Column("closed", Boolean),
    Column("version", BigInteger),
)
shipment_line = Table(
    "shipment_line",
    metadata,
    Column("shipment_id", Text),
    Column("depot", Text),
    Column("part", Text),
    Column("lot", Text),
    Column("condition", Text),
    Column("dispatched", BigInteger),
    Column("received", BigInteger),
    Column("lost", BigInteger),
    Column("order_id", Text),
)
discrepancy = Table(
    "discrepancy",
    metadata,
    Column("discrepancy_id", Uuid),
    Column("kind", Text),
    Column("site", Text),
    Column("part", Text),
    Column("lot", Text),
    Column("condition", Text),
    Column("shelf", Text),
    Column("quantity", BigInteger),
    Column("remaining", BigInteger),
    Column("cause_id", Uuid),
    Column("shipment_id", Text),
    Column("order_id", Text),
    _instant("opened_at"),
    _instant("changed_at"),
    Column("resolution", Text),
    Column("resolved_by", Text),
)

"""Rows that monitor's queries read; the constraints stand in the migrations, which make the tables."""

from sqlalchemy import Column, MetaData, Table, Text

metadata = MetaData()

site_copy = Table(
    "site_copy",
    metadata,
    Column("site_id", Text, primary_key=True),
    Column("kind", Text),
    Column("country", Text),
)

"""What production keeps: accepted events, lots and work orders as facts add up, inspections, the catalogue's copy."""

import asyncpg

from jvtrack.verify.reading import Read, look_up, microseconds
from jvtrack.verify.workbook import Workbook

_ACCEPTED_SINCE = """
SELECT event_id::text, voided_by::text, type FROM accepted_event WHERE event_id = ANY($1::text[]::uuid[])
"""
READS = (
    Read(
        "accepted",
        """
        SELECT source, id, event_id::text FROM accepted_event
        WHERE (source, id) > ($1, $2) ORDER BY source, id LIMIT $3
        """,
        ("", ""),
    ),
    Read(
        "lot",
        f"""
        SELECT lot_id, version, finished, scrapped_finished, dispatched, scrapped_in_process, {microseconds("begun_at")}
        FROM lot WHERE lot_id > $1 ORDER BY lot_id LIMIT $2
        """,  # noqa: S608  # our own columns
        ("",),
    ),
    Read(
        "work_order",
        """
        SELECT work_order_id, version, quantity, order_id,
          array_to_string(ARRAY(SELECT r FROM unnest(accepted_references) AS r ORDER BY r COLLATE "C"), ' ')
        FROM work_order WHERE work_order_id > $1 ORDER BY work_order_id LIMIT $2
        """,
        ("",),
    ),
    Read(
        "first_article",
        """
        SELECT first_article, version FROM first_article
        WHERE version > 0 AND first_article > $1 ORDER BY first_article LIMIT $2
        """,
        ("",),
    ),
    Read(
        "part_copy",
        """
        SELECT part_id, NULL::text, unit_of_issue, quantity_scale, array_to_string(platforms, ','), NULL::text
        FROM part_copy
        WHERE part_id > $1 ORDER BY part_id LIMIT $2
        """,
        ("",),
    ),
    Read(
        "site_copy",
        "SELECT site_id, kind, country FROM site_copy WHERE site_id > $1 ORDER BY site_id LIMIT $2",
        ("",),
    ),
)


async def copy_accepted_since(connection: asyncpg.Connection, workbook: Workbook, missing: list[str]) -> None:
    """Look up accepted events that were not there when they were read: their facts may have been told since."""
    rows = look_up(connection, _ACCEPTED_SINCE, missing)
    workbook.add("accepted_since", [tuple(row) async for row in rows])

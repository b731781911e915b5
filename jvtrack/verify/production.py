"""What production keeps: accepted events, lots and work orders as their facts add up, and its copy of the catalogue."""

from jvtrack.verify.reading import Read

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
        """
        SELECT lot_id, version, finished, scrapped_finished, dispatched FROM lot
        WHERE lot_id > $1 ORDER BY lot_id LIMIT $2
        """,
        ("",),
    ),
    Read(
        "work_order",
        """
        SELECT work_order_id, version, quantity FROM work_order
        WHERE work_order_id > $1 ORDER BY work_order_id LIMIT $2
        """,
        ("",),
    ),
    Read(
        "part_copy",
        """
        SELECT part_id, NULL::text, unit_of_issue, quantity_scale, NULL::text FROM part_copy
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

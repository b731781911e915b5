"""What monitor keeps of the catalogue: what sites are, and nothing of parts."""

from jvtrack.verify.reading import Read

READS = (
    Read(
        "site_copy",
        "SELECT site_id, kind, country FROM site_copy WHERE site_id > $1 ORDER BY site_id LIMIT $2",
        ("",),
    ),
)

"""What came of files that were imported."""

from uuid import UUID

from jvtrack.client.answers.record import Record


class ImportDone(Record):
    """What an import did."""

    import_id: str | None = None
    """Names the import; none where the file was only checked."""
    lines: int
    """Lines that it held."""
    dry_run: bool
    """Whether it was only checked."""


class ImportProgress(Record):
    """How far an import is."""

    import_id: UUID
    """The import."""
    state: str
    """staging, validated, published."""
    lines: int
    """Lines of the file; 0 while they are being kept."""
    published: int
    """Lines that are dealt with."""
    overtaken: int
    """Lines that are not in force, because something changed since the file was checked."""

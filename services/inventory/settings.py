"""What can be set about inventory, read once; every bound by name."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class InventorySettings(BaseSettings):
    """Bounds of the ledger and its doors, from `JVTRACK_INVENTORY_*`; times in seconds."""

    model_config = SettingsConfigDict(env_prefix="JVTRACK_INVENTORY_", frozen=True, use_attribute_docstrings=True)

    waiting_page: int = Field(default=200, gt=0)
    """Waiting demands of one key that are loaded at a time while free stock is given out."""
    served_max: int = Field(default=5_000, gt=0)
    """Waiting demands served in one transaction; the rest of the stock is given out by the next."""
    postings_max: int = Field(default=1_000, gt=0)
    """Postings, or lines of a shipment, in one told fact; more are told in several."""
    explained_max: int = Field(default=50, gt=0)
    """Orders that wait before one, and consignments on the road, that its explanation names; the rest are counted."""
    after_seconds_max: float = Field(default=5.0, gt=0)
    """How long a request waits for the versions in `JVTrack-After`."""
    heard_seconds_max: float = Field(default=5.0, gt=0)
    """How old Kafka's last answer may be for the lag of a stream to be known."""
    tidy_seconds: float = Field(default=30.0, gt=0)
    """How often stock is looked at that has aged or is held back, and stock left over is given out."""
    tidy_retry_seconds: float = Field(default=0.5, gt=0)
    """How soon a gate is looked after again that could not be: its stock was locked, or the database away."""
    level_seconds: float = Field(default=300.0, gt=0)
    """How often it is told how much depots have for nobody, where that has changed."""
    level_chunk: int = Field(default=1_000, gt=0)
    """Levels told in one transaction."""
    tidy_keys_max: int = Field(default=200, gt=0)
    """Sites and parts tidied at a time."""
    import_chunk: int = Field(default=1_000, gt=0)
    """Lines of an import written in one transaction."""
    import_staging_seconds_max: float = Field(default=600.0, gt=0)
    """How long a file may be staged; what takes longer has broken off and is forgotten."""
    import_lines_max: int = Field(default=200_000, gt=0)
    """Lines of one import."""
    import_bytes_max: int = Field(default=64 * 1024 * 1024, gt=0)
    """Size of one import."""
    import_errors_max: int = Field(default=1_000, gt=0)
    """Errors of one import that are told; the rest are counted."""
    idempotency_days: int = Field(default=7, gt=0)
    """How long the answers of idempotent requests are kept."""
    idempotency_chunk: int = Field(default=1_000, gt=0)
    """Answers that are forgotten in one transaction."""

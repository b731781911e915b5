"""What can be set about production, read once; every bound by name."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ProductionSettings(BaseSettings):
    """Bounds of the doors, from `JVTRACK_PRODUCTION_*`; times in seconds."""

    model_config = SettingsConfigDict(env_prefix="JVTRACK_PRODUCTION_", frozen=True, use_attribute_docstrings=True)

    body_bytes_max: int = Field(default=16 * 1_048_576, gt=0)
    """Size of one body, of one event or of many lines."""
    event_bytes_max: int = Field(default=524_288, gt=0)
    """Size of one posted event; a line of NDJSON is one event."""
    lines_max: int = Field(default=10_000, gt=0)
    """Lines of one NDJSON body."""
    lines_chunk: int = Field(default=500, gt=0)
    """Lines of one NDJSON body that are decided together."""
    bodies_max: int = Field(default=8, gt=0)
    """NDJSON bodies that are held in memory at a time; one more is asked to come back."""
    bodies_of_one_sender_max: int = Field(default=3, gt=0)
    """How many of them one sender may have there, so that it does not keep the others out."""
    overload_tries: int = Field(default=20, gt=0)
    """How often lines are brought to an overloaded door again before they are refused."""
    overload_pause_seconds: float = Field(default=0.1, gt=0)
    """Pause between these tries."""
    sites_remembered_seconds: float = Field(default=1.0, ge=0)
    """How long the door trusts what it has read of a site."""
    after_seconds_max: float = Field(default=5.0, gt=0)
    """How long a read waits for the versions in `JVTrack-After`."""
    sequence_ranges_max: int = Field(default=10_000, gt=1)
    """Stretches of seen numbers kept per sender; the oldest gaps beyond are forgotten."""
    first_article_days: int = Field(default=730, gt=0)
    """How long a passed first-article inspection holds while nothing of its reference is made."""
    first_articles_seconds: float = Field(default=60.0, gt=0)
    """How often it is looked which inspections lapse."""
    first_articles_max: int = Field(default=200, gt=0)
    """Inspections looked at together; the rest follows at once."""

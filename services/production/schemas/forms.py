"""What everything that production shows has in common."""

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """Something shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

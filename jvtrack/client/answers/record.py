"""What all records have in common."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Something that a service answered."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, defer_build=True)


class Body(BaseModel):
    """Something that a service is asked; a misspelt field is an error here already."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)

"""What all bodies have in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

VERSION_MAX = 2**63 - 1


class Body(BaseModel):
    """A body that a client sends; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, populate_by_name=True)


class Filter(BaseModel):
    """What a list is asked for; unknown parameters are refused by the guard, which knows the paging ones too."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Answer(BaseModel):
    """A body that a door answers."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, populate_by_name=True)


def absent() -> Any:
    """Leave a field out of an answer where there is nothing to say; other fields are null there."""
    return Field(default=None, exclude_if=_is_none)


def _is_none(value: object) -> bool:
    return value is None


def example(*bodies: dict[str, Any]) -> ConfigDict:
    """Show how a body looks."""
    return ConfigDict(json_schema_extra={"examples": list(bodies)})

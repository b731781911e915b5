"""What all bodies have in common: how strictly they are read, and how a day, a moment or a flag is written."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from shared.events.production import Reference
from shared.types import Cage, Text

VERSION_MAX = 2**63 - 1
_MOMENT_YEAR_MIN, _MOMENT_YEAR_END = 1950, 9999  # The oldest thing in use, and what no offset carries out of reach.
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.")


def _with_offset(value: object) -> object:
    """Let a moment through that is written as one; pydantic alone would also take a number or a day."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and _DATED.match(value)):
        raise ValueError("a moment is written 2026-11-23T09:30:00Z")
    return value


def _in_reach(moment: datetime) -> datetime:
    if not _MOMENT_YEAR_MIN <= moment.year < _MOMENT_YEAR_END:
        raise ValueError(f"a moment lies in {_MOMENT_YEAR_MIN} or later")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, BeforeValidator(_with_offset), AfterValidator(_in_reach)]
"""A moment as ISO 8601 writes it, with its offset from UTC, in which it is kept."""


class Body(BaseModel):
    """A body that a client sends; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, populate_by_name=True)


class Filter(BaseModel):
    """What a list is asked for; unknown parameters are refused by the guard, which knows the paging ones too."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Answer(BaseModel):
    """A body that a door answers."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, populate_by_name=True)


Seen = Annotated[int, Field(strict=True, ge=0, le=VERSION_MAX)] | None
"""The version that a client saw, if it cares what it changes."""


class NamedReference(Body):
    """A maker's reference of a part, as the catalogue has it."""

    maker: Cage
    """The maker's CAGE or NCAGE code."""
    number: Annotated[Text, Field(max_length=60)]
    """Part or drawing number; look-alike letters may be in either script."""
    revision: Annotated[Text, Field(max_length=20)] | None = None
    """Revision of the drawing, if it has one."""

    @property
    def matched(self) -> Reference:
        """Give it as it is matched."""
        return Reference(**dict(self)).matched


def absent() -> Any:
    """Leave a field out of an answer where there is nothing to say; other fields are null there."""
    return Field(default=None, exclude_if=_is_none)


def _is_none(value: object) -> bool:
    return value is None


def _true_or_false(value: object) -> object:
    if value not in ("true", "false"):
        raise ValueError("is true or false")
    return value


Asked = Annotated[bool, BeforeValidator(_true_or_false)]
"""A flag in a query: `true` or `false`, and nothing that could be taken for either."""


def example(*bodies: dict[str, Any]) -> ConfigDict:
    """Show how a body looks."""
    return ConfigDict(json_schema_extra={"examples": list(bodies)})

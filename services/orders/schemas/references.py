"""The references that a depot names in an order."""

from collections.abc import Collection
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.events.references import reference_key
from shared.http.forms import NamedReference
from shared.types import error_at


def _each_once(references: list[NamedReference]) -> list[NamedReference]:
    """Name each reference once, as it is matched, whatever the order in which they were written."""
    named = {reference_key(each.matched): each.matched for each in references}
    return [NamedReference(**dict(named[key])) for key in sorted(named)]


REFERENCES_MAX = 20
Accepted = Annotated[list[NamedReference], Field(max_length=REFERENCES_MAX), AfterValidator(_each_once)]
"""References of a part that an order accepts."""


def check_substitutes(references: Collection[NamedReference] | None, *, substitutes: bool) -> None:
    """Refuse substitutes for nothing."""
    if substitutes and not references:
        raise error_at(
            "references", message="name the references that substitutes may replace, or leave both out to take any"
        )

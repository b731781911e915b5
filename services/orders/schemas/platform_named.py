"""The platform that an order is for: a tail number says nothing without it."""

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.types import Platform


def check_platform(platform: Platform | None, tail_number: str | None) -> None:
    """Refuse a tail number without its platform, as an error of the field that is missing."""
    if tail_number is None or platform is not None:
        return
    said = PydanticCustomError("platform_missing", "name the platform that the tail number is of")
    missing = InitErrorDetails(type=said, loc=("platform",), input=None)
    raise ValidationError.from_exception_data("platform", [missing])

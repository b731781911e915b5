"""The platform that an order is for: a tail number says nothing without it."""

from shared.types import Platform, error_at


def check_platform(platform: Platform | None, tail_number: str | None) -> None:
    """Refuse a tail number without its platform, as an error of the field that is missing."""
    if tail_number is not None and platform is None:
        raise error_at("platform", message="name the platform that the tail number is of")

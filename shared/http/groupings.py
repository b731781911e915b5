"""What figures can be shown apart by: words in a query with commas between, as `by=month,part`."""

from enum import StrEnum
from typing import TypeVar

G = TypeVar("G", bound=StrEnum)


def pattern(kind: type[G]) -> str:
    """Write the pattern of a parameter that names some of these."""
    word = f"({'|'.join(kind)})"
    return rf"^{word}(,{word}){{0,{len(kind) - 1}}}$"


def named(kind: type[G], by: str | None) -> tuple[G, ...]:
    """Give each that a parameter names once, always in the same order."""
    words = by.split(",") if by else []
    return tuple(each for each in kind if each in words)

"""What figures can be shown apart by: words in a query with commas between, as `by=month,part`."""

from enum import StrEnum
from typing import TypeVar

from pydantic import StringConstraints

from shared.types import written

G = TypeVar("G", bound=StrEnum)


def naming(kind: type[G]) -> StringConstraints:
    """Let a parameter name some of these; whoever errs is told all of them."""
    word = f"({'|'.join(kind)})"
    return written(rf"^{word}(,{word}){{0,{len(kind) - 1}}}$", ",".join(kind))


def named(kind: type[G], by: str | None) -> tuple[G, ...]:
    """Give each that a parameter names once, always in the same order."""
    words = by.split(",") if by else []
    return tuple(each for each in kind if each in words)

"""The two families of errors: a refusal is the business saying no; a fault is something broken."""

import re
from enum import StrEnum
from typing import ClassVar, Self

BUSY_RETRY_SECONDS = 1
"""How soon another try is worth it where a refusal says only that somebody is busy."""


class Kind(StrEnum):
    """What sort of no a refusal is; only the HTTP door knows the status that goes with it."""

    CONFLICT = "conflict"
    NOT_FOUND = "not-found"
    FORBIDDEN = "forbidden"
    UNREADABLE = "unreadable"
    INVALID = "invalid"
    BUSY = "busy"
    GONE = "gone"
    UNAUTHENTICATED = "unauthenticated"
    TOO_LARGE = "too-large"
    LATE = "late"
    UNSUPPORTED = "unsupported"


class Refusal(Exception):
    """The business says no.

    The docstring of a subclass is its title, the keyword facts are its detail, and its slug is its class name.
    """

    kind: ClassVar[Kind] = Kind.CONFLICT
    retry_after_seconds: ClassVar[int | None] = None
    """How soon the same request is worth another try; None when it never is."""
    field: ClassVar[str | None] = None
    """Which field of its request it is about, as its sender names it, where that is always the same one."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        self.about = self.field
        super().__init__(f"{self.title()} {self.detail()}".strip())

    def at(self, field: str) -> Self:
        """Say which field of its request it is about."""
        self.about = field
        return self

    @classmethod
    def slug(cls) -> str:
        """Name the refusal for machines: OrderUnknown is `order-unknown`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        """Say the refusal in one sentence for people."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]

    @property
    def retry_after(self) -> object | None:
        """Say after how many seconds the very same request is worth another try; none when it never is."""
        seconds = self.facts.get("retry_after", self.retry_after_seconds)
        return BUSY_RETRY_SECONDS if seconds is None and self.kind is Kind.BUSY else seconds

    def detail(self) -> str:
        """Say the facts of this one refusal: `order: X, issued: 3`."""
        return ", ".join(f"{name}: {value}" for name, value in self.facts.items())


class VersionStale(Refusal):
    """It has changed since you saw it: read it again, and change that."""


class Fault(Exception):
    """Something is broken; let it rise."""


class Weather(Fault):
    """A passing failure of the network, the broker or the database: worth another try within a bound."""

"""The figures' doors, the same in every service: rows by what is asked for, and what is counted in them."""

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from pydantic import BaseModel

from jvtrack.client.answers.figures import Group
from jvtrack.client.door import Door, texts
from jvtrack.client.listing import Listing, answers
from shared.types import PartId, Platform, Priority, SiteId

F = TypeVar("F", bound=Group)
L = TypeVar("L", bound=BaseModel)
_PATH = "/v1/figures"


@dataclass(frozen=True, slots=True)
class Scope:
    """What figures are asked of, and over which days in UTC; what is not given does not matter."""

    begin: date | None = None
    """The first day."""
    end: date | None = None
    """The last day, itself included."""
    part: PartId | None = None
    """Only of this part."""
    site: SiteId | None = None
    """Only of this depot or factory."""
    platform: Platform | None = None
    """Only for this platform."""

    def query(self) -> dict[str, object]:
        """Write it as the doors read it."""
        narrowed = {"part": self.part, "site": self.site, "platform": self.platform}
        return {"from": self.begin, "to": self.end, **narrowed}


ALL = Scope()


@dataclass(frozen=True, slots=True)
class Figures(Generic[F]):
    """The figures of one service, and what is counted in them."""

    door: Door
    kind: type[F]

    async def rows(self, scope: Scope = ALL, *, by: str | None = None, priority: Priority | None = None) -> list[F]:
        """Read figures, shown apart by month, part, site, platform, with commas between; else all in one row.

        Only those of orders may be of one priority alone.
        """
        kind: type[_Page[F]] = _Page[self.kind]  # type: ignore[name-defined]  # a value here
        query = texts({**scope.query(), "by": by, "priority": priority})
        pages = [self.door.read(answer, kind) async for answer in answers(self.door, _PATH, query)]
        return [row for page in pages for row in page.rows]

    def behind(self, what: str, kind: type[L], scope: Scope, **asked: object) -> Listing[L]:
        """Walk through what is counted."""
        return Listing(self.door, f"{_PATH}/{what}", kind, **scope.query(), **asked)


class _Page(BaseModel, Generic[F]):
    rows: list[F]

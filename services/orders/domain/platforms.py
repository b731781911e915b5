"""Platforms: each tail's life is a line of periods, up or down, without a gap from the day it came into service.

What a depot tells may come late, but not out of order: a change begins where or after the last one did. A correction
takes the place of the last change, so a line is never rewritten further back than one period. What is in the line
already is recognised and changes nothing, however often and late it is told again.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.errors import Kind, Refusal
from shared.events.platforms import PlatformDown, PlatformEvent, PlatformRegistered, PlatformUp
from shared.types import Platform, SiteId, TailNumber


class TailUnknown(Refusal):
    """There is no platform of this tail number."""

    kind = Kind.NOT_FOUND


class PlatformUnregistered(Refusal):
    """Nobody has registered a platform of this tail number: register it first, or leave it out."""

    kind = Kind.INVALID
    field = "tail_number"


class PlatformOfAnother(Refusal):
    """The order names a platform of another nation."""

    kind = Kind.FORBIDDEN
    field = "tail_number"


class PlatformAlreadyDown(Refusal):
    """The platform is down already; say from when on it is down otherwise, or correct what was said."""


class PlatformAlreadyUp(Refusal):
    """The platform is up already; correct what was said if it has been so from another moment on."""


class MomentInFuture(Refusal):
    """What has happened cannot lie in the future."""

    kind = Kind.INVALID


class ChangeBeforeLast(Refusal):
    """A change cannot lie before the one that it follows."""


class NothingToCorrect(Refusal):
    """No change of this platform has been posted that could be corrected."""


class TailName(NamedTuple):
    """Which aircraft or vehicle."""

    platform: Platform
    tail_number: TailNumber


class TailState(StrEnum):
    """How a platform stands."""

    UP = "up"
    """It can do its work."""
    DOWN = "down"
    """It cannot."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a tail stands: up, or down for a cause."""

    cause: str | None = None
    """Why it is down; none while it is up."""
    awaiting_parts: bool = False

    @property
    def is_down(self) -> bool:
        """Whether it cannot do its work."""
        return self.cause is not None


UP = Standing()


@dataclass(frozen=True, slots=True)
class Period:
    """How a tail stood from one moment to the next; the last period has no end yet."""

    n: int
    began_at: datetime
    standing: Standing
    ended_at: datetime | None = None

    def says(self, change: "Change") -> bool:
        """Tell whether this is what a change says."""
        return self.began_at == change.since and self.standing == change.standing


@dataclass(frozen=True, slots=True)
class Change:
    """What a depot says: how a tail stands since when, and whether that takes the place of what it said last."""

    since: datetime
    standing: Standing
    corrects: bool = False


@dataclass(frozen=True, slots=True)
class Registration:
    """Where a tail is at home, and since when it is in service; what is not said stays."""

    site: SiteId
    in_service_since: datetime | None = None
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """One aircraft or vehicle as its rows hold it; `version` counts the facts that were told of it."""

    platform: Platform
    tail_number: TailNumber
    site: SiteId = ""
    illustrative: bool = False
    version: int = 0
    """Zero until it is registered."""
    periods: tuple[Period, ...] = ()

    @property
    def name(self) -> TailName:
        """Name it."""
        return TailName(self.platform, self.tail_number)

    @property
    def last(self) -> Period:
        """Give the period that lasts."""
        return self.periods[-1]


@dataclass(frozen=True, slots=True)
class Decision:
    """A tail as it now is, and the fact to tell of it, if anything has changed."""

    tail: Tail
    fact: PlatformEvent | None = None


def register(tail: Tail, wanted: Registration, *, now: datetime) -> Decision:
    """Take a tail into the fleet, or say otherwise where it is at home; the same again changes nothing."""
    since = wanted.in_service_since or (tail.periods[0].began_at if tail.periods else now)
    if since > now:
        raise MomentInFuture(in_service_since=since, now=now).at("in_service_since")
    first = tail.periods[0] if tail.periods else Period(1, since, UP)
    if first.ended_at is not None and since > first.ended_at:
        raise ChangeBeforeLast(in_service_since=since, first_change=first.ended_at)
    registered = replace(
        tail,
        site=wanted.site,
        illustrative=wanted.illustrative,
        periods=(replace(first, began_at=since), *tail.periods[1:]),
    )
    if registered == tail:
        return Decision(tail)
    fact = PlatformRegistered(
        platform=tail.platform,
        tail_number=tail.tail_number,
        site=wanted.site,
        in_service_since=since,
        illustrative=wanted.illustrative,
    )
    return _tell(registered, fact)


def post(tail: Tail, change: Change, *, latest: datetime) -> Decision:
    """Take over what a depot says of a tail, by a clock that may be a little ahead of ours."""
    if not tail.version:
        raise TailUnknown(platform=tail.platform, tail_number=tail.tail_number)
    if change.since > latest:
        raise MomentInFuture(since=change.since, latest=latest).at("since")
    if any(period.says(change) for period in tail.periods):
        return Decision(tail)
    periods = _corrected(tail, change) if change.corrects else _continued(tail, change)
    return _tell(replace(tail, periods=periods), _fact(tail, change))


def _continued(tail: Tail, change: Change) -> tuple[Period, ...]:
    last = tail.last
    if not change.standing.is_down and not last.standing.is_down:
        raise PlatformAlreadyUp(since=change.since, up_since=last.began_at)
    is_told_otherwise = last.standing == change.standing or change.since == last.began_at
    if change.standing.is_down and last.standing.is_down and is_told_otherwise:
        raise PlatformAlreadyDown(since=change.since, down_since=last.began_at, cause=last.standing.cause)
    _require_order(change, last)
    return (*tail.periods[:-1], replace(last, ended_at=change.since), Period(last.n + 1, change.since, change.standing))


def _corrected(tail: Tail, change: Change) -> tuple[Period, ...]:
    if len(tail.periods) == 1:
        raise NothingToCorrect(platform=tail.platform, tail_number=tail.tail_number)
    before = tail.periods[-2]
    _require_order(change, before)
    corrected = Period(tail.last.n, change.since, change.standing)
    return (*tail.periods[:-2], replace(before, ended_at=change.since), corrected)


def _require_order(change: Change, follows: Period) -> None:
    if change.since < follows.began_at:
        raise ChangeBeforeLast(since=change.since, last_change=follows.began_at)


def _fact(tail: Tail, change: Change) -> PlatformDown | PlatformUp:
    if change.standing.cause is None:
        return PlatformUp(
            platform=tail.platform,
            tail_number=tail.tail_number,
            site=tail.site,
            since=change.since,
            corrects=change.corrects,
        )
    return PlatformDown(
        platform=tail.platform,
        tail_number=tail.tail_number,
        site=tail.site,
        since=change.since,
        cause=change.standing.cause,
        awaiting_parts=change.standing.awaiting_parts,
        corrects=change.corrects,
    )


def _tell(tail: Tail, fact: PlatformEvent) -> Decision:
    return Decision(replace(tail, version=tail.version + 1), fact)

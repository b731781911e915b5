"""What the routes share: where events go, what reads wait for, who may look."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from services.production.commands.posting import Post
from services.production.domain.posted import Accepted
from services.production.settings import ProductionSettings
from shared.errors import Kind, Refusal
from shared.events.envelope import Stream
from shared.http.auth import allow
from shared.http.bodies import Slots
from shared.http.tail import StreamTail
from shared.http.tokens import Principal, Role
from shared.http.versions import Token
from shared.messaging.group import Group

Poster = Annotated[Principal, Depends(allow(Role.FACTORY, Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR))]
Inspector = Annotated[Principal, Depends(allow(Role.QUALITY, Role.OPERATOR))]
"""Who says what inspections have found: never the factory that is inspected."""
Reader = Annotated[
    Principal,
    Depends(
        allow(Role.FACTORY, Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR, Role.AUDITOR, Role.QUALITY),
    ),
]


class LotUnknown(Refusal):
    """There is no such lot, or it is not yours to see."""

    kind = Kind.NOT_FOUND


class WorkOrderUnknown(Refusal):
    """There is no such work order, or it is not yours to see."""

    kind = Kind.NOT_FOUND


class SenderUnknown(Refusal):
    """No numbered event has come from this source, or it is not yours to see."""

    kind = Kind.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Doors:
    """What the routes stand on."""

    events: Group[Post, Accepted]
    tail: StreamTail
    settings: ProductionSettings
    bodies: Slots
    """One for each NDJSON body that may be held in memory."""


def version_of(accepted: Accepted) -> Token:
    """Name the version that an event made."""
    return Token(Stream.PRODUCTION.topic, accepted.key, accepted.key_seq)

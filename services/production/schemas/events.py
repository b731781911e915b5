"""Factory events as CloudEvents 1.0 in structured JSON: attributes read open, data read closed."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    create_model,
)

from services.production.domain.posted import Posted
from services.production.domain.telling import FACT_TOLD_AS, PURCHASE_TOLD_AS
from shared.errors import Kind, Refusal
from shared.events.envelope import new_event_id
from shared.events.factory import FACTORY_FACTS, FactoryEventCorrected, FactoryFact
from shared.events.purchases import PURCHASE_FACTS, PurchaseEventCorrected
from shared.events.workshop import WORKSHOP_FACTS
from shared.http import rights
from shared.http.bodies import BodyUnreadable, refuse_repetition
from shared.http.problems import ERRORS_MAX, field_name
from shared.http.tokens import Principal
from shared.http.wording import worded
from shared.types import written

SEQUENCE_MAX = 2**63 - 2
ID_LENGTH_MAX = 200
_ID = r"^[^\x00-\x1f\x7f]+$"
SOURCE = r"^/?[A-Z0-9][A-Z0-9.-]{0,39}(/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*$"
_NAME = re.compile(rb'"\s*:')
_JSON = r"(?i)^application/([a-z0-9.+-]+\+)?json *(;.*)?$"


DAYS_OFF_MAX = 3650
"""How far ahead or back a day may lie that is promised; further says nothing."""
_PROMISED = ("due", "expected_on")
POSTED = {**FACTORY_FACTS, **WORKSHOP_FACTS, **PURCHASE_FACTS}
"""What this door takes, by type: factories' facts, and purchases for suppliers without a system."""


class EventTypeUnknown(Refusal):
    """Events of this type are not posted here."""

    kind = Kind.INVALID
    field = "type"


class EventTooLarge(Refusal):
    """The event is larger than this door takes."""

    kind = Kind.TOO_LARGE


class RequestInvalid(Refusal):
    """The request does not fit its form."""

    kind = Kind.INVALID

    def detail(self) -> str:
        """Leave the detail to the list of errors."""
        return ""


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None


def _number(sequence: object) -> object:
    """Read a running number, which CloudEvents writes as a string."""
    if isinstance(sequence, str) and re.fullmatch(r"[0-9]{1,19}", sequence):
        return int(sequence)
    if isinstance(sequence, int) and not isinstance(sequence, bool):
        return sequence
    raise ValueError("sequence is a whole number, as a number or a string")


Sequence64 = Annotated[
    int,
    BeforeValidator(_number),
    Field(ge=0, le=SEQUENCE_MAX),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": "^[0-9]{1,19}$"}, {"type": "integer", "minimum": 0}]}),
]


class FactoryEvent(BaseModel):
    """A CloudEvent as factories post it; extension attributes that are not named here are allowed and ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    specversion: Literal["1.0"]
    """Version of CloudEvents."""
    id: Annotated[str, Field(min_length=1, max_length=ID_LENGTH_MAX), written(_ID, "2026-000481")]
    """The sender's identity of the event, unique within its source: a retry repeats it, nothing else does."""
    source: Annotated[str, Field(max_length=200), written(SOURCE, "/F-01/line-3")]
    """Who sends it: a URI reference whose first segment is the site, such as `F-01` or `/F-01/line-3`."""
    type: str
    """What happened: one of the types of this door."""
    time: Annotated[AwareDatetime, Field(strict=True), AfterValidator(_in_utc)] | None = None
    """When it happened by the sender's clock, with its UTC offset."""
    datacontenttype: Annotated[str, Field(pattern=_JSON)] = "application/json"
    """Media type of the data: JSON."""
    sequence: Sequence64 | None = None
    """The sender's own running number of the event, if it numbers them: missing numbers show as gaps."""
    sequencetype: Literal["Integer"] | None = None
    """How `sequence` is to be read: `Integer`."""
    traceparent: str | None = None
    """W3C trace context of the event."""
    data: FactoryFact
    """The fact; fields that its type does not know are refused."""


class _Posted(FactoryEvent):
    # What its fields mean is known; to look for it again in the source of every type made of it takes a second.
    model_config = ConfigDict(use_attribute_docstrings=False)


def _event_of(fact: type[FactoryFact]) -> type[FactoryEvent]:
    name = fact.__name__.removeprefix("Factory") + "Event"
    fields: dict[str, Any] = {
        "type": (Literal[fact.TYPE], Field(description="What happened.")),
        "data": (fact, Field(description="The fact; fields that its type does not know are refused.")),
    }
    return create_model(name, __base__=_Posted, __doc__=fact.__doc__, **fields)


EVENTS: tuple[type[FactoryEvent], ...] = tuple(_event_of(fact) for fact in POSTED.values())
_ANY_EVENT: Any = Annotated[reduce(or_, EVENTS), Field(discriminator="type")]
READER: TypeAdapter[FactoryEvent] = TypeAdapter(_ANY_EVENT)
"""Reads an event of any type, straight from bytes."""


def read_event(raw: bytes, principal: Principal) -> Posted:
    """Read one event from the bytes that a principal sent, or refuse it."""
    try:
        event = READER.validate_json(raw)
    except ValidationError as error:
        raise _refusal(error) from None
    if len(_NAME.findall(raw)) != _members(event):
        refuse_repetition(raw)
    site = event.source.removeprefix("/").partition("/")[0]
    body = _canonical(event.data)
    digest = hashlib.blake2b(digest_size=32)
    digest.update(f"{event.type}\n{event.time}\n".encode())
    digest.update(body)
    return Posted(
        event_id=new_event_id(),
        source=event.source,
        site=site,
        sender_id=event.id,
        fact=event.data,
        body=body,
        body_hash=digest.digest(),
        posted_by=principal.subject,
        on_behalf_of=rights.on_behalf_of(principal, site),
        occurred_at=event.time,
        sequence=event.sequence,
        traceparent=event.traceparent,
    )


def _members(event: FactoryEvent) -> int:
    """Count the members that were read; a body that names no more than these names none twice."""
    reference = getattr(event.data, "reference", None)
    parts = (event, event.data) if reference is None else (event, event.data, reference)
    return sum(len(part.model_fields_set) for part in parts)


def read_correction(correction: FactoryEventCorrected, kind: type[FactoryFact]) -> FactoryFact:
    """Read a correction's data as the type of the event that it corrects, or refuse it."""
    try:
        return kind.model_validate_json(json.dumps(correction.data))
    except ValidationError as error:
        raise _invalid(error.errors(include_url=False), place=("data", "data")) from None


def refuse_far_days(fact: FactoryFact, today: date, *place: str) -> None:
    """Refuse a fact that promises for a day beyond all planning: the last one that there is, or one long gone by."""
    told = f"lies more than {DAYS_OFF_MAX} days ahead or back; name the day on which it will be there"
    days = ((name, getattr(fact, name, None)) for name in _PROMISED)
    fields = [name for name, day in days if day is not None and abs((day - today).days) > DAYS_OFF_MAX]
    if fields:
        raise RequestInvalid(errors=[{"field": field_name((*place, name)), "message": told} for name in fields])


def read_fact(posted_type: str, told_type: str, body: bytes) -> FactoryFact:
    """Read a fact that was accepted before: what was posted, or what a correction put in its place."""
    posted = POSTED[posted_type].model_validate_json(body)
    if isinstance(posted, FactoryEventCorrected):
        told_as = PURCHASE_TOLD_AS if isinstance(posted, PurchaseEventCorrected) else FACT_TOLD_AS
        return read_correction(posted, told_as[told_type])
    return posted


def _canonical(fact: FactoryFact) -> bytes:
    """Write a fact so that the same fact is the same bytes."""
    if isinstance(fact, FactoryEventCorrected):
        return json.dumps(fact.model_dump(mode="json"), sort_keys=True, separators=(",", ":")).encode()
    return fact.model_dump_json(exclude_defaults=True).encode()


def _refusal(error: ValidationError) -> Refusal:
    errors = error.errors(include_url=False)
    first = errors[0]
    if first["type"] == "json_invalid":
        return BodyUnreadable(reason=first["ctx"]["error"])
    if first["type"] == "union_tag_invalid":
        return EventTypeUnknown(event_type=first["ctx"]["tag"][:200])
    return _invalid(errors, place=())


def _invalid(errors: Sequence[Mapping[str, Any]], place: tuple[str, ...]) -> RequestInvalid:
    told = [{"field": _field(each, place), "message": _message(each)} for each in errors]
    return RequestInvalid(errors=told[:ERRORS_MAX])


def _field(error: Mapping[str, Any], place: tuple[str, ...]) -> str:
    if error["type"] == "union_tag_not_found":
        return "type"
    loc: tuple[Any, ...] = error["loc"]
    return field_name((*place, *(loc[1:] if loc and loc[0] in POSTED else loc)))


def _message(error: Mapping[str, Any]) -> str:
    return "Field required" if error["type"] == "union_tag_not_found" else worded(error)

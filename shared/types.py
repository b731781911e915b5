"""The words and codes that every service shares: identifiers, days, quantities, conditions, shelves."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError


def _without_null(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text holds no null byte")
    return text


def _without_controls(text: str) -> str:
    if _CONTROLS.search(text):
        raise ValueError("a text holds no control characters and does not turn its direction")
    return text


NoNull = AfterValidator(_without_null)
"""Refuses what PostgreSQL cannot keep; a fact with it would stop every service that hears of it."""
NoControls = AfterValidator(_without_controls)
"""Refuses what would make a text look like another one, or a log or a terminal do something; lines and tabs may be."""
_CONTROLS = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]|\\r(?!\\n)")
_EXAMPLES: dict[str, list[str]] = {}


def written(pattern: str, example: str) -> StringConstraints:
    """Let a text be written in one way, and keep an example of it: whoever errs is told that, not the pattern."""
    assert re.search(pattern, example), "an example is what it is an example of"
    known = _EXAMPLES.setdefault(pattern, [])
    if example not in known:
        known.append(example)
    return StringConstraints(pattern=pattern)


def examples(pattern: str) -> Sequence[str]:
    """Give examples of what is written so."""
    return _EXAMPLES.get(pattern, ())


def error_at(*field: str, message: str) -> ValidationError:
    """Make the error of a rule between fields, which its validator raises: it names the one that is to be mended."""
    said = PydanticCustomError("rule_broken", "{message}", {"message": message})
    details = InitErrorDetails(type=said, loc=field, input=None)
    return ValidationError.from_exception_data(".".join(field), [details])


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_out(value: object) -> object:
    """Let a day through that is written as one; pydantic alone would also take a number or a moment."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("a day is written 2026-11-23")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"{value} is no day: {error}") from None


Day = Annotated[date, BeforeValidator(_written_out)]
"""A day as ISO 8601 writes it, and not otherwise."""
Flag = Annotated[bool, Field(strict=True)]
"""True or false, and nothing that could be taken for either."""

_NAME = r"[A-Z0-9][A-Z0-9.-]{0,39}"
# Digits are spelled out: \d would also take the digits of every other script.
_DOCUMENT_NUMBER = r"[A-Z0-9]{6}[0-9](?:00[1-9]|0[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-6])[A-Z0-9]{4}"
_ORDER = rf"{_DOCUMENT_NUMBER}-[0-9]{{4}}(?:-[A-Z0-9])?"

PartId = Annotated[str, written(rf"^{_NAME}$", "ROTOR-HUB")]
"""An item of supply, assigned in the catalogue and never reused."""
SiteId = Annotated[str, written(rf"^{_NAME}$", "D-01")]
"""A factory, depot or supplier, assigned in the catalogue and never reused."""
DocumentNumber = Annotated[str, written(rf"^{_DOCUMENT_NUMBER}$", "7201YA6327A001")]
"""MILSTRIP shape: 6 activity code, 4 ordinal date (last digit of the year, day 001-366), 4 serial."""
OrderId = Annotated[str, written(rf"^{_ORDER}$", "7201YA6327A001-2026")]
"""A document number with its resolved year and, on a split fill, its suffix: `7201YA6327A001-2026`."""
WorkOrderId = Annotated[str, written(rf"^{_ORDER}-W[0-9]{{1,4}}$", "7201YA6327A001-2026-W1")]
"""An order's n-th work order: `7201YA6327A001-2026-W1`."""
FactoryNumber = Annotated[str, written(rf"^{_NAME}$", "L-2026-0042")]
"""A number that a factory gives to a lot or a shipment, unique within that factory."""
LotId = Annotated[str, written(rf"^{_NAME}:{_NAME}$", "F-01:L-2026-0042")]
"""A lot, named by the site that numbered it and its number there: `F-01:L-2026-0042`."""
ShipmentId = Annotated[str, written(rf"^{_NAME}:{_NAME}$", "F-01:S-77")]
"""A consignment, named by the site that sent it and its number there."""
FirstArticleId = Annotated[
    str, written(rf"^{_NAME}/{_NAME}/[0-9A-Z]{{5}}(?:/[A-Za-z0-9._~%-]+){{2}}$", "F-01/ROTOR-HUB/3VK1Y/VKR-1/B")
]
"""A first-article inspection, named by factory, part, maker, number and revision: `F-01/ROTOR-HUB/3VK1Y/VKR-1/B`."""

ReferenceKey = Annotated[str, written(r"^[0-9A-Z]{5}(?:/[A-Za-z0-9._~%-]+){2}$", "3VK1Y/VKR-1/B")]
"""A reference of a part in one word, as it is matched: maker, number and revision, `3VK1Y/VKR-1/B`."""

# Escapes, because each of these letters looks like the Latin letter that it becomes.
_LATIN = str.maketrans("\u0410\u0412\u0421\u0415\u041d\u041a\u041c\u041e\u0420\u0422\u0425", "ABCEHKMOPTX")


def latin(number: str) -> str:
    """Write a part number with Latin letters where Cyrillic ones look alike, as it is matched."""
    return number.translate(_LATIN)


QUANTITY_MAX = 10**12
Quantity = Annotated[int, Field(strict=True, ge=0, le=QUANTITY_MAX)]
"""Counted in quanta of the part: one unit of issue, or 10^-quantity_scale of it. Never a float."""
Total = Annotated[int, Field(strict=True, ge=0)]
"""Quantities added up: what no single one of them may be, their sum may."""
PositiveQuantity = Annotated[int, Field(strict=True, gt=0, le=QUANTITY_MAX)]
"""A quantity that moves: at least one quantum."""

TailNumber = Annotated[str, written(r"^[A-Z0-9][A-Z0-9.-]{0,19}$", "ZP-5104")]
"""Registration of an aircraft or vehicle, unique within its platform: `ZP-5104`."""

Nation = Annotated[str, written(r"^[A-Z]{3}$", "IND")]
"""ISO 3166 alpha-3 code of a country."""
Cage = Annotated[str, written(r"^[0-9A-Z]{5}$", "3VK1Y")]
"""A maker's commercial and government entity code."""
Nsn = Annotated[str, written(r"^[0-9]{13}$", "1615123456789")]
"""A NATO stock number without dashes: 4-digit supply class, 9-digit item."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), NoNull, NoControls]
"""Free text for people: a name, a reason, a cause."""
Serial = Annotated[str, StringConstraints(min_length=1, max_length=60), NoNull, NoControls]
"""A serial number of one item."""
Serials = Annotated[tuple[Serial, ...], Field(max_length=2000)]
"""Serial numbers of the items in a lot or movement."""

EventId = UUID
"""Our own identity of a fact: UUIDv7."""
Priority = Annotated[int, Field(ge=1, le=15)]
"""MILSTRIP priority designator: 1 goes first."""


class Platform(StrEnum):
    """What the parts are for."""

    MI_17V_5 = "MI-17V-5"
    SU_30MKI = "SU-30MKI"
    T_90 = "T-90"


class SiteKind(StrEnum):
    """What a site does."""

    FACTORY = "factory"
    DEPOT = "depot"
    SUPPLIER = "supplier"


class Urgency(StrEnum):
    """Urgency of need: A cannot perform its mission, B is impaired, C is routine."""

    A = "A"
    B = "B"
    C = "C"


class Condition(StrEnum):
    """Supply condition codes of DLM 4000.25 AP2.5; S (scrap) may never be on hand."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"
    G = "G"
    H = "H"
    J = "J"
    K = "K"
    L = "L"
    M = "M"
    N = "N"
    P = "P"
    Q = "Q"
    R = "R"


class Shelf(StrEnum):
    """Where a quantity stands in the ledger."""

    PRODUCED = "produced"
    ON_HAND = "on_hand"
    RESERVED = "reserved"
    IN_TRANSIT = "in_transit"
    ISSUED = "issued"
    SCRAPPED = "scrapped"
    MADE = "made"
    OPENING = "opening"
    ADJUSTED = "adjusted"
    SUSPENSE = "suspense"

    @property
    def is_real(self) -> bool:
        """Tell whether goods stand there, so that it can never be below zero."""
        return self in REAL_SHELVES


REAL_SHELVES = frozenset({Shelf.PRODUCED, Shelf.ON_HAND, Shelf.RESERVED, Shelf.IN_TRANSIT})


class ScrapStage(StrEnum):
    """Whether scrapped pieces had already been reported as finished."""

    IN_PROCESS = "in_process"
    FINISHED = "finished"

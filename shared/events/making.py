"""What a factory says of how a work order comes along, as it stands: its offer, kits that it lacks, what is in work."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.types import Quantity, Text, Total, written

KITS_MAX = 50
"""Kits of one work order that may be reported as missing or arrived."""
Price = Annotated[str, written(r"^[0-9]{1,14}(\.[0-9]{1,2})?$", "1381500.00")]
"""An exact amount, as text: `"1381500.00"`."""
Currency = Annotated[str, written(r"^[A-Z]{3}$", "INR")]
"""ISO 4217 code."""
_WHOLE = r"[0-9]{0,8}[1-9][0-9]{0,8}(?:\.[0-9]{1,3})?"
_FRACTION = r"0{1,9}\.(?:[1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9])"
Measure = Annotated[str, written(rf"^(?:{_WHOLE}|{_FRACTION})$", "12.5")]
"""An exact amount of a material in its own unit, as text and more than nothing: `"12.5"`."""


class MaterialKind(StrEnum):
    """What sort of material went into a lot."""

    COMPONENT = "component"
    KIT = "kit"
    RAW = "raw"


class InProgress(StrEnum):
    """What becomes of pieces in work that are no longer wanted."""

    FOR_STOCK = "for-stock"
    """They are finished, for nobody yet."""
    SCRAPPED = "scrapped"
    """They are scrapped; nothing will come of them."""
    REUSED = "reused"
    """They go on as another work order's."""


class MissingKit(BaseModel):
    """A kit that a work order waits for."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kit: Text
    """The kit, as the factory names it."""
    supplier: Text | None = None
    """Who is to send it."""
    expected_on: date | None = None
    """Day on which it is expected."""


class Making(BaseModel):
    """All that a factory has said of how it makes a work order and that still stands, as absolute totals."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    offered: Quantity | None = None
    """The most that it makes of what was asked for; none while it has offered no less."""
    kits_missing: Annotated[tuple[MissingKit, ...], Field(max_length=KITS_MAX)] = ()
    """The kits that it waits for, by their names."""
    for_stock: Total = 0
    """Pieces in work, no longer wanted, that it finishes for stock."""
    scrapped: Total = 0
    """Pieces in work, no longer wanted, that it scraps."""
    reused: Total = 0
    """Pieces in work, no longer wanted, that go on as another work order's."""
    unit_price: Price | None = None
    """Price of one unit of issue, as agreed when it was bought."""
    currency: Currency | None = None
    """Currency of the price."""


class ShelfLife(BaseModel):
    """How long a lot keeps, by all that its factory has told of it and that still stands."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    expires_on: date | None = None
    """Last day of a definite shelf life, the earliest that its finishes name; none if they name none."""

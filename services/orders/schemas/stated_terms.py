"""What a nation has stated of a source's price and import content, as it is imported and shown."""

from datetime import date, datetime
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from services.orders.schemas.sources import Currency, Money, Share, check_price
from shared.http.forms import Answer, Body, Filter, example
from shared.types import Day, Nation, PartId, SiteId


class StatedTermsRow(Body):
    """A line of an import: what is stated of a source from a day on."""

    model_config = example(
        {
            "part": "MI17-TAIL-ROTOR-BLADE",
            "site": "F-01",
            "stated_from": "2026-04-01",
            "unit_cost": "1381500.00",
            "currency": "INR",
            "import_content": "0.36",
        }
    )

    part: PartId
    """The part."""
    site: SiteId
    """The factory or supplier."""
    stated_from: Day
    """From which day on it holds, until the day of a later statement."""
    unit_cost: Money | None = None
    """Price of one unit of issue, exact."""
    currency: Currency | None = None
    """Currency of the price; needed with one."""
    import_content: Share | None = None
    """Imported share of the price, 0 to 1."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        check_price(self.unit_cost, self.currency)
        return self


class StatedTermsFilter(Filter):
    """Whose terms are asked for."""

    part: PartId | None = None
    """Only of this part."""
    site: SiteId | None = None
    """Only of this site."""


class StatedTermsRead(Answer):
    """What a nation states of a source from a day on, until the day of the next statement."""

    model_config = example(
        {
            "part": "MI17-TAIL-ROTOR-BLADE",
            "site": "F-01",
            "nation": "IND",
            "stated_from": "2026-04-01",
            "unit_cost": "1381500.00",
            "currency": "INR",
            "import_content": "0.3600",
            "changed_at": "2026-11-23T09:30:00.120Z",
            "changed_by": "planner@IND",
        }
    )

    part: PartId
    """The part."""
    site: SiteId
    """The factory or supplier."""
    nation: Nation
    """Who has stated it."""
    stated_from: date
    """First day on which it holds; the first of all stands in for the days before."""
    unit_cost: Decimal | None
    """Price of one unit of issue."""
    currency: str | None
    """Currency of the price."""
    import_content: Decimal | None
    """Imported share of the price, 0 to 1."""
    changed_at: datetime
    """When it was stated, or corrected last."""
    changed_by: str
    """Who did that."""

"""Bodies of the doors of sourcing weights and of overrides."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from services.orders.domain.ranking import UNSTATED, Resourcing
from services.orders.schemas.sources import Currency
from shared.http.forms import Answer, Body
from shared.types import Nation, SiteId, Text, error_at, written

Points = Annotated[str, written(r"^[0-9]{1,4}(\.[0-9]{1,4})?$", "0.5")]
"""An exact number of points, as text: `"0.5"`."""
Rate = Annotated[str, written(r"^[0-9]{1,9}(\.[0-9]{1,6})?$", "92.41")]
"""What one unit of a currency is worth in another, exact, as text: `"92.41"`."""
Worth = Annotated[int, Field(strict=True, ge=1, le=1000)]
"""How many deliveries something is worth."""
Spread = Annotated[str, written(r"^[0-2](\.[0-9]{1,4})?$", "0.3")]
"""An exact standard deviation of a logarithm, above nothing and below three, as text: `"0.3"`."""
Days = Annotated[int, Field(strict=True, ge=1, le=3650)]
"""A number of days."""
_RATES_MAX = 50
_EXAMPLE: dict[str, JsonValue] = {
    "day": "1",
    "cost": "0.5",
    "import_content": "0.25",
    "currency": "INR",
    "rates": {"RUB": "1.08", "EUR": "97.20"},
    "lead_time_worth": 4,
    "lead_time_spread": "0.3",
    "resourcing": "automatic",
    "resourcing_days": 14,
}


class WeightTerms(Body):
    """How sources are weighed: the one with the fewest points is asked."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    day: Points
    """Points for each day that a source is later than the earliest."""
    cost: Points
    """Points for each percent of the highest price by which a source is dearer than the cheapest."""
    import_content: Points
    """Points for each percent of its price that a source imports more than the one that imports least."""
    currency: Currency | None = None
    """What prices are compared in; without it, only prices of one and the same currency are compared."""
    rates: Annotated[Mapping[Currency, Rate], Field(max_length=_RATES_MAX)] = {}
    """What one unit of other currencies is worth in it; a price in any other is taken for the highest."""
    lead_time_worth: Worth = UNSTATED.prior.worth
    """How many deliveries a stated lead time is worth: the more, the slower deliveries change what is reckoned with."""
    lead_time_spread: Spread = str(UNSTATED.prior.spread)
    """How far deliveries are taken to lie apart before any came: 0.3 means about 30 percent above or below."""
    resourcing: Resourcing = UNSTATED.resourcing
    """Who decides that a need is sourced anew when its source slips: a person, or the rule at once."""
    resourcing_days: Days = UNSTATED.resourcing_days
    """How many days sooner others must be for the rule to source it anew."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not Decimal(self.lead_time_spread):
            raise error_at(
                "lead_time_spread", message="is above nothing: no two deliveries take the same time for ever"
            )
        if self.rates and self.currency is None:
            raise error_at("currency", message="rates need the currency that they lead to")
        for currency, rate in self.rates.items():
            if not Decimal(rate):
                told = "is above nothing: what is worth nothing would always be cheapest"
                raise error_at("rates", currency, message=told)
            if currency == self.currency:
                told = "leads to itself: name what other currencies are worth in it"
                raise error_at("rates", currency, message=told)
        return self


class WeightsRead(Answer):
    """How a nation weighs sources from a day on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_EXAMPLE,
                    "nation": "IND",
                    "valid_from": "2026-12-01",
                    "changed_at": "2026-11-23T09:30:00.120Z",
                    "changed_by": "planner@IND",
                }
            ]
        }
    )

    nation: Nation
    """Whose orders are sourced so."""
    valid_from: date
    """First day on which it holds; until then the one before does."""
    day: Decimal
    """Points for each day after the earliest."""
    cost: Decimal
    """Points for each percent of the highest price above the lowest."""
    import_content: Decimal
    """Points for each percent of imported content above the least."""
    currency: str | None
    """What prices are compared in."""
    rates: Mapping[str, str]
    """What one unit of other currencies is worth in it."""
    lead_time_worth: int
    """How many deliveries a stated lead time is worth."""
    lead_time_spread: Decimal
    """How far deliveries are taken to lie apart before any came."""
    resourcing: Resourcing
    """Who decides that a need is sourced anew when its source slips."""
    resourcing_days: int
    """How many days sooner others must be for the rule to source it anew."""
    changed_at: datetime
    """When it was last changed."""
    changed_by: str
    """Who changed it."""


class NameSource(Body):
    """A source that is named for one order in spite of what it lacks."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "S-10", "reason": "Aircraft on ground; approval is being renewed."}]}
    )

    source: SiteId
    """The source."""
    reason: Text
    """Why; kept for ever."""

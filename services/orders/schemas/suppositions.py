"""What may be supposed, as it is sent: of sources, of work orders and of demand."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from services.orders.domain.source import Source, Span
from services.orders.domain.sourcing import number_of
from services.orders.domain.supposition import Capacity, Growth, LotRejection, Opening, Rejection, Stop, Supposition
from services.orders.schemas.sources import Currency, Money, Share, check_price
from shared.http.forms import Body
from shared.types import (
    Day,
    LotId,
    OrderId,
    PartId,
    PositiveQuantity,
    Quantity,
    SiteId,
    SiteKind,
    WorkOrderId,
    written,
)

Factor = Annotated[str, written(r"^[0-9]{1,2}(\.[0-9]{1,2})?$", "1.5")]
"""An exact factor below a hundred, as text: `"2"`."""
_DAYS_MAX = 3650
_PERCENT_MAX = 1000
_HOLDERS_MAX = 1000


class StopSupposed(Body):
    """A source delivers nothing for so many days from today on."""

    kind: Literal["stop"]
    """That it stops."""
    site: SiteId
    """The source."""
    days: Annotated[int, Field(strict=True, gt=0, le=_DAYS_MAX)]
    """For how many days."""

    def supposition(self) -> Supposition:
        """Say it in the domain's words."""
        return Stop(self.site, self.days)


class CapacitySupposed(Body):
    """A source has another capacity for every part: 50 percent is half of what it states."""

    kind: Literal["capacity"]
    """That its capacity is another."""
    site: SiteId
    """The source."""
    percent: Annotated[int, Field(strict=True, gt=0, le=_PERCENT_MAX)]
    """How much of its stated weekly capacity it has; above 100 it has more. Half of one a week is one in two."""

    def supposition(self) -> Supposition:
        """Say it in the domain's words."""
        return Capacity(self.site, self.percent)


class RejectionSupposed(Body):
    """A lot is rejected: so much of a work order will not come."""

    kind: Literal["reject"]
    """That something is rejected."""
    work_order: WorkOrderId
    """Of which work order."""
    quantity: PositiveQuantity
    """How much, at most what it will still bring."""

    def supposition(self) -> Supposition:
        """Say it in the domain's words."""
        return Rejection(self.work_order.rpartition("-W")[0], number_of(self.work_order), self.quantity)


class HeldOfLot(Body):
    """An order for which some of a lot is held."""

    order_id: OrderId
    """The order."""
    quantity: PositiveQuantity
    """How much of the lot is held for it, in quanta of the part."""


class LotStands(Body):
    """Where a lot stands, as inventory says: `GET /v1/lots/{lot}/holders`."""

    coming: Quantity = 0
    """How much of it is finished at its factory or on the road."""
    held: Annotated[list[HeldOfLot], Field(max_length=_HOLDERS_MAX)] = []
    """For which orders it is held."""


class LotRejectionSupposed(Body):
    """A whole lot is rejected: what is on its way for work orders will not come, what is held is none."""

    kind: Literal["reject-lot"]
    """That a lot is rejected."""
    lot: LotId
    """The lot, with the site that numbered it."""
    stands: LotStands | None = None
    """Where it stands, as inventory says; without it, all that was made of it counts as on its way."""

    def rejection(self, made: Mapping[WorkOrderId, int]) -> Supposition:
        """Say it in the domain's words, of a lot of which so much was made for each work order."""
        left = sum(made.values()) if self.stands is None else self.stands.coming
        coming = {}
        for work_order, quantity in sorted(made.items()):
            taken = min(left, quantity)
            coming[work_order.rpartition("-W")[0], number_of(work_order)] = taken
            left -= taken
        held = [] if self.stands is None else self.stands.held
        return LotRejection(self.lot, coming, {each.order_id: each.quantity for each in held})


class OpeningSupposed(Body):
    """A source may be asked from a day on, such as a new joint venture, or one whose first article has passed."""

    kind: Literal["open"]
    """That a source opens."""
    part: PartId
    """The part."""
    site: SiteId
    """The source; the catalogue need not have it yet. Its terms take the place of those that it has."""
    opens_on: Day
    """The first day on which it could be asked: today or later, within ten years."""
    lead_time_days: Annotated[int, Field(strict=True, ge=0, le=_DAYS_MAX)]
    """Days from order to delivery."""
    capacity_per_week: PositiveQuantity | None = None
    """How much it can deliver in a week, in quanta of the part."""
    minimum_lot: PositiveQuantity | None = None
    """The least that it makes at a time, in quanta of the part."""
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

    def supposition(self) -> Supposition:
        """Say it in the domain's words: approved and accepted without an end."""
        source = Source(
            site=self.site,
            kind=SiteKind.FACTORY,
            lead_time_days=self.lead_time_days,
            approved=True,
            approval=Span(date.min),
            capacity_per_week=self.capacity_per_week,
            minimum_lot=self.minimum_lot,
            unit_cost=None if self.unit_cost is None else Decimal(self.unit_cost),
            currency=self.currency,
            import_content=None if self.import_content is None else Decimal(self.import_content),
        )
        return Opening(self.part, source, self.opens_on)


class DemandSupposed(Body):
    """Open lines ask for so many times what is not issued yet; what is more has no stock."""

    kind: Literal["demand"]
    """That demand is another."""
    factor: Factor
    """So many times as much, below one less."""
    part: PartId | None = None
    """Of this part; of every part that nothing else is supposed of if not given."""

    @field_validator("factor")
    @classmethod
    def _is_some(cls, factor: str) -> str:
        if not Decimal(factor):
            raise ValueError("is above nothing; who wants nothing cancels his orders")
        return factor

    def supposition(self) -> Supposition:
        """Say it in the domain's words."""
        return Growth(Decimal(self.factor), self.part)


Supposed = Annotated[
    StopSupposed | CapacitySupposed | RejectionSupposed | LotRejectionSupposed | OpeningSupposed | DemandSupposed,
    Field(discriminator="kind"),
]
Made = Mapping[LotId, Mapping[WorkOrderId, int]]
"""How much of each lot was made for which work orders."""


def asked(scenario: Sequence[Supposed], made: Made) -> list[Supposition]:
    """Say a scenario in the domain's words."""
    return [
        each.rejection(made.get(each.lot, {})) if isinstance(each, LotRejectionSupposed) else each.supposition()
        for each in scenario
    ]

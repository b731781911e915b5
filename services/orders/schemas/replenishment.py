"""Bodies of the replenishment doors."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.orders.domain.replenishment import ProposalState
from services.orders.schemas.orders import Suffix
from services.orders.schemas.sources import ActivityCode, Currency, Money
from shared.events.replenishment import Figures
from shared.http.forms import Answer, Body, Filter, example
from shared.types import Day, DocumentNumber, Nation, OrderId, PartId, Quantity, SiteId, Text, error_at, written

ProposalId = Annotated[
    str, written(r"^[A-Z0-9][A-Z0-9.-]{0,39}:[A-Z0-9][A-Z0-9.-]{0,39}:[1-9][0-9]{0,8}$", "D-01:MI17-TAIL-ROTOR-BLADE:3")
]
"""Depot, part and number of a proposal: `D-01:MI17-TAIL-ROTOR-BLADE:3`."""
ServiceLevel = Annotated[str, written(r"^0\.[0-9]{1,4}$", "0.95")]
"""An exact share below one, as text: `"0.95"`."""
_LEVEL_MIN, _LEVEL_MAX = Decimal("0.5"), Decimal("0.9999")
_FIGURES = {
    "weeks": 52,
    "lines": 31,
    "demand_per_week": "1.25",
    "demand_variance": "2.62",
    "lead_time_days": "21",
    "lead_time_variance": "0",
    "review_days": 1,
    "service_level": "0.95",
    "policy_from": "2026-11-01",
    "distribution": "negative-binomial",
    "expected": "3.93",
    "deviation": "2.87",
    "safety_stock": 6,
    "reorder_point": 9,
    "target": 15,
    "free": 4,
    "on_order": 2,
    "backordered": 0,
    "position": 6,
    "source": "F-01",
    "minimum_lot": 2,
}
_POLICY = {"service_level": "0.95", "cover_days": 30, "review_days": 1, "history_weeks": 52}
_RULE = {"activity": "7201YA", "serial": "R", "release_cost_max": "500000.00", "currency": "INR"}


class PolicyTerms(Body):
    """What a nation wants of its depots' stock."""

    model_config = example(_POLICY)

    service_level: ServiceLevel
    """Share of the times between two arrivals in which nothing shall be missing, 0.5 to 0.9999."""
    cover_days: Annotated[int, Field(strict=True, ge=1, le=3650)]
    """Days of demand that one order is to cover beyond the reorder point."""
    review_days: Annotated[int, Field(strict=True, ge=1, le=90)] = 1
    """Days between two reviews."""
    history_weeks: Annotated[int, Field(strict=True, ge=13, le=520)] = 52
    """Weeks of demand that are looked at."""

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not _LEVEL_MIN <= Decimal(self.service_level) <= _LEVEL_MAX:
            raise error_at("service_level", message=f"is between {_LEVEL_MIN} and {_LEVEL_MAX}")
        return self


class PolicyRead(PolicyTerms, Answer):
    """What a nation wants of its depots' stock from a day on."""

    model_config = example(
        {
            **_POLICY,
            "nation": "IND",
            "valid_from": "2026-11-01",
            "changed_at": "2026-11-01T09:30:00.120Z",
            "changed_by": "planner@IND",
        }
    )

    nation: Nation
    """Whose depots."""
    valid_from: date
    """First day on which it holds; until then the one before does."""
    changed_at: datetime
    """When it was last changed."""
    changed_by: str
    """Who changed it."""


class RuleTerms(Body):
    """Which document numbers a depot sets aside for its replenishment, and what is released without anybody."""

    model_config = example(_RULE)

    activity: ActivityCode
    """The activity whose numbers they are."""
    serial: Annotated[str, written(r"^[A-Z0-9]$", "R")]
    """First letter or digit of their serials, which nobody else at the depot uses."""
    release_cost_max: Money | None = None
    """The most that an order released without anybody may cost; none: nothing is released so."""
    currency: Currency | None = None
    """Its currency; only what is priced in it is released."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.release_cost_max is None) != (self.currency is None):
            missing = "currency" if self.currency is None else "release_cost_max"
            raise error_at(missing, message="a release_cost_max and its currency are given together, or neither")
        return self


class RuleRead(Answer):
    """A depot's rule."""

    model_config = example(
        {**_RULE, "site": "D-01", "changed_at": "2026-11-01T09:30:00.120Z", "changed_by": "planner@IND"}
    )

    site: SiteId
    """The depot."""
    activity: str
    """The activity whose numbers are set aside."""
    serial: str
    """First letter or digit of their serials."""
    release_cost_max: Decimal | None
    """The most that an order released without anybody may cost."""
    currency: str | None
    """Its currency."""
    changed_at: datetime
    """When it was last changed."""
    changed_by: str
    """Who changed it."""


class ReplenishmentRead(Answer):
    """A part at a depot: how its stock stands, and what became of its newest proposal."""

    model_config = example(
        {
            "site": "D-01",
            "part": "MI17-TAIL-ROTOR-BLADE",
            "proposal": "D-01:MI17-TAIL-ROTOR-BLADE:3",
            "state": "proposed",
            "quantity": 9,
            "figures": _FIGURES,
            "proposed_on": "2026-11-23",
            "order_id": None,
            "decided_by": None,
            "reason": None,
            "until": None,
            "level": _FIGURES,
            "reviewed_on": "2026-11-23",
        }
    )

    site: SiteId
    """The depot."""
    part: PartId
    """The part."""
    proposal: str | None
    """Names its newest proposal; none where nothing was ever proposed."""
    state: ProposalState
    """What became of that."""
    quantity: Quantity | None
    """How much it proposes."""
    figures: Figures | None
    """Why so much, as it was when it was proposed."""
    proposed_on: date | None
    """The day of the review that proposed it."""
    order_id: OrderId | None
    """The order, once it was released."""
    decided_by: str | None
    """Who released or dismissed it."""
    reason: str | None
    """Why it was dismissed."""
    until: date | None
    """Day before which nothing is proposed again, where it was dismissed."""
    level: Figures | None
    """The figures of the last review; none where no source may be asked, or nothing was asked for."""
    reviewed_on: date | None
    """The day of the last review."""


class ReleaseProposal(Body):
    """The document number under which a proposal is ordered."""

    model_config = example({}, {"document_number": "7201YA6330A001"})

    document_number: DocumentNumber | None = None
    """The depot's number; the next of those that its rule sets aside, if not given."""
    suffix: Suffix | None = None
    """One letter or digit beside it."""
    required_by: Day | None = None
    """Day on which it is needed; when the source's lead time has passed, if not given."""


class DismissProposal(Body):
    """Why a proposal is not wanted."""

    model_config = example({"reason": "The type is withdrawn from use.", "until": "2027-06-30"})

    reason: Text
    """Why; kept for ever."""
    until: Day | None = None
    """Day before which nothing is proposed again, within a year; in 30 days if not given."""


class ReviewDone(Answer):
    """What a review has found."""

    model_config = example({"reviewed": 412, "proposed": 9, "withdrawn": 2, "released": 3, "without_source": 4})

    reviewed: int = 0
    """Parts at depots that were looked at."""
    proposed: int = 0
    """Orders that are proposed now and were not before, or not so."""
    withdrawn: int = 0
    """Proposals that are no longer needed."""
    released: int = 0
    """Proposals that depots' rules have released."""
    without_source: int = 0
    """Parts that no source may be asked for, and which therefore have no reorder point."""


class ReplenishmentFilter(Filter):
    """Which parts at depots are asked for."""

    site: SiteId | None = None
    """Only at this depot."""
    part: PartId | None = None
    """Only this part."""
    state: ProposalState | None = None
    """Only those whose newest proposal stands so."""

"""Bodies of the source and activity doors."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from services.orders.domain.priority import Designator
from services.orders.domain.source import Standing
from services.orders.schemas.exports import ExportRead
from services.orders.schemas.inspected import InspectedRead
from services.orders.schemas.lead_times import LearnedRead
from shared.http.forms import Answer, Asked, Body, Filter
from shared.types import Day, Flag, Nation, PartId, PositiveQuantity, SiteId, Text, error_at, written

Money = Annotated[str, written(r"^[0-9]{1,14}(\.[0-9]{1,2})?$", "1381500.00")]
"""An exact amount, as text: `"1381500.00"`."""
Share = Annotated[str, written(r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$", "0.36")]
"""An exact share of one, as text: `"0.36"`."""
Currency = Annotated[str, written(r"^[A-Z]{3}$", "INR")]
"""ISO 4217 code."""
ActivityCode = Annotated[str, written(r"^[A-Z0-9]{6}$", "7201YA")]
"""The first six characters of its document numbers."""
_LEAD_TIME_DAYS_MAX = 3650


def check_price(unit_cost: str | None, currency: str | None) -> None:
    """Refuse a price of which nobody knows in what it is."""
    if unit_cost is not None and currency is None:
        raise error_at("currency", message="a unit_cost needs a currency")


class SourceTerms(Body):
    """On what terms a site may supply a part."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "approved": True,
                    "approved_on": "2021-03-23",
                    "approved_until": "2027-03-22",
                    "approved_by": "Directorate of Air Stores",
                    "accepted_on": "2021-02-08",
                    "lead_time_days": 21,
                    "capacity_per_week": 4,
                    "minimum_lot": 2,
                    "unit_cost": "1381500.00",
                    "currency": "INR",
                    "import_content": "0.36",
                    "stated_from": "2026-04-01",
                }
            ]
        }
    )

    approved: Flag
    """Whether the nation buys there."""
    approved_on: Day | None = None
    """Day of the approval; needed if approved."""
    approved_until: Day | None = None
    """Last day of the approval; none where it has no end."""
    approved_by: Text | None = None
    """Who approved it."""
    accepted_on: Day | None = None
    """Day of the technical acceptance (first article); a maker that is no joint-venture factory needs one."""
    accepted_until: Day | None = None
    """Last day of the technical acceptance; none where it has no end."""
    lead_time_days: Annotated[int, Field(strict=True, ge=0, le=_LEAD_TIME_DAYS_MAX)]
    """Days from order to delivery."""
    capacity_per_week: PositiveQuantity | None = None
    """How much it can deliver in a week, in quanta of the part."""
    minimum_lot: PositiveQuantity | None = None
    """The least that it makes at a time, in quanta of the part; it is not asked for less."""
    unit_cost: Money | None = None
    """Price of one unit of issue, exact."""
    currency: Currency | None = None
    """Currency of the price; needed with one."""
    import_content: Share | None = None
    """Imported share of the price, 0 to 1."""
    stated_from: Day | None = None
    """From which day on price, currency and import content are stated so; where none is given and they change, today.
    A day before that of a later statement corrects what held until then, and leaves what holds now."""

    @field_validator("approved_until", "accepted_until")
    @classmethod
    def _follows(cls, until: date | None, info: ValidationInfo) -> date | None:
        beginning = str(info.field_name).replace("_until", "_on")
        since: date | None = info.data.get(beginning)
        if until is not None and beginning in info.data and (since is None or until < since):
            raise ValueError(f"is not before {beginning}: give that day too, or one after it here")
        return until

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.approved and self.approved_on is None:
            raise error_at("approved_on", message="an approved source needs approved_on")
        check_price(self.unit_cost, self.currency)
        return self


class SourceRow(SourceTerms):
    """A line of an import: a part, a site and its terms."""

    part: PartId
    """The part."""
    site: SiteId
    """The factory or supplier."""
    illustrative: Flag = False
    """Whether the line is invented, for demonstration."""


class SourceRead(Answer):
    """A source of a part."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "part": "MI17-TAIL-ROTOR-BLADE",
                    "site": "F-01",
                    "nation": "IND",
                    "approved": True,
                    "approved_on": "2021-03-23",
                    "approved_until": "2027-03-22",
                    "approved_by": "Directorate of Air Stores",
                    "accepted_on": "2021-02-08",
                    "accepted_until": None,
                    "standing": "approved",
                    "export": None,
                    "first_articles": [
                        {
                            "first_article": "F-01/MI17-TAIL-ROTOR-BLADE/3VK1Y/VKR-1/B",
                            "nation": None,
                            "state": "passed",
                            "since": "2025-02-08",
                        }
                    ],
                    "lead_time_days": 21,
                    "learned": {"days": 26, "late_days": 38, "deliveries": 9, "unfinished": 1},
                    "capacity_per_week": 4,
                    "minimum_lot": 2,
                    "load": 6,
                    "unit_cost": "1381500.00",
                    "currency": "INR",
                    "import_content": "0.3600",
                    "stated_from": "2026-04-01",
                    "illustrative": True,
                    "changed_at": "2026-11-23T09:30:00.120Z",
                    "changed_by": "planner@IND",
                }
            ]
        }
    )

    part: PartId
    """The part."""
    site: SiteId
    """The factory or supplier."""
    nation: Nation
    """Whose approval it is, and whose orders it may fill."""
    approved: bool
    """Whether the nation buys there."""
    approved_on: date | None
    """Day of the approval."""
    approved_until: date | None
    """Last day of the approval."""
    approved_by: str | None
    """Who approved it."""
    accepted_on: date | None
    """Day of the technical acceptance."""
    accepted_until: date | None
    """Last day of the technical acceptance."""
    standing: Standing
    """Whether it may be chosen today, and if not, what it lacks."""
    export: ExportRead | None
    """Whose approval is needed for what leaves a joint venture; none where nothing does."""
    first_articles: list[InspectedRead]
    """How its first articles of the part stand that hold for the nation, one for each reference inspected."""
    lead_time_days: int
    """Days from order to delivery, as stated."""
    learned: LearnedRead | None
    """What its deliveries say; none where they are another nation's."""
    capacity_per_week: int | None
    """How much it can deliver in a week, in quanta of the part."""
    minimum_lot: int | None
    """The least that it makes at a time, in quanta of the part."""
    load: int | None
    """How much it will still bring for the nation's own orders; none where they are another nation's."""
    unit_cost: Decimal | None
    """Price of one unit of issue."""
    currency: str | None
    """Currency of the price."""
    import_content: Decimal | None
    """Imported share of the price, 0 to 1."""
    stated_from: date | None
    """From which day on price, currency and import content are stated so; none where nobody has said."""
    illustrative: bool
    """Whether the record is invented, for demonstration."""
    changed_at: datetime
    """When it was last changed."""
    changed_by: str
    """Who changed it."""


class SourceFilter(Filter):
    """Which sources are asked for."""

    part: PartId | None = None
    """Only of this part."""
    site: SiteId | None = None
    """Only of this site."""
    nation: Nation | None = None
    """Only approved, or not, by this nation."""
    approved: Asked | None = None
    """Only approved ones; false: only the others."""


class ActivityTerms(Body):
    """Whose an activity code is, and how urgent its work."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"site": "D-01", "force_activity_designator": "II"}]})

    site: SiteId
    """The depot it belongs to; its designator holds for that depot's orders only."""
    force_activity_designator: Designator
    """I to V, assigned from above."""


class ActivityRow(ActivityTerms):
    """A line of an import: an activity and its terms."""

    activity: ActivityCode
    """The code."""
    illustrative: Flag = False
    """Whether the line is invented, for demonstration."""


class ActivityRead(Answer):
    """An activity."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "activity": "7201YA",
                    "site": "D-01",
                    "force_activity_designator": "II",
                    "illustrative": True,
                    "changed_at": "2026-11-23T09:30:00.120Z",
                    "changed_by": "planner@IND",
                }
            ]
        }
    )

    activity: ActivityCode
    """The code."""
    site: SiteId
    """The depot it belongs to."""
    force_activity_designator: Designator
    """I to V."""
    illustrative: bool
    """Whether the record is invented, for demonstration."""
    changed_at: datetime
    """When it was last changed."""
    changed_by: str
    """Who changed it."""


class ImportDone(Answer):
    """What an import did."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"import_id": "6f9c2b1e-7f4c-4a55-9a0e-0f5c3f1d2a77", "lines": 42, "dry_run": False}]
        }
    )

    import_id: str
    """Names the import in the logs."""
    lines: int
    """Lines that it held."""
    dry_run: bool
    """Whether it was only checked."""

"""What a nation has stated of a source's price and import content, as it is shown."""

from datetime import date, datetime
from decimal import Decimal

from shared.http.forms import Answer, example
from shared.types import Nation, PartId, SiteId


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

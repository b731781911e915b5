"""Bodies of the doors that show on how few sources critical parts depend, and what was taken over from imports."""

from datetime import date
from decimal import Decimal

from services.orders.domain.concentration import Concentration
from shared.http.forms import Answer, Filter, example
from shared.types import Nation, PartId, Platform, SiteId, Total


class CriticalFilter(Filter):
    """Which critical parts are looked at."""

    platform: Platform | None = None
    """Only those whose lack grounds this platform."""


class WillingRead(Answer):
    """A source that may be asked today."""

    site: SiteId
    """The source."""
    country: Nation
    """Its country."""


class CriticalPartRead(Answer):
    """A part whose lack grounds platforms, and who may be asked for it today."""

    part: PartId
    """The part."""
    grounds: list[Platform]
    """The platforms that it grounds."""
    sources: list[WillingRead]
    """Who may be asked for it; their terms and who stated them are listed under `/v1/sources`."""
    single_source: bool
    """Whether one alone may be asked."""
    single_country: Nation | None
    """The country in which all are, if it is one."""


class ConcentrationFigure(Answer):
    """How many critical parts depend on how few, and which share of them that is."""

    name: str
    """The platform, or `all`."""
    critical: Total
    """Critical parts."""
    unsourced: Total
    """Those for which nobody may be asked."""
    unsourced_share: Decimal | None
    """Their share."""
    single_source: Total
    """Those for which one alone may be asked."""
    single_source_share: Decimal | None
    """Their share."""
    single_country: Total
    """Those whose sources are all in one country."""
    single_country_share: Decimal | None
    """Their share."""
    single_country_abroad: Total
    """Those of them whose one country is not the nation's own."""
    single_country_abroad_share: Decimal | None
    """Their share."""

    @classmethod
    def of(cls, name: str, found: Concentration) -> "ConcentrationFigure":
        """Show a count with its shares."""
        return cls(
            name=name,
            critical=found.critical,
            unsourced=found.unsourced,
            unsourced_share=found.share(found.unsourced),
            single_source=found.single_source,
            single_source_share=found.share(found.single_source),
            single_country=found.single_country,
            single_country_share=found.share(found.single_country),
            single_country_abroad=found.single_country_abroad,
            single_country_abroad_share=found.share(found.single_country_abroad),
        )


class ConcentrationRead(Answer):
    """On how few sources the parts depend whose lack grounds a platform."""

    model_config = example(
        {
            "nation": "IND",
            "today": "2026-11-26",
            "figures": [
                {
                    "name": "all",
                    "critical": 4,
                    "unsourced": 0,
                    "unsourced_share": "0.0000",
                    "single_source": 1,
                    "single_source_share": "0.2500",
                    "single_country": 2,
                    "single_country_share": "0.5000",
                    "single_country_abroad": 1,
                    "single_country_abroad_share": "0.2500",
                }
            ],
            "parts": [
                {
                    "part": "MI17-MAIN-GEARBOX",
                    "grounds": ["MI-17V-5"],
                    "sources": [{"site": "S-01", "country": "RUS"}],
                    "single_source": True,
                    "single_country": "RUS",
                }
            ],
        }
    )

    nation: Nation
    """Whose sources."""
    today: date
    """The day on which they may be asked."""
    figures: list[ConcentrationFigure]
    """All critical parts, then those of each platform."""
    parts: list[CriticalPartRead]
    """The critical parts, page by page."""


class TakeoverRead(Answer):
    """What a factory at home made of a part, and took over from imports."""

    model_config = example(
        {
            "part": "MI17-TAIL-ROTOR-BLADE",
            "factory": "F-01",
            "dispatched": 24,
            "dispatched_before": 6,
            "imported": 4,
            "imported_before": 20,
            "taken_over": 16,
        }
    )

    part: PartId
    """The part; quantities are in its quanta."""
    factory: SiteId
    """The factory."""
    dispatched: Total
    """What it dispatched to the nation's depots in the period."""
    dispatched_before: Total
    """And in the one of the same length before."""
    imported: Total
    """What came from abroad in the period."""
    imported_before: Total
    """And in the one before."""
    taken_over: Total
    """min(what fewer came from abroad, what was made at home), shared out by what each factory dispatched."""

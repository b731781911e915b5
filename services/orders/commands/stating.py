"""What sources cost and import, by the days from which it is stated: a whole file or nothing."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.commands import files
from services.orders.schemas.stated_terms import StatedTermsRow
from services.orders.store import sources as store
from services.orders.store import stated_terms
from shared import clock
from shared.http.files import Imported, LineError
from shared.http.tokens import Principal


async def check_terms(session: AsyncSession, imported: Imported[StatedTermsRow], planner: Principal) -> None:
    """Refuse a file that names what is no source of the planner's nation, or the future."""
    known = await stated_terms.known_sources(session, imported.records, planner)
    today = clock.now().date()
    wrong = [
        LineError(line, "part, site", "is no source of your nation: import the source first")
        for line, row in imported.numbered()
        if (row.part, row.site) not in known
    ]
    wrong += [
        LineError(line, "stated_from", "lies in the future")
        for line, row in imported.numbered()
        if row.stated_from > today
    ]
    files.refuse(imported, wrong, ())


async def import_terms(
    session: AsyncSession, imported: Imported[StatedTermsRow], planner: Principal, *, chunk: int
) -> None:
    """Write a checked file, a bounded number in a statement."""
    today = clock.now().date()
    for start in range(0, len(imported.records), chunk):
        await store.restate(session, imported.records[start : start + chunk], planner, today=today)

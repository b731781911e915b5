"""First-article inspections: one row a reference and factory, locked before it changes; a row is never taken away."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.production.domain.first_article import FirstArticle
from services.production.domain.lot import written
from shared.events.envelope import Stream
from shared.events.production import LotFinished, Reference
from shared.events.quality import FirstArticleChanged
from shared.sql import AnyRow, Statement, Writes

_LAY = Statement(
    """
    INSERT INTO first_article (first_article, factory, part, maker, number, revision, nation)
    VALUES (:name, :factory, :part, :maker, :number, :revision, :nation) ON CONFLICT DO NOTHING
    """
)
_LOCK = Statement(
    """
    SELECT version, factory, part, maker, number, revision, nation, opened_on, lapses_on, last_step
    FROM first_article WHERE first_article = :name FOR UPDATE
    """
)
_DUE = Statement(
    """
    SELECT first_article FROM first_article WHERE lapses_on <= :today ORDER BY lapses_on, first_article LIMIT :limit
    """
)
_MADE_ON = Statement(
    f"""
    SELECT max(CAST(e.recorded_at AT TIME ZONE 'UTC' AS date)) AS made_on
    FROM lot l
    JOIN event_log e ON e.topic = {int(Stream.PRODUCTION)} AND e.key = 'lot:' || l.lot_id
    JOIN accepted_event a ON a.event_id = e.event_id AND a.voided_by IS NULL
    WHERE l.factory = :factory AND l.part = :part AND e.type = '{LotFinished.TYPE}'
      AND CAST(l.named -> 'references' ->> CAST(:written AS text) AS bigint) > 0
      AND l.updated_at >= CAST(:since AS date)
    """  # noqa: S608  # our own names
)
_SAVE = Statement(
    """
    UPDATE first_article SET version = :version, state = :state, opened_on = :opened_on, since = :since,
      lapses_on = :lapses_on, last_step = CAST(:last_step AS jsonb), updated_at = clock_timestamp()
    WHERE first_article = :name
    """
)


async def lay(session: AsyncSession, first_article: FirstArticle) -> None:
    """Lay a row for an inspection that is to begin, unless there is one."""
    reference = first_article.reference
    await _LAY.run(
        session,
        {
            "name": first_article.name,
            "nation": first_article.nation,
            "factory": first_article.factory,
            "part": first_article.part,
            "maker": reference.maker,
            "number": reference.number,
            "revision": reference.revision,
        },
    )


async def lock(session: AsyncSession, name: str) -> FirstArticle | None:
    """Lock an inspection; none if nobody has opened it."""
    rows = await _LOCK.rows(session, {"name": name})
    return read(rows[0]) if rows else None


async def due(session: AsyncSession, today: date, limit: int) -> Sequence[str]:
    """List passed inspections of which it is time to look whether anything was made."""
    return await _DUE.column(session, {"today": today, "limit": limit})


async def made_on(session: AsyncSession, first_article: FirstArticle, since: date) -> date | None:
    """Say on which day something of the reference was last reported as finished, if on that day or since."""
    about = {"factory": first_article.factory, "part": first_article.part, "since": since}
    day: date | None = await _MADE_ON.value(session, {**about, "written": written(first_article.reference)})
    return day


def save(writes: Writes, first_article: FirstArticle) -> None:
    """Write a locked inspection."""
    last = first_article.last
    assert last is not None, "a row is written when a step was taken"
    writes.add(
        _SAVE,
        {
            "name": first_article.name,
            "version": first_article.version,
            "state": last.state.value,
            "opened_on": first_article.opened_on,
            "since": last.day,
            "lapses_on": first_article.lapses_on,
            "last_step": last.model_dump_json(exclude_defaults=True),
        },
    )


def read(row: AnyRow) -> FirstArticle:
    """Read an inspection from its row."""
    return FirstArticle(
        factory=row.factory,
        part=row.part,
        reference=Reference(maker=row.maker, number=row.number, revision=row.revision),
        nation=row.nation,
        version=row.version,
        opened_on=row.opened_on,
        lapses_on=row.lapses_on,
        last=None if row.last_step is None else FirstArticleChanged.model_validate(row.last_step),
    )

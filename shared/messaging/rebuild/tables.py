"""The tables of a rebuild: made beside the live ones, filled, and put in their place or dropped, all at once."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Refusal
from shared.sql import Row, Statement

SCHEMA = "rebuilt"
BACKBONE = ("consumer_offset", "stream_position", "parked_key", "parked_event", "parked_discarded")
"""The backbone's tables that a projection's batches write."""

_SHAPE = """
SELECT string_agg(format('%s %s %s', attname, format_type(atttypid, atttypmod), attnotnull), ', ' ORDER BY attname)
FROM pg_attribute WHERE attrelid = to_regclass({} || '.' || quote_ident(t.name)) AND attnum > 0 AND NOT attisdropped
"""
_UNLIKE = Statement(
    f"""
    SELECT t.name FROM unnest(CAST(:tables AS text[])) AS t (name)
    WHERE ({_SHAPE.format("'public'")}) IS DISTINCT FROM ({_SHAPE.format(f"'{SCHEMA}'")}) ORDER BY t.name
    """  # noqa: S608  # only the two schemas are put in
)
_MISSING = Statement(
    "SELECT t.name FROM unnest(CAST(:tables AS text[])) AS t (name) WHERE to_regclass('public.' || t.name) IS NULL"
)
_TIED = Statement(
    """
    SELECT c.relname FROM unnest(CAST(:tables AS text[])) AS t (name)
    JOIN pg_class c ON c.oid = to_regclass('public.' || t.name)
    WHERE c.relhastriggers OR c.relrowsecurity OR c.reloptions IS NOT NULL
    """
)
_GRANTS = Statement(
    """
    SELECT format('GRANT %s ON TABLE rebuilt.%I TO %I', a.privilege_type, c.relname, pg_get_userbyid(a.grantee))
    FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.oid = to_regclass('public.' || :name) AND a.grantee NOT IN (0, c.relowner)
    """
)
_MAKE_SCHEMA = Statement(f"CREATE SCHEMA {SCHEMA}")
_DROP_SCHEMA = Statement(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
_MEND_POSITIONS = Statement(
    """
    WITH wrong AS (SELECT * FROM unnest(CAST(:topics AS smallint[]), CAST(:keys AS text[])) AS w (topic, key)),
    gone AS (
      DELETE FROM public.stream_position p USING wrong w
      WHERE p.grp = :grp AND p.topic = w.topic AND p.key = w.key
        AND NOT EXISTS (SELECT FROM rebuilt.stream_position r WHERE (r.grp, r.topic, r.key) = (p.grp, p.topic, p.key)))
    INSERT INTO public.stream_position (grp, topic, key, key_seq, event_id)
    SELECT r.grp, r.topic, r.key, r.key_seq, r.event_id
    FROM rebuilt.stream_position r JOIN wrong w ON w.topic = r.topic AND w.key = r.key WHERE r.grp = :grp
    ON CONFLICT (grp, topic, key)
    DO UPDATE SET key_seq = excluded.key_seq, event_id = excluded.event_id, applied_at = clock_timestamp()
    """
)
_LIVE = """
SELECT topic, part, next_off, topic_id FROM public.consumer_offset
WHERE grp = :grp AND topic = ANY(CAST(:topics AS text[])) ORDER BY topic, part
"""
_REACHED = Statement(_LIVE)
_HOLD = Statement(f"{_LIVE} FOR UPDATE")
_PARKED = Statement(
    """
    SELECT topic, key, live.grp IS NOT NULL AS live
    FROM (SELECT grp, topic, key FROM public.parked_key WHERE grp = :grp) AS live
    FULL JOIN (SELECT grp, topic, key FROM rebuilt.parked_key WHERE grp = :grp) AS rebuilt USING (topic, key)
    WHERE live.grp IS NULL OR rebuilt.grp IS NULL ORDER BY topic, key LIMIT 20
    """
)


class TableMissing(Refusal):
    """A table of the projection does not exist yet: run `jvtrack migrate` first."""


class TableTied(Refusal):
    """A table of the projection has triggers, foreign keys, policies or options, which a rebuilt one would lose."""


async def refuse_unfit(session: AsyncSession, tables: Sequence[str]) -> None:
    """Let nobody rebuild tables that cannot be swapped; raises TableMissing and TableTied."""
    if missing := await _MISSING.column(session, {"tables": tables}):
        raise TableMissing(tables=", ".join(missing))
    if tied := await _TIED.column(session, {"tables": tables}):
        raise TableTied(tables=", ".join(tied))


async def are_there(session: AsyncSession, tables: Sequence[str]) -> bool:
    """Tell whether an earlier run has left every table of a rebuild, each with the columns of the live one."""
    return not await _UNLIKE.rows(session, {"tables": [*tables, *BACKBONE]})


async def make(session: AsyncSession, tables: Sequence[str]) -> None:
    """Make every table of a rebuild anew and empty, each as the live one is."""
    await drop(session)
    await _MAKE_SCHEMA.rows(session)
    for name in (*tables, *BACKBONE):
        await Statement(f'CREATE TABLE {SCHEMA}."{name}" (LIKE public."{name}" INCLUDING ALL)').rows(session)
    for name in tables:
        for grant in await _GRANTS.column(session, {"name": name}):
            await Statement(grant).rows(session)


async def drop(session: AsyncSession) -> None:
    """Drop whatever a rebuild has made."""
    await _DROP_SCHEMA.rows(session)


async def swap(session: AsyncSession, tables: Sequence[str]) -> None:
    """Put the rebuilt tables in the place of the live ones; whoever reads waits for the end of the transaction."""
    for name in tables:
        await Statement(f'DROP TABLE public."{name}"').rows(session)
        await Statement(f'ALTER TABLE {SCHEMA}."{name}" SET SCHEMA public').rows(session)


async def mend_positions(session: AsyncSession, group: str, keys: Collection[tuple[object, ...]]) -> None:
    """Set the live positions of these keys, each with its stream, to the rebuilt ones."""
    values = {"grp": group, "topics": [topic for topic, _ in keys], "keys": [key for _, key in keys]}
    await _MEND_POSITIONS.run(session, values)


async def reached(session: AsyncSession, group: str, topics: Sequence[str]) -> list[Row]:
    """Tell how far the live group has come in each partition."""
    return await _REACHED.rows(session, {"grp": group, "topics": topics})


async def hold(session: AsyncSession, group: str, topics: Sequence[str]) -> list[Row]:
    """Tell how far the live group has come, and keep it there for the rest of the transaction."""
    return await _HOLD.rows(session, {"grp": group, "topics": topics})


async def parked_apart(session: AsyncSession, group: str) -> list[Row]:
    """Name keys that are parked on one side only."""
    return await _PARKED.rows(session, {"grp": group})

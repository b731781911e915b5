"""Which version of a key an operator's action leaves behind, for whoever wants to see it applied."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.envelope import STREAM_OF_TOPIC
from shared.http.versions import Token
from shared.sql import Statement

_APPLIED = Statement("SELECT key_seq FROM stream_position WHERE grp = :group AND topic = :topic AND key = :key")
_TOLD = Statement("SELECT max(key_seq) FROM event_log WHERE topic = :topic AND key = :key")


async def applied(session: AsyncSession, group: str, topic: str, key: str) -> list[Token]:
    """Name the last version of a key that a consumer group has applied or passed over, if there is any."""
    number = await _APPLIED.value(session, {"group": group, "topic": int(STREAM_OF_TOPIC[topic]), "key": key})
    return [] if number is None else [Token(topic, key, number)]


async def told(session: AsyncSession, topic: str, key: str) -> list[Token]:
    """Name the last version of a key that this service has told, or will have told once its outbox is empty."""
    number = await _TOLD.value(session, {"topic": int(STREAM_OF_TOPIC[topic]), "key": key})
    return [] if number is None else [Token(topic, key, number)]

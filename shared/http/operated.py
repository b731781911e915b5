"""What an operator does to a key: who does it, whether the key is theirs, and which version it leaves behind."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Transaction
from shared.events.envelope import STREAM_OF_TOPIC
from shared.http.app import OwnTransaction
from shared.http.auth import Principal, Role, allow
from shared.http.concern import Concern
from shared.http.operation_bodies import Done
from shared.http.versions import Token, tell_version
from shared.messaging.operation_log import Operation
from shared.messaging.parked_keys import Name
from shared.sql import Statement

_APPLIED = Statement("SELECT key_seq FROM stream_position WHERE grp = :group AND topic = :topic AND key = :key")
_TOLD = Statement("SELECT max(key_seq) FROM event_log WHERE topic = :topic AND key = :key")


@dataclass(frozen=True, slots=True)
class Deed:
    """An operator's request, with the transactions that it may open and the answer that it gets."""

    operator: Principal
    session_of_its_own: Transaction
    response: Response

    def entry(self, reason: str | None = None) -> Operation:
        """Say who does it and why, for the log of operations."""
        return Operation(self.operator.subject, reason)

    async def require(self, concern: Concern, key: str, payload: bytes | None) -> None:
        """Refuse a key that is no concern of the operator's nation."""
        async with self.session_of_its_own() as session:
            await concern.require(session, self.operator, key, payload)

    async def applied(self, name: Name, events: int) -> Done:
        """Answer with the last version of a key that its consumer group has applied or passed over, if there is any."""
        async with self.session_of_its_own() as session:
            await self._tell(session, _APPLIED, name.topic, name.key, group=name.group)
        return Done(events=events)

    async def told(self, topic: str, key: str, events: int) -> Done:
        """Answer with the last version of a key that this service tells, all of which the outbox may still hold."""
        async with self.session_of_its_own() as session:
            await self._tell(session, _TOLD, topic, key)
        return Done(events=events)

    async def _tell(self, session: AsyncSession, newest: Statement, topic: str, key: str, **more: str) -> None:
        number = await newest.value(session, {"topic": int(STREAM_OF_TOPIC[topic]), "key": key, **more})
        if number is not None:
            tell_version(self.response, Token(topic, key, number))


async def _deed(
    operator: Annotated[Principal, Depends(allow(Role.OPERATOR))], transaction: OwnTransaction, response: Response
) -> Deed:
    return Deed(operator, transaction, response)


Asked = Annotated[Deed, Depends(_deed)]

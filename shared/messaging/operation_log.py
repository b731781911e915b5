"""Who did what to a service's streams by hand, and why: written down in the transaction that does it."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from shared.observe.logs import get_log
from shared.sql import Statement

log = get_log()

_NOTE = Statement(
    "INSERT INTO operation_log (actor, action, subject, reason) VALUES (:actor, :action, :subject, :reason)"
)


@dataclass(frozen=True, slots=True)
class Operation:
    """Who does something to a stream, and why."""

    actor: str
    reason: str | None = None


async def note(session: AsyncSession, action: str, subject: str, operation: Operation) -> None:
    """Write down that an operator does something."""
    values = {"actor": operation.actor, "action": action, "subject": subject, "reason": operation.reason}
    await _NOTE.run(session, values)
    log.info("operation", **values)

"""Idempotency keys: a POST that is sent twice is done once and answered twice alike.

A claim is one request's hold on one key. `recall` locks every key of a batch until the transaction ends, so that two
replicas, or two retries in one moment, decide one after the other; then it tells which claims have an answer already.
The result is keyed by claim: equal claims of one batch are one entry, decided once and answered alike. A claim whose
key is held with another body, in the table or earlier in the batch, gets the refusal to answer it with. What the
caller decides anew goes to `keep`, in the same transaction; `decide_once` goes the whole way. A refusal is kept like
any answer, unless it asks for another try: a copy of the request that was held up on the way must not be booked after
its sender was told no.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Protocol, TypeVar

from fastapi import Depends, Header
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Transaction
from shared.errors import Kind, Refusal
from shared.http import problems
from shared.http.tokens import Principal
from shared.sql import Statement

KEY_HEADER = "Idempotency-Key"
CLAIMS_MAX = 1000
_KEY = re.compile(r"[\x20-\x7e]{1,128}")

_LOCK = Statement("SELECT pg_advisory_xact_lock(lock) FROM (SELECT unnest(CAST(:locks AS bigint[])) AS lock) AS sorted")
_RECALL = Statement("""
    SELECT principal, route, key, request_hash, status, response
      FROM idempotency
      JOIN unnest(CAST(:principals AS text[]), CAST(:routes AS text[]), CAST(:keys AS text[]))
           AS claim(principal, route, key) USING (principal, route, key)
""")
_KEEP = Statement("""
    INSERT INTO idempotency (principal, route, key, request_hash, status, response, recorded_at)
    SELECT principal, route, key, request_hash, status, response, clock_timestamp()
      FROM unnest(CAST(:principals AS text[]), CAST(:routes AS text[]), CAST(:keys AS text[]),
                  CAST(:hashes AS bytea[]), CAST(:statuses AS smallint[]), CAST(:responses AS bytea[]))
           AS answer(principal, route, key, request_hash, status, response)
""")
_FORGET = Statement("""
    DELETE FROM idempotency
     WHERE ctid = ANY(ARRAY(
           SELECT ctid FROM idempotency
            WHERE recorded_at < clock_timestamp() - make_interval(days => CAST(:days AS int))
            ORDER BY recorded_at LIMIT :limit FOR UPDATE SKIP LOCKED))
    RETURNING 1
""")


class IdempotencyKeyMissing(Refusal):
    """An Idempotency-Key header is needed here: choose a new one per request and repeat it on a retry."""

    kind = Kind.INVALID


class IdempotencyKeyMalformed(Refusal):
    """An Idempotency-Key is 1 to 128 printable ASCII characters."""

    kind = Kind.INVALID


class IdempotencyKeyReused(Refusal):
    """The Idempotency-Key has been used for another request, or under other rights."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One request's hold on one key of its sender."""

    principal: str
    route: str
    key: str
    request_hash: bytes

    @property
    def slot(self) -> tuple[str, str, str]:
        """Name what can be held once."""
        return self.principal, self.route, self.key


class Asked(Protocol):
    """A request that holds a claim."""

    @property
    def claim(self) -> Claim:
        """Name its claim."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered, to be answered again."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def media_type(self) -> str:
        """Say what the body is: what was asked for, or why not."""
        return problems.MEDIA_TYPE if self.status >= 400 else "application/json"


A = TypeVar("A", bound=Asked)
Decide = Callable[[AsyncSession, Sequence[A]], Awaitable[Mapping[Claim, StoredAnswer | Refusal]]]


async def idempotency_key(
    sent: Annotated[
        str | None,
        Header(
            alias=KEY_HEADER,
            description="Required: new for each request, the same on its retries; a refusal holds for them too.",
        ),
    ] = None,
) -> str:
    """Read the key of a request, or refuse."""
    if sent is None:
        raise IdempotencyKeyMissing
    if _KEY.fullmatch(sent) is None:
        raise IdempotencyKeyMalformed
    return sent


IdempotencyKey = Annotated[str, Depends(idempotency_key)]


def claim(principal: Principal, route: str, key: str, body: bytes) -> Claim:
    """Make a request's claim; a body in another JSON layout is still the same request.

    What was answered to one set of rights is not for another: a token of the same subject with other sites would else
    get an answer that it may not see.
    """
    try:
        canonical = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        canonical = body
    rights = json.dumps([principal.role, principal.nation, sorted(principal.sites)]).encode()
    digest = hashlib.sha256(b"\0".join((principal.subject.encode(), route.encode(), rights, canonical))).digest()
    return Claim(principal.subject, route, key, digest)


async def recall(session: AsyncSession, claims: Iterable[Claim]) -> dict[Claim, StoredAnswer | IdempotencyKeyReused]:
    """Lock the claims' keys and tell which are answered already; the others are the caller's to decide."""
    distinct = list(dict.fromkeys(claims))
    if not distinct:
        return {}
    assert len(distinct) <= CLAIMS_MAX, "a lock each: keep the batch within PostgreSQL's lock table"
    await _LOCK.run(session, {"locks": sorted({_lock(each.slot) for each in distinct})})
    rows = await _RECALL.rows(session, _columns(each.slot for each in distinct))
    held = {(row.principal, row.route, row.key): row for row in rows}
    known: dict[Claim, StoredAnswer | IdempotencyKeyReused] = {}
    holders: dict[tuple[str, str, str], bytes] = {slot: bytes(row.request_hash) for slot, row in held.items()}
    for each in distinct:
        if holders.setdefault(each.slot, each.request_hash) != each.request_hash:
            known[each] = IdempotencyKeyReused(key=each.key)
        elif each.slot in held:
            known[each] = _unpack(held[each.slot].status, bytes(held[each.slot].response))
    return known


async def keep(session: AsyncSession, decided: Mapping[Claim, StoredAnswer | Refusal]) -> None:
    """Remember what was decided anew; call `recall` for the same claims first, in the same transaction."""
    final = (each for each, answer in decided.items() if isinstance(answer, StoredAnswer) or answer.retry_after is None)
    claims = sorted(final, key=lambda each: each.slot)
    if not claims:
        return
    answers = [_stored(each, decided[each]) for each in claims]
    parameters: dict[str, object] = {
        **_columns(each.slot for each in claims),
        "hashes": [each.request_hash for each in claims],
        "statuses": [answer.status for answer in answers],
        "responses": [_pack(answer) for answer in answers],
    }
    await _KEEP.run(session, parameters)


async def decide_once(session: AsyncSession, asked: Sequence[A], decide: Decide[A]) -> list[StoredAnswer | Refusal]:
    """Answer each request of a batch: as it was answered before, or as `decide` does, which is given those alone."""
    recalled = await recall(session, [each.claim for each in asked])
    fresh = {each.claim: each for each in asked if each.claim not in recalled}
    decided = await decide(session, list(fresh.values())) if fresh else {}
    await keep(session, decided)
    outcomes: dict[Claim, StoredAnswer | Refusal] = {**recalled, **decided}
    return [outcomes[each.claim] for each in asked]


async def forget(transaction: Transaction, *, older_than_days: int, chunk: int) -> None:
    """Forget old answers, a bounded number in a transaction."""
    forgotten = chunk
    while forgotten == chunk:
        async with transaction() as session:
            forgotten = await _FORGET.run(session, {"days": older_than_days, "limit": chunk})


def _stored(claimed: Claim, answer: StoredAnswer | Refusal) -> StoredAnswer:
    if isinstance(answer, StoredAnswer):
        return answer
    problem = problems.of_refusal(answer)
    return StoredAnswer(problem.status, problem.body(claimed.route), problem.headers)


def _columns(slots: Iterable[tuple[str, str, str]]) -> dict[str, object]:
    principals, routes, keys = zip(*slots, strict=True)
    return {"principals": list(principals), "routes": list(routes), "keys": list(keys)}


def _lock(slot: tuple[str, str, str]) -> int:
    digest = hashlib.sha256("\0".join(slot).encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def _pack(answer: StoredAnswer) -> bytes:
    return json.dumps(dict(answer.headers)).encode() + b"\n" + answer.body


def _unpack(status: int, response: bytes) -> StoredAnswer:
    headers, _, body = response.partition(b"\n")
    return StoredAnswer(status, body, json.loads(headers))

"""What all services' doors have in common."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, cast

import pytest
import structlog
from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from shared.errors import Refusal
from shared.http.app import Session
from shared.http.auth import Principal, Role, allow, public
from shared.observe import tracing
from tests.unit.http.makers import Issuer, a_client, an_app, slug


class CommitLost(ConnectionError):
    """The connection broke at commit."""


class Bad(Refusal):
    """It is not to be."""


class Ledger:
    """Notes how each transaction ended."""

    def __init__(self, *, commits: bool = True) -> None:
        self.commits = commits
        self.ends: list[str] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        try:
            yield cast(AsyncSession, self)
        except Refusal:
            self.ends.append("rolled back")
            raise
        if not self.commits:
            raise CommitLost
        self.ends.append("committed")


def a_router() -> APIRouter:
    router = APIRouter()

    @router.post("/v1/things", status_code=201)
    @public
    async def write(session: Session, *, bad: bool = False) -> str:
        assert session is not None
        if bad:
            raise Bad
        return "written"

    @router.get("/v1/trace")
    async def trace(principal: Annotated[Principal, Depends(allow(Role.DEPOT))]) -> dict[str, str]:
        structlog.get_logger().info("traced")
        trace = tracing.current.get()
        assert trace is not None
        return {"traceparent": trace.header(), "principal": principal.subject}

    return router


@pytest.mark.asyncio
async def test_a_write_is_answered_after_its_commit(issuer: Issuer) -> None:
    kept, lost = Ledger(), Ledger(commits=False)

    with capture_logs():
        async with a_client(an_app(issuer, a_router(), transaction=kept.transaction)) as client:
            written = await client.post("/v1/things")
            refused = await client.post("/v1/things?bad=true")
        async with a_client(an_app(issuer, a_router(), transaction=lost.transaction)) as client:
            failed = await client.post("/v1/things")

    assert (written.status_code, refused.status_code) == (201, 409)
    assert kept.ends == ["committed", "rolled back"]
    assert (failed.status_code, slug(failed)) == (503, "database-away")


@pytest.mark.asyncio
async def test_a_trace_goes_through_a_door_and_out_again(issuer: Issuer) -> None:
    sent = f"00-{'a' * 32}-{'b' * 16}-01"

    async with a_client(an_app(issuer, a_router()), **issuer.bearer()) as client:
        followed = (await client.get("/v1/trace", headers={"traceparent": sent})).json()
        begun = (await client.get("/v1/trace", headers={"traceparent": "nonsense"})).json()

    assert followed["traceparent"].startswith(f"00-{'a' * 32}-")
    assert followed["traceparent"] != sent
    assert tracing.parse(begun["traceparent"]) is not None


@pytest.mark.asyncio
async def test_a_refused_request_is_logged_once_with_its_route(issuer: Issuer) -> None:
    with capture_logs() as lines:
        async with a_client(an_app(issuer, a_router())) as client:
            await client.get("/v1/trace")

    (line,) = [line for line in lines if line["event"] == "request_answered"]
    assert (line["method"], line["route"], line["status"], line["log_level"]) == ("GET", "/v1/trace", 401, "info")


@pytest.mark.asyncio
async def test_a_path_with_a_slash_too_many_is_unknown(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, a_router())) as client:
        answer = await client.get("/v1/trace/")

    assert (answer.status_code, slug(answer)) == (404, "route-unknown")

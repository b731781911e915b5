"""The API describes itself, and can be tried out without internet."""

import json
import re
from typing import Annotated, Literal

import pytest
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from shared.http.auth import Principal, Role, allow
from shared.http.idempotency import IdempotencyKey
from tests.unit.http.makers import Issuer, a_client, an_app


class Count(BaseModel):
    quantity: Annotated[int, Field(gt=0, examples=[12])]
    note: str | None = None
    kind: Literal["count"] = "count"


def a_router() -> APIRouter:
    router = APIRouter(prefix="/v1/counts")

    @router.post("")
    async def count(
        count: Count, principal: Annotated[Principal, Depends(allow(Role.DEPOT))], key: IdempotencyKey
    ) -> list[str]:
        return [principal.subject, key, str(count.quantity)]

    return router


@pytest.mark.asyncio
async def test_the_description_asks_for_a_bearer_token_and_shows_the_problems(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, a_router())) as client:
        described = (await client.get("/openapi.json")).json()

    operation = described["paths"]["/v1/counts"]["post"]
    assert described["openapi"].startswith("3.1")
    assert described["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert operation["security"] == [{"bearer": []}]
    problems = {"400", "401", "403", "408", "409", "413", "415", "422", "503"}
    assert set(operation["responses"]) == {"200", "default", *problems}
    for status in ("default", *problems):
        assert "application/problem+json" in operation["responses"][status]["content"]
    assert "idempotency-key-missing" in operation["responses"]["422"]["description"]
    assert (operation["x-roles"], operation["description"]) == (["depot"], "Open to: depot.")
    assert [(each["name"], each["required"]) for each in operation["parameters"]] == [
        ("Idempotency-Key", True),
        ("JVTrack-After", False),
    ]
    assert "security" not in described["paths"]["/metrics"]["get"]
    assert "HTTPValidationError" not in json.dumps(described)


@pytest.mark.asyncio
async def test_the_page_needs_nothing_from_elsewhere(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, a_router())) as client:
        page = await client.get("/docs")
        needs = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        answers = {need: await client.get(f"/{need}") for need in needs}

    assert page.status_code == 200
    assert len(needs) == 4
    assert all(answer.status_code == 200 for answer in answers.values())
    assert "http" not in page.text.replace("http-equiv", "")
    assert "<script>" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert answers["docs/start.js"].headers["content-type"].startswith("text/javascript")


@pytest.mark.asyncio
async def test_the_page_is_of_a_kind_that_reads_the_description(issuer: Issuer) -> None:
    async with a_client(an_app(issuer, a_router())) as client:
        start = (await client.get("/docs/start.js")).text
        described = await client.get("/" + re.findall(r'url: "([^"]+)"', start)[0])
        program = (await client.get("/docs/assets/swagger-ui-bundle.js")).text

    assert described.json()["openapi"].startswith("3.1")
    assert "openapi-3-1" in program


@pytest.mark.asyncio
async def test_only_the_packaged_files_are_given_out(issuer: Issuer) -> None:
    async with a_client(an_app(issuer)) as client:
        answers = [
            await client.get(f"/docs/assets/{name}") for name in ("index.j2", "..%2f__init__.py", "swagger-ui.css")
        ]

    assert [answer.status_code for answer in answers] == [404, 404, 200]

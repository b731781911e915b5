"""The API's description, and pages to try it out that need nothing from outside: the networks are air-gapped.

`/openapi.json` is OpenAPI 3.1. The packaged Swagger UI reads 3.0, so its page gets the same description in 3.0's
words from `/docs/openapi.json`.
"""

import html
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Response
from fastapi.responses import FileResponse, HTMLResponse

from shared.http.auth import public
from shared.http.description import describe

_Schema = dict[str, Any]  # a JSON document under change
_NULL = {"type": "null"}
_ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="docs/assets/favicon-32x32.png"><link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body><div id="swagger-ui"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script><script src="docs/start.js"></script></body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "docs/openapi.json", dom_id: "#swagger-ui", layout: "BaseLayout", deepLinking: true,
  persistAuthorization: true, displayRequestDuration: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset],
});
"""


def router(app: FastAPI) -> APIRouter:
    """Give the routes of the description and of the pages to try it out."""
    routes = APIRouter(include_in_schema=False)
    described: dict[str, bytes] = {}

    def description() -> bytes:
        if "3.1" not in described:
            described["3.1"] = json.dumps(describe(app)).encode()
            described["3.0"] = json.dumps(in_words_of_3_0(json.loads(described["3.1"]))).encode()
        return described["3.1"]

    @routes.get("/openapi.json")
    @public
    async def openapi() -> Response:
        return Response(description(), media_type="application/json")

    @routes.get("/docs/openapi.json")
    @public
    async def openapi_3_0() -> Response:
        description()
        return Response(described["3.0"], media_type="application/json")

    _add_pages(routes, app.title)
    return routes


def _add_pages(routes: APIRouter, title: str) -> None:
    assets = _assets()

    @routes.get("/docs")
    @public
    async def docs() -> Response:
        page = _PAGE.format(title=html.escape(title))
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})

    @routes.get("/docs/start.js")
    @public
    async def start() -> Response:
        return Response(_START, media_type="text/javascript")

    @routes.get("/docs/assets/{name}")
    @public
    async def asset(name: str) -> Response:
        if name not in _ASSETS:
            raise HTTPException(404)
        return FileResponse(assets / name, media_type=_ASSETS[name])


def in_words_of_3_0(schema: _Schema) -> _Schema:
    """Say an OpenAPI 3.1 description in the words of 3.0, as far as a page to try it out needs."""
    return {**_without_3_1(schema), "openapi": "3.0.3"}


def _assets() -> Path:
    """Find the packaged Swagger UI, whose folder carries its version."""
    (folder,) = Path(str(files("swagger_ui_bundle"))).glob("vendor/swagger-ui-*")
    return folder


def _converted(node: object) -> object:
    if isinstance(node, list):
        return [_converted(each) for each in node]
    return _without_3_1(node) if isinstance(node, dict) else node


def _without_3_1(schema: _Schema) -> _Schema:
    told: _Schema = {name: _converted(value) for name, value in schema.items()}
    if isinstance(told.get("examples"), list) and told["examples"]:
        told["example"] = told.pop("examples")[0]
    if isinstance(told.get("const"), str | int):
        told["enum"] = [told.pop("const")]
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if exclusive in told and not isinstance(told[exclusive], bool | dict):
            told[bound], told[exclusive] = told[exclusive], True
    return _nullable(told) if _NULL in (told.get("anyOf") or ()) else told


def _nullable(schema: _Schema) -> _Schema:
    choices = [each for each in schema["anyOf"] if each != _NULL]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    if len(choices) == 1 and "$ref" not in choices[0]:
        return {**choices[0], **rest, "nullable": True}
    return {**rest, "anyOf": choices, "nullable": True}

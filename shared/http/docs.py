"""The API's description in OpenAPI 3.1, and a page to try it out that needs nothing from outside.

The networks are air-gapped: the page's program, Swagger UI, comes in a package.
"""

import html
import json
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI, HTTPException, Response
from fastapi.responses import FileResponse, HTMLResponse

from shared.http.auth import public
from shared.http.description import describe

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
  url: "openapi.json", dom_id: "#swagger-ui", layout: "BaseLayout", deepLinking: true,
  persistAuthorization: true, displayRequestDuration: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset],
});
"""


def router(app: FastAPI) -> APIRouter:
    """Give the routes of the description and of the pages to try it out."""
    routes = APIRouter(include_in_schema=False)
    described: list[bytes] = []

    @routes.get("/openapi.json")
    @public
    async def openapi() -> Response:
        if not described:
            described.append(json.dumps(describe(app)).encode())
        return Response(described[0], media_type="application/json")

    _add_pages(routes, app.title)
    return routes


def _add_pages(routes: APIRouter, title: str) -> None:
    assets = Path(str(files("fastapi_swagger") / "resources"))

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

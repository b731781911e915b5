"""HEAD on every door that answers GET: the same answer without its body, for those who only ask whether it is there."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """Lets a HEAD in as a GET and keeps the body back; a stream that is asked so ends at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, _gone, without_body)


async def _gone() -> Message:
    """Say that nobody is there for what might follow the headers."""
    return {"type": "http.disconnect"}

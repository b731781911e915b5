"""What every route checks before its own code runs: who asks, what is asked, how much is sent, and after what.

Routes are adopted once, when the app is built: the rule, the known query parameters and the bounds of each are worked
out then, so that a request pays for little more than the comparisons. Waiting for versions comes last, and before any
transaction is opened.
"""

import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import Kind, Refusal
from shared.http.arrivals import Arrivals
from shared.http.auth import PRINCIPAL, Rule, rule_of
from shared.http.bodies import DEFAULT_PACE, BodyTooLarge, Pace, bounded, inflated, paced, unambiguous
from shared.http.tokens import Authenticator
from shared.http.versions import AFTER_HEADER, read_after
from shared.observe import logs

BODY_BYTES_MAX = 1_048_576
JSON = "application/json"
_QUERY_PARAMETERS_MAX = 50
_AFTER = AFTER_HEADER.lower().encode()
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
_LIMITS = "__jvtrack_limits__"
_CHARSET = re.compile(r""";\s*charset\s*=\s*"?([^\s;"]+)""", re.IGNORECASE)
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
_COMPRESSED_FROM_BYTES = 4_096
_COMPRESSION_LEVEL = 4
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])


class MediaTypeUnsupported(Refusal):
    """The body is not of a type that this door reads."""

    kind = Kind.UNSUPPORTED


@dataclass(frozen=True, slots=True)
class Limits:
    """What a route takes as a body."""

    body_bytes_max: int = BODY_BYTES_MAX
    media_types: tuple[str, ...] = (JSON,)
    inflates: bool = False
    """Whether a body may come as gzip."""
    pace: Pace = DEFAULT_PACE

    @property
    def is_plain(self) -> bool:
        """Whether it takes what most doors do: JSON that is small enough to be looked at twice."""
        return self.media_types == (JSON,) and self.body_bytes_max <= BODY_BYTES_MAX


def takes(*media_types: str, body_bytes_max: int = BODY_BYTES_MAX) -> Callable[[_Endpoint], _Endpoint]:
    """Let a route take bodies of these types and size, also as gzip, instead of 1 MiB of JSON.

    Put it under the route's decorator.
    """
    limits = Limits(body_bytes_max, media_types or (JSON,), inflates=True)

    def mark(endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, _LIMITS, limits)
        return endpoint

    return mark


def adopt(route: APIRoute, authenticator: Authenticator, arrivals: Arrivals) -> APIRoute:
    """Give a guarded copy of a route, which several apps may share."""
    guarded = copy.copy(route)
    limits: Limits = getattr(route.endpoint, _LIMITS, Limits())
    known_query = dict(_query_parameters(route.dependant))
    methods = route.methods or set()
    guarded.app = Guard(
        route.app,
        authenticator=authenticator,
        arrivals=arrivals,
        rule=rule_of(route),
        known_query=known_query,
        limits=limits if _BODY_METHODS & methods else None,
    )
    if "GET" in methods:
        guarded.app = GZipMiddleware(guarded.app, _COMPRESSED_FROM_BYTES, _COMPRESSION_LEVEL)
    return guarded


class Guard:
    """Stands before one route."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        authenticator: Authenticator,
        arrivals: Arrivals,
        rule: Rule | None,
        known_query: Mapping[str, bool],
        limits: Limits | None,
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._arrivals = arrivals
        self._rule = rule
        self._known_query = known_query
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to its route, or refuse it."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if self._rule is not None:
            sent = headers.get(b"authorization")
            principal = self._authenticator.principal(None if sent is None else sent.decode("latin-1"))
            logs.bind(principal=principal.subject)
            self._rule.admit(principal)
            scope[PRINCIPAL] = principal
        if scope["query_string"]:
            self._check_query(scope["query_string"])
        if self._limits is not None:
            receive = _check_body(headers, self._limits, receive)
        if self._rule is not None and _AFTER in headers:
            await self._arrivals.wait_for(read_after(_all_of(_AFTER, scope)), scope[PRINCIPAL])
        await self._app(scope, receive, send)

    def _check_query(self, query: bytes) -> None:
        try:
            sent = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_QUERY_PARAMETERS_MAX)
        except ValueError:
            raise RequestValidationError([_query_error("", "Too many query parameters")]) from None
        named = Counter(name for name, _ in sent)
        unknown = sorted(named.keys() - self._known_query.keys())
        if unknown:
            raise RequestValidationError([_query_error(name, "This door knows no such parameter") for name in unknown])
        repeated = sorted(name for name, times in named.items() if times > 1 and not self._known_query[name])
        if repeated:
            raise RequestValidationError([_query_error(name, "Say it once: only one would count") for name in repeated])


def _all_of(name: bytes, scope: Scope) -> str:
    """Read a header that may be sent in several lines."""
    return b",".join(value for sent, value in scope["headers"] if sent == name).decode("latin-1")


def media_type(sent: str) -> str:
    """Read a media type as it is compared: without its parameters, in lower case."""
    return sent.partition(";")[0].strip().lower()


def _check_body(headers: dict[bytes, bytes], limits: Limits, receive: Receive) -> Receive:
    is_chunked = b"transfer-encoding" in headers
    length = headers.get(b"content-length", b"0")
    if length == b"0" and not is_chunked:
        return receive
    sent = headers.get(b"content-type", b"").decode("latin-1")
    charset = _CHARSET.search(sent)
    if media_type(sent) not in limits.media_types or (charset and charset[1].lower() not in _CHARSETS):
        raise MediaTypeUnsupported(sent=sent[:100], taken=", ".join(limits.media_types), charset="utf-8")
    encoding = headers.get(b"content-encoding", b"identity").decode("latin-1").strip().lower()
    if encoding != "identity" and not (encoding == "gzip" and limits.inflates):
        raise MediaTypeUnsupported(sent=encoding[:100], taken="identity, gzip" if limits.inflates else "identity")
    receive = paced(receive, limits.pace)
    if is_chunked or not length.isdigit():
        receive = bounded(receive, limits.body_bytes_max)
    elif int(length) > limits.body_bytes_max:
        raise BodyTooLarge(body_bytes_max=limits.body_bytes_max)
    if encoding == "gzip":
        receive = inflated(receive, limits.body_bytes_max)
    return unambiguous(receive) if limits.is_plain else receive


def _query_parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """Name the parameters that a door knows, and whether each is a list, so that it may come several times."""
    for parameter in dependant.query_params:
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from ((field.alias or name, _is_list(field.annotation)) for name, field in model.model_fields.items())
        else:
            yield parameter.alias, _is_list(model)
    for dependency in dependant.dependencies:
        yield from _query_parameters(dependency)


def _is_list(annotation: object) -> bool:
    return any(get_origin(each) is list for each in (annotation, *get_args(annotation)))


def _query_error(name: str, message: str) -> dict[str, object]:
    place: Sequence[str] = ("query", name) if name else ("query",)
    return {"type": "query_unknown", "loc": place, "msg": message, "input": None}

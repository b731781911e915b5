"""Which door is open to whom: every route carries one explicit rule, or the app refuses to be built.

The rule is looked at before anything of the body is read (`guard.py`), so that a stranger learns nothing from a door
but that it is closed. Who may see or post what *behind* an open door is decided by `rights.py`.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.openapi.models import HTTPBearer
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase

from shared.errors import Fault, Kind, Refusal
from shared.http.tokens import Authenticator, AuthSettings, Principal, Role, TokenInvalid, TokenMissing

PRINCIPAL = "jvtrack.principal"
__all__ = [
    "PRINCIPAL",
    "AuthSettings",
    "Authenticator",
    "Principal",
    "Role",
    "RoleForbidden",
    "Rule",
    "RuleMissing",
    "ScopeForbidden",
    "TokenInvalid",
    "TokenMissing",
    "allow",
    "public",
    "rule_of",
]
_PUBLIC = "__jvtrack_public__"
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])


class RoleForbidden(Refusal):
    """Your role may not use this door."""

    kind = Kind.FORBIDDEN


class ScopeForbidden(Refusal):
    """Your token does not reach this door."""

    kind = Kind.FORBIDDEN


class RuleMissing(Fault):
    """A route does not say who may use it."""


class Rule(SecurityBase):
    """Who may use a route; as a dependency it gives the principal."""

    def __init__(self, roles: frozenset[Role], scope: str | None) -> None:
        self.roles = roles
        self.scope = scope
        self.model = HTTPBearer(bearerFormat="JWT", description="An access token: `jvtrack token --role depot ...`")
        self.scheme_name = "bearer"

    def admit(self, principal: Principal) -> None:
        """Let the principal pass, or refuse."""
        if principal.role not in self.roles:
            raise RoleForbidden(role=principal.role.value)
        if self.scope is not None and self.scope not in principal.scopes:
            raise ScopeForbidden(scope=self.scope)

    async def __call__(self, request: Request) -> Principal:
        """Give the principal that the guard has admitted."""
        principal = request.scope[PRINCIPAL]
        assert isinstance(principal, Principal)
        return principal


def allow(*roles: Role, scope: str | None = None) -> Rule:
    """Open a route to these roles: `principal: Annotated[Principal, Depends(allow(Role.DEPOT))]`."""
    assert roles, "a door that is open to nobody is not a door"
    return Rule(frozenset(roles), scope)


def public(endpoint: _Endpoint) -> _Endpoint:
    """Open a route to everybody; only for what tells nothing of the trade."""
    setattr(endpoint, _PUBLIC, True)
    return endpoint


def rule_of(route: APIRoute) -> Rule | None:
    """Find a route's rule; None where it is public."""
    rules = [call for call in _calls(route.dependant) if isinstance(call, Rule)]
    is_public = getattr(route.endpoint, _PUBLIC, False)
    if len(rules) + is_public != 1:
        raise RuleMissing(f"{sorted(route.methods or ())} {route.path} must have one rule: allow(...) or @public")
    return rules[0] if rules else None


def _calls(dependant: Dependant) -> Iterator[object]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _calls(dependency)

"""What a route needs, as types in its signature: a role, the store, the caller's address.

``def discover(caller: Operator, …)`` *is* the check: there is no other, and ``/openapi.json`` shows it.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from cloudviz.access import Caller, Event, Role
from cloudviz.access.key_format import PREFIX
from cloudviz.api.edge import CALLER
from cloudviz.api.house import House as _House
from cloudviz.api.studio import Studio as _Studio
from cloudviz.errors import Forbidden, Unauthenticated
from cloudviz.store import Store as _Store
from cloudviz.store import belongs_to

bearer = HTTPBearer(
    scheme_name="bearer",
    bearerFormat="JWT",
    description="The `access_token` of POST /auth/login, or an API key. The word beside it is the role that the "
    "operation needs.",
    auto_error=False,
)
api_key = APIKeyHeader(
    name="X-API-Key",
    scheme_name="api_key",
    description="An API key of POST /auth/api-keys, where a client can't send it as `Authorization: Bearer`.",
    auto_error=False,
)


def house(request: Request) -> _House:
    """The parts of the running server."""
    found: _House = request.app.state.house
    return found


def store(request: Request) -> _Store:
    """The open store."""
    return house(request).store


def studio(request: Request) -> _Studio:
    """Where pictures are drawn."""
    return house(request).studio


def address(request: Request) -> str:
    """The network address that the request comes from; empty when the server was not told."""
    return request.client.host if request.client else ""


async def caller(
    request: Request,
    scopes: SecurityScopes,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    key: Annotated[str | None, Security(api_key)],
) -> Caller:
    """Who calls, when the token is valid, its session is open, and the role that the route names is theirs.

    An API key stands for its owner; one for reading only may do what viewers may.

    Raises :class:`~cloudviz.errors.Unauthenticated` or :class:`~cloudviz.errors.Forbidden`.
    """
    door = house(request).door
    if credentials is None and not key:
        raise Unauthenticated(
            "the request carries no access token",
            hint="Sign in with POST /auth/login and send: Authorization: Bearer <access_token>.",
        )
    if credentials is not None and key:
        raise Unauthenticated("the request carries a token and a key", hint="Send one of them.")
    if key and not key.startswith(PREFIX):  # a token is no key
        raise Unauthenticated("the API key is not valid", hint="A key begins with cv_live_.")
    known: Caller = request.scope.get(CALLER) or await door.sign_in.caller(
        credentials.credentials if credentials else key or ""
    )
    belongs_to(f"key:{known.key}" if known.key else f"person:{known.person}")
    for word in scopes.scopes:
        needed = Role(word)
        reads = request.method in ("GET", "HEAD") or needed is Role.VIEWER
        if not known.may(needed) or (known.read_only and not reads):
            await door.log.note(
                Event.ROLE_MISSING,
                actor=known.username,
                target=request.url.path,
                address=address(request),
                detail={"needed": needed.value, "method": request.method},
            )
            if known.may(needed):
                raise Forbidden("this changes something, and the key only reads", hint="Use a key that may write.")
            raise Forbidden(
                f"this needs the role {needed.value}; you have {', '.join(known.roles) or 'none'}",
                hint="Ask an administrator for the role.",
            )
    return known


async def in_person(known: Annotated[Caller, Security(caller, scopes=[Role.VIEWER.value])]) -> Caller:
    """Who calls, signed in: a key must make no keys, and has no session to close.

    Raises :class:`~cloudviz.errors.Forbidden`.
    """
    if known.key:
        raise Forbidden("this can't be done with an API key", hint="Sign in with POST /auth/login.")
    return known


Viewer = Annotated[Caller, Security(caller, scopes=[Role.VIEWER.value])]
Operator = Annotated[Caller, Security(caller, scopes=[Role.OPERATOR.value])]
Admin = Annotated[Caller, Security(caller, scopes=[Role.ADMIN.value])]
InPerson = Annotated[Caller, Depends(in_person)]

House = Annotated[_House, Depends(house)]
Store = Annotated[_Store, Depends(store)]
Studio = Annotated[_Studio, Depends(studio)]
Address = Annotated[str, Depends(address)]

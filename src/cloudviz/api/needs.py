"""What a route needs, as types in its signature: a role, the store, the caller's address.

``def discover(caller: Operator, …)`` *is* the check: there is no other, and ``/openapi.json`` shows it.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from cloudviz.access import Caller, Event, Role
from cloudviz.api.house import House as _House
from cloudviz.api.studio import Studio as _Studio
from cloudviz.errors import Forbidden, Unauthenticated
from cloudviz.store import Store as _Store

bearer = HTTPBearer(
    scheme_name="bearer",
    bearerFormat="JWT",
    description="The `access_token` of POST /auth/login. The word beside it is the role that the operation needs.",
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
) -> Caller:
    """Who calls, when the token is valid, its session is open, and the role that the route names is theirs.

    Raises :class:`~cloudviz.errors.Unauthenticated` or :class:`~cloudviz.errors.Forbidden`.
    """
    door = house(request).door
    if credentials is None:
        raise Unauthenticated(
            "the request carries no access token",
            hint="Sign in with POST /auth/login and send: Authorization: Bearer <access_token>.",
        )
    known = await door.sign_in.caller(credentials.credentials)
    for word in scopes.scopes:
        needed = Role(word)
        if not known.may(needed):
            await door.log.note(
                Event.ROLE_MISSING,
                actor=known.username,
                target=request.url.path,
                address=address(request),
                detail={"needed": needed.value, "method": request.method},
            )
            raise Forbidden(
                f"this needs the role {needed.value}; you have {', '.join(known.roles) or 'none'}",
                hint="Ask an administrator for the role.",
            )
    return known


Viewer = Annotated[Caller, Security(caller, scopes=[Role.VIEWER.value])]
Operator = Annotated[Caller, Security(caller, scopes=[Role.OPERATOR.value])]
Admin = Annotated[Caller, Security(caller, scopes=[Role.ADMIN.value])]

House = Annotated[_House, Depends(house)]
Store = Annotated[_Store, Depends(store)]
Studio = Annotated[_Studio, Depends(studio)]
Address = Annotated[str, Depends(address)]

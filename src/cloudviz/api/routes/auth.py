"""``/auth``: signing in, staying signed in, signing out."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from cloudviz.access.sign_in import Grant
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.schemas.auth import (
    ExchangeRequest,
    LoginRequest,
    MeReply,
    ProviderModel,
    ProvidersReply,
    RefreshRequest,
    TokenReply,
)
from cloudviz.errors import CloudVizError, TooManyRequests

router = APIRouter(tags=["auth"])


@router.post("/login", summary="Sign in by name and password", responses=refuses(401, 429))
async def login(body: LoginRequest, house: needs.House, address: needs.Address) -> TokenReply:
    """After some failures from one address the next attempts are delayed (429); nobody is ever locked out."""
    try:
        grant = await house.door.sign_in.with_password(body.username, body.password.get_secret_value(), address)
    except CloudVizError as refusal:
        slowed = isinstance(refusal, TooManyRequests)
        house.metrics.sign_ins.labels("slowed" if slowed else "failed").inc()
        raise
    house.metrics.sign_ins.labels("succeeded").inc()
    return _reply(grant)


@router.post("/refresh", summary="Exchange a refresh token for a new grant", responses=refuses(401))
async def refresh(body: RefreshRequest, house: needs.House, address: needs.Address) -> TokenReply:
    """A refresh token works once. Using one a second time closes its session, since somebody copied it."""
    return _reply(await house.door.sign_in.refresh(body.refresh_token.get_secret_value(), address))


@router.post("/exchange", summary="Sign in with the code of a sign-in link", responses=refuses(401))
async def exchange(body: ExchangeRequest, house: needs.House, address: needs.Address) -> TokenReply:
    """`cloudviz demo` prints such a link. Its code works once, for 10 minutes."""
    return _reply(await house.door.sign_in.with_code(body.code.get_secret_value(), address))


@router.post("/logout", summary="Close this session", status_code=204)
async def logout(caller: needs.InPerson, house: needs.House, address: needs.Address) -> Response:
    """Its access and refresh tokens are worth nothing from then on."""
    await house.door.sign_in.sign_out(caller, address)
    return Response(status_code=204)


@router.post("/revoke-all", summary="Close all of your sessions", status_code=204)
async def revoke_all(caller: needs.InPerson, house: needs.House, address: needs.Address) -> Response:
    """This one too: none of your tokens is worth anything within a second. Your API keys stay."""
    person = await house.door.admissions.numbered(caller.person)
    await house.door.sign_in.end_sessions(person, by=caller.username, address=address)
    return Response(status_code=204)


@router.get("/me", summary="Who the access token or API key belongs to")
async def me(caller: needs.Viewer) -> MeReply:
    """The roles are those of now, not those of when the token was issued."""
    return MeReply(
        id=caller.person,
        username=caller.username,
        email=caller.email,
        roles=list(caller.roles),
        api_key=caller.key or None,
    )


@router.get("/providers", summary="Identity providers to sign in with")
async def providers(house: needs.House) -> ProvidersReply:
    """Empty where this installation knows passwords only. `login_url` is for a browser to go to."""
    return ProvidersReply(
        items=[
            ProviderModel(id=each.name, title=each.title, login_url=f"/auth/oauth/{each.name}/login")
            for each in house.door.elsewhere.providers.values()
        ]
    )


def _reply(grant: Grant) -> TokenReply:
    return TokenReply(
        access_token=grant.access_token, refresh_token=grant.refresh_token, expires_in=grant.expires_in
    )

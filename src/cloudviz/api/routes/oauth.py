"""``/auth/oauth``: signing in by an identity provider, in a browser."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.errors import CloudVizError, Unavailable
from cloudviz.runtime.identity_settings import is_loopback

router = APIRouter(tags=["auth"])

COOKIE = "cloudviz-sign-in"
COOKIE_PATH = "/auth/oauth"
COOKIE_SECONDS = 600


@router.get(
    "/{provider}/login",
    summary="Begin to sign in by an identity provider",
    status_code=303,
    response_class=RedirectResponse,
    response_description="On to the provider, by `Location`.",
    responses=refuses(404),
)
async def begin_elsewhere(provider: str, request: Request, house: needs.House) -> Response:
    """For a browser: it is sent on to the provider, and keeps a cookie until it comes back."""
    house.door.elsewhere.provider(provider)  # an unknown one is that first of all
    base = _base(request, house)
    begun = await house.door.elsewhere.begin(provider, _callback(base, provider))
    reply = RedirectResponse(begun.address, status_code=303)
    reply.set_cookie(
        _cookie(base),
        begun.secret,
        max_age=COOKIE_SECONDS,
        path=COOKIE_PATH,
        secure=base.startswith("https:"),
        httponly=True,
        samesite="lax",  # the provider leads back by a link; strict would leave the cookie out
    )
    return reply


@router.get(
    "/{provider}/callback",
    summary="Come back from an identity provider",
    status_code=303,
    response_class=RedirectResponse,
    response_description="On to the web app, by `Location`.",
    responses=refuses(401, 403, 404),
)
async def come_back(provider: str, request: Request, house: needs.House, address: needs.Address) -> Response:
    """The provider leads the browser here. It goes on to the web app with a code for POST /auth/exchange.

    A browser that is refused goes to the web app's sign-in page; other clients get a problem document.
    """
    house.door.elsewhere.provider(provider)  # an unknown one is that first of all
    base = _base(request, house)
    # Of a value that is given twice, none: two readers might take different ones.
    given = request.query_params
    answer = {name: given[name] for name in given if len(given.getlist(name)) == 1}
    secret = request.cookies.get(_cookie(base), "")
    reply: Response
    try:
        code = await house.door.elsewhere.finish(provider, _callback(base, provider), answer, secret, address)
        reply = RedirectResponse(f"{base}/#/sign-in?code={code}", status_code=303)
    except CloudVizError as refusal:
        house.metrics.sign_ins.labels("failed").inc()
        if "text/html" not in request.headers.get("accept", ""):
            raise
        reply = RedirectResponse(f"{base}/#/sign-in?refused={refusal.code}", status_code=303)
    reply.delete_cookie(_cookie(base), path=COOKIE_PATH, secure=base.startswith("https:"), httponly=True)
    return reply


def _base(request: Request, house: needs.House) -> str:
    """The address under which users reach us. What a Host header says is believed on this machine only."""
    public = house.settings.server.public_url.rstrip("/")
    if public:
        return public
    if not is_loopback(request.url.hostname or ""):
        raise Unavailable(
            "signing in by an identity provider needs the setting server.public_url",
            hint="Set it to the address under which users reach CloudViz.",
        )
    return str(request.base_url).rstrip("/")


def _callback(base: str, provider: str) -> str:
    return f"{base}/auth/oauth/{provider}/callback"


def _cookie(base: str) -> str:
    return f"__Secure-{COOKIE}" if base.startswith("https:") else COOKIE

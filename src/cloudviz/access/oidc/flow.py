"""The code flow: a browser goes to the provider and comes back with a code (OpenID Connect Core §3.1, RFC 9700).

One random secret stays in the browser that began, in a cookie. State, nonce and PKCE verifier are derived from it,
so that a code is of use in that browser only, and the database holds nothing but the hash of the state, which
counts once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from cloudviz.access.audit import Event, SecurityLog
from cloudviz.access.oidc.guests import Guests
from cloudviz.access.oidc.id_token import key_id, read_id_token
from cloudviz.access.oidc.provider import IdentityProvider
from cloudviz.access.oidc.refused import Refused
from cloudviz.access.sign_in import SignIn
from cloudviz.errors import Forbidden, NotFound, Unauthenticated
from cloudviz.runtime import clock
from cloudviz.runtime.identity_settings import IdentityProviderSettings
from cloudviz.store import Store

ATTEMPT_LIFETIME = timedelta(minutes=10)
CODE_LIFETIME = timedelta(minutes=1)  # from our redirect to the web app's exchange
LONGEST_VALUE = 4096  # of anything that comes back in the address


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that began: where the browser goes, and what it keeps."""

    address: str
    secret: str


class SignInElsewhere:
    """Signs people in by the identity providers of the settings.

    Arguments:
        providers: by name.
        now: seconds since 1970; for tests of expiry.
    """

    def __init__(
        self,
        store: Store,
        providers: Mapping[str, IdentityProviderSettings],
        *,
        sign_in: SignIn,
        log: SecurityLog,
        now: Callable[[], float] = lambda: clock.now().timestamp(),
    ) -> None:
        self._people = store.people
        self._sign_in = sign_in
        self._log = log
        self._now = now
        self._guests = Guests(store, log, sign_in.recognition)
        self.providers = {name: IdentityProvider(name, each) for name, each in providers.items()}

    async def begin(self, name: str, redirect_uri: str) -> Begun:
        """Send a browser to a provider.

        Raises :class:`~cloudviz.errors.NotFound` for an unknown one, :class:`~cloudviz.errors.Unavailable`.
        """
        provider = self.provider(name)
        secret = secrets.token_urlsafe(32)
        endpoint = await provider.authorization_endpoint()
        state = _derived(secret, "state", name)
        await self._people.begin_attempt(_attempt(state), name, clock.now() + ATTEMPT_LIFETIME)
        challenge = hashlib.sha256(_derived(secret, "verifier", name).encode()).digest()
        query = {
            "response_type": "code",
            "client_id": provider.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(provider.settings.scopes),
            "state": state,
            "nonce": _derived(secret, "nonce", name),
            "code_challenge": _base64url(challenge),
            "code_challenge_method": "S256",
        }
        return Begun(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}", secret)

    async def finish(
        self, name: str, redirect_uri: str, answer: Mapping[str, str], secret: str, address: str
    ) -> str:
        """A one-time code of ours for the browser that comes back from a provider.

        Arguments:
            answer: the query of the callback: ``code``, ``state``, ``iss``, or ``error``.
            secret: what the browser kept; empty when it has none.

        Raises :class:`~cloudviz.errors.Unauthenticated` in the same words whatever is wrong,
        :class:`~cloudviz.errors.Forbidden` for somebody without a role, :class:`~cloudviz.errors.Unavailable`.
        """
        provider = self.provider(name)
        try:
            claims = await self._claims(provider, redirect_uri, answer, secret)
            person = await self._guests.admit(name, provider.settings, claims, address)
        except (Unauthenticated, Forbidden) as refusal:
            reason = refusal.reason if isinstance(refusal, Refused) else refusal.detail
            await self._log.note(
                Event.IDENTITY_REFUSED, actor="", target=name, address=address, detail={"reason": reason}
            )
            raise
        return await self._sign_in.make_code(person, by=name, lifetime=CODE_LIFETIME)

    async def _claims(
        self, provider: IdentityProvider, redirect_uri: str, answer: Mapping[str, str], secret: str
    ) -> dict[str, object]:
        state = answer.get("state", "")
        if not secret or not hmac.compare_digest(
            state.encode(), _derived(secret, "state", provider.name).encode()
        ):
            raise Refused("the state is not that of this browser")
        if not await self._people.end_attempt(_attempt(state), provider.name):
            raise Refused("the sign-in was finished before, or took too long")
        given = await self._issuer_given(provider, answer)
        if "error" in answer:
            raise Refused(f"the provider answered {answer['error'][:80]!r}")
        code = answer.get("code", "")
        if not 0 < len(code) <= LONGEST_VALUE:
            raise Refused("there is no code")
        tokens = await provider.exchange(code, _derived(secret, "verifier", provider.name), redirect_uri)
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise Refused("the provider gave no ID token")
        claims = read_id_token(
            id_token,
            await provider.keys(without=key_id(id_token)),
            algorithm=provider.settings.algorithm,
            issuers=provider.settings.issuers,
            client_id=provider.settings.client_id,
            nonce=_derived(secret, "nonce", provider.name),
            now=self._now,
        )
        if given is not None and given != claims["iss"]:
            raise Refused("the answer and the ID token are of two issuers")
        access_token = tokens.get("access_token")
        wanted = {"email", "preferred_username", provider.settings.group_claim}
        if isinstance(access_token, str) and not wanted <= claims.keys():
            more = await provider.user_info(access_token)
            if more:
                if more.get("sub") != claims["sub"]:  # OpenID Connect Core §5.3.2
                    raise Refused("the user info is of somebody else")
                claims = {**more, **claims}
        return claims

    async def _issuer_given(self, provider: IdentityProvider, answer: Mapping[str, str]) -> str | None:
        """RFC 9207: an answer that another provider gave must not be taken for this one's."""
        document = await provider.document()
        given = answer.get("iss")
        if given is None and document.get("authorization_response_iss_parameter_supported") is True:
            raise Refused("the answer does not say which issuer gave it")
        if given is not None and given not in provider.settings.issuers:
            raise Refused("the answer is of another issuer")
        return given

    def provider(self, name: str) -> IdentityProvider:
        """The provider of that name. Raises :class:`~cloudviz.errors.NotFound`."""
        provider = self.providers.get(name)
        if provider is None:
            raise NotFound(f"there is no identity provider {name[:40]!r}", hint="GET /auth/providers lists them.")
        return provider


def _derived(secret: str, purpose: str, provider: str) -> str:
    """A value of 256 bits that only who has the secret can make: 43 characters, as PKCE wants at least."""
    return _base64url(hmac.digest(secret.encode(), f"cloudviz.{purpose}\0{provider}".encode(), "sha256"))


def _attempt(state: str) -> str:
    return hashlib.sha256(b"cloudviz.attempt\0" + state.encode()).hexdigest()


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

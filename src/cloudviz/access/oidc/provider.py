"""An identity provider over HTTP: its discovery document, its keys, and the exchange of a code for tokens.

Only the issuer of the settings is asked, and what its own discovery document names; there are no redirects, and a
reply is bounded. Nothing that a browser sends decides where a request goes.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import orjson

from cloudviz.access.oidc.refused import Refused
from cloudviz.errors import Unavailable
from cloudviz.runtime.identity_settings import IdentityProviderSettings, is_loopback
from cloudviz.runtime.logs import get_logger

FRESH_SECONDS = 3600.0  # discovery document and keys
LEAST_PAUSE = 30.0  # between two looks at the keys because of a token that names none of them
TIMEOUT_SECONDS = 10.0
LARGEST_REPLY = 1024 * 1024

log = get_logger(__name__)
Document = Mapping[str, Any]


class IdentityProvider:
    """One provider of the settings.

    Arguments:
        name: its name in the settings.
        monotonic: a monotonic clock in seconds, for what is kept.
    """

    def __init__(
        self, name: str, settings: IdentityProviderSettings, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self.settings = settings
        self.title = settings.title or name
        self._monotonic = monotonic
        self._turn = asyncio.Lock()
        self._tls: ssl.SSLContext | None = None
        self._document: tuple[float, Document] | None = None
        self._keys: tuple[float, list[Document]] | None = None

    async def document(self) -> Document:
        """The discovery document (OpenID Connect Discovery §4), not older than an hour.

        Raises :class:`~cloudviz.errors.Unavailable` when the provider can't be asked or describes another issuer.
        """
        async with self._turn:
            return await self._described()

    async def keys(self, *, without: str | None = None) -> list[Document]:
        """Its public keys, as JWKs.

        Arguments:
            without: the id of a key that a token names and the known ones lack; they are then asked for anew, at
                most once in :data:`LEAST_PAUSE`, since anybody can name a key.
        """
        async with self._turn:
            now = self._monotonic()
            kept = self._keys
            if kept is not None:
                age = now - kept[0]
                lacking = without is not None and all(key.get("kid") != without for key in kept[1])
                if age < FRESH_SECONDS and not (lacking and age >= LEAST_PAUSE):
                    return kept[1]
            document = await self._described()
            reply = await self._get(self._endpoint(document, "jwks_uri"))
            listed = reply.get("keys")
            if not isinstance(listed, list):
                raise self._unusable("its key set has no keys")
            self._keys = (now, [key for key in listed if isinstance(key, dict)])
            return self._keys[1]

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> Document:
        """The token reply for a code (RFC 6749 §4.1.3 with the verifier of RFC 7636).

        Raises :class:`Refused` when the provider refuses the code.
        """
        document = await self.document()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {}
        secret = self.settings.client_secret.get_secret_value()
        methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if secret and "client_secret_basic" in methods:
            # RFC 6749 §2.3.1: both are form-encoded first.
            pair = f"{quote(self.settings.client_id, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form["client_id"] = self.settings.client_id
            if secret:
                form["client_secret"] = secret
        status, reply = await self._ask("POST", self._endpoint(document, "token_endpoint"), headers, form)
        if status != httpx.codes.OK:
            raise Refused(f"the token endpoint answered {status} {str(reply.get('error', ''))[:80]}".rstrip())
        return reply

    async def user_info(self, access_token: str) -> Document:
        """What the provider tells of somebody besides the ID token; empty where it has no such endpoint."""
        document = await self.document()
        if not document.get("userinfo_endpoint"):
            return {}
        headers = {"Authorization": f"Bearer {access_token}"}
        return await self._get(self._endpoint(document, "userinfo_endpoint"), headers)

    async def authorization_endpoint(self) -> str:
        """Where a browser is sent."""
        return self._endpoint(await self.document(), "authorization_endpoint")

    async def _described(self) -> Document:
        now = self._monotonic()
        if self._document is not None and now - self._document[0] < FRESH_SECONDS:
            return self._document[1]
        document = await self._get(f"{self.settings.asked_at}/.well-known/openid-configuration")
        if document.get("issuer") != self.settings.issuer:  # with the place-holder, where it serves many tenants
            raise self._unusable(f"it calls itself {str(document.get('issuer'))[:200]!r}")
        self._document = (now, document)
        return document

    def _endpoint(self, document: Document, name: str) -> str:
        address = document.get(name)
        parts = urlsplit(address) if isinstance(address, str) else None
        loopback_issuer = self.settings.issuer.startswith("http://")
        if (
            parts is None
            or not parts.hostname
            or parts.username is not None
            or not (parts.scheme == "https" or (loopback_issuer and is_loopback(parts.hostname)))
        ):
            raise self._unusable(f"its {name} is no https address")
        return str(address)

    async def _get(self, address: str, headers: Mapping[str, str] | None = None) -> Document:
        status, reply = await self._ask("GET", address, headers or {}, None)
        if status != httpx.codes.OK:
            raise self._unusable(f"it answered {status}")
        return reply

    async def _ask(
        self, method: str, address: str, headers: Mapping[str, str], form: dict[str, str] | None
    ) -> tuple[int, Document]:
        if self._tls is None:
            self._tls = ssl.create_default_context()  # 20 ms: once
        body = bytearray()
        try:
            async with (
                asyncio.timeout(TIMEOUT_SECONDS),
                httpx.AsyncClient(verify=self._tls, timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
                client.stream(
                    method, address, headers={"Accept": "application/json", **headers}, data=form
                ) as reply,
            ):
                async for piece in reply.aiter_bytes():
                    body += piece
                    if len(body) > LARGEST_REPLY:
                        raise self._unusable("its reply is over 1 MB")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise self._unusable(type(error).__name__) from error
        try:
            read = orjson.loads(bytes(body))
        except orjson.JSONDecodeError:
            read = {}
        return reply.status_code, read if isinstance(read, dict) else {}

    def _unusable(self, why: str) -> Unavailable:
        log.warning("the identity provider is not usable", provider=self.name, why=why)
        return Unavailable(
            f"the identity provider {self.title} can't be asked now",
            hint="Try again soon; the server's log says why.",
        )

"""Where Azure is, who we are there, and how long we wait."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import orjson

from cloudviz.errors import CloudRefused, Invalid, Unavailable
from cloudviz.sources.http import HttpLimits, Tokens
from cloudviz.sources.refusals import one_line

PUBLIC = "https://management.azure.com"

AUTHORITIES = {
    "management.azure.com": "login.microsoftonline.com",
    "management.usgovcloudapi.net": "login.microsoftonline.us",
    "management.chinacloudapi.cn": "login.chinacloudapi.cn",
}
"""Each cloud's Resource Manager, and who signs its tokens:
https://learn.microsoft.com/azure/developer/identity/national-cloud"""

_RENEW_BEFORE = 300
"""Seconds of life that a token must have left to be used."""

_SAID_BY_ENTRA = re.compile(r"AADSTS\d+:[^\n]*")
"""What is wrong with credentials that were there:
https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""

_SUBSCRIPTION = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_REGION = re.compile(r"[a-z]{2,30}[0-9]{0,2}")
_GROUP = re.compile(r"[\w.()-]{1,90}")
_MANAGEMENT_GROUP = re.compile(r"[A-Za-z0-9_.()-]{1,90}")


Limits = HttpLimits
"""How long a scan waits."""


def checked_subscriptions(subscriptions: Sequence[str]) -> tuple[str, ...]:
    """The subscriptions asked for, in lower case, without repeats. Raises Invalid when one is no UUID."""
    for each in subscriptions:
        if not _SUBSCRIPTION.fullmatch(each.lower()):
            raise Invalid(
                f"{each!r} is not an Azure subscription id",
                hint="A subscription id is a UUID; `az account list` shows them.",
            )
    return tuple(dict.fromkeys(each.lower() for each in subscriptions))


def checked_regions(regions: Sequence[str]) -> tuple[str, ...]:
    """The regions asked for without repeats; "West Europe" is westeurope. Raises Invalid for what is none."""
    found = []
    for each in regions:
        plain = each.replace(" ", "").lower()
        if not _REGION.fullmatch(plain):
            raise Invalid(f"{each!r} is not the name of an Azure region", hint="Use names such as westeurope.")
        found.append(plain)
    return tuple(dict.fromkeys(found))


def checked_groups(groups: Sequence[str]) -> tuple[str, ...]:
    """The resource groups asked for, in lower case. Raises Invalid for a name that none can have.

    Source: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
    """
    for each in groups:
        if not _GROUP.fullmatch(each):
            raise Invalid(f"{each!r} is not the name of a resource group")
    return tuple(dict.fromkeys(each.lower() for each in groups))


def checked_management_group(name: str | None) -> str | None:
    """The management group asked for. Raises Invalid for an id that none can have."""
    if name and not _MANAGEMENT_GROUP.fullmatch(name):
        raise Invalid(f"{name!r} is not the id of a management group")
    return name or None


class StaticToken:
    """One token that never changes: for tests, and for servers that stand in for Azure."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def get(self, *, refused: str = "") -> str:
        return self._token


class IdentityTokens:
    """Tokens of azure-identity's default chain: environment, workload identity, managed identity, az, azd.

    Arguments:
        scope: what the token is for, ``https://management.azure.com/.default``.
        authority: who signs it.
        seconds: how long signing in may take.
        secret: an application's ``tenant_id``, ``client_id`` and ``client_secret``, in place of the chain.
    """

    def __init__(
        self, scope: str, authority: str, seconds: float, secret: Mapping[str, str] | None = None
    ) -> None:
        self._scope = scope
        self._secret = secret
        self._authority = authority
        self._seconds = seconds
        self._credential: Any = None
        self._token = ""
        self._until = 0.0
        self._given_up: set[str] = set()
        self._lock = asyncio.Lock()

    async def get(self, *, refused: str = "") -> str:
        """See :class:`Tokens`. Raises CloudRefused when no credential gives a token, Unavailable without the
        package."""
        async with self._lock:
            if refused and refused == self._token and refused not in self._given_up:
                # A credential keeps its tokens for as long as they say they live; a new one asks again, once.
                self._given_up.add(refused)
                self._credential, self._until = None, 0.0
            if not self._token or time.time() > self._until - _RENEW_BEFORE:
                self._token, self._until = await self._ask()
            return self._token

    async def _ask(self) -> tuple[str, float]:
        try:
            from azure.core.exceptions import AzureError
            from azure.identity import ClientSecretCredential, DefaultAzureCredential
        except ImportError as error:
            raise Unavailable(
                "the package azure-identity, which signs in to Azure, is not installed",
                hint="Install it with: pip install 'cloudviz[azure]'",
            ) from error
        # It says at length on stderr what it tried; what matters of that is in the error.
        logging.getLogger("azure.identity").setLevel(logging.ERROR)
        if self._credential is None:
            # Whose tokens Microsoft does not sign, Microsoft does not know either.
            where: dict[str, Any] = {
                "authority": self._authority,
                "disable_instance_discovery": self._authority not in AUTHORITIES.values(),
            }
            self._credential = (
                ClientSecretCredential(**self._secret, **where)
                if self._secret
                else DefaultAzureCredential(**where)
            )
        try:
            async with asyncio.timeout(self._seconds):
                given = await asyncio.to_thread(self._credential.get_token, self._scope)
        except TimeoutError as error:
            raise CloudRefused(
                f"Azure: no token within {self._seconds:g} s",
                hint="Check the network to the sign-in service, then try again.",
            ) from error
        except (AzureError, OSError, ValueError) as error:
            said = _SAID_BY_ENTRA.search(str(error))
            why = f": {one_line(said[0], 200)}" if said else ""
            raise CloudRefused(
                f"Azure: no usable credentials were found{why}",
                hint="Run `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.",
            ) from error
        return str(given.token), float(given.expires_on)


def claims_of(token: str) -> tuple[str, str]:
    """The tenant and the name of whom a token was given to; ``""`` for what it does not say. It is not verified.

    Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
    """
    parts = token.split(".")
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError):
        return "", ""
    if not isinstance(claims, dict):
        return "", ""
    said = {key: one_line(value, 200) for key, value in claims.items() if isinstance(value, str)}
    # A person, a managed identity's resource, an application: the first that is said.
    names = [said[key] for key in ("upn", "unique_name", "xms_mirid", "appid", "oid") if said.get(key)]
    return said.get("tid", ""), names[0] if names else ""


def checked_endpoint(endpoint_url: str | None) -> str:
    """Where Resource Manager is, without a slash at the end; ``AZURE_ENDPOINT_URL`` or Azure itself when None.

    Raises CloudRefused for what is no address.
    """
    url = (endpoint_url or os.environ.get("AZURE_ENDPOINT_URL") or PUBLIC).rstrip("/")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or parts.username:
        raise CloudRefused(
            f"Azure: {one_line(url, 100)!r} is no address of a server",
            hint="Use a URL such as https://management.azure.com.",
        )
    return url


def tokens_for(
    endpoint: str, token: str | Tokens | None, limits: Limits, secret: Mapping[str, str] | None = None
) -> Tokens:
    """Where tokens for ``endpoint`` come from.

    A token that Microsoft signed is sent to Microsoft's own Resource Managers only, over TLS. Any other address
    gets ``token``, or ``AZURE_ACCESS_TOKEN``, or a word that means nothing.
    """
    if token:
        return StaticToken(token) if isinstance(token, str) else token
    parts = urlsplit(endpoint)
    authority = AUTHORITIES.get(parts.hostname or "")
    if authority is None or parts.scheme != "https":
        return StaticToken(os.environ.get("AZURE_ACCESS_TOKEN") or "stand-in")
    return IdentityTokens(f"{endpoint}/.default", authority, limits.sign_in, secret)

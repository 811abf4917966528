"""Who asks Google, where, and how long an answer may take."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from cloudviz.errors import CloudRefused, Invalid, Unavailable
from cloudviz.sources.http import HttpLimits
from cloudviz.sources.http import Tokens as HttpTokens

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
"""The only scope that Cloud Asset Inventory, Secret Manager and others take. What may be read, IAM decides."""

TOKEN_VARIABLES = ("GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN")
"""Where Terraform and gcloud read a token that somebody else fetched."""

# Domain-scoped projects: example.com:shop. Numbers are accepted as everywhere in Google's APIs.
_PROJECT = re.compile(r"(?:[a-z0-9][a-z0-9.-]{0,62}:)?[a-z0-9][a-z0-9-]{0,62}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_REGION = re.compile(r"[a-z][a-z0-9-]{1,39}")


@dataclass(frozen=True, slots=True)
class Limits(HttpLimits):
    """How long a scan waits: Cloud Asset Inventory takes its time."""

    read: float = 60
    call: float = 120
    sign_in: float = 20
    attempts: int = 5


def checked_projects(projects: Sequence[str]) -> tuple[str, ...]:
    """The projects asked for without repeats. Raises Invalid when one can't be a project's id or number."""
    for project in projects:
        if not _PROJECT.fullmatch(project):
            raise Invalid(
                f"{project!r} is not a Google Cloud project id",
                hint="Use the id, such as shop-prod-1, not the display name.",
            )
    return tuple(dict.fromkeys(projects))


def checked_regions(regions: Sequence[str]) -> tuple[str, ...]:
    """The regions asked for without repeats. Raises Invalid when one can't be the name of a region."""
    for region in regions:
        if not _REGION.fullmatch(region):
            raise Invalid(
                f"{region!r} is not the name of a Google Cloud region", hint="Use names such as europe-west1."
            )
    return tuple(dict.fromkeys(regions))


def checked_holder(collection: str, given: str | None) -> str:
    """``organizations/123`` or ``folders/123`` from a number or that form, ``""`` for none. Raises Invalid."""
    if not given:
        return ""
    number = given.removeprefix(f"{collection}/")
    if not _NUMBER.fullmatch(number):
        raise Invalid(
            f"{given!r} is not the number of one of Google's {collection}",
            hint=f"`gcloud {collection} list` shows the numbers." if collection == "organizations" else "",
        )
    return f"{collection}/{number}"


def checked_endpoint(endpoint_url: str | None) -> str:
    """An endpoint without a slash at its end, ``""`` for Google's own. Raises Invalid when it is no URL."""
    if not endpoint_url:
        return ""
    try:
        parts = urlsplit(endpoint_url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        port_is_fine = False
    if not port_is_fine or parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise Invalid(f"{endpoint_url!r} is not the URL of an endpoint", hint="Use http://HOST:PORT.")
    return endpoint_url.rstrip("/")


class Tokens(HttpTokens, Protocol):
    """Where access tokens come from."""

    project: str
    """The project the credentials belong to, ``""`` where they don't say. Known after the first token."""

    identity: str
    """The e-mail address of the account they are for, ``""`` where they don't say. Known after the first token."""


class StaticToken:
    """A token that is given and not renewed: for emulators, and for one that somebody else fetched."""

    def __init__(self, token: str, project: str = "") -> None:
        self._token = token
        self.project = project
        self.identity = ""

    async def get(self, *, refused: str = "") -> str:
        """See :class:`Tokens`."""
        return self._token


class GoogleTokens:
    """Tokens of Google's own chain of credentials: a file, gcloud's, workload identity, the metadata server.

    Source: https://cloud.google.com/docs/authentication/application-default-credentials
    """

    def __init__(self, seconds: float, secret: Mapping[str, str] | None = None) -> None:
        self._seconds = seconds
        self._secret = secret
        self._lock = asyncio.Lock()
        self._credentials: Any = None
        self._request: Any = None
        self.project = ""
        self.identity = ""

    async def get(self, *, refused: str = "") -> str:
        """See :class:`Tokens`. Raises CloudRefused without usable credentials, Unavailable without google-auth."""
        async with self._lock:
            try:
                return await asyncio.wait_for(asyncio.to_thread(self._blocking, refused), self._seconds)
            except TimeoutError:
                raise CloudRefused(
                    f"GCP: no token within {self._seconds:g} s",
                    hint="Check the network and the proxy settings; `gcloud auth print-access-token` must work.",
                ) from None

    def _blocking(self, refused: str) -> str:
        try:
            # 0.2 s to import: only where Google is really asked.
            import google.auth
            import google.auth.exceptions
            import google.auth.transport.requests
        except ImportError as error:
            raise Unavailable(
                "the package google-auth, which signs in to Google Cloud, is not installed",
                hint="Install it with: pip install 'cloudviz[gcp]'",
            ) from error
        try:
            if self._credentials is None:
                self._request = google.auth.transport.requests.Request()
                if self._secret is None:
                    self._credentials, project = google.auth.default(scopes=list(SCOPES))
                else:
                    self._credentials, project = _of_key_file(self._secret), self._secret.get("project_id")
                self.project = str(project or "")
            if not self._credentials.valid or self._credentials.token == refused:
                self._credentials.refresh(self._request)
            self.identity = str(
                getattr(self._credentials, "service_account_email", "")
                or getattr(self._credentials, "account", "")
                or ""
            )
            return str(self._credentials.token)
        except google.auth.exceptions.GoogleAuthError as error:
            said = " ".join(str(error).split())[:300]
            raise CloudRefused(
                f"GCP: no usable credentials: {said}",
                hint="Run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS.",
            ) from error


def _of_key_file(secret: Mapping[str, str]) -> Any:
    """The credentials of a service account's key file. Raises CloudRefused when its key can't be read."""
    from google.oauth2.service_account import Credentials

    try:
        return Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            dict(secret), scopes=list(SCOPES)
        )
    except ValueError:  # its text may hold part of the key
        raise CloudRefused(
            "GCP: the private key of the credential can't be read", hint="Store the key file again, whole."
        ) from None


def tokens_for(
    endpoint: str, token: str | None, limits: Limits, secret: Mapping[str, str] | None = None
) -> Tokens:
    """A token that is given, one of the environment, else Google's chain.

    An endpoint without TLS is an emulator, and gets no credentials of Google's: "owner" is what Google's own
    emulators take.
    """
    given = token or next((value for name in TOKEN_VARIABLES if (value := os.environ.get(name))), "")
    project = os.environ.get("GOOGLE_CLOUD_PROJECT") or os.environ.get("CLOUDSDK_CORE_PROJECT") or ""
    if given and secret is None:
        return StaticToken(given, project)
    if endpoint.startswith("http://"):
        return StaticToken("owner", project)
    return GoogleTokens(limits.sign_in, secret)

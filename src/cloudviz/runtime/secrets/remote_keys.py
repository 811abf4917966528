"""Master keys that never leave their service: AWS KMS, Azure Key Vault, Google Cloud KMS, Vault's transit engine.

They are asked when a credential is sealed or opened, so each call makes a client of its own. The bytes of a data
key are all that is sent; the value itself never is.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from cloudviz.errors import BadInput, Unavailable
from cloudviz.runtime.secrets.master_keys import WrongKey

SECONDS = 10.0
"""How long a key service may take to answer."""

Token = Callable[[], Awaitable[str]]
"""Where a bearer token comes from."""


class AwsKey:
    """A symmetric key of AWS KMS.

    Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html; the context becomes its
    ``EncryptionContext``, which KMS authenticates and writes into CloudTrail.

    Arguments:
        name: the key's ARN or alias.
        endpoint_url: where KMS is, when not at AWS.
    """

    def __init__(self, name: str, endpoint_url: str = "") -> None:
        self.id = f"aws-kms:{name}"
        self._name = name
        self._endpoint_url = endpoint_url

    async def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """See :class:`~cloudviz.runtime.secrets.master_keys.MasterKey`."""
        said = await asyncio.to_thread(self._call, "encrypt", {"Plaintext": data_key}, context)
        return bytes(said["CiphertextBlob"])

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See :class:`~cloudviz.runtime.secrets.master_keys.MasterKey`."""
        said = await asyncio.to_thread(self._call, "decrypt", {"CiphertextBlob": wrapped}, context)
        return bytes(said["Plaintext"])

    def _call(self, method: str, arguments: dict[str, Any], context: bytes) -> dict[str, Any]:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        parts = self._name.split(":")
        config = Config(
            connect_timeout=5, read_timeout=SECONDS, retries={"mode": "standard", "total_max_attempts": 3}
        )
        try:
            client = boto3.Session().client(
                "kms",
                region_name=parts[3] if len(parts) > 5 else None,
                endpoint_url=self._endpoint_url or None,
                config=config,
            )
            arguments |= {"KeyId": self._name, "EncryptionContext": {"cloudviz": context.decode()}}
            said: dict[str, Any] = getattr(client, method)(**arguments)
            return said
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in ("InvalidCiphertextException", "IncorrectKeyException"):
                raise WrongKey from None
            raise _refused("AWS KMS", code or type(error).__name__) from None
        except BotoCoreError as error:
            raise _refused("AWS KMS", type(error).__name__) from None


class AzureKey:
    """An RSA key of Azure Key Vault or Managed HSM, by RSA-OAEP-256.

    Source: https://learn.microsoft.com/rest/api/keyvault/keys/wrap-key/wrap-key. The answer names the version that
    wrapped; it is kept with the wrapped key, so that a key that was rotated in the vault still opens. RSA-OAEP
    takes no context here: the value itself is bound to its place.

    Arguments:
        name: ``https://VAULT.vault.azure.net/keys/NAME`` with or without a version.
        token: where access tokens come from.
    """

    def __init__(self, name: str, token: Token | None = None) -> None:
        parts = urlsplit(name)
        pieces = [piece for piece in parts.path.split("/") if piece]
        if parts.scheme not in ("https", "http") or not parts.netloc or pieces[:1] != ["keys"] or len(pieces) > 3:
            raise BadInput(
                f"{name[:200]!r} is no key of Azure Key Vault", hint="Use https://VAULT.vault.azure.net/keys/NAME."
            )
        self.id = f"azure-keyvault:{name}"
        self._vault = f"{parts.scheme}://{parts.netloc}"
        self._path = "/".join(pieces)
        self._token = token or _azure_token

    async def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """See :class:`~cloudviz.runtime.secrets.master_keys.MasterKey`."""
        said = await self._call(f"{self._path}/wrapkey", _base64url(data_key))
        kid, value = str(said["kid"]), str(said["value"])
        return json.dumps([urlsplit(kid).path.strip("/"), value]).encode()

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See :class:`~cloudviz.runtime.secrets.master_keys.MasterKey`."""
        try:
            path, value = json.loads(wrapped)
            name = "/".join(self._path.split("/")[:2])
            if not str(path).startswith(f"{name}/") or str(path).count("/") != 2:
                raise ValueError
        except ValueError:
            raise WrongKey from None
        said = await self._call(f"{path}/unwrapkey", str(value))
        text = str(said["value"])
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    async def _call(self, path: str, value: str) -> dict[str, Any]:
        return await _post(
            "Azure Key Vault",
            f"{self._vault}/{path}?api-version=7.4",
            {"alg": "RSA-OAEP-256", "value": value},
            {"Authorization": f"Bearer {await self._token()}"},
            wrong=("BadParameter",),
            expected=("value",),
        )


class GoogleKey:
    """A symmetric key of Google Cloud KMS.

    Source: https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/encrypt

    Arguments:
        name: ``projects/P/locations/L/keyRings/R/cryptoKeys/K``.
        endpoint_url: where KMS is, when not at Google.
        token: where access tokens come from.
    """

    def __init__(self, name: str, endpoint_url: str = "", token: Token | None = None) -> None:
        pieces = name.split("/")
        if pieces[::2] != ["projects", "locations", "keyRings", "cryptoKeys"] or not all(pieces):
            raise BadInput(
                f"{name[:200]!r} is no key of Google Cloud KMS",
                hint="Use projects/P/locations/L/keyRings/R/cryptoKeys/K.",
            )
        self.id = f"gcp-kms:{name}"
        self._url = f"{endpoint_url.rstrip('/') or 'https://cloudkms.googleapis.com'}/v1/{quote(name)}"
        self._token = token or _google_token

    async def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """See :class:`~cloudviz.runtime.secrets.master_keys.MasterKey`."""
        said = await self._call("encrypt", "plaintext", data_key, context, "ciphertext")
        return base64.b64decode(said["ciphertext"])

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See :class:`~cloudviz.runtime.secrets.master_keys.MasterKey`."""
        said = await self._call("decrypt", "ciphertext", wrapped, context, "plaintext")
        return base64.b64decode(said["plaintext"])

    async def _call(self, verb: str, field: str, value: bytes, context: bytes, answer: str) -> dict[str, Any]:
        body = {
            field: base64.b64encode(value).decode(),
            "additionalAuthenticatedData": base64.b64encode(context).decode(),
        }
        headers = {"Authorization": f"Bearer {await self._token()}"}
        wrong = ("INVALID_ARGUMENT",) if verb == "decrypt" else ()
        return await _post(
            "Google Cloud KMS", f"{self._url}:{verb}", body, headers, wrong=wrong, expected=(answer,)
        )


class VaultKey:
    """A key of Vault's transit engine (aes256-gcm96, the default, or chacha20-poly1305).

    Source: https://developer.hashicorp.com/vault/api-docs/secret/transit#encrypt-data

    Arguments:
        name: ``MOUNT/KEY``, such as ``transit/cloudviz``.
        address: ``https://vault.example.org:8200``.
        token: where tokens come from.
    """

    def __init__(self, name: str, address: str, token: Token) -> None:
        mount, _, key = name.strip("/").rpartition("/")
        if not mount or not key or not address:
            raise BadInput(
                f"{name[:200]!r} is no key of Vault, or secrets.vault_address is empty",
                hint="Use vault:transit/NAME, and set CLOUDVIZ_SECRETS__VAULT_ADDRESS.",
            )
        self.id = f"vault:{name}"
        self._url = f"{address.rstrip('/')}/v1/{quote(mount)}"
        self._key = quote(key, safe="")
        self._token = token

    async def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """See :class:`~cloudviz.runtime.secrets.master_keys.MasterKey`."""
        said = await self._call("encrypt", {"plaintext": base64.b64encode(data_key).decode()}, context)
        return str(said["data"]["ciphertext"]).encode()

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See :class:`~cloudviz.runtime.secrets.master_keys.MasterKey`."""
        said = await self._call("decrypt", {"ciphertext": wrapped.decode("ascii", "replace")}, context)
        return base64.b64decode(said["data"]["plaintext"])

    async def _call(self, verb: str, body: Mapping[str, str], context: bytes) -> dict[str, Any]:
        return await _post(
            "Vault",
            f"{self._url}/{verb}/{self._key}",
            {**body, "associated_data": base64.b64encode(context).decode()},
            {"X-Vault-Token": await self._token(), "X-Vault-Request": "true"},
            wrong=("message authentication failed", "invalid ciphertext") if verb == "decrypt" else (),
            expected=("data",),
        )


async def _post(
    who: str,
    url: str,
    body: Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    wrong: tuple[str, ...],
    expected: tuple[str, ...],
) -> dict[str, Any]:
    """One call. Raises WrongKey when an answer of 400 holds one of ``wrong``, else Unavailable, without bodies."""
    try:
        async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=False) as client:
            reply = await client.post(url, json=body, headers=headers)
            if (
                reply.status_code >= 500 or reply.status_code == 429
            ):  # once more: start-up must not hang on a hiccup
                await asyncio.sleep(0.2)
                reply = await client.post(url, json=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _refused(who, type(error).__name__) from None
    if reply.status_code == 400 and any(word in reply.text[:10_000] for word in wrong):
        raise WrongKey
    if reply.status_code != 200:
        raise _refused(who, f"HTTP {reply.status_code}")
    try:
        said = reply.json()
        if not isinstance(said, dict) or any(name not in said for name in expected):
            raise ValueError
    except (ValueError, binascii.Error):
        raise _refused(who, "an answer that is none") from None
    return said


def _refused(who: str, why: str) -> Unavailable:
    return Unavailable(
        f"{who}, which holds the master key, answered with {why}",
        hint="Check the key's name, the right to encrypt and decrypt with it, and the network.",
    )


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


async def _azure_token() -> str:
    def blocking() -> str:
        try:
            from azure.identity import DefaultAzureCredential
        except ImportError:
            raise Unavailable(
                "the package azure-identity is not installed",
                hint="Install it with: pip install 'cloudviz[azure]'",
            ) from None
        return str(DefaultAzureCredential().get_token("https://vault.azure.net/.default").token)

    return await _signed_in("Azure", blocking)


async def _google_token() -> str:
    def blocking() -> str:
        try:
            import google.auth
            import google.auth.transport.requests
        except ImportError:
            raise Unavailable(
                "the package google-auth is not installed", hint="Install it with: pip install 'cloudviz[gcp]'"
            ) from None
        credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloudkms"])
        credentials.refresh(google.auth.transport.requests.Request())  # type: ignore[no-untyped-call]
        return str(credentials.token)

    return await _signed_in("Google", blocking)


async def _signed_in(who: str, blocking: Callable[[], str]) -> str:
    try:
        return await asyncio.to_thread(blocking)
    except Unavailable:
        raise
    except Exception as error:  # the packages raise classes of many kinds, some with tokens in their text
        raise _refused(f"{who}'s sign-in", type(error).__name__) from None

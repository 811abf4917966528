"""ID tokens, read strictly (OpenID Connect Core §3.1.3.7, RFC 8725)."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key
from joserfc.jws import JWSRegistry

from cloudviz.access.oidc.refused import Refused
from cloudviz.runtime.identity_settings import TENANT

LONGEST = 64 * 1024  # characters; groups may be many
LONGEST_SUBJECT = 255  # OpenID Connect Core §2
SKEW = 60  # seconds by which the provider's clock may differ
_TYPES = ("JWT", None)  # a token of another type, such as at+jwt or logout+jwt, is no ID token


def key_id(token: str) -> str | None:
    """The key that a token names, before anything of it is believed. Raises :class:`Refused`."""
    from joserfc import jws

    try:
        kid = jws.extract_compact(token.encode("ascii")).headers().get("kid")
    except (JoseError, ValueError, TypeError, RecursionError, AttributeError):
        raise Refused("the ID token is no signed token") from None
    return kid if isinstance(kid, str) else None


def read_id_token(
    token: str,
    keys: Sequence[Mapping[str, Any]],
    *,
    algorithm: str,
    issuers: Mapping[str, str],
    client_id: str,
    nonce: str,
    now: Callable[[], float],
) -> dict[str, Any]:
    """The claims of an ID token, when all of it is right.

    Arguments:
        keys: the provider's JWKs.
        algorithm: the one by which it must be signed; never a symmetric one.
        issuers: who may have issued it, each with its tenant; ``""`` where the provider has none.
        nonce: the one that was sent with this sign-in.
        now: seconds since 1970.

    Raises :class:`Refused` with the reason.
    """
    if len(token) > LONGEST:
        raise Refused("the ID token is over-long")
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    claims_registry = jwt.JWTClaimsRegistry(
        now=lambda: int(now()),
        leeway=SKEW,
        iss={"essential": True, "values": list(issuers)},
        sub={"essential": True},
        aud={"essential": True, "value": client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True},
    )
    signers: list[Mapping[str, Any]] = []

    def found(signed: Any) -> Key:
        signers.append(_named(signed, keys, algorithm))
        return _usable(signers[-1])

    try:
        decoded = jwt.decode(token, found, [algorithm], registry)
        claims_registry.validate(decoded.claims)
    except JoseError as error:
        raise Refused(f"the ID token: {error.error} {error.description or ''}".strip()[:200]) from None
    except (ValueError, TypeError, RecursionError):
        raise Refused("the ID token can't be read") from None
    claims = decoded.claims
    if decoded.header.get("typ") not in _TYPES:
        raise Refused("the token is of another type")
    issuer = claims["iss"]
    if not isinstance(issuer, str) or issuer not in issuers:  # a list of them is none
        raise Refused("the ID token is of another issuer")
    if issuers[issuer]:
        _check_tenant(claims, issuers[issuer], signers[-1])
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != client_id:
        raise Refused("the ID token is for several clients, and was not issued to us")
    if claims.get("azp", client_id) != client_id:
        raise Refused("the ID token was issued to another client")
    given = claims["nonce"]
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise Refused("the ID token has another nonce")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT:
        raise Refused("the ID token has no usable subject")
    return dict(claims)


def _check_tenant(claims: Mapping[str, Any], tenant: str, signer: Mapping[str, Any]) -> None:
    """The tenant must be the issuer's, and the key one of that tenant.

    Of the keys of a provider for all tenants some are of one alone, and say so
    (https://learn.microsoft.com/entra/identity-platform/access-tokens, "Validate the issuer").
    """
    if claims.get("tid") != tenant:
        raise Refused("the ID token names another tenant than its issuer does")
    its_issuer = signer.get("issuer")
    if its_issuer is not None and str(its_issuer).replace(TENANT, tenant) != claims["iss"]:
        raise Refused("the ID token is signed with a key of another tenant")


def _named(signed: Any, keys: Sequence[Mapping[str, Any]], algorithm: str) -> Mapping[str, Any]:
    """The key that the token names; a token that names none may use the only one there is for its algorithm."""
    kid = signed.headers().get("kid")
    wanted = [
        key
        for key in keys
        if key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and key.get("kty") == _FAMILY[algorithm[:2]]
        and (kid is None or key.get("kid") == kid)
    ]
    if len(wanted) != 1:
        raise Refused("the ID token names none of the provider's keys")
    return wanted[0]


def _usable(key: Mapping[str, Any]) -> Key:
    try:
        return JWKRegistry.import_key(dict(key))
    except (JoseError, ValueError, TypeError, KeyError):
        raise Refused("the provider's key can't be used") from None


_FAMILY = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}

"""Access tokens: JWTs that say who calls, signed with HS256, read strictly (RFC 8725, RFC 9068).

A token is only half of the proof: its session must be alive too, which :mod:`cloudviz.access.sign_in` checks.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jws import JWSRegistry

from cloudviz.errors import Invalid, Unauthenticated
from cloudviz.runtime import clock

ALGORITHM = "HS256"
TYPE = "at+jwt"  # RFC 9068 §2.1: keeps a token of another kind from passing for an access token
_HEADERS = {"alg", "typ", "kid"}  # a token with any other, such as jwk or jku, is not one of ours
LONGEST = 4096  # characters; ours have about 450, and nothing longer is worth parsing
SKEW = 5  # seconds by which the clocks of two instances may differ


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One secret with its id. The id is derived from the secret, so that every instance finds the same one."""

    id: str
    secret: str

    @classmethod
    def from_secret(cls, secret: str) -> SigningKey:
        """Make a key of a configured secret.

        Raises :class:`~cloudviz.errors.Invalid` below 32 characters: RFC 7518 §3.2 asks HS256 for a key at
        least as long as its hash.
        """
        if len(secret.encode()) < 32:
            raise Invalid(
                "the secret that signs tokens has fewer than 32 characters",
                hint="Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
            )
        digest = hashlib.sha256(b"cloudviz.signing-key-id\0" + secret.encode()).hexdigest()
        return cls(digest[:16], secret)


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a valid access token says. Times are seconds since 1970."""

    token_id: str
    person: str
    session: str
    roles: tuple[str, ...]
    issued_at: int
    expires_at: int


class AccessTokens:
    """Issues and reads access tokens.

    Arguments:
        keys: the first signs, all verify; put a new key in front and drop the old one after ``lifetime``.
        issuer, audience: the ``iss`` and ``aud`` that are written and demanded.
        lifetime: from issue to expiry.
        now: seconds since 1970; for tests of expiry.
    """

    def __init__(
        self,
        keys: Sequence[SigningKey],
        *,
        lifetime: timedelta,
        issuer: str = "cloudviz",
        audience: str = "cloudviz-api",
        now: Callable[[], float] = lambda: clock.now().timestamp(),
    ) -> None:
        if not keys:
            raise Invalid("there is no secret to sign tokens with", hint="Set CLOUDVIZ_AUTH__SECRET.")
        self.lifetime = lifetime
        self.issuer = issuer
        self.audience = audience
        self._now = now
        self._keys = {key.id: OctKey.import_key(key.secret, {"kid": key.id}) for key in keys}
        self._signs_with = keys[0].id
        self._registry = JWSRegistry(algorithms=[ALGORITHM], strict_check_header=True)
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=SKEW,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            sid={"essential": True},
            jti={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
        )

    def seconds_left(self, claims: AccessClaims) -> float:
        """How long a token is valid still; below 0 when it has expired."""
        return claims.expires_at - self._now()

    def issue(self, person: str, session: str, roles: Sequence[str]) -> tuple[str, AccessClaims]:
        """A new token for a person within a session, and what it says."""
        issued = int(self._now())
        claims = AccessClaims(
            token_id=secrets.token_urlsafe(16),
            person=person,
            session=session,
            roles=tuple(roles),
            issued_at=issued,
            expires_at=issued + int(self.lifetime.total_seconds()),
        )
        token = jwt.encode(
            {"alg": ALGORITHM, "typ": TYPE, "kid": self._signs_with},
            {
                "iss": self.issuer,
                "aud": self.audience,
                "sub": claims.person,
                "sid": claims.session,
                "jti": claims.token_id,
                "iat": claims.issued_at,
                "exp": claims.expires_at,
                "roles": list(claims.roles),
            },
            self._keys[self._signs_with],
            registry=self._registry,
        )
        return token, claims

    def read(self, token: str) -> AccessClaims:
        """What a token says, when its signature, type, issuer, audience and times are right.

        Raises :class:`~cloudviz.errors.Unauthenticated`, in the same words whatever was wrong, except that an
        expired token of ours is called expired: its holder can do something about that.
        """
        if len(token) > LONGEST:
            raise _refusal()
        try:
            decoded = jwt.decode(token, self._find_key, algorithms=[ALGORITHM], registry=self._registry)
            if decoded.header.get("typ") != TYPE or decoded.header.keys() - _HEADERS:
                raise _refusal()
            self._claims.validate(decoded.claims)
        except JoseError as error:
            if error.error == "expired_token":
                raise Unauthenticated(
                    "the access token has expired", hint="Refresh it with POST /auth/refresh or sign in again."
                ) from None
            raise _refusal() from None
        except (ValueError, TypeError, RecursionError):  # bytes that are no JWT at all
            raise _refusal() from None
        said = decoded.claims
        roles = said.get("roles", [])
        if not (isinstance(said["sid"], str) and isinstance(roles, list)):
            raise _refusal()
        return AccessClaims(
            token_id=said["jti"],
            person=said["sub"],
            session=said["sid"],
            roles=tuple(word for word in roles if isinstance(word, str)),
            issued_at=int(said["iat"]),
            expires_at=int(said["exp"]),
        )

    def _find_key(self, signed: object) -> OctKey:
        """The key that the token names; a token without a known key id is refused, never tried on all."""
        header = signed.headers()  # type: ignore[attr-defined]
        key = self._keys.get(header.get("kid", ""))
        if key is None:
            raise _refusal()
        return key


def _refusal() -> Unauthenticated:
    return Unauthenticated("the access token is not valid", hint="Sign in with POST /auth/login.")

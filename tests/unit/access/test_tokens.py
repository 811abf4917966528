"""Access tokens: what is accepted is exactly what was issued, and nothing that merely resembles it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest

from cloudviz.access.tokens import SKEW, AccessTokens, SigningKey
from cloudviz.errors import Invalid, Unauthenticated

SECRET = "0123456789abcdef0123456789abcdef"
KEY = SigningKey.from_secret(SECRET)
NOW = 1_790_000_000


def tokens(at: float = NOW, **changes: Any) -> AccessTokens:
    given: dict[str, Any] = {"lifetime": timedelta(minutes=15), "now": lambda: at, **changes}
    return AccessTokens(given.pop("keys", [KEY]), **given)


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forge(header: Any, claims: Any, secret: str = SECRET, digest: str = "sha256") -> str:
    """A token signed by hand, independently of the library under test."""
    head = base64url(header if isinstance(header, bytes) else json.dumps(header).encode())
    body = base64url(claims if isinstance(claims, bytes) else json.dumps(claims).encode())
    signature = hmac.new(secret.encode(), f"{head}.{body}".encode(), digest).digest()
    return f"{head}.{body}.{base64url(signature)}"


HEADER = {"alg": "HS256", "typ": "at+jwt", "kid": KEY.id}
CLAIMS = {
    "iss": "cloudviz",
    "aud": "cloudviz-api",
    "sub": "7",
    "sid": "s-1",
    "jti": "t-1",
    "iat": NOW,
    "exp": NOW + 900,
    "roles": ["viewer"],
}


def test_a_token_says_what_it_was_issued_with() -> None:
    token, issued = tokens().issue("7", "s-1", ["operator"])
    read = tokens().read(token)
    assert read == issued
    assert (read.person, read.session, read.roles) == ("7", "s-1", ("operator",))
    assert (read.issued_at, read.expires_at) == (NOW, NOW + 900)


def test_the_header_and_claims_are_those_of_rfc_9068() -> None:
    token, _ = tokens().issue("7", "s-1", ["viewer"])
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
    assert header == HEADER
    assert claims | {"jti": "t-1"} == CLAIMS


def test_two_tokens_have_different_ids() -> None:
    assert tokens().issue("7", "s", [])[1].token_id != tokens().issue("7", "s", [])[1].token_id


def test_the_hand_made_token_of_these_tests_is_accepted() -> None:
    assert tokens().read(forge(HEADER, CLAIMS)).person == "7"


def without(claims: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}


FORGERIES = {
    "empty": "",
    "no token": "Bearer",
    "dots": "..",
    "not base64": "é.é.é",
    "five parts": "a.b.c.d.e",
    "header is a list": forge(b"[1]", CLAIMS),
    "header is no JSON": forge(b"x", CLAIMS),
    "header nests deeply": forge(b"[" * 1500, CLAIMS),
    "claims are a list": forge(HEADER, b"[]"),
    "claims are no JSON": forge(HEADER, b"{"),
    "alg none": forge(HEADER | {"alg": "none"}, CLAIMS),
    "alg None, without signature": forge(HEADER | {"alg": "None"}, CLAIMS).rsplit(".", 1)[0] + ".",
    "alg none, without signature": forge(HEADER | {"alg": "none"}, CLAIMS).rsplit(".", 1)[0] + ".",
    "no alg": forge(without(HEADER, "alg"), CLAIMS),
    "another HMAC": forge(HEADER | {"alg": "HS512"}, CLAIMS, digest="sha512"),
    "public key algorithm": forge(HEADER | {"alg": "RS256"}, CLAIMS),
    "another secret": forge(HEADER, CLAIMS, secret="another secret of 32 characters!!"),
    "empty secret": forge(HEADER, CLAIMS, secret=""),
    "signature left out": forge(HEADER, CLAIMS).rsplit(".", 1)[0] + ".",
    "signature cut": forge(HEADER, CLAIMS)[:-4],
    "claims exchanged": ".".join(
        (
            forge(HEADER, CLAIMS).split(".")[0],
            forge(HEADER, CLAIMS | {"sub": "1"}).split(".")[1],
            forge(HEADER, CLAIMS).split(".")[2],
        )
    ),
    "no key id": forge(without(HEADER, "kid"), CLAIMS),
    "unknown key id": forge(HEADER | {"kid": "0" * 16}, CLAIMS),
    "key id is an object": forge(HEADER | {"kid": {"a": 1}}, CLAIMS),
    "key id is a path": forge(HEADER | {"kid": "../../dev/null"}, CLAIMS),
    "brings its own key": forge(without(HEADER, "kid") | {"jwk": {"kty": "oct", "k": "AAAA"}}, CLAIMS),
    "names a key's address": forge(HEADER | {"jku": "https://evil.example/keys"}, CLAIMS),
    "unknown critical header": forge(HEADER | {"crit": ["x"], "x": 1}, CLAIMS),
    "no type": forge(without(HEADER, "typ"), CLAIMS),
    "type of an id token": forge(HEADER | {"typ": "JWT"}, CLAIMS),
    "type of a refresh token": forge(HEADER | {"typ": "rt+jwt"}, CLAIMS),
    "another issuer": forge(HEADER, CLAIMS | {"iss": "evil"}),
    "another audience": forge(HEADER, CLAIMS | {"aud": "elsewhere"}),
    "no issuer": forge(HEADER, without(CLAIMS, "iss")),
    "no audience": forge(HEADER, without(CLAIMS, "aud")),
    "no subject": forge(HEADER, without(CLAIMS, "sub")),
    "no session": forge(HEADER, without(CLAIMS, "sid")),
    "no token id": forge(HEADER, without(CLAIMS, "jti")),
    "no issue time": forge(HEADER, without(CLAIMS, "iat")),
    "no expiry": forge(HEADER, without(CLAIMS, "exp")),
    "expiry is a text": forge(HEADER, CLAIMS | {"exp": "never"}),
    "expiry is not a number": forge(HEADER, json.dumps(CLAIMS).replace(str(NOW + 900), "NaN").encode()),
    "expiry is true": forge(HEADER, CLAIMS | {"exp": True}),
    "issued in the future": forge(HEADER, CLAIMS | {"iat": NOW + 60}),
    "session is a list": forge(HEADER, CLAIMS | {"sid": ["s-1"]}),
    "roles are a text": forge(HEADER, CLAIMS | {"roles": "admin"}),
    "over-long": forge(HEADER, CLAIMS | {"padding": "x" * 5000}),
}


@pytest.mark.parametrize("token", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forgery_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        tokens().read(token)
    assert refusal.value.detail == "the access token is not valid"


def test_a_token_expires() -> None:
    token, issued = tokens().issue("7", "s-1", [])
    tokens(at=issued.expires_at + SKEW - 1).read(token)
    with pytest.raises(Unauthenticated, match="expired"):
        tokens(at=issued.expires_at + SKEW).read(token)


def test_a_new_key_signs_and_the_old_one_still_verifies() -> None:
    new = SigningKey.from_secret("another secret of 32 characters!!")
    old_token, _ = tokens().issue("7", "s-1", [])
    both = tokens(keys=[new, KEY])
    assert both.read(old_token).person == "7"
    new_token, _ = both.issue("8", "s-2", [])
    assert tokens(keys=[new]).read(new_token).person == "8"
    with pytest.raises(Unauthenticated):
        tokens(keys=[new]).read(old_token)


def test_the_key_id_does_not_give_the_secret_away() -> None:
    assert KEY.id not in (SECRET, hashlib.sha256(SECRET.encode()).hexdigest()[:16])
    assert SigningKey.from_secret(SECRET).id == KEY.id


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(Invalid, match="32"):
        SigningKey.from_secret("short")

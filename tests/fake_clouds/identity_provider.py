"""An OpenID Connect provider on a loopback port that lies as a test wishes. Its tokens are signed by hand."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CLIENT, CLIENT_SECRET = "cloudviz", "a secret of the client: 100% & more"
Claims = dict[str, Any]


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def packed(part: Any) -> str:
    return base64url(json.dumps(part).encode())


class SigningPair:
    """An RSA key with its id."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwk(self) -> dict[str, str]:
        numbers = self.private.public_key().public_numbers()
        size = (numbers.n.bit_length() + 7) // 8
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "n": base64url(numbers.n.to_bytes(size, "big")),
            "e": base64url(numbers.e.to_bytes(3, "big")),
        }

    def sign(self, header: dict[str, Any], claims: Claims) -> str:
        text = f"{packed(header)}.{packed(claims)}"
        return f"{text}.{base64url(self.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


@lru_cache(maxsize=1)
def _first_key() -> SigningPair:
    return SigningPair("key-1")


@dataclass
class LyingProvider:
    """A running provider.

    Attributes:
        person: the claims of who signs in next.
        user_info: what the user info endpoint says besides.
        make: makes the ID token of a header and claims; a test puts its lie here.
        answer: changes what the browser brings back.
        token_reply: status and body of the token endpoint instead of the right one.
        asked: paths that were asked for.
    """

    person: Claims = field(default_factory=lambda: {"sub": "ada-1", "preferred_username": "ada"})
    user_info: Claims = field(default_factory=dict)
    make: Callable[[dict[str, Any], Claims], str] | None = None
    answer: Callable[[dict[str, str]], dict[str, str]] = field(default=lambda query: query)
    token_reply: tuple[int, dict[str, Any]] | None = None
    discovery: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = _first_key()
        self.published = [self.key.jwk()]
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: dict[str, Claims] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                provider.asked.append(parts.path)
                query = {key: value[0] for key, value in parse_qs(parts.query).items()}
                if parts.path.endswith("/.well-known/openid-configuration"):
                    self._say(200, provider.document())
                elif parts.path == "/keys":
                    self._say(200, {"keys": provider.published})
                elif parts.path == "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.lead_back(query))
                    self.end_headers()
                elif parts.path == "/me":
                    token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                    self._say(200, {**provider._tokens[token], **provider.user_info})
                else:
                    self._say(404, {})

            def do_POST(self) -> None:
                provider.asked.append(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = {key: value[0] for key, value in parse_qs(body).items()}
                self._say(*provider.exchange(form, self.headers.get("Authorization", "")))

            def _say(self, status: int, document: Any) -> None:
                raw = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settings(self, **more: Any) -> dict[str, Any]:
        """What CloudViz's settings say of it."""
        return {"issuer": self.url, "client_id": CLIENT, "client_secret": CLIENT_SECRET, **more}

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/me",
            "jwks_uri": f"{self.url}/keys",
            "authorization_response_iss_parameter_supported": True,
            **self.discovery,
        }

    def lead_back(self, query: dict[str, str]) -> str:
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        answer = {"code": code, "state": query["state"], "iss": self.url}
        return f"{query['redirect_uri']}?{urlencode(self.answer(answer))}"

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        if self.token_reply is not None:
            return self.token_reply
        asked = self._codes.pop(form.get("code", ""), None)  # a code counts once
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        right = (
            asked is not None
            and asked["code_challenge"] == base64url(verifier)
            and asked["redirect_uri"] == form["redirect_uri"]
            and pair == "cloudviz:a%20secret%20of%20the%20client%3A%20100%25%20%26%20more"
        )
        if asked is None or not right:
            return 400, {"error": "invalid_grant"}
        token = secrets.token_urlsafe(16)
        self._tokens[token] = self.person
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            **self.person,
        }
        header = {"alg": "RS256", "typ": "JWT", "kid": self.key.kid}
        made = (self.make or self.key.sign)(header, claims)
        return 200, {"access_token": token, "token_type": "Bearer", "id_token": made}

"""Azure Key Vault, Google Cloud KMS and Vault on a loopback port: the calls that wrap keys and give out secrets.

They really encrypt, check what the real ones check, and answer with each one's own error bodies.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "a token that only tests take"
GOOGLE_KEY = "projects/p/locations/global/keyRings/r/cryptoKeys/k"

_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


@dataclass
class KeyServices:
    """A running server. ``fail_next`` answers so many calls with 503; ``secrets`` is Vault's KV engine."""

    url: str
    server: ThreadingHTTPServer
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    fail_next: int = 0
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    versions: list[rsa.RSAPrivateKey] = field(default_factory=list)
    aes: AESGCM = field(default_factory=lambda: AESGCM(os.urandom(32)))

    def rotate(self) -> None:
        """Azure: a new version of the key; the old ones still unwrap."""
        self.versions.append(rsa.generate_private_key(65537, 2048))

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        self.calls.append((path, body))
        if self.fail_next:
            self.fail_next -= 1
            return 503, {"error": "busy"}
        route, _, query = path.partition("?")
        if route.startswith("/keys/"):
            return self._azure(route, query, headers, body)
        if route.startswith("/v1/projects/"):
            return self._google(route, headers, body)
        return self._vault(method, route, headers, body)

    def _azure(self, route: str, query: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"error": {"code": "Unauthorized", "message": "AKV10000"}}
        assert query == "api-version=7.4" and body["alg"] == "RSA-OAEP-256"
        parts = route.strip("/").split("/")
        if parts[1] != "cloudviz":
            return 404, {"error": {"code": "KeyNotFound", "message": "not found"}}
        value = base64.urlsafe_b64decode(body["value"] + "==")
        if parts[-1] == "wrapkey":
            version = len(self.versions) - 1
            made = self.versions[version].public_key().encrypt(value, _OAEP)
        else:
            version = int(parts[2])
            try:
                made = self.versions[version].decrypt(value, _OAEP)
            except ValueError:
                return 400, {"error": {"code": "BadParameter", "message": "The parameter is incorrect."}}
        kid = f"https://vault.example/keys/cloudviz/{version}"
        return 200, {"kid": kid, "value": base64.urlsafe_b64encode(made).rstrip(b"=").decode()}

    def _google(self, route: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {"error": {"code": 401, "status": "UNAUTHENTICATED"}}
        name, _, verb = route.removeprefix("/v1/").partition(":")
        if name != GOOGLE_KEY:
            return 404, {"error": {"code": 404, "status": "NOT_FOUND"}}
        bound = base64.b64decode(body["additionalAuthenticatedData"])
        if verb == "encrypt":
            sealed = self._seal(base64.b64decode(body["plaintext"]), bound)
            return 200, {"name": f"{name}/cryptoKeyVersions/1", "ciphertext": base64.b64encode(sealed).decode()}
        try:
            plain = self._open(base64.b64decode(body["ciphertext"]), bound)
        except InvalidTag:
            return 400, {"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "Decryption failed"}}
        return 200, {"plaintext": base64.b64encode(plain).decode()}

    def _vault(self, method: str, route: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        if headers.get("x-vault-token") != TOKEN:
            return 403, {"errors": ["permission denied"]}
        if method == "GET":
            found = self.secrets.get(route.removeprefix("/v1/"))
            return (200, {"data": {"data": found, "metadata": {}}}) if found else (404, {"errors": []})
        bound = base64.b64decode(body["associated_data"])
        if route == "/v1/transit/encrypt/cloudviz":
            sealed = self._seal(base64.b64decode(body["plaintext"]), bound)
            return 200, {"data": {"ciphertext": "vault:v1:" + base64.b64encode(sealed).decode(), "key_version": 1}}
        if route == "/v1/transit/decrypt/cloudviz":
            try:
                plain = self._open(base64.b64decode(body["ciphertext"].removeprefix("vault:v1:")), bound)
            except InvalidTag:
                return 400, {"errors": ["cipher: message authentication failed"]}
            return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}
        return 404, {"errors": []}

    def _seal(self, plain: bytes, bound: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self.aes.encrypt(nonce, plain, bound)

    def _open(self, sealed: bytes, bound: bytes) -> bytes:
        return self.aes.decrypt(sealed[:12], sealed[12:], bound)


def start() -> KeyServices:
    """Start one."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _answer(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            headers = {key.lower(): value for key, value in self.headers.items()}
            status, said = made.answer(self.command, self.path, headers, body)
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = KeyServices(f"http://127.0.0.1:{server.server_address[1]}", server)
    made.rotate()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return made

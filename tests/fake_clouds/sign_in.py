"""Where credentials come from, on a loopback port: token endpoints, metadata servers, single sign-on.

Every service has paths of its own, so that one server stands for all of them.
"""

from __future__ import annotations

import datetime
import ipaddress
import json
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ACCOUNT = "123456789012"
LATER = "2099-01-01T00:00:00Z"


@dataclass
class Asked:
    """One request. ``form`` is the query and a form's body."""

    method: str
    path: str
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Server:
    """A running server; ``url`` is where, ``asked`` what came."""

    url: str
    server: ThreadingHTTPServer
    asked: list[Asked] = field(default_factory=list)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]


def start(folder: Path | None = None) -> Server:
    """Start one; with a folder it speaks TLS, and its certificate is written there as ``ca.pem``."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            parts = urlsplit(self.path)
            form = {key: value[0] for key, value in parse_qs(f"{parts.query}&{body}").items()}
            headers = {key.lower(): value for key, value in self.headers.items()}
            call = Asked(self.command, parts.path, form, headers)
            made.asked.append(call)
            status, content, more = reply(call, made.url)
            self.send_response(status)
            for key, value in {"Content-Length": str(len(content)), **more}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = _answer

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    scheme = "http"
    if folder is not None:
        scheme = "https"
        server.socket = _tls(folder).wrap_socket(server.socket, server_side=True)
    made = Server(f"{scheme}://127.0.0.1:{server.server_address[1]}", server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return made


def reply(call: Asked, url: str) -> tuple[int, bytes, dict[str, str]]:
    """What the services answer. Every token says in its name what gave it."""
    path, form = call.path, call.form
    if "Action" in form:
        return _sts(call)
    if path.endswith("/.well-known/openid-configuration"):
        tenant = url + path.removesuffix("/v2.0/.well-known/openid-configuration")
        return _json(
            issuer=f"{tenant}/v2.0",
            authorization_endpoint=f"{tenant}/oauth2/v2.0/authorize",
            token_endpoint=f"{tenant}/oauth2/v2.0/token",
        )
    if path.endswith("/oauth2/v2.0/token"):
        how = "workload" if "client_assertion" in form else "secret"
        return _json(token_type="Bearer", expires_in=3600, access_token=f"entra-{how}-{form['client_id']}")
    if path == "/metadata/identity/oauth2/token":
        if call.headers.get("metadata") != "true":
            return _json(400, error="invalid_request")
        return _json(
            access_token="azure-imds", expires_in="3600", expires_on="4070908800", resource=form["resource"],
            token_type="Bearer",
        )  # fmt: skip
    if path == "/google/token":
        how = {"refresh_token": "user", "urn:ietf:params:oauth:grant-type:token-exchange": "federated"}
        word = how.get(form["grant_type"], "file")
        kind = "urn:ietf:params:oauth:token-type:access_token"
        return _json(access_token=f"google-{word}", expires_in=3600, token_type="Bearer", issued_token_type=kind)
    if path.startswith("/computeMetadata/v1") or (path == "/" and "metadata-flavor" in call.headers):
        return _google_metadata(call)
    if path == "/federation/credentials":
        assert call.headers["x-amz-sso_bearer_token"] == "sso-token"
        keys = {"accessKeyId": "AKIASSO", "secretAccessKey": "x", "sessionToken": "y", "expiration": 4070908800000}
        return _json(roleCredentials=keys)
    keys = {"SecretAccessKey": "x", "Token": "y", "Expiration": LATER, "Code": "Success"}
    if path == "/container":
        return _json(AccessKeyId="AKIACONTAINER", **keys)
    if path == "/latest/api/token":
        return 200, b"imds-token", {"X-aws-ec2-metadata-token-ttl-seconds": "21600"}
    if path.rstrip("/") == "/latest/meta-data/iam/security-credentials":
        return 200, b"scanner", {}
    if path == "/latest/meta-data/iam/security-credentials/scanner":
        assert call.headers["x-aws-ec2-metadata-token"] == "imds-token"
        return _json(AccessKeyId="AKIAIMDS", **keys)
    return _json(404, error="not here")


def _json(status: int = 200, **document: Any) -> tuple[int, bytes, dict[str, str]]:
    return status, json.dumps(document).encode(), {"Content-Type": "application/json"}


def _sts(call: Asked) -> tuple[int, bytes, dict[str, str]]:
    action = call.form["Action"]
    if action == "DescribeRegions":
        inner = "<regionInfo><item><regionName>eu-west-1</regionName></item></regionInfo>"
        return 200, f"<DescribeRegionsResponse>{inner}</DescribeRegionsResponse>".encode(), {}
    if action == "GetCallerIdentity":
        # Credential=AKIA…/20261124/…: whose key signed it.
        key = call.headers["authorization"].partition("Credential=")[2].partition("/")[0]
        said = f"<Arn>arn:aws:iam::{ACCOUNT}:user/{key}</Arn><UserId>U</UserId><Account>{ACCOUNT}</Account>"
    else:
        assert action == "AssumeRoleWithWebIdentity" and call.form["WebIdentityToken"] == "web-token"
        keys = (
            "<AccessKeyId>AKIAWEB</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>y</SessionToken>"
        )
        said = f"<Credentials>{keys}<Expiration>{LATER}</Expiration></Credentials>"
        role = f"<AssumedRoleId>R:s</AssumedRoleId><Arn>{call.form['RoleArn']}</Arn>"
        said += f"<AssumedRoleUser>{role}</AssumedRoleUser>"
    text = f"<{action}Response><{action}Result>{said}</{action}Result></{action}Response>"
    return 200, text.encode(), {"Content-Type": "text/xml"}


def _google_metadata(call: Asked) -> tuple[int, bytes, dict[str, str]]:
    flavor = {"Metadata-Flavor": "Google", "Content-Type": "application/text"}
    path = call.path.removeprefix("/computeMetadata/v1")
    if path.endswith("/token"):
        status, content, more = _json(access_token="google-metadata", expires_in=3600, token_type="Bearer")
        return status, content, flavor | more
    if path == "/project/project-id":
        return 200, b"shop-prod-1", flavor
    if path.startswith("/instance/service-accounts/"):
        status, content, more = _json(email="scan@shop-prod-1.iam.gserviceaccount.com", scopes=[], aliases=[])
        return status, content, flavor | more
    if path == "/universe/universe-domain":
        return 200, b"googleapis.com", flavor
    return 200, b"", flavor


def _tls(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate for 127.0.0.1 made on the spot."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context

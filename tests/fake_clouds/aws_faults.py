"""A real HTTP proxy before moto that misbehaves on demand: denies, throttles, hangs, drips, tears bodies.

It reads service and region from the request's signature and the action as each protocol carries it, names it as
IAM does, and keeps a record of every call, so that a test can hold the policy against what was really called.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import botocore.session
from botocore.exceptions import UnknownServiceError

_SIGNED = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")

# REST services say what they want by path and query only. S3's actions are not called as its operations are.
_S3: tuple[tuple[str, str, str], ...] = (
    ("s3", r"^/[^/?]+/?\?tagging", "GetBucketTagging"),
    ("s3", r"^/[^/?]+/?\?location", "GetBucketLocation"),
    ("s3", r"^/[^/?]+/?\?encryption", "GetEncryptionConfiguration"),
    ("s3", r"^/[^/?]+/?\?versioning", "GetBucketVersioning"),
    ("s3", r"^/[^/?]+/?\?publicAccessBlock", "GetBucketPublicAccessBlock"),
    ("s3", r"^/[^/?]+/?\?notification", "GetBucketNotification"),
    ("s3", r"^/(\?|$)", "ListAllMyBuckets"),
)
_SIGNED_AS = {"monitoring": "cloudwatch", "tagging": "tag"}
"""Services that sign with another name than IAM calls them by."""

_ALLOWED_AS = {"cloudcontrolapi": "cloudformation"}
"""Services whose actions IAM calls by another prefix than the one they sign with."""

_MODELS = {"cloudcontrolapi": "cloudcontrol", "elasticfilesystem": "efs", "es": "opensearch"}
"""botocore's names of services that sign with another one."""


@cache
def _rest_model(service: str) -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """(method, path, operation) of a REST service; nothing of another."""
    try:
        model = botocore.session.Session().get_service_model(_MODELS.get(service, service))
    except UnknownServiceError:
        return ()
    if not model.metadata["protocol"].startswith("rest"):
        return ()
    found = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        parts = re.split(r"\{[^}]*\}", http["requestUri"].split("?")[0].rstrip("/"))
        # Ids may hold slashes, whole ARNs among them; the longest pattern that fits is meant.
        pattern = re.compile("[^?]+".join(map(re.escape, parts)) + r"/?(\?|$)")
        found.append((http["method"], pattern, name))
    return tuple(sorted(found, key=lambda each: -len(each[1].pattern)))


def _rest_action(service: str, method: str, path: str) -> str:
    """The IAM action of a REST call, or ``""``."""
    if service == "apigateway":
        return method
    if service == "s3":
        return next((action for _, pattern, action in _S3 if re.search(pattern, path)), "")
    fits = (name for verb, pattern, name in _rest_model(service) if verb == method and pattern.match(path))
    return next(fits, "")


@cache
def _speaks_json(service: str) -> bool:
    """Whether a service's errors are JSON."""
    names = {"elasticloadbalancing": "elbv2", "cloudwatch": "cloudwatch", "tag": "resourcegroupstaggingapi"}
    known = {"states": "stepfunctions", "elasticmapreduce": "emr", **_MODELS, **names}
    try:
        model = botocore.session.Session().get_service_model(known.get(service, service))
    except UnknownServiceError:
        return False
    return "json" in model.resolved_protocol


@dataclass(frozen=True)
class Call:
    """One request as IAM would see it."""

    service: str
    region: str
    action: str

    @property
    def permission(self) -> str:
        return f"{_ALLOWED_AS.get(self.service, self.service)}:{self.action}"


@dataclass
class Reply:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


Behaviour = Callable[["_Handler", Call, Callable[[], Reply]], None]


@dataclass
class Fault:
    """Which calls misbehave and how. Empty strings fit all; ``times`` limits how often, None is for ever."""

    behaviour: Behaviour
    service: str = ""
    action: str = ""
    region: str = ""
    times: int | None = None

    def takes(self, call: Call) -> bool:
        fits = (
            self.service in ("", call.service)
            and self.action in ("", call.action)
            and self.region in ("", call.region)
        )
        if not fits or self.times == 0:
            return False
        if self.times is not None:
            self.times -= 1
        return True


class FaultyAws:
    """The proxy. ``url`` is what ``--endpoint-url`` takes; ``faults`` and ``calls`` are the test's to use."""

    def __init__(self, behind: str) -> None:
        self.behind = urllib.parse.urlsplit(behind)
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self.lock = threading.Lock()
        self.released = threading.Event()
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def clear(self) -> None:
        """Behave again, and forget the calls."""
        with self.lock:
            self.faults.clear()
            self.calls.clear()
        self.released.set()
        self.released = threading.Event()

    def stop(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def permissions(self) -> set[str]:
        with self.lock:
            return {call.permission for call in self.calls}


class _Handler(BaseHTTPRequestHandler):
    proxy: FaultyAws
    fingerprint: str
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        call = self._call(body)
        self.fingerprint = f"{call} {self.command} {self.path} {body!r}"

        def onward() -> Reply:
            connection = http.client.HTTPConnection(str(self.proxy.behind.netloc), timeout=60)
            try:
                connection.request(self.command, self.path, body, dict(self.headers))
                reply = connection.getresponse()
                return Reply(reply.status, reply.read(), dict(reply.headers))
            finally:
                connection.close()

        with self.proxy.lock:
            self.proxy.calls.append(call)
            fault = next((each for each in self.proxy.faults if each.takes(call)), None)
        try:
            if fault is not None:
                fault.behaviour(self, call, onward)
            else:
                self.answer(onward())
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _serve

    def _call(self, body: bytes) -> Call:
        signed = _SIGNED.search(self.headers.get("Authorization") or "")
        service, region = (signed["service"], signed["region"]) if signed else ("", "")
        service = _SIGNED_AS.get(service, service)
        target = self.headers.get("X-Amz-Target")
        if target:
            return Call(service, region, target.rsplit(".", 1)[-1])
        action = _rest_action(service, self.command, self.path)
        if action:
            return Call(service, region, action)
        fields = urllib.parse.parse_qs(body.decode("utf-8", "replace"))
        return Call(service, region, fields.get("Action", [f"{self.command} {self.path}"])[0])

    def answer(self, reply: Reply, declared: int | None = None) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "server", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) if declared is None else declared))
        self.end_headers()
        self.wfile.write(reply.body)


def error_reply(call: Call, status: int, code: str, message: str) -> Reply:
    """An error as the service's protocol writes it."""
    if _speaks_json(call.service):
        body = json.dumps({"__type": f"com.amazonaws#{code}", "message": message}).encode()
        headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-ErrorType": code}
        return Reply(status, body, headers)
    inner = f"<Code>{code}</Code><Message>{message}</Message>"
    if call.service == "ec2":
        text = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>r</RequestID></Response>"
    elif call.service == "s3":
        text = f"<Error>{inner}<RequestId>r</RequestId></Error>"
    else:
        text = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error></ErrorResponse>"
    return Reply(status, text.encode(), {"Content-Type": "text/xml"})


def deny(*, named: bool = True) -> Behaviour:
    """403 as IAM denies; with ``named`` the message names the action, as most services do."""

    def behave(handler: _Handler, call: Call, onward: Callable[[], Reply]) -> None:
        code = {"ec2": "UnauthorizedOperation"}.get(
            call.service, "AccessDeniedException" if _speaks_json(call.service) else "AccessDenied"
        )
        message = "Access Denied"
        if named:
            message = f"User: arn:aws:iam::123456789012:user/scan is not authorized to perform: {call.permission}"
        handler.answer(error_reply(call, 403, code, message))

    return behave


def refuse(status: int, code: str, message: str = "no") -> Behaviour:
    """Any AWS error."""

    def behave(handler: _Handler, call: Call, onward: Callable[[], Reply]) -> None:
        handler.answer(error_reply(call, status, code, message))

    return behave


def refuse_first_time_every_second(status: int, code: str) -> Behaviour:
    """Every second request that was not made before is refused once; made again, it is answered."""
    seen: dict[str, bool] = {}

    def behave(handler: _Handler, call: Call, onward: Callable[[], Reply]) -> None:
        with handler.proxy.lock:
            known = handler.fingerprint in seen
            refused = not known and len(seen) % 2 == 0
            seen[handler.fingerprint] = True
        handler.answer(error_reply(call, status, code, "slow down") if refused else onward())

    return behave


def say(body: bytes, content_type: str = "text/html", status: int = 200) -> Behaviour:
    """These bytes, whatever was asked."""

    def behave(handler: _Handler, call: Call, onward: Callable[[], Reply]) -> None:
        handler.answer(Reply(status, body, {"Content-Type": content_type}))

    return behave


def hang() -> Behaviour:
    """Take the request and never answer."""

    def behave(handler: _Handler, call: Call, onward: Callable[[], Reply]) -> None:
        handler.proxy.released.wait(300)
        handler.close_connection = True

    return behave


def drip() -> Behaviour:
    """Answer a byte now and then, so that no read ever times out."""

    def behave(handler: _Handler, call: Call, onward: Callable[[], Reply]) -> None:
        released = handler.proxy.released
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not released.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()
        handler.close_connection = True

    return behave


def tear(share: float = 0.5, *, honest_length: bool = True) -> Behaviour:
    """Half of the true body. With ``honest_length`` the header agrees with what is sent, so only a parser can
    tell; without it the connection ends early."""

    def behave(handler: _Handler, call: Call, onward: Callable[[], Reply]) -> None:
        reply = onward()
        whole = len(reply.body)
        reply.body = reply.body[: int(whole * share)]
        handler.answer(reply, None if honest_length else whole)
        handler.close_connection = True

    return behave

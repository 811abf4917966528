"""Webhooks on the receiving side: is this message from the server that I registered with?

As in Standard Webhooks 1.0 (https://www.standardwebhooks.com): HMAC-SHA256 over id, time and body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from cloudviz_client.document import Document
from cloudviz_client.errors import CloudVizError

TOLERANCE = 300.0  # seconds that the sender's clock may be off, as the standard says


class NotGenuine(CloudVizError):
    """The message was not signed with the secret, or not just now: answer 400 and do nothing."""


class Message(Document):
    """What happened: ``data`` depends on the ``type``."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["timestamp"])
    _defaults: ClassVar[dict[str, Any]] = {"subject": "", "severity": "info", "data": {}}

    type: str
    timestamp: datetime
    subject: str
    severity: str
    data: dict[str, Any]


def verify(
    secret: str,
    headers: Mapping[str, str],
    body: bytes | str,
    *,
    tolerance: float = TOLERANCE,
    now: float | None = None,
) -> Message:
    """The event that a message tells, when it is genuine.

    Arguments:
        secret: what registering gave, ``whsec_…``.
        headers: of the request, in any case: ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``.
        body: as it came, before anything parsed it.
        tolerance: seconds that its time may be off.
        now: seconds since 1970; the clock's when None.

    Raises :class:`NotGenuine`.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, sent, signatures = (
            given[name] for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
        )
    except KeyError as missing:
        raise NotGenuine(f"The header {missing.args[0]} is missing.") from None
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        raise NotGenuine("The secret is not `whsec_` and base64.", "Copy it from where it was shown.") from None
    if not key:
        raise NotGenuine("The secret is empty.", "Copy it from where it was shown.")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 16):
        raise NotGenuine("webhook-timestamp is no number of seconds.")
    if abs((time.time() if now is None else now) - int(sent)) > tolerance:
        raise NotGenuine("The message is too old, or from the future.", "Compare the clocks of both machines.")
    raw = body.encode() if isinstance(body, str) else body
    expected = hmac.new(key, f"{message_id}.{sent}.".encode() + raw, hashlib.sha256).digest()
    # Several while a secret is being replaced; all are compared, so that time tells nothing.
    matches = [hmac.compare_digest(expected, each) for each in _signatures(signatures)]
    if not any(matches):
        raise NotGenuine("No signature fits.", "The secret is another one, or the body was changed on its way.")
    try:
        event = json.loads(raw)
    except ValueError:
        raise NotGenuine("The body is no JSON.") from None
    if not isinstance(event, dict):
        raise NotGenuine("The body is no event.")
    return Message(event)


def _signatures(header: str) -> list[bytes]:
    found = []
    for each in header.split()[:20]:
        version, _, encoded = each.partition(",")
        if version == "v1":
            try:
                found.append(base64.b64decode(encoded, validate=True))
            except ValueError:
                continue
    return found

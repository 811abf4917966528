"""Signatures of Standard Webhooks 1.0 (https://github.com/standard-webhooks/standard-webhooks, spec). Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from cloudviz.errors import Invalid

PREFIX = "whsec_"
FEWEST_BYTES, MOST_BYTES = 24, 64  # of a secret, by the specification
NEW_BYTES = 32


def new_secret() -> str:
    """A random signing secret: ``whsec_`` and 32 bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(NEW_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The bytes of a secret. Raises Invalid, and never repeats it, for what is no secret."""
    try:
        if not secret.startswith(PREFIX):
            raise ValueError
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        if not FEWEST_BYTES <= len(key) <= MOST_BYTES:
            raise ValueError
    except (ValueError, binascii.Error):
        raise Invalid(
            "the signing secret is none of Standard Webhooks",
            hint=f"Give whsec_ and {FEWEST_BYTES} to {MOST_BYTES} random bytes in base64, or none.",
        ) from None
    return key


def signed_headers(message_id: str, at: datetime, body: bytes, secrets_: Sequence[str]) -> dict[str, str]:
    """The three headers of a message.

    Arguments:
        message_id: the same at every try, so that receivers can tell a repetition.
        at: when this try is made; receivers refuse what is old.
        body: exactly the bytes that are sent.
        secrets_: each signs: while secrets are exchanged the old and the new one.
    """
    timestamp = str(int(at.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    signatures = [
        "v1," + base64.b64encode(hmac.new(key_of(each), content, hashlib.sha256).digest()).decode()
        for each in secrets_
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }

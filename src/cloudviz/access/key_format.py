"""What an API key looks like: ``cv_live_<32 random characters>_<6 characters of checksum>``.

The prefix makes a key that leaked into a repository or log easy to find, and the checksum tells a key from what
only resembles one, without asking anybody: secret scanners need both (GitHub's tokens have them for that reason).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib

PREFIX = "cv_live_"
RANDOM_CHARACTERS = 32  # of 62: 190 bits
CHECKSUM_CHARACTERS = 6  # 62⁶ is over 2³²
SHOWN_CHARACTERS = 6  # of the random ones, in lists; 154 bits stay unknown

PATTERN = rf"{PREFIX}[0-9A-Za-z]{{{RANDOM_CHARACTERS}}}_[0-9A-Za-z]{{{CHECKSUM_CHARACTERS}}}"
"""A regular expression for secret scanners."""

_KEY = re.compile(PATTERN, re.ASCII)
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase


def new_key() -> str:
    """A new random key."""
    body = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return f"{body}_{checksum(body)}"


def is_key(text: str) -> bool:
    """Whether a text has the form of a key and its checksum is right."""
    if not _KEY.fullmatch(text):
        return False
    body, _, given = text.rpartition("_")
    return given == checksum(body)


def checksum(body: str) -> str:
    """The CRC-32 of all that stands before the last ``_``, in base 62 (0-9 A-Z a-z), six digits."""
    number, digits = zlib.crc32(body.encode("ascii")), ""
    for _ in range(CHECKSUM_CHARACTERS):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


def shown(key: str) -> str:
    """What lists show of a key, so that its owner recognises it."""
    return key[: len(PREFIX) + SHOWN_CHARACTERS]


def hash_of(key: str) -> str:
    """What is stored of a key. It has 190 random bits, so that a fast hash is as good as a slow one."""
    return hashlib.sha256(b"cloudviz.api-key\0" + key.encode("ascii")).hexdigest()

from __future__ import annotations

import re
import string

from cloudviz.access.key_format import PATTERN, checksum, hash_of, is_key, new_key, shown

ZEROS = "cv_live_" + "0" * 32
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase


def test_the_checksum_is_crc_32_in_base_62() -> None:
    import binascii

    number = sum(ALPHABET.index(c) * 62**n for n, c in enumerate(reversed(checksum(ZEROS))))
    assert number == binascii.crc32(ZEROS.encode())
    assert is_key(f"{ZEROS}_{checksum(ZEROS)}")


def test_a_key_is_prefix_random_checksum() -> None:
    key = new_key()
    assert re.fullmatch(r"cv_live_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}", key) and re.fullmatch(PATTERN, key)
    assert is_key(key)
    assert len({new_key() for _ in range(100)}) == 100
    assert shown(key) == key[:14]
    assert re.search(PATTERN, f'token = "{key}" # never commit this')


def test_one_wrong_character_is_no_key() -> None:
    key = new_key()
    for place in range(len(key)):
        other = "x" if key[place] != "x" else "y"
        assert not is_key(key[:place] + other + key[place + 1 :])
    a, b = key[8], key[9]
    if a != b:
        assert not is_key(key[:8] + b + a + key[10:])


def test_what_only_resembles_a_key_is_none() -> None:
    key = new_key()
    for text in (
        "",
        "cv_live_",
        key[:-1],
        key + "0",
        key + "\n",
        " " + key,
        key.upper(),
        key.replace("live", "test"),
    ):
        assert not is_key(text)
    assert not is_key("cv_live_" + "٣" * 32 + "_000000")


def test_the_hash_does_not_give_the_key_away() -> None:
    key = new_key()
    assert re.fullmatch(r"[0-9a-f]{64}", hash_of(key)) and hash_of(key) != hash_of(new_key())
    import hashlib

    assert hash_of(key) != hashlib.sha256(key.encode()).hexdigest()

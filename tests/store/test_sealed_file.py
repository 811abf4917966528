"""A sealed file is read from any place, and only whole, in order, and with its key."""

from __future__ import annotations

import io
import os

import pytest

from cloudviz.errors import BadInput
from cloudviz.store.sealed_file import CHUNK, SealedReader, SealingWriter, is_sealed, read_key

KEY, OTHER = bytes(range(32)), bytes(32)
HEAD = 5 + 16
SEALED = CHUNK + 16


def sealed(content: bytes, key: bytes = KEY) -> bytes:
    target = io.BytesIO()
    writer = SealingWriter(target, key)
    for begin in range(0, len(content), 10_007):
        writer.write(content[begin : begin + 10_007])
    writer.finish()
    return target.getvalue()


def opened(data: bytes, key: bytes = KEY) -> io.BufferedReader:
    return io.BufferedReader(SealedReader(io.BytesIO(data), key, "f"))


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5])
def test_what_was_sealed_is_read(length: int):
    content = os.urandom(length)
    data = sealed(content)
    assert is_sealed(io.BytesIO(data)) and (length < 32 or content[:32] not in data)
    with opened(data) as reader:
        assert reader.read() == content
        for place in (0, length // 2, max(0, length - 3)):
            reader.seek(place)
            assert reader.read(7) == content[place : place + 7]
        assert reader.seek(0, os.SEEK_END) == length


def chunk(data: bytes, number: int) -> bytes:
    begin = HEAD + number * SEALED
    return data[begin : begin + SEALED]


CONTENT = os.urandom(2 * CHUNK + 100)


@pytest.mark.parametrize(
    "damage",
    {
        "a bit": lambda data: data[:-200] + bytes([data[-200] ^ 1]) + data[-199:],
        "cut off inside a chunk": lambda data: data[:-1],
        "cut off between chunks": lambda data: data[: HEAD + 2 * SEALED],
        "chunks swapped": lambda data: (
            data[:HEAD]
            + data[HEAD + SEALED : HEAD + 2 * SEALED]
            + data[HEAD : HEAD + SEALED]
            + data[HEAD + 2 * SEALED :]
        ),
        "a chunk left out": lambda data: data[: HEAD + SEALED] + data[HEAD + 2 * SEALED :],
        "another salt": lambda data: data[:5] + bytes(16) + data[HEAD:],
        "longer": lambda data: data + data[-50:],
        "only the head": lambda data: data[:HEAD],
        "less than a head": lambda data: data[:9],
    }.values(),
)
def test_what_was_changed_does_not_open(damage):
    with pytest.raises(BadInput, match="does not open"), opened(damage(sealed(CONTENT))) as reader:
        reader.read()


def test_another_key_does_not_open():
    with pytest.raises(BadInput, match="another key"):
        opened(sealed(CONTENT), OTHER)


def test_two_files_share_no_bytes():
    one, two = sealed(bytes(1000)), sealed(bytes(1000))
    assert one[HEAD:] != two[HEAD:]


@pytest.mark.parametrize("text", ["", "ab", "zz" * 32, "ab" * 31, "ab" * 33])
def test_a_key_is_64_hex_digits(text: str):
    with pytest.raises(BadInput, match="64 hex digits") as refused:
        read_key(text)
    assert not text or text not in str(refused.value).replace("64 hex", "")
    assert read_key(" " + "aB" * 32 + "\n") == b"\xab" * 32

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, extract_parameters

from cloudviz.access.passwords import LONGEST, Passwords, check_new
from cloudviz.errors import Invalid, Unavailable


@pytest.fixture(scope="module")
def passwords() -> Iterator[Passwords]:
    made = Passwords()
    yield made
    made.close()


async def test_the_parameters_are_those_of_owasp(passwords: Passwords) -> None:
    found = extract_parameters(await passwords.hash("correct horse"))
    assert (found.type.name, found.memory_cost, found.time_cost, found.parallelism) == ("ID", 19456, 2, 1)
    assert (found.salt_len, found.hash_len) == (16, 32)


async def test_right_and_wrong(passwords: Passwords) -> None:
    stored = await passwords.hash("correct horse")
    assert (await passwords.check("correct horse", stored)).right
    assert not (await passwords.check("correct horse ", stored)).right
    assert not (await passwords.check("", stored)).right


async def test_two_hashes_of_one_password_differ(passwords: Passwords) -> None:
    assert await passwords.hash("correct horse") != await passwords.hash("correct horse")


async def test_nobody_s_password_is_never_right(passwords: Passwords) -> None:
    assert not (await passwords.check("", None)).right
    assert not (await passwords.check("anything", None)).right


@pytest.mark.parametrize("stored", ["", "plain text", "$argon2id$broken", "$2b$12$abcdefghijklmnop", "x" * 9999])
async def test_a_stored_text_that_is_no_hash_lets_nobody_in(passwords: Passwords, stored: str) -> None:
    assert not (await passwords.check(stored, stored)).right


async def test_a_hash_with_other_parameters_is_right_and_outdated(passwords: Passwords) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("correct horse")
    verdict = await passwords.check("correct horse", old)
    assert (verdict.right, verdict.outdated) == (True, True)
    fresh = await passwords.check("correct horse", await passwords.hash("correct horse"))
    assert (fresh.right, fresh.outdated) == (True, False)


async def test_what_looks_alike_is_one_password(passwords: Passwords) -> None:
    stored = await passwords.hash("caf\u00e9 au lait")
    assert (await passwords.check("cafe\u0301 au lait", stored)).right


async def test_hostile_guesses_are_only_wrong(passwords: Passwords) -> None:
    stored = await passwords.hash("correct horse")
    for guess in ("x" * 1_000_000, "\ud800", "\0" * 20, "𓀀" * 500):
        assert not (await passwords.check(guess, stored)).right


async def test_a_guess_is_not_cut_to_fit(passwords: Passwords) -> None:
    stored = await passwords.hash("x" * LONGEST)
    assert (await passwords.check("x" * LONGEST, stored)).right
    assert not (await passwords.check("x" * LONGEST + "y", stored)).right


@pytest.mark.parametrize("password", ["", "1234567", "x" * (LONGEST + 1)])
def test_a_bad_choice_is_refused(password: str) -> None:
    with pytest.raises(Invalid):
        check_new(password)


async def test_nobody_costs_as_much_as_somebody(passwords: Passwords) -> None:
    """CPU time, not the clock: a name that does not exist must not be told by a quick answer."""
    stored = await passwords.hash("correct horse")

    async def cost(known: str | None) -> float:
        before = time.process_time()
        for _ in range(5):
            await passwords.check("wrong guess", known)
        return time.process_time() - before

    assert 0.5 < await cost(None) / await cost(stored) < 2


async def test_who_comes_when_too_many_wait_is_told_to_come_again() -> None:
    passwords = Passwords(threads=1, most_waiting=2)
    try:
        under_way = [asyncio.create_task(passwords.check("guess", None)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable) as refused:
            await passwords.check("guess", None)
        assert refused.value.retry_after == 2
        assert [each.right for each in await asyncio.gather(*under_way)] == [False] * 3
        assert not (await passwords.check("guess", None)).right
    finally:
        passwords.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority of their own")
async def test_hashing_stands_back_and_nothing_else_does(passwords: Passwords) -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    await passwords.check("guess", None)
    hashing = [thread for thread in threading.enumerate() if thread.name.startswith("argon2")]
    niceness = {os.getpriority(os.PRIO_PROCESS, thread.native_id or 0) for thread in hashing}
    assert niceness and min(niceness) > before
    assert os.getpriority(os.PRIO_PROCESS, 0) == before

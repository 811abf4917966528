"""Envelopes: what opens, what does not, and keys that change. Key services are asked over real HTTP."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fake_clouds import key_services
from tests.fake_clouds.key_services import GOOGLE_KEY, TOKEN, KeyServices
from tests.fake_clouds.moto import MotoServer

from cloudviz.errors import BadInput, Unavailable
from cloudviz.runtime.secrets.envelope import Envelope, Place, SealBroken
from cloudviz.runtime.secrets.keyring import Keyring
from cloudviz.runtime.secrets.master_keys import LocalKey, local_keys
from cloudviz.runtime.secrets.opening import keyring_for
from cloudviz.runtime.secrets.remote_keys import AwsKey, AzureKey, GoogleKey, VaultKey
from cloudviz.runtime.settings import Settings

HERE = Place("credentials", "sealed", "7")
CANARY = b"canary-9f8b2c"


def ring(*names: str) -> Keyring:
    return Keyring([LocalKey(name, name.encode().ljust(32, b"!")) for name in names or ("a",)])


async def token() -> str:
    return TOKEN


@pytest.fixture(scope="module")
def running() -> Iterator[KeyServices]:
    made = key_services.start()
    yield made
    made.stop()


@pytest.fixture
def services(running: KeyServices) -> KeyServices:
    running.calls.clear()
    running.fail_next = 0
    return running


async def test_what_is_sealed_opens_in_its_place() -> None:
    for plain in (b"", CANARY, os.urandom(100_000)):
        sealed = await ring().seal(plain, HERE)
        assert plain == b"" or plain not in sealed
        assert await ring().open(sealed, HERE) == plain
    assert await ring().seal(CANARY, HERE) != await ring().seal(CANARY, HERE), "a key of its own each time"


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("credentials", "sealed", "8"),
        Place("credentials", "other", "7"),
        Place("webhooks", "sealed", "7"),
        Place("credential", "ssealed", "7"),  # the same letters in a row
        Place("credentials", "sealed7", ""),
    ],
)
async def test_a_swapped_envelope_does_not_open(elsewhere: Place) -> None:
    sealed = await ring().seal(CANARY, HERE)
    with pytest.raises(SealBroken) as refused:
        await ring().open(sealed, elsewhere)
    assert CANARY.decode() not in refused.value.one_line()


async def test_parts_of_two_envelopes_do_not_go_together() -> None:
    """Whoever may write to the table mixes the wrapped key of one row with the ciphertext of another."""
    there = Place("credentials", "sealed", "8")
    one, two = [Envelope.read(await ring().seal(CANARY, place)) for place in (HERE, there)]
    for mixed in (
        Envelope(one.key_id, two.wrapped, one.nonce, one.ciphertext),
        Envelope(one.key_id, one.wrapped, two.nonce, two.ciphertext),
        Envelope(one.key_id, one.wrapped, two.nonce, one.ciphertext),
    ):
        with pytest.raises(SealBroken):
            await ring().open(mixed.to_bytes(), HERE)


async def test_every_changed_bit_is_noticed() -> None:
    sealed = await ring().seal(b"short", HERE)
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises((SealBroken, Unavailable)):
            await ring().open(bytes(changed), HERE)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            await ring().open(sealed[:length], HERE)


async def test_keys_rotate_and_old_ones_still_open() -> None:
    sealed = await ring("old").seal(CANARY, HERE)
    both = ring("new", "old")
    assert await both.open(sealed, HERE) == CANARY
    moved = await both.rewrapped(sealed, HERE)
    assert moved is not None and moved != sealed
    assert await both.rewrapped(moved, HERE) is None, "nothing is left to do"
    assert await ring("new").open(moved, HERE) == CANARY, "the old key is needed no more"
    with pytest.raises(Unavailable, match=r"local:new.*not configured"):
        await ring("old").open(moved, HERE)
    with pytest.raises(SealBroken):
        await both.rewrapped(sealed, Place("credentials", "sealed", "8"))


@pytest.mark.parametrize("text", ["", "abc", "id:", "id:abcd", ":" + "0" * 64, "i d:" + "0" * 64, "k:" + "z" * 64])
def test_keys_that_are_none_are_refused_without_being_repeated(text: str) -> None:
    if not text:
        assert local_keys(text) == []
        return
    with pytest.raises(BadInput) as refused:
        local_keys(f"ok:{'1' * 64},{text}")
    assert "z" * 64 not in refused.value.one_line() and "1" * 64 not in refused.value.one_line()


async def test_the_key_comes_from_the_settings_else_from_the_data_folder(tmp_path: Path) -> None:
    kept = keyring_for(Settings(data_dir=tmp_path))
    sealed = await kept.seal(CANARY, HERE)
    assert await keyring_for(Settings(data_dir=tmp_path)).open(sealed, HERE) == CANARY
    assert stat.S_IMODE((tmp_path / "secrets.key").stat().st_mode) == 0o600
    given: dict[str, Any] = {"data_dir": tmp_path, "secrets": {"keys": f"b:{'2' * 64}\na:{'1' * 64}"}}
    assert keyring_for(Settings.model_validate(given)).sealing_id == "local:b"
    for wrong in ("hsm:x", "gcp-kms:short", "azure-keyvault:x", "vault:transit/k"):
        with pytest.raises(BadInput):
            keyring_for(Settings.model_validate({"data_dir": tmp_path, "secrets": {"master_key": wrong}}))


@pytest.fixture(params=["azure", "google", "vault"])
async def remote(request: pytest.FixtureRequest, services: KeyServices) -> AsyncIterator[Any]:
    yield {
        "azure": lambda: AzureKey(f"{services.url}/keys/cloudviz", token),
        "google": lambda: GoogleKey(GOOGLE_KEY, services.url, token),
        "vault": lambda: VaultKey("transit/cloudviz", services.url, token),
    }[request.param]()


async def test_key_services_wrap_and_unwrap(remote: Any, services: KeyServices) -> None:
    keys = Keyring([remote])
    sealed = await keys.seal(CANARY, HERE)
    assert await keys.open(sealed, HERE) == CANARY
    assert len(services.calls) == 2
    assert all(CANARY.hex() not in str(call) and CANARY.decode() not in str(call) for call in services.calls)
    with pytest.raises(SealBroken):
        await keys.open(sealed, Place("credentials", "sealed", "8"))
    envelope = Envelope.read(sealed)
    for spoilt in (envelope.wrapped[:-4] + b"AAAA", b"", b"\xff" * 40, b'["keys/other/0", "x"]'):
        with pytest.raises((SealBroken, Unavailable)):
            await keys.open(
                Envelope(envelope.key_id, spoilt, envelope.nonce, envelope.ciphertext).to_bytes(), HERE
            )


async def test_a_key_service_that_stumbles_is_asked_once_more(remote: Any, services: KeyServices) -> None:
    services.fail_next = 1
    sealed = await Keyring([remote]).seal(CANARY, HERE)
    services.fail_next = 2
    with pytest.raises(Unavailable, match="HTTP 503"):
        await Keyring([remote]).open(sealed, HERE)


async def test_from_a_local_key_to_a_key_service_and_back(remote: Any) -> None:
    local = LocalKey("a", b"a" * 32)
    sealed = await Keyring([local]).seal(CANARY, HERE)
    moved = await Keyring([remote, local]).rewrapped(sealed, HERE)
    assert moved is not None and await Keyring([remote]).open(moved, HERE) == CANARY
    back = await Keyring([local, remote]).rewrapped(moved, HERE)
    assert back is not None and await Keyring([local]).open(back, HERE) == CANARY


async def test_azure_opens_what_an_older_version_of_the_key_wrapped(services: KeyServices) -> None:
    keys = Keyring([AzureKey(f"{services.url}/keys/cloudviz", token)])
    sealed = await keys.seal(CANARY, HERE)
    services.rotate()
    assert await keys.open(sealed, HERE) == CANARY


async def test_key_services_that_refuse(services: KeyServices) -> None:
    async def wrong() -> str:
        return "somebody else's"

    for key in (
        AzureKey(f"{services.url}/keys/cloudviz", wrong),
        AzureKey(f"{services.url}/keys/none", token),
        GoogleKey(GOOGLE_KEY, services.url, wrong),
        GoogleKey(GOOGLE_KEY[:-1] + "x", services.url, token),
        VaultKey("transit/cloudviz", services.url, wrong),
        VaultKey("transit/none", services.url, token),
        VaultKey("transit/cloudviz", "http://127.0.0.1:1", token),
    ):
        with pytest.raises(Unavailable) as refused:
            await Keyring([key]).seal(CANARY, HERE)
        assert "somebody else" not in refused.value.one_line()


@pytest.mark.moto
async def test_aws_kms(moto_server: MotoServer, aws_credentials: None) -> None:
    import boto3

    client = boto3.client("kms", region_name="us-east-1", endpoint_url=moto_server.url)
    arns = [client.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]
    first, second = (AwsKey(arn, moto_server.url) for arn in arns)
    sealed = await Keyring([first]).seal(CANARY, HERE)
    assert await Keyring([first]).open(sealed, HERE) == CANARY
    with pytest.raises(SealBroken):
        await Keyring([first]).open(sealed, Place("credentials", "sealed", "8"))
    moved = await Keyring([second, first]).rewrapped(sealed, HERE)
    assert moved is not None and await Keyring([second]).open(moved, HERE) == CANARY
    with pytest.raises(Unavailable, match="NotFoundException"):
        none = arns[0].rsplit("/", 1)[0] + "/00000000-0000-0000-0000-000000000000"
        await Keyring([AwsKey(none, moto_server.url)]).seal(CANARY, HERE)

"""The keyring that the settings ask for."""

from __future__ import annotations

from cloudviz.errors import BadInput
from cloudviz.runtime.secrets.keyring import Keyring
from cloudviz.runtime.secrets.master_keys import LocalKey, MasterKey, local_keys
from cloudviz.runtime.settings import Settings, kept_secret

LOCAL = "local"


def keyring_for(settings: Settings) -> Keyring:
    """The keys of an installation: ``secrets.master_key`` seals, ``secrets.former_keys`` still open.

    Without ``secrets.keys`` a local key is kept in the data folder, made on first use. Raises BadInput.
    """
    given = settings.secrets
    local: list[LocalKey] = local_keys(given.keys.get_secret_value())
    wanted = [given.master_key or LOCAL, *given.former_keys]
    if not local and LOCAL in wanted:
        local = [LocalKey("kept", bytes.fromhex(kept_secret(settings.data_dir / "secrets.key")))]
    keys: list[MasterKey] = []
    for name in dict.fromkeys(wanted):
        keys.extend(local if name == LOCAL else [_remote(name, settings)])
    # Local keys that are given open what they sealed, even if another one seals now.
    keys.extend(key for key in local if key not in keys)
    return Keyring(keys)


def _remote(name: str, settings: Settings) -> MasterKey:
    # The clients of key services are needed by those only who use one.
    from cloudviz.runtime.secrets import remote_keys

    given = settings.secrets
    kind, _, key = name.partition(":")
    if kind == "aws-kms":
        return remote_keys.AwsKey(key, given.key_endpoint)
    if kind == "azure-keyvault":
        return remote_keys.AzureKey(key)
    if kind == "gcp-kms":
        return remote_keys.GoogleKey(key, given.key_endpoint)
    if kind == "vault":

        async def token() -> str:
            return str(given.vault_token.get_secret_value())

        return remote_keys.VaultKey(key, given.vault_address, token)
    raise BadInput(
        f"{kind[:40]!r} is no kind of master key",
        hint="Use local, aws-kms:ARN, azure-keyvault:URL, gcp-kms:NAME or vault:MOUNT/NAME.",
    )

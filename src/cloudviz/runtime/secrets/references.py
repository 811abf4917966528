"""Settings that stand somewhere else: in a file, in AWS Secrets Manager, in Vault's KV engine.

``CLOUDVIZ_AUTH__SECRET_FILE=/run/secrets/auth`` reads a file, as container platforms mount them. In place of any
value may stand ``secret://file/PATH``, ``secret://aws/NAME#FIELD`` or ``secret://vault/MOUNT/PATH#FIELD``;
``#FIELD`` takes one member of a JSON object. AWS is asked with the usual chain of credentials, Vault at
``VAULT_ADDR`` with ``VAULT_TOKEN`` or the file ``VAULT_TOKEN_FILE``. No refusal repeats what was read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from cloudviz.errors import BadInput, Unavailable

SCHEME = "secret://"
LONGEST = 65_536
SECONDS = 10.0


def is_reference(value: object) -> bool:
    """Whether a setting's value names a place where the value stands."""
    return isinstance(value, str) and value.startswith(SCHEME)


def read_file(path: str, setting: str) -> str:
    """The text of a file without the line break at its end. Raises BadInput."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(LONGEST + 1)
        if len(content) > LONGEST:
            raise BadInput(f"the file of the setting {setting} is larger than {LONGEST} bytes", where=path)
        return content.decode().rstrip("\r\n")
    except OSError as error:
        raise BadInput(
            f"the file of the setting {setting} can't be read: {error.strerror}",
            where=path,
            hint="Check its path.",
        ) from None
    except UnicodeDecodeError:
        raise BadInput(f"the file of the setting {setting} is no text", where=path) from None


def resolved(reference: str, setting: str, environment: Mapping[str, str]) -> str:
    """What a reference stands for. Raises BadInput for one that is none, Unavailable when its store is silent."""
    kind, _, rest = reference.removeprefix(SCHEME).partition("/")
    if kind == "file":
        return read_file("/" + rest.lstrip("/"), setting)
    name, parted, field = rest.partition("#")
    if kind not in ("aws", "vault") or not name or (parted and not field):
        raise BadInput(
            f"the setting {setting} refers to no place that CloudViz knows",
            hint="Use secret://file/PATH, secret://aws/NAME#FIELD or secret://vault/MOUNT/PATH#FIELD.",
        )
    if kind == "aws":
        return _member(_from_aws(name, setting), field, setting)
    return _member(_from_vault(name, setting, environment), field or "value", setting)


def _member(content: str, field: str, setting: str) -> str:
    if not field:
        return content
    try:
        document = json.loads(content)
        found = document[field]
    except (ValueError, KeyError, TypeError, RecursionError):
        found = None
    if not isinstance(found, str | int | float) or isinstance(found, bool):
        raise BadInput(f"the secret of the setting {setting} has no text {field[:80]!r} in it")
    return str(found)


def _from_aws(name: str, setting: str) -> str:
    # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    parts = name.split(":")
    region = parts[3] if name.startswith("arn:") and len(parts) > 5 else None
    retries = {"mode": "standard", "total_max_attempts": 3}
    config = Config(connect_timeout=5, read_timeout=SECONDS, retries=retries)
    try:
        client = boto3.Session().client("secretsmanager", region_name=region, config=config)
        said = client.get_secret_value(SecretId=name)
    except ClientError as error:
        raise _refused("AWS Secrets Manager", setting, error.response.get("Error", {}).get("Code", "")) from None
    except (BotoCoreError, ValueError) as error:
        raise _refused("AWS Secrets Manager", setting, type(error).__name__) from None
    text = said.get("SecretString")
    if not isinstance(text, str):
        raise BadInput(f"the secret of the setting {setting} is no text")
    return text


def _from_vault(name: str, setting: str, environment: Mapping[str, str]) -> str:
    # https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-version
    import httpx

    address = environment.get("VAULT_ADDR", "")
    token = environment.get("VAULT_TOKEN", "")
    if not token and environment.get("VAULT_TOKEN_FILE"):
        token = read_file(environment["VAULT_TOKEN_FILE"], "VAULT_TOKEN")
    mount, _, path = name.partition("/")
    if not address or not token or not path:
        raise BadInput(
            f"the setting {setting} refers to Vault, and VAULT_ADDR, VAULT_TOKEN or the path is missing",
            hint="Write secret://vault/MOUNT/PATH#FIELD.",
        )
    url = f"{address.rstrip('/')}/v1/{quote(mount)}/data/{quote(path)}"
    headers = {"X-Vault-Token": token, "X-Vault-Request": "true"}
    try:
        reply = httpx.get(url, headers=headers, timeout=SECONDS, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _refused("Vault", setting, type(error).__name__) from None
    if reply.status_code != 200:
        raise _refused("Vault", setting, f"HTTP {reply.status_code}")
    try:
        return json.dumps(reply.json()["data"]["data"])
    except (ValueError, KeyError, TypeError):
        raise _refused("Vault", setting, "an answer that is none") from None


def _refused(who: str, setting: str, why: str) -> Unavailable:
    return Unavailable(
        f"{who}, where the setting {setting} stands, answered with {why}",
        hint="Check the secret's name, the right to read it, and the network.",
    )

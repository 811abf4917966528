"""What is taken for a secret: by the name of a field, by the form of a value, by the type of its owner.

It errs on the side of hiding. A picture needs no value that might be a password, and a secret once stored
stays in backups; so a name that holds a secret's word is harmless only where a word behind it says so
(``PasswordLastUsed``).
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_SECRET_NAME = re.compile(
    r"pass(?:word|wd|phrase|code)|secret|credential|sensitive|protected_settings"
    r"|(?:auth|access|session|api|bearer|refresh|sas)_?token"
    r"|(?:private|access|api|shared|account|client|ssh|auth|storage|signing|master|admin|host|function|license"
    r"|instrumentation|subscription|hmac|primary|secondary|readonly|preshared|encryption_secret)_?keys?(?![a-z])"
    r"|connection_?string|certificate_?body|kube_?(?:admin_?)?config|kube_?env|master_?auth$|sysprep"
    r"|user_?data|custom_?data|cloud_?init|(?:startup|shutdown)_?script|container_declaration"
    r"|customer_?gateway_?configuration|(?:^|_)(?:pass|pwd|pw|psk|sas)(?![a-z])"
)

_HARMLESS_BEHIND = re.compile(
    r"(?<![a-z])(?:arns?|ids?|names?|enabled|policy|policies|counts?|rotation|expiry|expires|expiration|versions?"
    r"|kind|types?|last|reset|options?|status|state|url|uri|managed?|required|length|reuse|age|validity|lifetime"
    r"|ttl|days|hours|minutes|seconds|period|limit|quota|attempts|format|refs?|reference|path|changed?|management"
    r"|s?manager|metadata|method|authentication|fingerprint|used|complexity|vault|store|provider|source)(?![a-z])"
)
"""Words that, behind a secret's word, make a name that of a reference, a switch or a measure."""

_NO_SECRET_TOKEN = frozenset(
    {"next", "page", "paging", "continuation", "client", "idempotency", "creation", "sync"}
)
"""Words before ``token`` that make it a bookmark of paging or idempotency."""

_CREDENTIALS = re.compile(r"(?P<scheme>://)[^/\s:@]*:[^/\s@]{3,}@")

_SECRET_VALUE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|://[^/\s:@]*:[^/\s@]{3,}@"
    # NAME=value in a command line, a URL's query, a connection string; "name: value" in YAML and JSON.
    r"|(?:pass(?:word|wd|phrase)|(?<![a-z])pass|pwd|secret|token|(?:api|access|account|shared|private|secret)_?-?key)"
    r"[\"']?(?:\s{0,3}=\s{0,3}|:\s{1,3}|(?<=[\"'])\s{0,3}:\s{0,3})[\"']?[^\s\"'&;,{}\[\]]{3,}"
    r"|\bAccountKey=|\bSharedAccessSignature=|\bSharedAccessKey=|[?&](?:sig|signature|x-amz-signature)="
    r"|<[a-z_]*(?:pre_shared_key|password|secret)>"
    r"|\bbearer\s{1,3}[a-z0-9+/=._-]{16,}|\bbasic\s{1,3}[a-z0-9+/]{20,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\beyJ[A-Za-z0-9_-]{10,}\.eyJ|\bAIza[A-Za-z0-9_-]{35}\b"
    r"|\bgh[opsu]_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[A-Za-z0-9_-]{20}|\bxox[baprs]-[A-Za-z0-9-]{10,}"
    r"|\bsk_live_[A-Za-z0-9]{16,}",
    re.IGNORECASE,
)
_KEY_MARK = re.compile(
    r"AKIA|ASIA|AIza|eyJ|gh[opsu]_|github_pat|glpat|xox|sk_live|[Bb]earer|[Bb]asic|akia|asia|BASIC"
)

_SECRET_TYPE = re.compile(
    r"secret|password|credential|access_?key|api_?key|_token|ssm_?parameter|ssm::parameter|^vault_|storage_account_.*sas"
    r"|key_?vault_(?:secret|key)|private_key",
    re.IGNORECASE,
)
_PAYLOAD = re.compile(
    r"values?|value_wo|data|data_json(?:_wo)?|binary_data|string_data|result|content|sas|key|payload"
    r"|(?:plaintext|encrypted)_value"
)
"""Fields that hold the secret itself where the owner is one: ``aws_ssm_parameter.value``. States written before
Terraform 1.9 do not mark them as sensitive."""

_VARIABLES = frozenset(
    {"environment", "environmentvariables", "env", "appsettings", "variables", "envvars", "environmentoverrides"}
)
_VARIABLES_END = ("environment_variables", "app_settings", "env_vars", "environment_variable")


@lru_cache(maxsize=8192)
def words_of(name: str) -> tuple[str, ...]:
    """The lower-case words of a name in any spelling: ``MasterUserPassword``, ``db-password``, ``DB_PASSWORD``."""
    return tuple(word.lower() for word in _WORD.findall(name))


@lru_cache(maxsize=8192)
def is_secret_name(name: str) -> bool:
    """Whether a field of this name is taken to hold a secret."""
    words = words_of(name)
    joined = "_".join(words)
    marks = list(_SECRET_NAME.finditer(joined))
    if marks and _HARMLESS_BEHIND.search(joined[marks[-1].end() :]) is None:
        return True
    return bool(words) and words[-1] == "token" and _NO_SECRET_TOKEN.isdisjoint(words[-2:-1])


@lru_cache(maxsize=8192)
def holds_variables(name: str) -> bool:
    """Whether a map or list of this name holds environment variables, which may be secrets under any name."""
    words = words_of(name)
    return "".join(words) in _VARIABLES or "_".join(words).endswith(_VARIABLES_END)


@lru_cache(maxsize=1024)
def is_payload_of(native_type: str, name: str) -> bool:
    """Whether a field holds the secret itself because its owner's type is one: ``value`` of an SSM parameter."""
    if native_type.startswith("google_compute_") and name == "metadata":
        return True  # start-up scripts, keys, and whatever else a machine is told
    return _PAYLOAD.fullmatch(name.lower()) is not None and _SECRET_TYPE.search(native_type) is not None


@lru_cache(maxsize=4096)
def has_payloads(native_type: str) -> bool:
    """Whether some field of this type may be hidden by :func:`is_payload_of`."""
    return native_type.startswith("google_compute_") or _SECRET_TYPE.search(native_type) is not None


def is_secret_value(text: str) -> bool:
    """Whether a text looks like a secret, or holds one, whatever it is called."""
    # The long pattern is tried only where one of its marks can be: most values are short words and ids.
    length = len(text)
    if length < 8:
        return False
    marked = (
        "=" in text
        or ": " in text
        or "://" in text
        or '":' in text
        or "-----" in text
        or "</" in text
        or (length >= 20 and _KEY_MARK.search(text) is not None)
    )
    return marked and _SECRET_VALUE.search(text) is not None


def without_credentials(text: str, mask: str) -> str:
    """A name or an id with the user and password of a URL in it replaced; the rest names something, and stays."""
    return _CREDENTIALS.sub(rf"\g<scheme>{mask}@", text) if "@" in text and "://" in text else text

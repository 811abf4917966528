"""``REDIS_URL``: one server, a group watched by Sentinel, or a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from cloudviz.errors import BadInput

SCHEMES = {
    "redis": (False, "single"),
    "rediss": (True, "single"),
    "unix": (False, "single"),
    "redis+sentinel": (False, "sentinel"),
    "rediss+sentinel": (True, "sentinel"),
    "redis+cluster": (False, "cluster"),
    "rediss+cluster": (True, "cluster"),
}
FORMS = (
    "Use redis://[user:password@]host:6379/0, rediss:// for TLS, unix:///path.sock, "
    "redis+sentinel://host:26379,host:26379/mymaster/0 or redis+cluster://host:6379,host:6379."
)


@dataclass(frozen=True, slots=True, repr=False)
class RedisAddress:
    """Where Redis is, and how to come in. It has no readable form, since it holds a password.

    Attributes:
        kind: ``single``, ``sentinel`` or ``cluster``.
        places: host and port of the server, of each Sentinel, or of some nodes of the cluster.
        socket: path of a Unix socket instead of a place.
        master: the name of the group, for Sentinel.
        ca_file: certificates that TLS trusts instead of the system's.
        certificate_file, key_file: what a server that asks for a certificate is shown.
    """

    kind: str
    places: tuple[tuple[str, int], ...]
    socket: str = ""
    master: str = ""
    username: str = ""
    password: str = ""
    sentinel_username: str = ""
    sentinel_password: str = ""
    database: int = 0
    tls: bool = False
    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""

    @property
    def shown(self) -> str:
        """How messages name it, without the password."""
        if self.socket:
            return self.socket
        places = ",".join(f"{host}:{port}" for host, port in self.places)
        return f"{places}/{self.master}" if self.master else places


def read_address(url: str) -> RedisAddress:
    """Raises :class:`~cloudviz.errors.BadInput` for a URL that is none; its password is not repeated."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
    except ValueError as error:
        raise BadInput("REDIS_URL is not a URL", hint=FORMS) from error
    if parts.scheme not in SCHEMES:
        raise BadInput(f"REDIS_URL begins with {parts.scheme[:20]!r}, which is no kind of Redis", hint=FORMS)
    tls, kind = SCHEMES[parts.scheme]
    credentials, _, hosts = parts.netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    path = [piece for piece in parts.path.split("/") if piece]
    if parts.scheme == "unix":
        places: tuple[tuple[str, int], ...] = ()
        database, master = (query.get("db") or ["0"])[0], ""
    else:
        places = tuple(_place(each, 26379 if kind == "sentinel" else 6379) for each in hosts.split(","))
        master = path.pop(0) if kind == "sentinel" and path else ""
        database = path[0] if path else (query.get("db") or ["0"])[0]
        if kind == "sentinel" and not master:
            raise BadInput("REDIS_URL names no group for the Sentinels", hint=FORMS)
    if not database.isdigit() or (kind == "cluster" and database != "0"):
        raise BadInput(f"REDIS_URL names the database {database[:20]!r}", hint=FORMS)
    return RedisAddress(
        kind=kind,
        places=places,
        socket=unquote(parts.path) if parts.scheme == "unix" else "",
        master=master,
        username=unquote(username),
        password=unquote(password),
        sentinel_username=(query.get("sentinel_username") or [""])[0],
        sentinel_password=(query.get("sentinel_password") or [""])[0],
        database=int(database),
        tls=tls,
        ca_file=(query.get("ssl_ca_certs") or [""])[0],
        certificate_file=(query.get("ssl_certfile") or [""])[0],
        key_file=(query.get("ssl_keyfile") or [""])[0],
    )


def _place(text: str, port: int) -> tuple[str, int]:
    try:
        found = SplitResult("", text, "", "", "")
        return found.hostname or "127.0.0.1", found.port or port
    except ValueError as error:
        raise BadInput(f"REDIS_URL has no readable host and port in {text[:60]!r}", hint=FORMS) from error

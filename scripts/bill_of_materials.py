#!/usr/bin/env python3
"""Complete a bill of materials (CycloneDX) of Python packages: Python itself, Debian's packages, the web app's.

    scripts/bill_of_materials.py BILL DPKG_STATUS PACKAGE_LOCK

writes BILL anew. Standard library only: it runs while an image is built, where there is nothing else yet.
What only built the web app, and is not in what was built, is there with the scope ``excluded``. Identifiers are
package URLs (https://github.com/package-url/purl-spec), the same input gives the same bytes.
"""

from __future__ import annotations

import base64
import json
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

Component = dict[str, Any]


def main(bill: Path, status: Path, lock: Path) -> None:
    """Write the bill anew, complete."""
    told = json.loads(bill.read_text())
    release = _release()
    added = [python(), *debian(status.read_text(), release), *npm(json.loads(lock.read_text()))]
    known = {each["bom-ref"] for each in told["components"]}
    told["components"] += [each for each in added if each["bom-ref"] not in known]
    bill.write_text(json.dumps(told, indent=2, sort_keys=True) + "\n")
    print(f"{bill}: {len(told['components'])} components")


def python() -> Component:
    """The interpreter, which Docker's Python image builds itself."""
    version = platform.python_version()
    return _component("application", "python", version, f"pkg:generic/python@{version}")


def debian(status: str, release: str) -> Iterator[Component]:
    """What dpkg has installed, from its status file (deb822 paragraphs, as dpkg-query(1) reads them)."""
    for paragraph in status.split("\n\n"):
        # Lines that begin with a space go on with the field before.
        lines = [line for line in paragraph.splitlines() if line[:1].strip()]
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        if fields.get("Status", "").endswith(" installed"):
            name, version = fields["Package"], fields["Version"]
            where = f"arch={quote(fields['Architecture'])}&distro=debian-{quote(release)}"
            yield _component("library", name, version, f"pkg:deb/debian/{name}@{quote(version, safe='')}?{where}")


def npm(lock: dict[str, Any]) -> Iterator[Component]:
    """What a package-lock.json of version 2 or 3 holds, each with the hash that it was checked by."""
    for path, entry in sorted(lock["packages"].items()):
        if not path or "version" not in entry:
            continue
        name, version = path.rpartition("node_modules/")[2], entry["version"]
        made = _component("library", name, version, f"pkg:npm/{quote(name)}@{quote(version, safe='')}")
        made["scope"] = "excluded" if entry.get("dev") or entry.get("devOptional") else "required"
        if isinstance(entry.get("license"), str):
            made["licenses"] = [{"expression": entry["license"]}]
        algorithm, _, digest = str(entry.get("integrity", "")).partition("-")
        if algorithm == "sha512":
            made["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(digest).hex()}]
        yield made


def _component(kind: str, name: str, version: str, purl: str) -> Component:
    return {"bom-ref": purl, "type": kind, "name": name, "version": version, "purl": purl}


def _release() -> str:
    """The number of the Debian release that this runs on."""
    try:
        return platform.freedesktop_os_release().get("VERSION_ID", "")
    except OSError:
        return ""


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))

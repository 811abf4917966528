"""The bill of materials of the image: what its script makes of dpkg's status and of a package lock."""

from __future__ import annotations

import base64
import importlib.util
import json
import platform
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/bill_of_materials.py"

STATUS = """Package: libegl1
Status: install ok installed
Architecture: amd64
Version: 1:1.6.0-1+b1
Description: a library
 Status: install ok installed
 of many words: and colons

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1
"""

LOCK: dict[str, Any] = {
    "packages": {
        "": {"name": "web", "version": "1.0.0"},
        "node_modules/@font/inter": {
            "version": "5.3.0", "license": "OFL-1.1", "integrity": "sha512-" + base64.b64encode(b"\1\2").decode(),
        },
        "node_modules/esbuild": {"version": "0.28.2", "dev": True},
        "node_modules/esbuild/node_modules/deep": {"version": "2.0.0-rc.1+x", "dev": True},
    }
}  # fmt: skip


def test_all_that_is_in_the_image_is_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    spec = importlib.util.spec_from_file_location("bill_of_materials", SCRIPT)
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"VERSION_ID": "12"})
    bill, status, lock = (tmp_path / name for name in ("bill.json", "status", "lock.json"))
    known = {"bom-ref": "fastapi==1", "name": "fastapi", "version": "1"}
    bill.write_text(json.dumps({"bomFormat": "CycloneDX", "components": [known]}))
    status.write_text(STATUS)
    lock.write_text(json.dumps(LOCK))
    script.main(bill, status, lock)
    first = bill.read_bytes()
    script.main(bill, status, lock)
    assert bill.read_bytes() == first  # again adds nothing
    told = json.loads(first)["components"]
    assert [(each.get("purl"), each.get("scope")) for each in told] == [
        (None, None),
        (f"pkg:generic/python@{platform.python_version()}", None),
        ("pkg:deb/debian/libegl1@1%3A1.6.0-1%2Bb1?arch=amd64&distro=debian-12", None),
        ("pkg:npm/%40font/inter@5.3.0", "required"),
        ("pkg:npm/esbuild@0.28.2", "excluded"),
        ("pkg:npm/deep@2.0.0-rc.1%2Bx", "excluded"),
    ]
    assert told[3]["licenses"] == [{"expression": "OFL-1.1"}]
    assert told[3]["hashes"] == [{"alg": "SHA-512", "content": "0102"}]

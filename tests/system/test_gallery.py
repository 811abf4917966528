"""The gallery shows what the code draws today: every picture but the two that take long is drawn again."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GALLERY = ROOT / "docs" / "gallery"
LARGE = {"ten-thousand", "hundred-thousand"}
NAMES = sorted(path.stem for path in GALLERY.glob("*.svg"))


def test_each_picture_and_the_page_are_what_the_code_draws():
    small = [name for name in NAMES if name not in LARGE]
    command = [sys.executable, "scripts/gallery.py", "--check", "--only", ",".join(small)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr


def test_the_page_shows_twenty_pictures():
    page = (GALLERY / "README.md").read_text(encoding="utf-8")
    assert len(NAMES) == 20
    assert all(f"]({name}.svg)" in page for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_accessible_and_asks_nobody_for_anything(name: str):
    text = (GALLERY / f"{name}.svg").read_text(encoding="utf-8")
    root = ET.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title") is not None and root.find(f"{space}desc") is not None
    outside = [
        value
        for element in root.iter()
        for key, value in element.attrib.items()
        if key.endswith(("href", "src")) and not value.startswith(("#", "data:"))
    ]
    assert outside == []

"""What is drawn today is, byte for byte, what somebody has looked at; and a browser shows it as Skia draws it."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path
from typing import Any

import numpy
import pytest
from tests.conftest import chromium
from tests.golden.pictures import FOLDER, PICTURES

from cloudviz.diagram.render import render


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_is_the_one_that_was_approved(name: str) -> None:
    drawn = render(PICTURES[name], "svg")
    assert drawn == (FOLDER / name).read_bytes(), "look at it, then: uv run python -m tests.golden.pictures"


def test_no_golden_picture_is_left_over() -> None:
    assert {path.name for path in FOLDER.glob("*.svg")} == set(PICTURES)


@pytest.mark.browser
@pytest.mark.parametrize("name", ["web-estate-enterprise.svg", "web-estate-dark.svg", "kinds-colorful.svg"])
def test_a_browser_shows_the_svg_as_the_png(name: str, tmp_path: Path) -> None:
    skia = pytest.importorskip("skia", reason="libGL or libEGL is missing")
    ours = skia.Image.open(io.BytesIO(render(PICTURES[name], "png", scale=2.0)))
    shot = tmp_path / "shot.png"
    command = [
        chromium() or "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--force-device-scale-factor=2",
        f"--user-data-dir={tmp_path}/profile",
        f"--window-size={ours.width() // 2},{ours.height() // 2}",
        f"--screenshot={shot}",
        (FOLDER / name).as_uri(),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    theirs = skia.Image.open(str(shot))
    assert (theirs.width(), theirs.height()) == (ours.width(), ours.height())
    gap = abs(coarse(ours) - coarse(theirs))
    # Antialiasing moves a tile by some shades; a label, line or icon elsewhere moves many tiles by many.
    assert (gap > 40).mean() < 0.0005
    assert gap.mean() < 0.5
    shifted = numpy.roll(coarse(theirs), 1, axis=1)
    assert (abs(coarse(ours) - shifted) > 40).mean() > 0.01


def coarse(image: Any) -> Any:
    """The picture in tiles of 4 by 4 device pixels."""
    array = image.toarray()[..., :3].astype(float).mean(axis=2)
    height, width = (length // 4 * 4 for length in array.shape)
    return array[:height, :width].reshape(height // 4, 4, width // 4, 4).mean(axis=(1, 3))

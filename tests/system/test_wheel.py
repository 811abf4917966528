"""The wheel is the product: it holds the web app, the fonts and the migrations, and works without the checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = ROOT / "src" / "cloudviz" / "api" / "bundle" / "index.html"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert BUNDLE.is_file(), "the web bundle is not built; `make pytest` and `make web` build it"
    folder = tmp_path_factory.mktemp("wheel")
    command = [ROOT / "scripts" / "uv", "build", "--wheel", "--quiet", "--out-dir", folder, ROOT]
    subprocess.run(command, check=True, cwd=folder)
    (built,) = folder.glob("cloudviz-*.whl")
    return built


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_web_app_is_in_the_wheel(wheel: Path):
    held = {name.removeprefix("cloudviz/api/bundle/") for name in names(wheel) if "/api/bundle/" in name}
    assert "index.html" in held
    kinds = {Path(name).suffix for name in held if name.startswith("assets/")}
    assert {".js", ".css", ".woff2"} <= kinds
    # The page names its files by their content; each of them has to be there.
    with zipfile.ZipFile(wheel) as archive:
        page = archive.read("cloudviz/api/bundle/index.html").decode()
    wanted = set(re.findall(r'(?:src|href)="[./]*(assets/[^"]+)"', page))
    assert wanted and wanted <= held


def test_the_page_of_html_pictures_is_in_the_wheel(wheel: Path):
    held = {name for name in names(wheel) if name.startswith("cloudviz/diagram/render/viewer/")}
    assert {Path(name).name for name in held} == {"viewer.js", "light.css", "dark.css"}


def test_fonts_migrations_and_licences_are_in_the_wheel(wheel: Path):
    held = names(wheel)
    assert any(re.fullmatch(r"cloudviz/diagram/fonts/.+\.ttf", name) for name in held)
    assert "cloudviz/diagram/fonts/OFL.txt" in held
    assert any(re.fullmatch(r"cloudviz/store/migrations/versions/\d.+\.py", name) for name in held)
    assert "cloudviz/py.typed" in held
    licences = {name.rsplit("/", 1)[-1] for name in held if ".dist-info/licenses/" in name}
    assert licences == {"LICENSE", "NOTICE"}


def test_nothing_else_is_in_the_wheel(wheel: Path):
    roots = {name.split("/", 1)[0] for name in names(wheel)}
    assert {re.sub(r"-.*\.", ".", root) for root in roots} == {"cloudviz", "cloudviz.dist-info", "cloudviz.data"}
    assert [name for name in names(wheel) if ".data/" in name] == [
        "cloudviz-1.1.0.data/data/share/man/man1/cloudviz.1"
    ]
    assert not [name for name in names(wheel) if "node_modules" in name or name.endswith((".pyc", ".sqlite3"))]


def test_the_wheel_works_without_the_checkout(wheel: Path, tmp_path: Path):
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    environment = {
        **os.environ,
        "PYTHONPATH": str(site),
        "HOME": str(tmp_path),
        "CLOUDVIZ_DATA_DIR": str(tmp_path),
    }

    def run(*words: object) -> str:
        done = subprocess.run(
            [sys.executable, *map(str, words)], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    # The editable install of the checkout must not be what answers.
    assert run("-c", "import cloudviz; print(cloudviz.__file__)").startswith(str(site))
    drawn = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF", "html": b"<!doctype html>", "xlsx": b"PK"}
    for suffix, magic in drawn.items():
        picture = tmp_path / f"shop.{suffix}"
        run("-m", "cloudviz.cli.main", "draw", ROOT / "examples" / "shop.tfstate", "-o", picture)
        assert magic in picture.read_bytes()[:200]
    run("-m", "cloudviz.cli.main", "migrate")

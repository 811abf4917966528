"""PNG and PDF show the same picture: sizes, letters, and the same bytes each time."""

from __future__ import annotations

import io
import math
import shutil
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pypdf import PdfReader
from tests.unit.diagram.hostile import NAMES
from tests.unit.diagram.scenes import changes_and_costs, web_estate

from cloudviz.diagram.render import render
from cloudviz.diagram.render.paint import paint
from cloudviz.diagram.scene.document import Scene, SceneNode
from cloudviz.diagram.themes import BY_NAME
from cloudviz.errors import Invalid

skia = pytest.importorskip("skia", reason="libGL or libEGL is missing")
ROOT = Path(__file__).parents[3]


def size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return int(width), int(height)


def pixels(png: bytes) -> object:
    return skia.Image.open(io.BytesIO(png)).toarray(colorType=skia.kRGBA_8888_ColorType)


@pytest.mark.parametrize(("scale", "wanted"), [(1.0, (1580, 1110)), (2.0, (3160, 2220)), (0.5, (790, 555))])
def test_a_png_has_the_size_that_was_asked_for(scale: float, wanted: tuple[int, int]) -> None:
    assert size(render(web_estate(), "png", scale=scale)) == wanted


@pytest.mark.parametrize("theme", BY_NAME)
def test_a_png_shows_ground_cards_and_icons(theme: str) -> None:
    image = pixels(render(web_estate(theme), "png", scale=1.0))
    look = BY_NAME[theme]

    def at(x: int, y: int) -> str:
        return "#" + "".join(f"{int(part):02x}" for part in image[y, x][:3])  # type: ignore[index]

    assert at(5, 5) == look.background
    assert at(260, 170) == look.card  # inside the card of acme.example
    assert at(310 - 15, 100 + 3) == (look.tile("dns_zone") or look.card)  # the corner of its icon
    colours = {tuple(part) for row in image[::3, ::3] for part in row.tolist()}  # type: ignore[index]
    assert len(colours) > 60


def test_a_scale_out_of_bounds_is_refused() -> None:
    for scale in (0.0, -1.0, 9.0, float("nan"), float("inf")):
        with pytest.raises(Invalid, match="scale"):
            render(web_estate(), "png", scale=scale)


def test_a_picture_too_large_for_a_png_is_drawn_smaller() -> None:
    nodes = [SceneNode("a", None, False, "a", x=99_000, y=10, width=120, height=92)]
    width, height = size(render(Scene("grid", "enterprise", 100_000, 400, nodes), "png", scale=2.0))
    assert width == 32_000
    assert height == 128


def test_names_in_every_script_and_worse_are_drawn() -> None:
    for number, name in enumerate(NAMES):
        nodes = [SceneNode("a", None, False, name, name, count=number + 1, width=120, height=92)]
        scene = Scene("grid", "enterprise", 300, 150, nodes, title=name)
        assert size(render(scene, "png", scale=1.0))[0] >= 300
        assert len(PdfReader(io.BytesIO(render(scene, "pdf"))).pages) == 1


def test_a_pdf_is_one_page_of_the_size_of_the_picture_with_text_that_can_be_found() -> None:
    reader = PdfReader(io.BytesIO(render(web_estate(title="Production"), "pdf")))
    (page,) = reader.pages
    painting = paint(web_estate(title="Production"))
    assert float(page.mediabox.width) == math.ceil(painting.width * 0.75)
    assert float(page.mediabox.height) == math.ceil(painting.height * 0.75)
    text = page.extract_text()
    for node in web_estate().nodes:
        assert node.label in text
    for said in ("Production", "107 resources shown as 31", "×12", "replica", "3 gaps in coverage"):
        assert said in text
    assert reader.metadata is not None
    assert reader.metadata.title == "Production"
    assert reader.metadata.creation_date is None
    assert not page.images  # vectors only


def test_pdf_text_is_found_by_poppler_too() -> None:
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext is not installed")
    done = subprocess.run(
        [tool, "-", "-"], input=render(changes_and_costs(), "pdf"), capture_output=True, check=True
    )
    text = done.stdout.decode("utf-8")
    for said in (
        "веб-1",
        "orders-db",
        "db.r6g.xlarge · €412",
        "Payments — was und wo",
        "1,240 resources shown as 7",
    ):
        assert said in text


def test_a_pdf_page_never_passes_what_readers_open() -> None:
    reader = PdfReader(io.BytesIO(render(Scene("grid", "enterprise", 60_000, 3_000), "pdf")))
    assert float(reader.pages[0].mediabox.width) == pytest.approx(14_400)


def test_the_same_scene_gives_the_same_bytes_in_another_process() -> None:
    script = (
        "import sys; from tests.unit.diagram.scenes import *; from cloudviz.diagram.render import render;"
        "[sys.stdout.buffer.write(render(scene, form)) for scene in (web_estate(), changes_and_costs('dark'))"
        " for form in ('png', 'pdf')]"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        )
        for seed in ("1", "2")
    ]
    assert runs[0].stdout == runs[1].stdout
    assert render(web_estate(), "png") == render(web_estate(), "png")


def test_pictures_can_be_drawn_on_several_threads() -> None:
    wanted = render(changes_and_costs(), "png")
    drawn: list[bytes] = []
    threads = [threading.Thread(target=lambda: drawn.append(render(changes_and_costs(), "png"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == [wanted] * 4


def test_without_libgl_png_is_refused_with_what_to_install_and_all_else_works(tmp_path: Path) -> None:
    (tmp_path / "skia.py").write_text("raise ImportError('libGL.so.1: cannot open shared object file')\n")
    script = (
        "from tests.unit.diagram.scenes import changes_and_costs, web_estate\n"
        "from cloudviz.diagram.render import render\n"
        "from cloudviz.errors import Unavailable\n"
        "assert render(web_estate(), 'svg').startswith(b'<svg')\n"
        "assert render(changes_and_costs(), 'pdf').startswith(b'%PDF')\n"
        "try: render(web_estate(), 'png')\n"
        "except Unavailable as refusal: print(refusal.one_line())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}"},
    )
    assert "libGL.so.1" in done.stdout
    assert "Install the system packages libgl1 and libegl1, or use the format svg or pdf." in done.stdout

"""The whole way over HTTP: a Terraform state in, resources and pictures out."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from tests.api.serving import EXAMPLE, Server, assert_problem, instance, serve, settings_with

STATE = EXAMPLE.read_bytes()
FORMATS = ("svg", "png", "pdf", "mermaid", "markdown", "json", "drawio", "html", "csv", "xlsx")


def state(*names: str) -> bytes:
    """A Terraform state with one EC2 instance of each name."""
    instances = [
        {
            "mode": "managed",
            "type": "aws_instance",
            "name": f"web{at}",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [
                {
                    "schema_version": 1,
                    "attributes": {
                        "id": f"i-{at:017x}",
                        "arn": f"arn:aws:ec2:eu-west-1:123456789012:instance/i-{at:017x}",
                        "instance_type": "t3.micro",
                        "tags": {"Name": name},
                    },
                }
            ],
        }
        for at, name in enumerate(names)
    ]
    return json.dumps({"version": 4, "terraform_version": "1.9.8", "serial": 1, "resources": instances}).encode()


async def test_from_a_state_to_every_format(server: Server) -> None:
    imported = await server.import_file("shop.tfstate", STATE)
    assert imported.status_code == 201, imported.text
    outcome = imported.json()
    assert outcome["resources"] >= 25 and outcome["added"] == outcome["resources"]
    assert imported.headers["location"] == f"/discoveries/{outcome['discovery_id']}"
    discovery = (await server.get(imported.headers["location"])).json()
    assert discovery["source"].startswith("file:shop.tfstate#"), "the lineage tells it from others of that name"

    found = (await server.get("/resources", params={"type": "aws.ec2.instance", "limit": 500})).json()["items"]
    assert {item["account"] for item in found} == {"123456789012"}
    assert all(item["id"].startswith("arn:aws:ec2:eu-west-1:123456789012:instance/i-") for item in found)

    reply = await server.post("/visualization/generate", json={"discovery_ids": [outcome["discovery_id"]]})
    assert reply.status_code == 200, reply.text
    drawn = reply.json()
    assert drawn["mermaid_code"].startswith("flowchart")
    assert drawn["metadata"]["nodes"] > 5 and drawn["metadata"]["connections"] > 0
    assert "cost_total" in drawn["metadata"]
    assert set(drawn["exports"]) == set(FORMATS)

    bodies: dict[str, bytes] = {}
    for format in FORMATS:
        file = await server.get(drawn["exports"][format], role="viewer")
        assert file.status_code == 200, (format, file.text)
        name = re.search(r'filename="([^"]+)"', file.headers["content-disposition"])
        assert name and file.headers["content-disposition"].startswith("attachment; ")
        assert name[1].endswith({"mermaid": ".mmd", "markdown": ".md"}.get(format, f".{format}"))
        bodies[format] = file.content
        again = await server.get(drawn["exports"][format], headers={"If-None-Match": file.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == file.headers["etag"]
        fresh = await server.get(drawn["exports"][format], headers={"If-None-Match": '"another"'})
        assert (fresh.status_code, fresh.content) == (200, file.content)
    assert ET.fromstring(bodies["svg"]).tag == "{http://www.w3.org/2000/svg}svg"
    assert bodies["png"].startswith(b"\x89PNG\r\n\x1a\n")
    assert len(pypdf.PdfReader(io.BytesIO(bodies["pdf"])).pages) == 1
    assert bodies["mermaid"].decode() == drawn["mermaid_code"]
    scene = json.loads(bodies["json"])
    assert scene["format"] == "cloudviz.scene/1"
    assert sum(node["count"] for node in scene["nodes"] if not node["container"]) <= scene["summary"]["resources"]

    # The table of a kept picture: what its boxes stand for.
    members = {id for node in scene["nodes"] for id in node["members"]}
    listed = list(csv.DictReader(io.StringIO(bodies["csv"].decode(), newline="")))
    assert {row["id"] for row in listed} == members
    assert bodies["xlsx"].startswith(b"PK")

    kept = (await server.get("/visualization/diagrams")).json()["items"]
    assert [each["id"] for each in kept] == [drawn["diagram_id"]]
    one = (await server.get(f"/visualization/diagrams/{drawn['diagram_id']}")).json()
    assert one["mermaid_code"] == drawn["mermaid_code"]


async def test_a_table_holds_what_the_filter_lets_through(server: Server) -> None:
    await server.import_file("shop.tfstate", STATE)
    asked = {"format": "csv", "filter": "type=aws.ec2.instance"}
    reply = await server.get("/visualization/map/picture", params=asked, role="viewer")
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"] == 'attachment; filename="cloudviz.csv"'
    listed = list(csv.DictReader(io.StringIO(reply.text, newline="")))
    wanted = (await server.get("/resources", params={"type": "aws.ec2.instance", "limit": 500})).json()["items"]
    assert {item["id"] for item in wanted} <= {row["id"] for row in listed}
    # What they lie in comes along, as in the picture.
    assert {row["kind"] for row in listed} <= {"virtual_machine", "network", "subnet"}
    page = await server.get("/visualization/map/picture", params={"format": "html"})
    assert page.headers["content-security-policy"] == "sandbox allow-scripts"


async def test_a_larger_scale_makes_a_larger_png(server: Server) -> None:
    await server.import_file("shop.tfstate", STATE)
    drawn = (await server.post("/visualization/generate", json={})).json()
    widths = []
    for scale in (1, 2):
        file = await server.get(drawn["exports"]["png"] + f"&scale={scale}")
        widths.append(struct.unpack(">I", file.content[16:20])[0])
    assert widths[1] == pytest.approx(2 * widths[0], abs=2)


async def test_a_pdf_comes_on_paper_and_boxes_lead_where_the_caller_says(server: Server) -> None:
    await server.import_file("shop.tfstate", STATE)
    drawn = (await server.post("/visualization/generate", json={})).json()
    assert drawn["pages"] == []
    asked = "&page=letter&link_base=https://cv.example/%23/map?select="
    file = await server.get(drawn["exports"]["pdf"] + asked)
    pages = pypdf.PdfReader(io.BytesIO(file.content)).pages
    assert {tuple(sorted((float(page.mediabox.width), float(page.mediabox.height)))) for page in pages} == {
        (612, 792)
    }
    notes = [note.get_object() for page in pages for note in page["/Annots"]]
    links = [note["/A"]["/URI"] for note in notes if "/A" in note]
    assert links and all(link.startswith("https://cv.example/#/map?select=arn%3Aaws%3A") for link in links)
    assert b"https://cv.example/" in (await server.get("/visualization/map/picture?format=svg" + asked)).content
    assert_problem(await server.get(drawn["exports"]["svg"] + "&link_base=javascript:alert(1)"), 422, "invalid")
    assert (await server.get(drawn["exports"]["pdf"] + "&page=a9")).status_code == 422


async def test_importing_again_changes_nothing_and_what_left_the_file_is_gone(server: Server) -> None:
    first = (await server.import_file("a.tfstate", state("one", "two"))).json()
    again = (await server.import_file("a.tfstate", state("one", "two"))).json()
    third = (await server.import_file("a.tfstate", state("one"))).json()
    other = (await server.import_file("b.tfstate", state("one"))).json()
    changes = [(each["added"], each["changed"], each["removed"]) for each in (first, again, third, other)]
    assert changes == [(2, 0, 0), (0, 0, 0), (0, 0, 1), (0, 0, 0)]


async def test_the_source_can_be_named(server: Server) -> None:
    one = (await server.import_file("a.tfstate", state("one", "two"), source="prod")).json()
    two = (await server.import_file("b.tfstate", state("one"), source="prod")).json()
    assert (two["removed"], (await server.get(f"/discoveries/{one['discovery_id']}")).json()["source"]) == (
        1,
        "prod",
    )


REFUSED = {
    "empty": (b"", "nothing.tfstate"),
    "not a state": (b"hello, world", "notes.txt"),
    "other json": (b'{"a": 1}', "other.json"),
    "cut off": (STATE[: len(STATE) // 2], "cut.tfstate"),
    "binary": (bytes(range(256)) * 50, "photo.jpg"),
    "nested deeply": (b"[" * 200_000, "bomb.json"),
}


@pytest.mark.parametrize(("content", "name"), REFUSED.values(), ids=REFUSED.keys())
async def test_a_file_that_is_none_is_refused_and_leaves_nothing(
    server: Server, content: bytes, name: str
) -> None:
    reply = await server.import_file(name, content)
    assert reply.status_code in (400, 422), reply.text
    document = assert_problem(reply, reply.status_code, reply.json()["code"])
    assert name in document["detail"]
    assert "uploads" not in reply.text and str(server.settings.data_dir) not in reply.text
    assert list((server.settings.data_dir / "uploads").iterdir()) == []
    assert (await server.get("/discoveries")).json()["items"] == []
    assert (await server.get("/resources")).json()["items"] == []


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "C:\\state\\prod.tfstate",
        "💥\u202e.tfstate",
        "x" * 3000 + ".tfstate",
        ".",
        "a\nb.tfstate",
    ],
)
async def test_a_hostile_file_name_stays_in_its_folder(server: Server, name: str) -> None:
    reply = await server.import_file(name, state("one"))
    assert reply.status_code == 201, reply.text
    assert list((server.settings.data_dir / "uploads").iterdir()) == []
    source = (await server.get(reply.headers["location"])).json()["source"]
    assert "/" not in source and "\n" not in source and len(source) < 200


async def test_what_is_no_form_is_refused(server: Server) -> None:
    assert_problem(await server.post("/imports", json={"file": "x"}), 415, "unsupported_media_type")
    assert_problem(await server.post("/imports", files={"a": (None, "just a field")}), 422, "invalid")
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    reply = await server.post("/imports", content=b"--x\r\nnonsense", headers=broken)
    assert reply.status_code in (400, 422)
    assert_problem(reply, reply.status_code, reply.json()["code"])


async def test_several_files_are_one_import(server: Server) -> None:
    files = [("file", ("a.tfstate", state("one"))), ("file", ("b.tfstate", state("one", "two")))]
    reply = await server.post("/imports", files=files)
    assert (reply.status_code, reply.json()["resources"]) == (201, 2)


HOSTILE_NAMES = (
    '"]; click A "javascript:alert(1)"',
    "</text><script>alert(1)</script>",
    "]]>&<!--",
    "\u202eevil",
    "💥" * 40,
    "x" * 1000,
    "\n\r\t\x00\x07",
    "%%{init: {}}%%",
    "end",
)


async def test_hostile_names_are_drawn_as_texts_in_every_format(server: Server) -> None:
    imported = await server.import_file("hostile.tfstate", state(*HOSTILE_NAMES))
    assert imported.status_code == 201, imported.text
    assert imported.json()["resources"] == len(HOSTILE_NAMES)
    drawn = (await server.post("/visualization/generate", json={"max_nodes": 0})).json()
    for format in FORMATS:
        file = await server.get(drawn["exports"][format])
        assert file.status_code == 200, (format, file.text)
        if format == "svg":
            tree = ET.fromstring(file.content)
            assert not [each for each in tree.iter() if each.tag.endswith("script")]
            assert "sandbox" in file.headers["content-security-policy"]
    scene = (await server.get("/visualization/map/scene?max_nodes=0")).json()
    assert sum(node["count"] for node in scene["nodes"] if not node["container"]) == len(HOSTILE_NAMES)


async def test_the_map_is_the_same_picture(server: Server) -> None:
    await server.import_file("shop.tfstate", STATE)
    query = {"layout": "hierarchical", "theme": "dark", "max_nodes": "40", "filter": "provider=aws"}
    scene = await server.get("/visualization/map/scene", params=query, role="viewer")
    assert scene.status_code == 200, scene.text
    assert (scene.json()["theme"], scene.json()["format"]) == ("dark", "cloudviz.scene/1")
    unchanged = await server.get(
        "/visualization/map/scene", params=query, headers={"If-None-Match": scene.headers["etag"]}
    )
    assert unchanged.status_code == 304
    as_file = await server.get("/visualization/map/picture", params={**query, "format": "json"}, role="viewer")
    assert as_file.content == scene.content
    assert "attachment" in as_file.headers["content-disposition"]
    await server.import_file("more.tfstate", state("a new one"))
    changed = await server.get(
        "/visualization/map/scene", params=query, headers={"If-None-Match": scene.headers["etag"]}
    )
    assert changed.status_code == 200 and changed.headers["etag"] != scene.headers["etag"]


async def test_what_changed_since_an_instant_is_marked_on_the_map(server: Server) -> None:
    await server.import_file("web.tfstate", state("one", "two"))
    earlier = (await server.get("/discoveries")).json()["items"][0]["completed_at"]
    await server.import_file("web.tfstate", state("one", "zwei", "three"))
    asked = {"since": earlier, "max_nodes": 0}
    scene = (await server.get("/visualization/map/scene", params=asked)).json()
    marks = {node["label"]: node["change"] for node in scene["nodes"] if not node["container"]}
    assert marks == {"one": None, "zwei": "changed", "three": "added"}
    plain = (await server.get("/visualization/map/scene", params={"max_nodes": 0})).json()
    assert {node["change"] for node in plain["nodes"]} == {None}
    assert_problem(await server.get("/visualization/map/scene", params={"since": "last week"}), 422, "invalid")


async def test_focus_shows_what_is_near(server: Server) -> None:
    await server.import_file("shop.tfstate", STATE)
    focus = (await server.get("/resources?type=aws.lambda.function")).json()["items"][0]["id"]
    all_of_it = (await server.get("/visualization/map/scene?max_nodes=0")).json()
    near = (await server.get("/visualization/map/scene", params={"focus": focus, "hops": 1})).json()
    assert 0 < near["summary"]["shown"] < all_of_it["summary"]["shown"]
    unknown = await server.get("/visualization/map/scene", params={"focus": "arn:nothing"})
    assert_problem(unknown, 404, "not_found")


async def test_without_dependencies_there_are_no_lines(server: Server) -> None:
    await server.import_file("shop.tfstate", STATE)
    plain = (await server.post("/visualization/generate", json={"include_dependencies": False})).json()
    assert plain["metadata"]["connections"] == 0 and plain["metadata"]["nodes"] > 5


async def test_export_draws_without_keeping(server: Server) -> None:
    await server.import_file("shop.tfstate", STATE)
    reply = await server.post("/visualization/export", json={"format": "svg", "theme": "minimal", "max_nodes": 20})
    assert reply.status_code == 200 and reply.headers["content-type"] == "image/svg+xml"
    assert (await server.get("/visualization/diagrams")).json()["items"] == []


async def test_nothing_to_draw_is_said(server: Server) -> None:
    for path in ("/visualization/map/scene", "/visualization/map/picture?format=png"):
        assert_problem(await server.get(path), 404, "not_found")
    assert_problem(await server.post("/visualization/generate", json={}), 404, "not_found")
    await server.record([instance(1)])
    reply = await server.post("/visualization/generate", json={"filter": "region=nowhere"})
    assert_problem(reply, 404, "not_found")


async def test_every_layout_and_theme_that_is_listed_can_be_drawn(server: Server) -> None:
    await server.import_file("shop.tfstate", STATE)
    layouts = (await server.get("/visualization/layouts")).json()["items"]
    themes = (await server.get("/visualization/themes")).json()["items"]
    assert [each["name"] for each in layouts] == ["hierarchical", "force-directed", "circular", "grid"]
    assert [each["name"] for each in themes if each["is_default"]] == ["enterprise"]
    for theme in themes:
        reply = await server.get("/visualization/map/picture", params={"theme": theme["name"]})
        assert reply.status_code == 200, reply.text
        assert (await server.get("/visualization/map/icons", params={"theme": theme["name"]})).status_code == 200
    for layout in layouts:
        reply = await server.get("/visualization/map/scene", params={"layout": layout["name"]})
        assert reply.status_code in (200, 422), reply.text
        if reply.status_code == 422:  # a layout that this release lists and can't draw yet says so
            assert_problem(reply, 422, "invalid")


async def test_drawing_leaves_the_server_free_to_answer(server: Server) -> None:
    await server.record(instance(n) for n in range(2000))
    headers = await server.headers("viewer")
    drawing = asyncio.create_task(server.client.get("/visualization/map/scene?max_nodes=0", headers=headers))
    answered = 0
    while not drawing.done():
        await asyncio.sleep(0.001)  # in-process requests alone would never let anything else run
        assert (await server.client.get("/health/live")).status_code == 200
        answered += 1
    assert (await drawing).status_code == 200
    assert answered >= 10


async def test_one_picture_asked_for_many_times_is_drawn_once(server: Server) -> None:
    await server.import_file("shop.tfstate", STATE)
    headers = await server.headers("viewer")
    replies = await asyncio.gather(
        *(server.client.get("/visualization/map/picture", headers=headers) for _ in range(20))
    )
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.content for reply in replies}) == 1


@pytest.fixture
async def impatient(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """A server with its worker, for which everything is large."""
    monkeypatch.setattr("cloudviz.api.routes.imports.LARGE", 10)
    monkeypatch.setattr("cloudviz.api.routes.visualization.LARGE", 0)
    async for each in serve(settings_with(sqlite_url, tmp_path), embedded_worker=True):
        yield each


async def finished(server: Server, location: str) -> dict[str, Any]:
    """The job at a location once it has ended."""
    while True:
        job: dict[str, Any] = (await server.get(location)).json()
        if job["status"] not in ("queued", "running"):
            return job
        await asyncio.sleep(0.02)


async def test_what_is_large_goes_on_in_the_background(impatient: Server) -> None:
    reply = await impatient.import_file("shop.tfstate", STATE)
    assert reply.status_code == 202, reply.text
    job = await finished(impatient, reply.headers["location"])
    assert job["status"] in ("succeeded", "partial"), job
    assert job["result"]["resources"] >= 25
    left = [path for path in (impatient.settings.data_dir / "uploads").rglob("*") if path.is_file()]
    assert left == []
    reply = await impatient.post("/visualization/generate", json={"theme": "dark"})
    assert reply.status_code == 202
    job = await finished(impatient, reply.headers["location"])
    assert job["status"] == "succeeded", job
    one = (await impatient.get(f"/visualization/diagrams/{job['result']['diagram_id']}")).json()
    assert (one["theme"], one["mermaid_code"][:9]) == ("dark", "flowchart")

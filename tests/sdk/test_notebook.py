"""The notebook of the examples: each cell in its order, against a running server."""

from __future__ import annotations

import json
import re

import pytest
from tests.api.listening import Listening
from tests.api.serving import EXAMPLE

from cloudviz_client import CloudViz


def test_the_notebook_runs_from_top_to_bottom(
    server: Listening, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = json.loads((EXAMPLE.parent / "estate.ipynb").read_text(encoding="utf-8"))
    assert (book["nbformat"], book["metadata"]["kernelspec"]["language"]) == (4, "python")
    cells = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert len(cells) == 5 and len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells), "kept without results"
    with CloudViz(server.url, token=server.token("operator")) as client:
        client.imports.upload([EXAMPLE], source="the shop")
        key = client.api_keys.create(name="notebook", access="read")["key"]
    monkeypatch.setenv("CLOUDVIZ_SERVER", server.url)
    monkeypatch.setenv("CLOUDVIZ_KEY", key)
    names: dict[str, object] = {"__name__": "notebook"}
    for cell in cells:
        exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    said = capsys.readouterr().out
    assert re.search(r"^ +4 virtual_machine +eu-west-1$", said, re.MULTILINE)
    assert "an SVG of" in said or "<svg" in said
    assert names["linked"], "something hangs together with something"

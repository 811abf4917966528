"""A picture with nothing in it would pass for an answer: it is refused, and a table lists what there is."""

from __future__ import annotations

import pytest

from cloudviz.diagram import PictureOptions
from cloudviz.errors import NotFound
from cloudviz.inventory.model import Graph, Resource
from cloudviz.inventory.select import Selection
from cloudviz.jobs.draw import draw

PROJECT = Resource(
    "//cloudresourcemanager.googleapis.com/projects/shop",
    "gcp",
    "gcp.support.project",
    "cloudresourcemanager.googleapis.com/Project",
    "account",
    "shop",
    "shop",
)
GRAPH = Graph({PROJECT.id: PROJECT})


@pytest.mark.parametrize("layout", ["hierarchical", "grid"])
def test_a_project_without_anything_in_it_is_no_picture(layout: str) -> None:
    with pytest.raises(NotFound) as caught:
        draw(GRAPH, Selection(), PictureOptions(layout=layout), "svg")
    assert "csv" in caught.value.hint
    assert PROJECT.id.encode() in draw(GRAPH, Selection(), PictureOptions(layout=layout), "csv").content

"""A picture with nothing in it would pass for an answer: it is refused, and a table lists what there is."""

from __future__ import annotations

import pytest

from cloudviz.diagram import PictureOptions
from cloudviz.errors import NotFound
from cloudviz.inventory.model import Graph, Resource
from cloudviz.inventory.select import Selection, parse_filter
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


def test_a_subnet_whose_contents_a_filter_left_out_is_not_called_empty() -> None:
    def thing(id: str, kind: str, parent: str = "") -> Resource:
        return Resource(id, "aws", f"aws.ec2.{kind}", "", kind, id, "123", "eu-west-1", parent=parent or None)

    inside = [thing(f"web-{at}", "virtual_machine", "full") for at in range(3)]
    graph = Graph(
        {each.id: each for each in (thing("net", "network"), thing("full", "subnet", "net"), *inside)}
        | {"bare": thing("bare", "subnet", "net")}
    )
    scene = draw(graph, parse_filter("kind=subnet"), PictureOptions(max_nodes=0), "json").scene
    words = {node.id: node.sublabel for node in scene.nodes if not node.container}
    assert words == {"full": "3 hidden by the filter", "bare": "empty"}
    unfiltered = draw(graph, Selection(), PictureOptions(max_nodes=0), "json").scene
    assert "filter" not in " ".join(node.sublabel for node in unfiltered.nodes)

"""Over eighteen looks at an estate, each with 1 % of it changed, no box that did not change ever moves."""

from __future__ import annotations

import random

import pytest
from benchmarks.estate_changes import moved, some_time_later, unchanged
from benchmarks.terraform_estate import write_state

from cloudviz.diagram import PictureOptions, Scene, picture
from cloudviz.diagram.check import check
from cloudviz.inventory.model import Graph
from cloudviz.normalise import normalise
from cloudviz.sources.offline import read_paths

STEPS = 18


@pytest.fixture(scope="module")
def estates(tmp_path_factory) -> dict[int, Graph]:
    found = {}
    for size in (300, 1000):
        path = tmp_path_factory.mktemp("estate") / "estate.tfstate"
        write_state(path, size)
        found[size] = normalise(read_paths([path]).items)[0]
    return found


@pytest.mark.parametrize(
    ("size", "budget", "layout"),
    [
        *(
            (size, budget, layout)
            for size in (300, 1000)
            for budget in (100, 0)
            for layout in ("hierarchical", "grid")
        ),
        (300, 100, "force-directed"),
        (300, 100, "circular"),
    ],
)
def test_nothing_that_stays_moves_in_eighteen_steps(estates, size, budget, layout):
    graph, options = estates[size], PictureOptions(layout=layout, max_nodes=budget)
    rng = random.Random(f"{size} {budget} {layout}")
    scene = picture(graph, options)
    shown = len(scene.nodes)
    for step in range(STEPS):
        graph = some_time_later(graph, rng, size // 100, step)
        following = picture(graph, options, previous=scene)
        assert moved(scene, following) == []
        report = check(following.to_document())
        assert report.is_sound, report
        assert report.foreign_crossings <= 0.02
        assert len(unchanged(scene, following)) > 0.8 * shown  # what is folded away was not unchanged either
        assert _accounted_for(following) == len(graph.resources)
        assert not budget or len(following.nodes) <= budget
        scene = following


def _accounted_for(scene: Scene) -> int:
    """How many resources a picture tells of: drawn, hidden, or containers around others."""
    summary = scene.summary
    return summary.resources + summary.containers + sum(summary.hidden.values())

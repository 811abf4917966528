"""Pictures beside those of other layout programs: time and quality, in one run.

    uv run python benchmarks/diagram.py [--sizes 180,1800,18000] [--layouts grid] [--limit 120] [--large 100000]

A Terraform state with consistent ids is generated, and made into a scene with every resource as a box (plumbing
folded as always); its parts are linked with each other as in an estate that has grown. CloudViz lays that out in
its four layouts and writes SVG; Graphviz dot and fdp, ELK (elkjs) and mermaid-cli get the same boxes, sizes,
containers and edges. All pictures are judged by `cloudviz.diagram.check`.

CPU seconds are of laying out: from boxes to places. Ours is the layout stage alone, and the line below it says
what the scene before it and the SVG after it took; of Graphviz it is a whole process from its file of boxes to its
JSON of places; of ELK the layout call alone; of mermaid-cli the whole process. `ratio` is CPU beside the quickest
peer that finished. Overlaps are pairs of boxes in one container that share area; `outside` are boxes beyond their
container; `foreign` is the share of edges through a box that is not theirs; crossings are a number for each edge.
Then one in a hundred resources comes, goes or changes, and the line says how many of the boxes that did not change
stand elsewhere in the next picture.
A peer that needs something which is not installed is left out with a note.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from estate_changes import moved, some_time_later, unchanged
from layout_peers import Laid, Peers
from terraform_estate import write_state

from cloudviz.diagram import picture
from cloudviz.diagram.check import check
from cloudviz.diagram.layout import place
from cloudviz.diagram.options import LAYOUTS, PictureOptions
from cloudviz.diagram.render import render
from cloudviz.diagram.scene import build
from cloudviz.inventory.model import Graph, Link, LinkKind
from cloudviz.normalise import normalise
from cloudviz.sources.offline import read_paths

_HEAD = (
    f"  {'':<26} {'CPU s':>8} {'ratio':>7} {'overlaps':>8} {'outside':>7} {'foreign':>8} {'crossings':>9}"
    f" {'aspect':>6} {'fill':>5}"
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "--sizes",
        default="180,1800,18000",
        help="numbers of resources, separated by commas; a bit over half of them are boxes",
    )
    options.add_argument("--layouts", default=",".join(LAYOUTS))
    options.add_argument("--limit", type=float, default=120, help="seconds after which a peer is stopped")
    options.add_argument("--large", type=int, default=100_000, help="resources of the default picture; 0 for none")
    options.add_argument("--peers", default="dot,fdp,elk,mermaid", help="which, separated by commas")
    options.add_argument("--one", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.one:
        print(json.dumps(_ours(json.loads(chosen.one))))
        return
    print(_HEAD)
    with tempfile.TemporaryDirectory(prefix="cloudviz-bench-") as name:
        folder = Path(name)
        peers = Peers(folder, chosen.limit)
        for size in map(int, filter(None, chosen.sizes.split(","))):
            _compare(size, folder, peers, chosen.layouts.split(","), chosen.peers.split(","))
        if chosen.large:
            _large(chosen.large, folder)


def _compare(size: int, folder: Path, peers: Peers, layouts: Sequence[str], wanted: Sequence[str]) -> None:
    state = _state(folder, size)
    runs = {layout: _child(state, layout, 0, folder) for layout in layouts}
    scene = json.loads((folder / f"{layouts[0]}.scene.json").read_bytes())
    leaves = sum(not node["container"] for node in scene["nodes"])
    print(f"{size:,} resources, {leaves:,} boxes in {len(scene['nodes']) - leaves:,} containers,", end=" ")
    print(f"{len(scene['edges']):,} edges", flush=True)
    found: dict[str, Laid] = {}
    if "dot" in wanted:
        found["Graphviz dot"] = peers.graphviz("dot", scene)
    if "fdp" in wanted:
        found["Graphviz fdp"] = peers.graphviz("fdp", scene)
    if "elk" in wanted:
        found["ELK layered"] = peers.elk(scene)
    if "mermaid" in wanted:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        found["mermaid-cli"] = peers.mermaid(scene, chromium) if chromium else Laid(note="needs Chromium")
    best = min((laid.cpu for laid in found.values() if laid.document is not None), default=0.0)
    for layout, told in runs.items():
        document = json.loads((folder / f"{layout}.scene.json").read_bytes())
        print(_row(f"CloudViz {layout}", told["layout"], best, document), flush=True)
        print(
            f"  {'':<26} scene {told['scene']:.2f}, layout {told['layout']:.2f}, SVG {told['svg']:.2f} s;", end=""
        )
        print(f" {told['megabytes']:.0f} MB more than the inventory, {told['peak']:.0f} MB at the peak")
        print(f"  {'':<26} 1 % change: {told['moved']:,} of {told['unchanged']:,} unchanged boxes moved")
    for peer, laid in found.items():
        if laid.document is None:
            print(f"  {peer:<26} {laid.cpu:8.2f} {laid.note:>7}", flush=True)
        else:
            print(_row(peer, laid.cpu, best, laid.document), flush=True)


def _large(size: int, folder: Path) -> None:
    told = _child(_state(folder, size), "hierarchical", 100, folder)
    print(f"{size:,} resources to the default picture of {told['shown']} boxes: {told['cpu']:.2f} CPU s", end="")
    print(f" (limit 5: {told['cpu'] / 5:.2f}), {told['megabytes']:.0f} MB more than the inventory,", end="")
    print(f" {told['peak']:.0f} MB at the peak")


def _row(name: str, cpu: float, best: float, document: dict[str, Any]) -> str:
    report = check(document)
    crossings = (
        "-" if report.edge_crossings is None else f"{report.edge_crossings / max(len(document['edges']), 1):.2f}"
    )
    ratio = f"{cpu / best:.3f}" if best else "-"
    return (
        f"  {name:<26} {cpu:8.2f} {ratio:>7} {report.overlaps:8,} {report.outside_parent:7,}"
        f" {report.foreign_crossings:8.1%} {crossings:>9} {report.aspect:6.2f} {report.fill:5.0%}"
    )


def _state(folder: Path, size: int) -> Path:
    path = folder / f"estate-{size}.tfstate"
    if not path.exists():
        write_state(path, size)
    return path


def _child(state: Path, layout: str, budget: int, folder: Path) -> dict[str, Any]:
    """Draw in a process of its own, so that memory is that of one picture."""
    asked = {"state": str(state), "layout": layout, "budget": budget, "folder": str(folder)}
    done = subprocess.run(
        [sys.executable, __file__, "--one", json.dumps(asked)], capture_output=True, text=True, timeout=900
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _connect(graph: Graph) -> None:
    """Let the functions use tables and buckets of other parts, as in an estate that has grown.

    The generated state is many small systems that know nothing of each other; for one picture of all of them dot
    would lay out each alone, which no real estate lets it do.
    """
    used = sorted(key for key, item in graph.resources.items() if item.kind in ("table", "bucket", "queue"))
    for number, key in enumerate(sorted(key for key, item in graph.resources.items() if item.kind == "function")):
        graph.links.append(Link(key, used[(number * 7 + 3) % len(used)], LinkKind.USES))


def _ours(asked: dict[str, Any]) -> dict[str, Any]:
    graph: Graph = normalise(read_paths([Path(asked["state"])]).items)[0]
    _connect(graph)
    options = PictureOptions(layout=asked["layout"], max_nodes=asked["budget"])
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times = [time.process_time()]
    scene = build(graph, options)
    times.append(time.process_time())
    place(scene)
    times.append(time.process_time())
    render(scene, "svg")
    times.append(time.process_time())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    folder = Path(asked["folder"])
    (folder / f"{asked['layout']}.scene.json").write_bytes(render(scene, "json"))
    later = some_time_later(graph, random.Random(0), max(len(graph.resources) // 100, 1), 0)
    following = picture(later, options, previous=scene)
    return {
        "moved": len(moved(scene, following)),
        "unchanged": len(unchanged(scene, following)),
        "cpu": times[3] - times[0],
        "scene": times[1] - times[0],
        "layout": times[2] - times[1],
        "svg": times[3] - times[2],
        "megabytes": (peak - base) / 1024,
        "peak": peak / 1024,
        "shown": len(scene.nodes),
    }


if __name__ == "__main__":
    main()

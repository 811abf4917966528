"""The other layout programs, given the very boxes of our own scene, and their answers as scene documents.

A scene document is what :mod:`cloudviz.diagram.check` judges, so that all are judged by one judge. Each peer gets
the same nested containers, the same leaf sizes and the same edges; an edge to a container goes to its first leaf,
since dot and ELK lay out edges between leaves.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Document = dict[str, Any]

_PX = 72.0  # points in an inch: Graphviz sizes are inches, its places points
_CURVE = 8  # straight pieces that stand for one Bezier curve
_ELK = """
import { readFileSync, writeFileSync } from 'node:fs';
import ELK from 'elkjs';
const [source, target] = process.argv.slice(2);
const graph = JSON.parse(readFileSync(source, 'utf8'));
const before = process.cpuUsage();
const laid = await new ELK().layout(graph);
const used = process.cpuUsage(before);
writeFileSync(target, JSON.stringify({ laid, cpu: (used.user + used.system) / 1e6 }));
"""
VERSIONS = {"elkjs": "0.12.1", "@mermaid-js/mermaid-cli": "12.2.0"}


@dataclass(slots=True)
class Laid:
    """What a peer made of a scene: CPU seconds, its picture as a scene document, or why there is none."""

    cpu: float = 0.0
    document: Document | None = None
    note: str = ""


@dataclass(slots=True)
class Peers:
    """Runs the peers that are there.

    Arguments:
        folder: where files are put, and npm packages installed.
        limit: seconds after which a peer is stopped.
    """

    folder: Path
    limit: float
    _installed: dict[str, str] = field(default_factory=dict)

    def graphviz(self, program: str, document: Document) -> Laid:
        """Lay out with ``dot`` or ``fdp``."""
        if shutil.which(program) is None:
            return Laid(note="not installed")
        source, target = self.folder / f"{program}.gv", self.folder / f"{program}.json"
        names = write_graphviz(document, source)
        cpu, note = self._run([program, "-Tjson", str(source), "-o", str(target)])
        if note:
            return Laid(cpu, note=note)
        return Laid(cpu, read_graphviz(document, json.loads(target.read_bytes()), names))

    def elk(self, document: Document) -> Laid:
        """Lay out with ELK layered, over the whole hierarchy, orthogonal edges."""
        note = self._install("elkjs")
        if note:
            return Laid(note=note)
        source, target, script = (self.folder / name for name in ("elk.json", "elk-laid.json", "elk.mjs"))
        source.write_text(json.dumps(elk_graph(document)))
        script.write_text(_ELK)
        cpu, note = self._run(["node", str(script), str(source), str(target)])
        if note:
            return Laid(cpu, note=note)
        answer = json.loads(target.read_bytes())
        return Laid(answer["cpu"], read_elk(document, answer["laid"]))

    def mermaid(self, document: Document, chromium: str) -> Laid:
        """Draw with mermaid-cli; its picture is not judged, only whether it comes and when."""
        note = self._install("@mermaid-js/mermaid-cli")
        if note:
            return Laid(note=note)
        source, target, browser = (self.folder / name for name in ("chart.mmd", "chart.svg", "browser.json"))
        source.write_text(mermaid_chart(document), encoding="utf-8")
        browser.write_text(json.dumps({"executablePath": chromium, "args": ["--no-sandbox", "--disable-gpu"]}))
        program = self.folder / "node_modules" / ".bin" / "mmdc"
        cpu, note = self._run([str(program), "-p", str(browser), "-i", str(source), "-o", str(target)])
        if not note and b"error-text" in target.read_bytes():
            note = "draws its error picture"
        return Laid(cpu, note=note or "not judged")

    def _install(self, package: str) -> str:
        """Install an npm package once; returns why that failed, empty when it did not."""
        if shutil.which("npm") is None:
            return "needs Node"
        if package not in self._installed:
            done = subprocess.run(
                ["npm", "install", "--silent", "--no-audit", "--no-fund", f"{package}@{VERSIONS[package]}"],
                cwd=self.folder,
                env={**os.environ, "PUPPETEER_SKIP_DOWNLOAD": "1"},
                capture_output=True,
                text=True,
                timeout=300,
            )
            self._installed[package] = "" if done.returncode == 0 else "npm could not install it"
        return self._installed[package]

    def _run(self, command: Sequence[str]) -> tuple[float, str]:
        """CPU seconds of a whole process with its children, and why it did not come to an end."""
        started = time.perf_counter()
        before = os.times()
        with tempfile.TemporaryFile() as words:
            process = subprocess.Popen(
                command, cwd=self.folder, stdout=words, stderr=words, start_new_session=True
            )
            try:
                process.wait(self.limit)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return time.perf_counter() - started, f"not done after {self.limit:.0f} s"
            after = os.times()
            cpu = after.children_user + after.children_system - before.children_user - before.children_system
            if process.returncode != 0:
                words.seek(0)
                said = words.read().decode(errors="replace").strip().splitlines()
                return cpu, f"fails: {said[0][:60] if said else process.returncode}"
        return cpu, ""


def _children(document: Document) -> dict[str | None, list[Mapping[str, Any]]]:
    found: dict[str | None, list[Mapping[str, Any]]] = {}
    for node in document["nodes"]:
        found.setdefault(node["parent"], []).append(node)
    return found


def _leaf_of(document: Document) -> dict[str, str]:
    """Node id → itself when it is a leaf, else the first leaf in it."""
    found: dict[str, str] = {}
    for node in reversed(document["nodes"]):
        if not node["container"]:
            found[node["id"]] = node["id"]
        if node["parent"] is not None and node["id"] in found:
            found[node["parent"]] = found[node["id"]]
    return found


def _edges(document: Document) -> Iterator[tuple[Mapping[str, Any], str, str]]:
    leaf = _leaf_of(document)
    for edge in document["edges"]:
        source, target = leaf[edge["source"]], leaf[edge["target"]]
        if source != target:
            yield edge, source, target


def _placed(document: Document, places: Mapping[str, tuple[float, float, float, float]]) -> Document:
    """A copy of the document with the places of a peer; the edges are empty."""
    copied = copy.deepcopy(document)
    for node in copied["nodes"]:
        node["x"], node["y"], node["width"], node["height"] = places[node["id"]]
    copied["edges"] = []
    return copied


def write_graphviz(document: Document, path: Path) -> dict[str, str]:
    """Write the scene as a Graphviz file with a cluster for each container; returns node id → its name there."""
    children = _children(document)
    names = {node["id"]: f"n{number}" for number, node in enumerate(document["nodes"])}
    lines = ["digraph scene {", "node [shape=box fixedsize=true];", "graph [margin=14];"]

    def write(node: Mapping[str, Any], indent: str) -> None:
        name = names[node["id"]]
        if node["container"]:
            lines.append(f'{indent}subgraph cluster_{name} {{ label="{_quoted(node["label"])}";')
            for child in children.get(node["id"], ()):
                write(child, indent + " ")
            lines.append(indent + "}")
        else:
            size = f"width={node['width'] / _PX:.3f} height={node['height'] / _PX:.3f}"
            lines.append(f'{indent}{name} [label="{_quoted(node["label"])}" {size}];')

    for node in children.get(None, ()):
        write(node, "")
    lines += [f"{names[source]} -> {names[target]};" for _, source, target in _edges(document)]
    path.write_text("\n".join([*lines, "}"]), encoding="utf-8")
    return names


def mermaid_chart(document: Document) -> str:
    """All of the scene as one Mermaid flowchart, past Mermaid's own limits too: those are what is to be seen."""
    children = _children(document)
    names = {node["id"]: f"n{number}" for number, node in enumerate(document["nodes"])}
    lines = ["flowchart TD"]

    def write(node: Mapping[str, Any]) -> None:
        label = "".join(each if each.isalnum() or each in " .-/" else " " for each in node["label"])
        if node["container"]:
            lines.append(f'subgraph {names[node["id"]]}["{label}"]')
            for child in children.get(node["id"], ()):
                write(child)
            lines.append("end")
        else:
            lines.append(f'{names[node["id"]]}["{label}"]')

    for node in children.get(None, ()):
        write(node)
    lines += [f"{names[source]} --> {names[target]}" for _, source, target in _edges(document)]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def read_graphviz(document: Document, answer: Mapping[str, Any], names: Mapping[str, str]) -> Document:
    """The places in Graphviz's JSON, whose y axis points up, as a scene document."""
    left, bottom, right, top = map(float, answer["bb"].split(","))
    by_name = {each["name"]: each for each in answer["objects"]}
    places: dict[str, tuple[float, float, float, float]] = {}
    for node in document["nodes"]:
        name = names[node["id"]]
        if node["container"]:
            x0, y0, x1, y1 = map(float, by_name[f"cluster_{name}"]["bb"].split(","))
            places[node["id"]] = (x0 - left, top - y1, x1 - x0, y1 - y0)
        else:
            x, y = map(float, by_name[name]["pos"].split(","))
            width, height = node["width"], node["height"]
            places[node["id"]] = (x - left - width / 2, top - y - height / 2, width, height)
    placed = _placed(document, places)
    placed["width"], placed["height"] = right - left, top - bottom
    numbers = {each["name"]: each["_gvid"] for each in answer["objects"]}
    drawn = {(each["tail"], each["head"]): each.get("pos", "") for each in answer.get("edges", ())}
    for edge, source, target in _edges(document):
        curve = drawn.get((numbers[names[source]], numbers[names[target]]), "")
        points = [(x - left, top - y) for x, y in _spline(curve)]
        if len(points) > 1:
            placed["edges"].append({**edge, "source": source, "target": target, "points": points})
    return placed


def _spline(text: str) -> list[tuple[float, float]]:
    """A Graphviz edge position as a line of points: its Bezier curves cut into straight pieces."""
    pairs = [tuple(map(float, pair.split(","))) for pair in re.sub(r"[se],\S+", "", text.split(";")[0]).split()]
    if not pairs:
        return []
    points = [(pairs[0][0], pairs[0][1])]
    for at in range(0, len(pairs) - 3, 3):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = ((pair[0], pair[1]) for pair in pairs[at : at + 4])
        for step in range(1, _CURVE + 1):
            t = step / _CURVE
            u = 1 - t
            points.append(
                (
                    u**3 * ax + 3 * u * u * t * bx + 3 * u * t * t * cx + t**3 * dx,
                    u**3 * ay + 3 * u * u * t * by + 3 * u * t * t * cy + t**3 * dy,
                )
            )
    return points


def elk_graph(document: Document) -> Document:
    """The scene as ELK's JSON graph, edges at the root, all places absolute."""
    children = _children(document)

    def made(node: Mapping[str, Any]) -> Document:
        if not node["container"]:
            return {"id": node["id"], "width": node["width"], "height": node["height"]}
        return {
            "id": node["id"],
            "children": [made(child) for child in children.get(node["id"], ())],
            "layoutOptions": {"elk.padding": "[top=32,left=14,bottom=14,right=14]"},
        }

    return {
        "id": "root of the scene",
        "layoutOptions": {
            "elk.algorithm": "layered",
            "elk.direction": "DOWN",
            "elk.hierarchyHandling": "INCLUDE_CHILDREN",
            "elk.edgeRouting": "ORTHOGONAL",
            "elk.aspectRatio": "1.4",
            "org.eclipse.elk.json.shapeCoords": "ROOT",
            "org.eclipse.elk.json.edgeCoords": "ROOT",
        },
        "children": [made(node) for node in children.get(None, ())],
        "edges": [
            {"id": f"e{number}", "sources": [source], "targets": [target]}
            for number, (_, source, target) in enumerate(_edges(document))
        ],
    }


def read_elk(document: Document, answer: Mapping[str, Any]) -> Document:
    """ELK's answer as a scene document."""
    places: dict[str, tuple[float, float, float, float]] = {}
    pending = list(answer["children"])
    while pending:
        node = pending.pop()
        places[node["id"]] = (node["x"], node["y"], node["width"], node["height"])
        pending.extend(node.get("children", ()))
    placed = _placed(document, places)
    placed["width"], placed["height"] = answer["width"], answer["height"]
    lines = {each["id"]: each.get("sections", ()) for each in answer["edges"]}
    for number, (edge, source, target) in enumerate(_edges(document)):
        for section in lines[f"e{number}"]:
            corners = [section["startPoint"], *section.get("bendPoints", ()), section["endPoint"]]
            points = [(corner["x"], corner["y"]) for corner in corners]
            placed["edges"].append({**edge, "source": source, "target": target, "points": points})
    return placed

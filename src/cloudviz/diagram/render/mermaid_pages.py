"""Mermaid over several charts, where one would pass what Mermaid takes.

The first is the overview: the outer containers, with one node for each further page. A page holds a container with
all that is in it (an account, a region, a network), or a part of one that is still too large, within the frames it
lies in; a line that leaves it ends at a node that names the other page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from cloudviz.diagram.render.links import address, checked_base
from cloudviz.diagram.render.mermaid import MOST_EDGES, PAGE, flowchart, plain
from cloudviz.diagram.render.nesting import Nesting, nesting_of
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode
from cloudviz.diagram.text import clean

_ROOM = 30_000
"""Characters of a page's boxes and lines as estimated here; the frames, classes and stubs come on top."""

_LINE = 24
_BOX = 60
_FRAME = 110
_LONGEST_TITLE = 60
_FEW_PAGES = 24
_MOST_PAGES = 200


@dataclass(frozen=True, slots=True)
class MermaidPage:
    """One chart, and what it is called."""

    title: str
    text: str


@dataclass(slots=True)
class _Part:
    """What goes on one page: whole subtrees that lie in the same container."""

    parent: str | None
    roots: list[str]
    nodes: set[str] = field(default_factory=set)
    weight: int = 0


def mermaid(scene: Scene, link_base: str = "") -> str:
    """The scene as a Mermaid flowchart: the whole where Mermaid takes it, else the overview."""
    return mermaid_pages(scene, link_base)[0].text


def mermaid_pages(
    scene: Scene, link_base: str = "", page_address: Callable[[int], str] | None = None
) -> list[MermaidPage]:
    """The scene as as many Mermaid flowcharts as it takes, an overview first where they are several.

    Arguments:
        link_base: what the addresses of the resources' pages begin with, empty for no links.
        page_address: where the chart of a number, from 1, will be; ASCII without quotes.

    Raises Invalid when the scene names a theme that does not exist, or the links would lead nowhere on the web.
    """
    base = checked_base(link_base)
    links = {node.id: link for node in scene.nodes if (link := address(base, node))}
    nesting = nesting_of(scene)
    costs = _costs(scene, nesting, links)
    if sum(costs.values()) <= _ROOM and len(scene.edges) <= MOST_EDGES:
        return [MermaidPage("", flowchart(scene, links))]
    parts = _merged(_divided(None, nesting, costs, _edges_of(scene)), costs, _edges_of(scene))
    if len(parts) < 2:
        return [MermaidPage("", flowchart(scene, links))]
    nodes = {node.id: node for node in scene.nodes}
    titles = [_title(part, nodes, nesting) for part in parts]
    where = {id: number for number, part in enumerate(parts, 2) for id in part.nodes}
    to_pages = {} if page_address is None else {f"page:{n}": page_address(n) for n in range(2, len(parts) + 2)}
    pages = [MermaidPage("Overview", flowchart(_overview(scene, parts, titles, where, nesting), to_pages))]
    for number, (part, title) in enumerate(zip(parts, titles, strict=True), 2):
        chart = _page(scene, part, number, titles, where, nesting)
        pages.append(MermaidPage(title, flowchart(chart, {**links, **to_pages}, f"page {number} {title}")))
    return pages


def mermaid_files(scene: Scene, name: str, link_base: str = "") -> list[tuple[str, bytes]]:
    """The charts as files that lead to each other: ``x.mmd``, ``x-2.mmd`` and so on.

    Arguments:
        name: what the first is called.

    Returns names and contents.
    """
    stem, dot, suffix = name.rpartition(".")

    def named(number: int) -> str:
        if number == 1:
            return name
        return f"{stem}-{number}.{suffix}" if dot else f"{name}-{number}"

    charts = mermaid_pages(scene, link_base, lambda number: quote(named(number), safe="", errors="replace"))
    return [(named(number), chart.text.encode("utf-8")) for number, chart in enumerate(charts, 1)]


def markdown(scene: Scene, link_base: str = "") -> str:
    """The charts in one Markdown document, each in a fence, with links from the overview to the others.

    Wikis and code hosts draw such fences. The headings are ``page-2`` and so on, so that anchors hold everywhere.
    """
    pages = mermaid_pages(scene, link_base, lambda number: f"#page-{number}")
    name = plain(scene.title) or "Cloud resources"
    if len(pages) == 1:
        return f"# {name}\n\n```mermaid\n{pages[0].text}```\n"
    index = "".join(
        f"- [Page {number}](#page-{number}): {plain(page.title)}\n" for number, page in enumerate(pages[1:], 2)
    )
    body = "".join(
        f"\n## Page {number}\n\n{plain(page.title)}\n\n```mermaid\n{page.text}```\n"
        for number, page in enumerate(pages[1:], 2)
    )
    return f"# {name}\n\n```mermaid\n{pages[0].text}```\n\n{index}{body}"


def _costs(scene: Scene, nesting: Nesting, links: Mapping[str, str]) -> dict[str, int]:
    """About how many characters each box takes, with the lines that begin at it."""
    costs = {
        node.id: (_FRAME if node.id in nesting.children else _BOX)
        # A sign that is no letter is written as an entity of up to nine characters.
        + sum(
            1 if sign.isalnum() or sign in " -" else 9
            for sign in clean(node.label)[:60] + clean(node.sublabel)[:40]
        )
        + 2 * nesting.depths[node.id]
        + (len(links[node.id]) + 24 if node.id in links else 0)
        for node in scene.nodes
    }
    for edge in scene.edges:
        if edge.source in costs:
            costs[edge.source] += _LINE + 3 * len(clean(edge.label or "")[:40])
    return costs


def _edges_of(scene: Scene) -> Counter[str]:
    ends: Counter[str] = Counter()
    for edge in scene.edges:
        ends[edge.source] += 1
        ends[edge.target] += 1
    return ends


def _subtree(id: str, nesting: Nesting) -> list[str]:
    found, waiting = [], [id]
    while waiting:
        here = waiting.pop()
        found.append(here)
        waiting += nesting.children.get(here, [])
    return found


def _divided(
    container: str | None, nesting: Nesting, costs: Mapping[str, int], ends: Mapping[str, int]
) -> list[_Part]:
    """The children of a container as parts, each small enough; its lone resources by the pageful."""
    parts: list[_Part] = []
    waiting: list[str | None] = [container]
    while waiting:
        here = waiting.pop(0)
        lone = _Part(here, [])
        lone_ends = 0
        deeper: list[str | None] = []
        for child in nesting.children.get(here, []):
            ids = _subtree(child, nesting)
            weight, touching = sum(costs[id] for id in ids), sum(ends.get(id, 0) for id in ids)
            if len(ids) > 1 and (weight > _ROOM or touching > 2 * MOST_EDGES):
                deeper.append(child)
            elif len(ids) > 1:
                parts.append(_Part(here, [child], set(ids), weight))
            else:
                if lone.roots and (lone.weight + weight > _ROOM or lone_ends + touching > MOST_EDGES):
                    parts.append(lone)
                    lone, lone_ends = _Part(here, []), 0
                lone.roots.append(child)
                lone.nodes.add(child)
                lone.weight += weight
                lone_ends += touching
        if lone.roots:
            parts.append(lone)
        waiting = deeper + waiting
    return parts


def _merged(parts: list[_Part], costs: Mapping[str, int], ends: Mapping[str, int]) -> list[_Part]:
    """Neighbours in one container put together, where there are so many that nobody would turn to each."""
    if len(parts) <= _FEW_PAGES:
        return parts
    merged: list[_Part] = []
    for anywhere in (False, True):
        merged = []
        for part in parts:
            last = merged[-1] if merged else None
            if (
                last is not None
                and (last.parent == part.parent or anywhere)
                and last.weight + part.weight <= _ROOM
                and sum(ends.get(id, 0) for id in last.nodes | part.nodes) <= MOST_EDGES
            ):
                last.roots += part.roots
                last.nodes |= part.nodes
                last.weight += part.weight
            else:
                merged.append(replace(part, roots=list(part.roots), nodes=set(part.nodes)))
        if len(merged) <= _MOST_PAGES:
            break
    return merged


def _title(part: _Part, nodes: Mapping[str, SceneNode], nesting: Nesting) -> str:
    """Where it is and what: ``AWS account prod, Region eu-west-1``; for several its first, and how many more."""
    path = [part.roots[0], *nesting.ancestors(part.roots[0])][2::-1]
    said = ", ".join(_short(nodes[id].label) for id in path)
    more = len(part.roots) - 1
    return f"{said} and {more} more" if more else said


def _short(label: str) -> str:
    said = clean(label)
    return said if len(said) <= _LONGEST_TITLE else said[: _LONGEST_TITLE - 1] + "…"


def _overview(
    scene: Scene, parts: Sequence[_Part], titles: Sequence[str], where: Mapping[str, int], nesting: Nesting
) -> Scene:
    """The frames around the pages, and a node for each page."""
    frames: set[str] = set()
    for part in parts:
        if part.parent is not None:
            frames.update((part.parent, *nesting.ancestors(part.parent)))
    nodes = [node for node in scene.nodes if node.id in frames]
    counts: Counter[int] = Counter()
    for node in scene.nodes:
        if node.id in where and node.id not in nesting.children:
            counts[where[node.id]] += node.count
    for number, (part, title) in enumerate(zip(parts, titles, strict=True), 2):
        own = title.rsplit(", ", 1)[-1] if part.parent is not None else title
        said = f"{counts[number]:,} resources" if counts[number] != 1 else "1 resource"
        nodes.append(SceneNode(f"page:{number}", part.parent, False, own, f"{said} · page {number}", role=PAGE))
    return replace(scene, nodes=nodes, edges=_lifted(scene, lambda id: f"page:{where[id]}" if id in where else id))


def _page(
    scene: Scene, part: _Part, number: int, titles: Sequence[str], where: Mapping[str, int], nesting: Nesting
) -> Scene:
    """What is on one page, with nodes for the pages that its lines lead to."""
    shown = set(part.nodes)
    for root in part.roots:
        shown.update(nesting.ancestors(root))

    def here(id: str) -> str:
        return id if id in part.nodes else f"page:{where[id]}" if id in where else ""

    touching = [
        edge for edge in scene.edges if where.get(edge.source) == number or where.get(edge.target) == number
    ]
    edges = [edge for edge in _lifted(replace(scene, edges=touching), here) if edge.source and edge.target]
    others = sorted(
        {end for edge in edges for end in (edge.source, edge.target) if end.startswith("page:")} - shown
    )
    stubs = [
        SceneNode(id, None, False, titles[int(id[5:]) - 2], f"page {id[5:]}", role=PAGE)
        for id in sorted(others, key=lambda id: int(id[5:]))
    ]
    return replace(scene, nodes=[node for node in scene.nodes if node.id in shown] + stubs, edges=edges)


def _lifted(scene: Scene, to: Callable[[str], str]) -> list[SceneEdge]:
    """The lines between other ends; lines that become the same are put together and counted."""
    found: dict[tuple[str, str, str], SceneEdge] = {}
    for edge in scene.edges:
        source, target = to(edge.source), to(edge.target)
        if source == target:
            continue
        if (source, target) == (edge.source, edge.target):
            found[source, target, edge.id] = edge
            continue
        kept = found.get((source, target, ""))
        if kept is None:
            found[source, target, ""] = replace(edge, source=source, target=target, label=None)
        else:
            kept.count += edge.count
    return list(found.values())

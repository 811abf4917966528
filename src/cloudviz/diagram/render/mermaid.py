"""Mermaid, as text that Mermaid's own parser always takes.

One subgraph for each container, and inside it one for each tier where its resources are of several. Mermaid
refuses more than 500 edges or 50,000 characters: :mod:`~cloudviz.diagram.render.mermaid_pages` divides what is
larger, and where even a page has too many links those that tell least are left out, and a comment says how many.

Source: Mermaid's flowchart syntax (also ``click``); its ``maxEdges`` and ``maxTextSize`` defaults;
``encodeEntities`` in its ``utils.ts``, which is why a colon inside a label is written as an entity too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from cloudviz.catalogue.kinds import Tier
from cloudviz.diagram.render.lines import WEAK_KINDS
from cloudviz.diagram.render.nesting import Nesting, nesting_of
from cloudviz.diagram.render.words import description, headline, money
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode
from cloudviz.diagram.text import clean
from cloudviz.diagram.themes import Theme, family_of, theme_named

MOST_EDGES = 490
MOST_CHARACTERS = 49_000
"""Below Mermaid's own 500 and 50,000, with room for its preprocessing."""

PAGE = "page"
"""The role of a node that stands for another page."""

_EDGES_SHARE = 0.3
_LONGEST_LABEL = 60
_PLAIN = frozenset(" .,-_/()+@×·…–—€£$¥₹")
_STORES = frozenset(
    {"database", "database_cluster", "table", "cache", "warehouse", "bucket", "disk", "file_share"}
)
_TIERS = [tier.value for tier in Tier]


def flowchart(scene: Scene, links: Mapping[str, str] = MappingProxyType({}), page: str = "") -> str:
    """The scene as one Mermaid flowchart.

    Arguments:
        links: where a press on a node leads, by its id; ASCII without quotes.
        page: which of several this is, said in its title.

    Raises Invalid when the scene names a theme that does not exist.
    """
    theme = theme_named(scene.theme)
    room = MOST_CHARACTERS
    while True:
        text = _Flowchart(scene, theme, links, page).write(room)
        over = _length(text) - MOST_CHARACTERS
        if over <= 0:
            return text
        # What frames the boxes is not in the estimate; leave out that much more and write again.
        room -= over + 200


def escaped(text: str, longest: int = _LONGEST_LABEL) -> str:
    """Text for the inside of a quoted label: letters as they are, every sign that could mean more as an entity."""
    line = clean(text)
    if len(line) > longest:
        line = line[: longest - 1].rstrip() + "…"
    return "".join(sign if sign.isalnum() or sign in _PLAIN else f"#{ord(sign)};" for sign in line)


def plain(text: str) -> str:
    """Text for the title and description lines, where Mermaid knows no entities: other signs become spaces."""
    line = clean(text).replace(";", ",").replace(":", " –")
    return " ".join("".join(sign if sign.isalnum() or sign in _PLAIN else " " for sign in line).split())


class _Flowchart:
    def __init__(self, scene: Scene, theme: Theme, links: Mapping[str, str], page: str) -> None:
        self._scene = scene
        self._links = links
        self._page = page
        self._theme = theme
        self._nodes = {node.id: node for node in scene.nodes}
        self._names = {node.id: f"n{number}" for number, node in enumerate(scene.nodes, 1)}
        self._nesting: Nesting = nesting_of(scene)
        self._labels = {node.id: self._label(node) for node in scene.nodes}
        self._kept: set[str] = set()

    def write(self, room: int) -> str:
        title = plain(headline(self._scene)) or "Cloud resources"
        head = ["flowchart TD", f"  accTitle: {title}{f', {plain(self._page)}' if self._page else ''}"]
        head.append(f"  accDescr: {plain(description(self._scene))}")
        used = sum(map(_length, head)) + 4_000  # the class definitions
        edges = self._edges()
        wanted = sum(_length(line) for _, line in edges[:MOST_EDGES])
        self._keep_boxes(room - used - min(wanted, int(room * _EDGES_SHARE)))
        used += sum(self._cost(id) for id in self._kept)
        links: list[str] = []
        for edge, line in edges:
            if len(links) == MOST_EDGES:
                break
            if edge.source in self._kept and edge.target in self._kept and used + _length(line) <= room:
                links.append(line)
                used += _length(line)
        left_boxes, left_links = len(self._nodes) - len(self._kept), len(self._scene.edges) - len(links)
        if left_boxes or left_links:
            head.append(
                f"  %% Left out, since Mermaid has limits: {left_boxes} of {len(self._nodes)} boxes, "
                f"{left_links} of {len(self._scene.edges)} links"
            )
        body = list(self._inside(None, 1))
        return "\n".join([*head, *body, *links, *self._clicks(), *self._classes()]) + "\n"

    def _edges(self) -> list[tuple[SceneEdge, str]]:
        """The edges that Mermaid can draw, the most telling first, each with its line."""
        seen: list[tuple[SceneEdge, str]] = []
        for edge in self._scene.edges:
            ends = (edge.source, edge.target)
            if any(end not in self._nodes for end in ends) or edge.source == edge.target:
                continue
            # Mermaid draws no line between a box and what is inside it (dagre would call it a cycle).
            if edge.source in self._nesting.ancestors(edge.target):
                continue
            if edge.target in self._nesting.ancestors(edge.source):
                continue
            arrow = "-.->" if edge.kind in WEAK_KINDS else "==>" if edge.count > 4 else "-->"
            said = edge.label or (f"×{edge.count}" if edge.count > 1 else "")
            label = escaped(said, 40)
            quoted = f'|"{label}"|' if label else ""
            seen.append((edge, f"  {self._names[edge.source]} {arrow}{quoted} {self._names[edge.target]}"))
        return sorted(seen, key=lambda item: (item[0].kind in WEAK_KINDS, -item[0].count))

    def _keep_boxes(self, room: int) -> None:
        """The leaves with most links and members first, each with the boxes around it, while there is room."""
        self._kept = set()
        degree: dict[str, int] = dict.fromkeys(self._nodes, 0)
        for edge in self._scene.edges:
            for end in (edge.source, edge.target):
                if end in degree:
                    degree[end] += 1
        lone = [node for node in self._scene.nodes if node.id not in self._nesting.children]
        for node in sorted(lone, key=lambda node: (-degree[node.id], -node.count)):
            around = [id for id in self._nesting.ancestors(node.id) if id not in self._kept]
            cost = self._cost(node.id) + sum(map(self._cost, around))
            if cost <= room:
                room -= cost
                self._kept.update((node.id, *around))

    def _cost(self, id: str) -> int:
        indent = 2 * (self._nesting.depths[id] + 2)
        frame = 2 * indent + 60 if id in self._nesting.children else 0
        link = len(self._links[id]) + 24 + len(self._names[id]) if id in self._links else 0
        return indent + _length(self._labels[id]) + 3 * len(self._names[id]) + 14 + frame + link

    def _label(self, node: SceneNode) -> str:
        first = escaped(node.label) or "#32;"
        if node.count > 1:
            first += f" ×{node.count}"
        second = escaped(node.sublabel, 40)
        if node.cost_monthly is not None:
            cost = escaped(money(node.cost_monthly, self._scene.summary.currency))
            second = f"{second} · {cost}" if second else cost
        # Mermaid reserves one line for the title of a subgraph.
        between = " · " if node.id in self._nesting.children else "<br/>"
        return f"{first}{between}{second}" if second else first

    def _inside(self, parent: str | None, depth: int) -> Iterator[str]:
        """The lines of what lies in one container: its boxes, and its resources by tier."""
        ids = [id for id in self._nesting.children.get(parent, []) if id in self._kept]
        indent = "  " * depth
        rows: dict[str, list[str]] = {}
        for id in ids:
            if id in self._nesting.children:
                yield f'{indent}subgraph {self._names[id]}["{self._labels[id]}"]'
                yield f"{indent}  direction TB"
                yield from self._inside(id, depth + 1)
                yield f"{indent}end"
            elif self._nodes[id].role == PAGE:
                yield indent + self._shape(id)
            else:
                tier = self._nodes[id].tier
                rows.setdefault(tier if tier in _TIERS else Tier.OTHER.value, []).append(self._shape(id))
        owner = self._names[parent] if parent is not None else "page"
        for number, tier in enumerate(_TIERS):
            if tier not in rows:
                continue
            if len(rows) == 1:
                yield from (indent + shape for shape in rows[tier])
                continue
            yield f'{indent}subgraph {owner}t{number}["{tier.capitalize()}"]'
            yield f"{indent}  direction TB"
            yield from (f"{indent}  {shape}" for shape in rows[tier])
            yield f"{indent}end"

    def _shape(self, id: str) -> str:
        node = self._nodes[id]
        open_, close = ("[[", "]]") if node.count > 1 else ("[(", ")]") if node.kind in _STORES else ("[", "]")
        if node.role == PAGE:
            open_, close = "([", "])"
        return f'{self._names[id]}{open_}"{self._labels[id]}"{close}'

    def _clicks(self) -> Iterator[str]:
        """Where nodes lead; Mermaid links no subgraphs."""
        for node in self._scene.nodes:
            link = self._links.get(node.id)
            if link and node.id in self._kept and node.id not in self._nesting.children:
                yield f'  click {self._names[node.id]} href "{link}"'

    def _classes(self) -> Iterator[str]:
        """Class definitions and, for each, the line that attaches it to its boxes."""
        theme = self._theme
        looks: dict[str, str] = {}
        members: dict[str, list[str]] = {}
        rows: dict[str | None, set[str]] = {}
        for node in self._scene.nodes:
            if node.id not in self._kept:
                continue
            name = self._names[node.id]
            if node.container and node.id in self._nesting.children:
                role = node.role if node.role in theme.roles else "group"
                style = theme.roles[role]
                # The page behind is not ours: the outermost boxes bring the theme's ground with them.
                ground = "none" if self._nesting.parents[node.id] else theme.background
                look = f"fill:{style.fill or ground},stroke:{style.border},color:{style.text}"
                if style.dash:
                    look += f",stroke-dasharray:{style.dash[0]:g} {style.dash[1]:g}"
                self._attach(f"role_{role}", look, name, looks, members)
            elif node.role == PAGE:
                look = f"fill:none,stroke:{theme.edge},color:{theme.roles['group'].text},stroke-dasharray:4 3"
                self._attach("page", look, name, looks, members)
            else:
                family = family_of(node.kind)
                look = f"fill:{theme.card},stroke:{theme.families[family]},color:{theme.text}"
                self._attach(f"kind_{family}", look, name, looks, members)
                tier = node.tier if node.tier in _TIERS else Tier.OTHER.value
                rows.setdefault(self._nesting.parents[node.id], set()).add(tier)
            if node.change in ("added", "removed", "changed"):
                look = f"stroke:{theme.change(node.change)},stroke-width:3px"
                if node.change == "removed":
                    look += ",stroke-dasharray:5 3"
                self._attach(f"change_{node.change}", look, name, looks, members)
        quiet = theme.roles["group"]
        look = f"fill:none,stroke:{quiet.border},color:{quiet.text},stroke-dasharray:2 3"
        for parent, tiers in rows.items():
            owner = self._names[parent] if parent is not None else "page"
            for tier in _TIERS if len(tiers) > 1 else ():
                if tier in tiers:
                    self._attach("tier", look, f"{owner}t{_TIERS.index(tier)}", looks, members)
        for name, definition in looks.items():
            yield f"  classDef {name} {definition}"
        for name, ids in members.items():
            yield f"  class {','.join(ids)} {name}"

    @staticmethod
    def _attach(name: str, look: str, member: str, looks: dict[str, str], members: dict[str, list[str]]) -> None:
        looks[name] = look
        members.setdefault(name, []).append(member)


def _length(text: str | Iterable[str]) -> int:
    """Length as Mermaid counts it, in UTF-16 units, with the line's end."""
    line = text if isinstance(text, str) else "".join(text)
    return len(line) + sum(sign > "\uffff" for sign in line) + 1

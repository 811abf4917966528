"""draw.io: the picture as native containers, shapes and connectors, to be edited on.

A container is a cell around its cells, with places relative to it; a resource is a card with the cloud's own shape
on it; a line is a connector that knows its two ends, its ports and its bends. Every cell that stands for something
of the inventory carries its id and type as data (Edit ▸ Edit Data), and a link to the cloud's console.

A cell of draw.io lies either in a layer or in another cell, so that resources lie in the layer of the containers
they are in; the tags ``container``, ``resource``, ``link``, ``label`` and the kind (View ▸ Tags) show and hide
each.

Labels are plain text (``html=0``): in HTML labels a hostile name would be markup.

Source: jgraph/drawio: mxGraph's codec (``mxGraphModel``, ``mxCell``, ``mxGeometry``), ``UserObject``, the styles
of its sidebars; XML 1.0 production 2 (Char).
"""

from __future__ import annotations

import hashlib
import math
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise

from cloudviz.diagram.icons import STROKE, VIEW_BOX, glyph_of
from cloudviz.diagram.render import words
from cloudviz.diagram.render.console import node_address, resource_of
from cloudviz.diagram.render.drawio_shapes import AWS_GROUPS, AZURE_GROUPS, shape_style
from cloudviz.diagram.render.lines import WEAK_KINDS, middle_of
from cloudviz.diagram.render.links import address, checked_base
from cloudviz.diagram.render.nesting import Nesting, nesting_of
from cloudviz.diagram.scene import measures as m
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode
from cloudviz.diagram.text import clean, fit, measure
from cloudviz.diagram.themes import Theme, theme_named

CONTAINERS, RESOURCES, LINKS, LABELS = "layer-containers", "layer-resources", "layer-links", "layer-labels"
"""Ids of the layers, from the lowest to the topmost. ``RESOURCES`` holds those that are in no container."""

_ODD = re.compile('[&<>"\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufdd0-\\ufdef\\ufffe\\uffff]')
_SPECIAL = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
_TEXT = "text;html=0;strokeColor=none;fillColor=none;"
# What belongs to a card is chosen and moved with it.
_PART = "part=1;movable=0;resizable=0;rotatable=0;editable=0;"
_FONT = "fontFamily=Inter,Helvetica,Arial;"
_SIGN = 25.0
_FOOTER_SIZE = 11.5
_CHANGES = {"added": "+", "removed": "−", "changed": "~"}

Point = tuple[float, float]


def drawio(scene: Scene, link_base: str = "") -> bytes:
    """The scene as a draw.io file, uncompressed.

    Arguments:
        link_base: what the addresses of the resources' pages begin with; empty links to the clouds' consoles.

    Raises Invalid when the scene names a theme that does not exist, or the base is no address.
    """
    return _File(scene, theme_named(scene.theme), checked_base(link_base)).write().encode("utf-8")


class _File:
    def __init__(self, scene: Scene, theme: Theme, link_base: str) -> None:
        self._scene = scene
        self._link_base = link_base
        self._theme = theme
        self._nodes = {node.id: node for node in scene.nodes}
        self._nesting: Nesting = nesting_of(scene)
        self._cells = _cell_ids(self._nodes)
        self._parts: dict[str, int] = {}
        self._out: list[str] = []

    def write(self) -> str:
        width, height = math.ceil(self._scene.width), math.ceil(self._scene.height)
        title = clean(words.headline(self._scene)) or "Cloud resources"
        head = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<mxfile host="CloudViz" compressed="false"><diagram id="cloudviz" name={_value(title)}>'
            f'<mxGraphModel dx="{width}" dy="{height}" grid="0" gridSize="10" guides="1" tooltips="1" connect="1" '
            'arrows="1" fold="1" page="1" pageScale="1" '
            f'pageWidth="{width}" pageHeight="{height}" background="{self._theme.background}" math="0" shadow="0">'
            '<root><mxCell id="0"/>\n'
        )
        roots = self._nesting.children.get(None, [])
        boxes = [id for id in roots if self._nodes[id].container]
        lone = [id for id in roots if not self._nodes[id].container]
        self._layer(CONTAINERS, "Containers")
        self._inside(boxes, CONTAINERS)
        if lone:
            self._layer(RESOURCES, "Resources")
            self._inside(lone, RESOURCES)
        self._layer(LINKS, "Links")
        for edge in self._scene.edges:
            self._connector(edge)
        self._layer(LABELS, "Labels")
        self._furniture()
        return head + "".join(self._out) + "</root></mxGraphModel></diagram></mxfile>\n"

    # ---- boxes

    def _inside(self, ids: Iterable[str], parent: str) -> None:
        """The cells of these boxes, each followed by what is in it. No recursion: nesting may be deep."""
        waiting = [(id, parent) for id in reversed(list(ids))]
        while waiting:
            id, around = waiting.pop()
            node = self._nodes[id]
            if node.container:
                self._container(node, around)
            else:
                self._card(node, around)
            waiting += [(child, self._cells[id]) for child in reversed(self._nesting.children.get(id, []))]

    def _container(self, node: SceneNode, parent: str) -> None:
        style = self._theme.role(node.role, node.kind)
        border, width = (self._theme.change(node.change), 2.0) if node.change else (style.border, style.width)
        sign = AWS_GROUPS.get(node.role) if node.provider == "aws" else None
        image = AZURE_GROUPS.get(node.role) if node.provider == "azure" else None
        left = _SIGN + 6 if sign or image else m.TITLE_LEFT
        shape = (
            f"shape=mxgraph.aws4.group;grIcon=mxgraph.aws4.{sign};grStroke=1;"
            if sign
            else f"rounded=1;absoluteArcSize=1;arcSize={_number(2 * self._theme.container_radius)};"
        )
        room = node.width - left - 6
        label = fit(clean(node.label), room, m.TITLE_SIZE, m.TITLE_WEIGHT)
        if node.sublabel:
            both = f"{label}  {clean(node.sublabel)}"
            label = both if measure(both, m.TITLE_SIZE, m.TITLE_WEIGHT) <= room else label
        dash = f"dashed=1;dashPattern={style.dash[0]:g} {style.dash[1]:g};" if style.dash else "dashed=0;"
        cell = self._cells[node.id]
        self._cell(
            cell,
            f"{shape}html=0;container=1;collapsible=0;expand=0;recursiveResize=0;connectable=1;"
            f"fillColor={style.fill or 'none'};strokeColor={border};strokeWidth={width:g};{dash}"
            f"align=left;verticalAlign=top;spacingLeft={left - 2:g};spacingTop=4;fontStyle=1;"
            f"fontSize={m.TITLE_SIZE:g};fontColor={style.text};{_FONT}",
            parent,
            self._at(node),
            {"label": label, **self._data(node, "container")},
        )
        if image:
            self._part(
                cell, f"shape=image;image=img/lib/azure2/{image}.svg;aspect=fixed;", (6, 6, _SIGN - 6, _SIGN - 6)
            )

    def _card(self, node: SceneNode, parent: str) -> None:
        theme = self._theme
        border = theme.change(node.change) if node.change else theme.card_border
        # The second line of a stack's border takes room off its label.
        stack, lower = ("shape=ext;double=1;margin=3;", 4.0) if node.count > 1 else ("", 0.0)
        low = node.height < 60
        size = min(node.height - 8, 28.0) if low else m.ICON
        left = size + 13 if low else m.LEAF_PADDING
        room = node.width - left - m.LEAF_PADDING
        label = fit(clean(node.label), room, m.LABEL_SIZE, m.LABEL_WEIGHT)
        # draw.io sets the first line's top at spacingTop: the baseline less the ascent of Inter.
        place = (
            f"align=left;verticalAlign=middle;spacingLeft={left - 2:g};"
            if low
            else f"align=center;verticalAlign=top;spacingTop={m.LABEL_BASELINE - m.LABEL_SIZE - 4 - lower:g};"
        )
        dash = "dashed=1;dashPattern=5 3;" if node.change == "removed" else ""
        cell = self._cells[node.id]
        self._cell(
            cell,
            f"{stack}rounded=1;absoluteArcSize=1;arcSize={_number(2 * min(theme.card_radius, node.height / 3))};"
            f"html=0;container=0;fillColor={theme.card};strokeColor={border};"
            f"strokeWidth={2 if node.change else 1};{dash}{place}"
            f"fontStyle=1;fontSize={m.LABEL_SIZE:g};fontColor={theme.text};{_FONT}",
            parent,
            self._at(node),
            {"label": label, **self._data(node, "resource")},
        )
        x, y = (6.0, (node.height - size) / 2) if low else (node.width / 2 - size / 2, m.ICON_TOP)
        self._part(cell, self._icon(node), (x, y, size, size))
        second = "" if low else fit(self._second_line(node), room, m.SUBLABEL_SIZE, m.SUBLABEL_WEIGHT)
        if second:
            self._part(
                cell,
                f"{_TEXT}align=center;verticalAlign=middle;fontSize={m.SUBLABEL_SIZE:g};fontColor={theme.muted};{_FONT}",
                (0, m.SUBLABEL_BASELINE - 12, node.width, 16),
                second,
            )
        if node.count > 1:
            badge = f"×{node.count:,}"
            wide = measure(badge, 10.5, 600) + 12
            self._part(
                cell,
                f"rounded=1;arcSize=50;html=0;fillColor={theme.badge};strokeColor=none;fontStyle=1;fontSize=10.5;"
                f"fontColor={theme.badge_text};{_FONT}",
                (node.width + m.STACK_REACH - wide, -m.STACK_REACH, wide, 17),
                badge,
            )
        if node.change:
            self._part(
                cell,
                f"ellipse;html=0;fillColor={theme.change(node.change)};strokeColor={theme.card};fontStyle=1;"
                f"fontSize=12;fontColor={theme.change_text};",
                (-8, -8, 16, 16),
                _CHANGES.get(node.change, "~"),
            )

    def _second_line(self, node: SceneNode) -> str:
        if node.cost_monthly is None:
            return clean(node.sublabel)
        cost, said = words.money(node.cost_monthly, self._scene.summary.currency), clean(node.sublabel)
        return said if cost in said else f"{said} · {cost}" if said else cost

    def _icon(self, node: SceneNode) -> str:
        theme, shape = self._theme, shape_style(node.type)
        if "mxgraph.aws4" in shape:
            ground = theme.tile(node.kind)
            return f"{shape}fillColor={ground or 'none'};strokeColor={theme.ink(node.kind)};aspect=fixed;"
        if "mxgraph.gcp2" in shape:
            return f"{shape}fillColor={theme.colour(node.kind)};strokeColor=none;aspect=fixed;"
        if shape:
            return f"{shape}aspect=fixed;"
        return f"shape=image;image={_glyph_image(node.kind, node.type, theme)};aspect=fixed;"

    def _data(self, node: SceneNode, tag: str) -> dict[str, str]:
        """What a cell says about the inventory; draw.io lists it on hover, and finds cells by it."""
        alone = resource_of(node)
        said = {
            "tags": " ".join(filter(None, (tag, node.kind))),
            "resource_id": alone,
            "resource_type": node.type,
            "kind": node.kind,
            "provider": node.provider,
            "name": clean(node.title or node.label),
            "count": str(node.count) if node.count > 1 else "",
            "members": "\n".join(node.members) if len(node.members) > 1 else "",
            "cost_monthly": "" if node.cost_monthly is None else str(node.cost_monthly),
            "change": node.change or "",
            "link": address(self._link_base, node) if self._link_base else node_address(node),
        }
        return {key: value for key, value in said.items() if value}

    def _at(self, node: SceneNode) -> tuple[float, float, float, float]:
        """Place and size, relative to the container around it."""
        outer = self._nesting.parents[node.id]
        around = self._nodes[outer] if outer is not None else None
        x, y = (around.x, around.y) if around else (0.0, 0.0)
        return node.x - x, node.y - y, node.width, node.height

    # ---- lines

    def _connector(self, edge: SceneEdge) -> None:
        source, target = self._nodes.get(edge.source), self._nodes.get(edge.target)
        if source is None or target is None:
            return
        theme = self._theme
        points = _without_repeats(edge.points)
        weak = edge.kind in WEAK_KINDS
        width = min(theme.edge_width + 0.25 * math.log2(max(edge.count, 1)), 3.0)
        upright = len(points) > 1 and all(
            abs(a[0] - b[0]) < 0.01 or abs(a[1] - b[1]) < 0.01 for a, b in pairwise(points)
        )
        style = (
            f"{'edgeStyle=orthogonalEdgeStyle;' if upright else 'edgeStyle=none;'}rounded=1;"
            f"arcSize={_number(2 * theme.edge_radius)};html=0;endArrow=block;endFill=1;endSize=5;"
            f"strokeColor={theme.edge_weak if weak else theme.edge};strokeWidth={_number(width)};"
            + ("dashed=1;dashPattern=5 3.5;" if weak else "")
        )
        if len(points) > 1:
            style += _port("exit", points[0], source) + _port("entry", points[-1], target)
        bends = "".join(f'<mxPoint x="{_number(x)}" y="{_number(y)}"/>' for x, y in points[1:-1])
        inner = f'<Array as="points">{bends}</Array>' if bends else ""
        cell = "e-" + _digest(f"{edge.source}\0{edge.target}\0{edge.kind}\0{edge.id}")
        data = {
            "label": "",
            "tags": "link",
            "link_kind": edge.kind,
            "count": str(edge.count),
            "source_id": resource_of(source) or source.id,
            "target_id": resource_of(target) or target.id,
        }
        self._out.append(
            f"<UserObject{_attributes({**data, 'id': cell})}>"
            f'<mxCell style="{style}" edge="1" parent="{LINKS}" source="{self._cells[source.id]}" '
            f'target="{self._cells[target.id]}"><mxGeometry relative="1" as="geometry">{inner}</mxGeometry>'
            "</mxCell></UserObject>\n"
        )
        label = fit(clean(edge.label or ""), m.PILL_WIDEST, m.EDGE_LABEL_SIZE, m.EDGE_LABEL_WEIGHT)
        if not label:
            return
        along, aside = _along(points, edge.label_at or middle_of(points)) if len(points) > 1 else (0.0, 0.0)
        self._out.append(
            f"<UserObject{_attributes({'label': label, 'tags': 'label', 'id': cell + '-label'})}>"
            f'<mxCell style="edgeLabel;html=0;align=center;verticalAlign=middle;resizable=0;'
            f"labelBackgroundColor={theme.pill};labelBorderColor={theme.pill_border};fontColor={theme.pill_text};"
            f'fontSize={m.EDGE_LABEL_SIZE:g};{_FONT}" vertex="1" connectable="0" parent="{cell}">'
            f'<mxGeometry x="{round(along, 4):g}" y="{_number(aside)}" relative="1" as="geometry"/></mxCell>'
            "</UserObject>\n"
        )

    # ---- title and footer

    def _furniture(self) -> None:
        scene, theme = self._scene, self._theme
        room = max(scene.width - 2 * m.PAGE_MARGIN, 320.0)
        if scene.title.strip():
            top = min((node.y for node in scene.nodes), default=m.HEADING_HEIGHT)
            self._cell(
                "title",
                f"{_TEXT}align=left;verticalAlign=middle;fontStyle=1;fontSize={m.HEADING_SIZE:g};"
                f"fontColor={theme.text};{_FONT}",
                LABELS,
                (m.PAGE_MARGIN, max(top - 46, 0), room, 28),
                {"label": fit(clean(scene.title), room, m.HEADING_SIZE, m.HEADING_WEIGHT), "tags": "label"},
            )
        said = [*words.facts(scene.summary), words.gaps(scene.summary)]
        if any(node.count > 1 and not node.container for node in scene.nodes):
            said.append("×n = like resources stacked")
        weak = sorted({edge.kind.replace("_", " ") for edge in scene.edges if edge.kind in WEAK_KINDS})
        if weak:
            said.append("dashed = " + ", ".join(map(clean, weak)))
        said += [f"{_CHANGES[word]} {word}" for word in _CHANGES if any(n.change == word for n in scene.nodes)]
        lines = _wrapped([part for part in said if part], room)
        low = max((node.y + node.height for node in scene.nodes), default=m.PAGE_MARGIN)
        self._cell(
            "footer",
            f"{_TEXT}align=left;verticalAlign=top;fontSize={_FOOTER_SIZE:g};fontColor={theme.muted};{_FONT}",
            LABELS,
            (m.PAGE_MARGIN, low + 14, room, 18.0 * len(lines)),
            {"label": "\n".join(lines), "tags": "label"},
        )

    # ---- cells

    def _layer(self, id: str, name: str) -> None:
        self._out.append(f'<mxCell id="{id}" value="{name}" parent="0"/>\n')

    def _cell(
        self,
        id: str,
        style: str,
        parent: str,
        at: tuple[float, float, float, float],
        data: Mapping[str, str],
    ) -> None:
        self._out.append(
            f"<UserObject{_attributes({**data, 'id': id})}>"
            f'<mxCell style="{style}" vertex="1" parent="{parent}">{_geometry(at)}</mxCell></UserObject>\n'
        )

    def _part(self, parent: str, style: str, at: tuple[float, float, float, float], label: str = "") -> None:
        """Something on a card: no thing of its own, and not to be connected to."""
        self._parts[parent] = self._parts.get(parent, 0) + 1
        id = f"{parent}-{self._parts[parent]}"
        self._out.append(
            f'<mxCell id="{id}" value={_value(label)} style="{style}{_PART}" vertex="1" connectable="0" '
            f'parent="{parent}">{_geometry(at)}</mxCell>\n'
        )


def _cell_ids(nodes: Mapping[str, SceneNode]) -> dict[str, str]:
    """A cell id for each node, the same in every picture of the same resource."""
    return {id: f"{'c' if node.container else 'r'}-{_digest(id)}" for id, node in nodes.items()}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _port(name: str, point: Point, node: SceneNode) -> str:
    """Where on the border of a box a connector is fixed, as shares of its width and height."""
    across = (point[0] - node.x) / node.width if node.width else 0.5
    down = (point[1] - node.y) / node.height if node.height else 0.5
    x, y = min(max(across, 0.0), 1.0), min(max(down, 0.0), 1.0)
    return f"{name}X={round(x, 5):g};{name}Y={round(y, 5):g};{name}Dx=0;{name}Dy=0;{name}Perimeter=0;"


def _along(points: Sequence[Point], label: Point) -> tuple[float, float]:
    """Where a label stands on a line: from −1 at its start to 1 at its end, and px aside of it."""
    whole = sum(math.dist(a, b) for a, b in pairwise(points)) or 1.0
    best, least, done = (0.0, 0.0), math.inf, 0.0
    for a, b in pairwise(points):
        length = math.dist(a, b)
        dx, dy = (b[0] - a[0]) / length, (b[1] - a[1]) / length
        reach = min(max((label[0] - a[0]) * dx + (label[1] - a[1]) * dy, 0.0), length)
        away = math.dist((a[0] + dx * reach, a[1] + dy * reach), label)
        if away < least:
            # Positive is to the left of the way, as mxGraph's view counts it.
            aside = (label[0] - a[0]) * dy - (label[1] - a[1]) * dx
            best, least = ((done + reach) / whole * 2 - 1, aside), away
        done += length
    return best


def _without_repeats(points: Iterable[Point]) -> list[Point]:
    kept: list[Point] = []
    for x, y in points:
        if not kept or math.dist(kept[-1], (x, y)) > 0.01:
            kept.append((float(x), float(y)))
    return kept


def _wrapped(parts: Sequence[str], room: float) -> list[str]:
    """Statements in lines that fit; one that is longer than a line is cut."""
    lines: list[str] = []
    for part in (fit(part, room, _FOOTER_SIZE) for part in parts):
        longer = f"{lines[-1]}  ·  {part}" if lines else part
        if lines and measure(longer, _FOOTER_SIZE) <= room:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


@cache
def _glyph_image(kind: str, type: str, theme: Theme) -> str:
    """Our glyph of a type, or its kind, as a data URL as draw.io writes them: a semicolon would end the style."""
    tile, ink = theme.tile(kind), theme.ink(kind)
    size = VIEW_BOX / 0.68 if tile else VIEW_BOX
    shift = (size - VIEW_BOX) / 2
    square = f'<rect width="{size:g}" height="{size:g}" rx="{theme.tile_radius * size / 36:g}" fill="{tile}"/>'
    paths = "".join(
        f'<path d="{path.d}" fill="{ink}" stroke="none"/>' if path.filled else f'<path d="{path.d}"/>'
        for path in glyph_of(kind, type).paths
    )
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="36" height="36" viewBox="0 0 {size:g} {size:g}">'
        f'{square if tile else ""}<g transform="translate({shift:g} {shift:g})" fill="none" stroke="{ink}" '
        f'stroke-width="{STROKE:g}" stroke-linecap="round" stroke-linejoin="round">{paths}</g></svg>'
    )
    return "data:image/svg+xml," + b64encode(drawn.encode()).decode("ascii")


def _geometry(at: tuple[float, float, float, float]) -> str:
    x, y, width, height = map(_number, at)
    return f'<mxGeometry x="{x}" y="{y}" width="{width}" height="{height}" as="geometry"/>'


def _attributes(data: Mapping[str, str]) -> str:
    return "".join(f" {key}={_value(value)}" for key, value in data.items())


def _value(text: str) -> str:
    """A quoted XML attribute; what XML 1.0 cannot hold at all is left out, and line ends survive reading."""
    return '"' + _ODD.sub(lambda odd: _SPECIAL.get(odd.group(), ""), text) + '"'


def _number(value: float) -> str:
    rounded = round(value, 2)
    return str(int(rounded)) if rounded == int(rounded) else repr(rounded)

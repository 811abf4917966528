"""The drawing: from a laid-out scene to paint operations, in the order in which they cover each other.

Ground, containers from the outside in, lines, containers' titles, cards, labels of lines, title and footer.
"""

from __future__ import annotations

from dataclasses import dataclass

from cloudviz.catalogue.kinds import Kind
from cloudviz.diagram.bidi import isolate
from cloudviz.diagram.render import words
from cloudviz.diagram.render.lines import WEAK_KINDS, paint_lines
from cloudviz.diagram.render.links import address, checked_base
from cloudviz.diagram.render.nesting import nesting_of
from cloudviz.diagram.render.operations import Group, Icon, Operation, Painting, Path, Rect, Text
from cloudviz.diagram.scene import measures as m
from cloudviz.diagram.scene.document import Scene, SceneNode
from cloudviz.diagram.text import clean, fit, measure
from cloudviz.diagram.themes import Theme, theme_named

_BADGE_SIZE = 10.5
_BADGE_HEIGHT = 17.0
_MARK = 8.0
_FOOTER_SIZE = 11.5
_FOOTER_LINE = 18.0
_COMPACT = 60.0
_SYMBOLS = {"added": "+", "removed": "−", "changed": "~"}


def paint(scene: Scene, link_base: str = "") -> Painting:
    """Everything that a picture of the scene shows.

    Arguments:
        link_base: what the addresses of the resources' pages begin with, empty for no links.

    Raises Invalid when the scene names a theme that does not exist, or the links would lead nowhere on the web.
    """
    theme = theme_named(scene.theme)
    base = checked_base(link_base)
    depths = nesting_of(scene).depths
    boxes = sorted((node for node in scene.nodes if node.container), key=lambda node: depths[node.id])
    full = {node.parent for node in scene.nodes}
    grounds: dict[str | None, str] = {}
    for box in boxes:
        fill = theme.role(box.role, box.kind).fill
        grounds[box.id] = fill or grounds.get(box.parent, theme.background)
    lines, pills = paint_lines(scene, theme)
    items: list[Operation] = [_container(box, theme) for box in boxes]
    items += lines
    items += [_header(box, theme, grounds, full, address(base, box)) for box in boxes]
    items += [
        _card(node, theme, scene.summary.currency, address(base, node))
        for node in scene.nodes
        if not node.container
    ]
    items += pills
    furniture = _furniture(scene, theme)
    return Painting(
        top=furniture.top,
        width=max(scene.width, furniture.right),
        height=max(scene.height, furniture.bottom) - furniture.top,
        theme=theme,
        title=words.headline(scene) or "Cloud resources",
        description=words.description(scene),
        items=items + furniture.items,
    )


def _tooltip(node: SceneNode) -> str:
    name = isolate(clean(node.title or node.label))
    parts = [name, isolate(clean(node.sublabel)), clean(node.kind.replace("_", " "))]
    said = ", ".join(part for part in parts if part)
    if node.count > 1:
        said += f", {node.count} alike"
    return f"{said} ({node.change})" if node.change else said


def _container(box: SceneNode, theme: Theme) -> Operation:
    style = theme.role(box.role, box.kind)
    stroke, width = (theme.change(box.change), 2.0) if box.change else (style.border, style.width)
    shape = Rect(
        box.x, box.y, box.width, box.height, theme.container_radius, style.fill, stroke, width, style.dash
    )
    return Group([shape], "container", box.id, _tooltip(box), box.kind, box.type)


def _header(
    box: SceneNode, theme: Theme, grounds: dict[str | None, str], full: set[str | None], link: str
) -> Operation:
    """The title of a container, on a patch of its ground so that no line runs through the letters."""
    style = theme.role(box.role, box.kind)
    room = box.width - 2 * m.TITLE_LEFT
    mark = _MARK * 2 + 6 if box.change else 0.0
    count = f"{box.count:,} resources" if box.count > 1 and box.id not in full and not box.sublabel else ""
    label = fit(box.label, room - mark, m.TITLE_SIZE, m.TITLE_WEIGHT)
    used = measure(label, m.TITLE_SIZE, m.TITLE_WEIGHT)
    behind = fit(box.sublabel or count, room - mark - used - m.TITLE_GAP, m.SUBLABEL_SIZE, m.SUBLABEL_WEIGHT)
    width = used + (m.TITLE_GAP + measure(behind, m.SUBLABEL_SIZE, m.SUBLABEL_WEIGHT) if behind else 0)
    left, baseline = box.x + m.TITLE_LEFT, box.y + m.TITLE_BASELINE
    items: list[Operation] = []
    if width:
        items.append(Rect(left - 4, baseline - 13, width + 8 + mark, 18, 3, grounds[box.id]))
    if box.change:
        items += _mark(left + _MARK, baseline - 4, box.change, theme)
        left += mark
    if label:
        items.append(Text(left, baseline, label, m.TITLE_SIZE, m.TITLE_WEIGHT, style.text))
    if behind:
        items.append(
            Text(left + used + m.TITLE_GAP, baseline, behind, m.SUBLABEL_SIZE, m.SUBLABEL_WEIGHT, style.text)
        )
    return Group(items, link=link)


def _card(node: SceneNode, theme: Theme, currency: str | None, link: str) -> Operation:
    x, y, width, height = node.x, node.y, node.width, node.height
    border = theme.change(node.change) if node.change else theme.card_border
    stroke = 2.0 if node.change else 1.0
    dash = (5.0, 3.0) if node.change == "removed" else None
    radius = min(theme.card_radius, height / 3)
    items: list[Operation] = []
    if node.count > 1:
        half = m.STACK_REACH / 2
        items += [
            Rect(x + reach, y - reach, width, height, radius, theme.card, theme.card_border)
            for reach in (m.STACK_REACH, half)
        ]
    items.append(Rect(x, y, width, height, radius, theme.card, border, stroke, dash))
    room = width - 2 * m.LEAF_PADDING
    if height < _COMPACT:
        items += _compact(node, theme)
    else:
        centre = x + width / 2
        items.append(Icon(centre - m.ICON / 2, y + m.ICON_TOP, m.ICON, _icon(node), _icon_type(node)))
        label = fit(node.label, room, m.LABEL_SIZE, m.LABEL_WEIGHT)
        if label:
            items.append(
                Text(centre, y + m.LABEL_BASELINE, label, m.LABEL_SIZE, m.LABEL_WEIGHT, theme.text, "middle")
            )
        sublabel = _second_line(node, room, currency)
        if sublabel:
            baseline = y + m.SUBLABEL_BASELINE
            items.append(
                Text(centre, baseline, sublabel, m.SUBLABEL_SIZE, m.SUBLABEL_WEIGHT, theme.muted, "middle")
            )
    if node.count > 1:
        items += _badge(x + width, y - m.STACK_REACH, f"×{node.count:,}", theme)
    if node.change:
        items += _mark(x, y, node.change, theme)
    return Group(items, "resource", node.id, _tooltip(node), node.kind, node.type, link)


def _second_line(node: SceneNode, room: float, currency: str | None) -> str:
    """The sublabel, with the cost behind it where one is known; where both do not fit the cost stays whole."""
    if node.cost_monthly is None:
        return fit(node.sublabel, room, m.SUBLABEL_SIZE, m.SUBLABEL_WEIGHT)
    cost = words.money(node.cost_monthly, currency)
    said = clean(node.sublabel)
    if cost in said:
        return fit(said, room, m.SUBLABEL_SIZE, m.SUBLABEL_WEIGHT)
    left = room - measure(f" · {cost}", m.SUBLABEL_SIZE, m.SUBLABEL_WEIGHT)
    short = fit(said, left, m.SUBLABEL_SIZE, m.SUBLABEL_WEIGHT)
    return f"{isolate(short)} · {cost}" if len(short) > 2 else cost


def _icon(node: SceneNode) -> str:
    """The kind whose icon stands for a node; a collapsed group has no kind of its own."""
    return node.kind or (Kind.RESOURCE_GROUP if node.count > 1 else Kind.OTHER)


def _icon_type(node: SceneNode) -> str:
    """The type whose icon stands for a node; a collapsed container has none."""
    return "" if node.role else node.type


def _compact(node: SceneNode, theme: Theme) -> list[Operation]:
    """A card too low for the icon above the text: icon left, text right."""
    x, y, height = node.x, node.y, node.height
    size = max(min(height - 8, 28.0), 0.0)
    items: list[Operation] = (
        [Icon(x + 6, y + (height - size) / 2, size, _icon(node), _icon_type(node))] if size >= 10 else []
    )
    left = x + (size + 13 if items else 6)
    room = x + node.width - 6 - left
    second = fit(node.sublabel, room, m.SUBLABEL_SIZE, m.SUBLABEL_WEIGHT) if height >= 36 else ""
    middle = y + height / 2
    label = fit(node.label, room, m.LABEL_SIZE, m.LABEL_WEIGHT)
    if label:
        baseline = middle - 2 if second else middle + 4
        items.append(Text(left, baseline, label, m.LABEL_SIZE, m.LABEL_WEIGHT, theme.text))
    if second:
        items.append(Text(left, middle + 12, second, m.SUBLABEL_SIZE, m.SUBLABEL_WEIGHT, theme.muted))
    return items


def _badge(right: float, middle: float, text: str, theme: Theme) -> list[Operation]:
    width = max(measure(text, _BADGE_SIZE, 600) + 11, _BADGE_HEIGHT)
    # As in the target the pill sits on the upper right corner of the hindmost card.
    x, y = right + m.STACK_REACH - width, middle - _BADGE_HEIGHT / 2
    return [
        Rect(x, y, width, _BADGE_HEIGHT, _BADGE_HEIGHT / 2, theme.badge),
        Text(
            x + width / 2,
            y + _BADGE_HEIGHT / 2 + 0.36 * _BADGE_SIZE,
            text,
            _BADGE_SIZE,
            600,
            theme.badge_text,
            "middle",
        ),
    ]


def _mark(x: float, y: float, change: str, theme: Theme) -> list[Operation]:
    """The round sign of a change: plus, minus or tilde, so that colour is not the only messenger."""
    disc = Rect(x - _MARK, y - _MARK, 2 * _MARK, 2 * _MARK, _MARK, theme.change(change), theme.card, 1.5)
    ink = theme.change_text
    if change == "changed":
        # Steep enough not to be taken for the minus beside it, in print and at half the size too.
        wave = [("M", (x - 4.5, y + 1.5)), ("C", (x - 2, y - 8, x + 2, y + 8, x + 4.5, y - 1.5))]
        return [disc, Path(list(wave), None, ink, 1.75)]
    bars = [Path([("M", (x - 3.75, y)), ("L", (x + 3.75, y))], None, ink, 1.75)]
    if change == "added":
        bars.append(Path([("M", (x, y - 3.75)), ("L", (x, y + 3.75))], None, ink, 1.75))
    return [disc, *bars]


@dataclass(slots=True)
class _Furniture:
    items: list[Operation]
    top: float
    right: float
    bottom: float


def _furniture(scene: Scene, theme: Theme) -> _Furniture:
    """Title and footer, and how much page they need beyond what the layout reserved."""
    low = max((node.y + node.height for node in scene.nodes), default=m.PAGE_MARGIN)
    low = max([low, *(y for edge in scene.edges for _, y in edge.points)])
    right = max((node.x + node.width for node in scene.nodes), default=0) + m.STACK_REACH + 2
    items: list[Operation] = []
    top = min((node.y for node in scene.nodes), default=m.HEADING_HEIGHT)
    # Layouts keep room for a title, so that boxes stay put when one is given; without one it is cut off.
    cut = min(max(top - m.PAGE_MARGIN, 0.0), m.HEADING_HEIGHT)
    if scene.title.strip():
        cut = 0.0
        title = fit(scene.title, scene.width - 2 * m.PAGE_MARGIN, m.HEADING_SIZE, m.HEADING_WEIGHT)
        baseline = max(top - (m.HEADING_HEIGHT - m.HEADING_SIZE), m.HEADING_SIZE + 4)
        items.append(Text(m.PAGE_MARGIN, baseline, title, m.HEADING_SIZE, m.HEADING_WEIGHT, theme.text))
    footer, bottom = _footer(scene, theme, low + 30)
    return _Furniture(items + footer, cut, right, bottom + 20)


def _footer(scene: Scene, theme: Theme, baseline: float) -> tuple[list[Operation], float]:
    """The line below the picture, broken where the page ends; the last baseline comes with it."""
    runs: list[tuple[str, int, str]] = []
    head = words.headline(scene)
    if head:
        runs.append((fit(head, scene.width / 2, _FOOTER_SIZE, 600), 600, theme.text))
    runs += [(fact, 400, theme.muted) for fact in words.facts(scene.summary)]
    missing = words.gaps(scene.summary)
    if missing:
        runs.append((missing, 600, theme.changed))
    if any(node.count > 1 and not node.container for node in scene.nodes):
        runs.append(("×n = like resources stacked", 400, theme.muted))
    weak = sorted({edge.kind.replace("_", " ") for edge in scene.edges if edge.kind in WEAK_KINDS})
    if weak:
        runs.append(("dashed = " + ", ".join(weak), 400, theme.muted))
    changes = [change for change in _SYMBOLS if any(node.change == change for node in scene.nodes)]
    items: list[Operation] = []
    left, end = m.PAGE_MARGIN, max(scene.width - m.PAGE_MARGIN, 360.0)
    x = left
    for number, (text, weight, colour) in enumerate(runs):
        for piece in _pieces(text, end - left, weight):
            width = measure(piece, _FOOTER_SIZE, weight)
            dot = measure("  ·  ", _FOOTER_SIZE) if x > left else 0.0
            if x > left and x + dot + width > end:
                x, baseline, dot = left, baseline + _FOOTER_LINE, 0.0
            if dot and not (number == 1 and head):
                items.append(Text(x + dot / 2, baseline, "·", _FOOTER_SIZE, 400, theme.muted, "middle"))
            elif dot:
                dot = 8.0
            items.append(Text(x + dot, baseline, piece, _FOOTER_SIZE, weight, colour))
            x += dot + width
    for change in changes:
        width = 2 * _MARK + 4 + measure(change, _FOOTER_SIZE, 600)
        if x > left and x + 16 + width > end:
            x, baseline = left - 16, baseline + _FOOTER_LINE
        items += _mark(x + 16 + _MARK, baseline - 4, change, theme)
        items.append(Text(x + 20 + 2 * _MARK, baseline, change, _FOOTER_SIZE, 600, theme.change(change)))
        x += 16 + width
    return items, baseline


def _pieces(text: str, room: float, weight: int) -> list[str]:
    """A statement, broken at commas where it is longer than a whole line."""
    if measure(text, _FOOTER_SIZE, weight) <= room:
        return [text]
    pieces = [""]
    for part in text.split(", "):
        longer = f"{pieces[-1]}, {part}" if pieces[-1] else part
        if pieces[-1] and measure(longer, _FOOTER_SIZE, weight) > room:
            pieces[-1] += ","
            pieces.append(part)
        else:
            pieces[-1] = longer
    return [fit(piece, room, _FOOTER_SIZE, weight) for piece in pieces]

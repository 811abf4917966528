"""What a picture shows: from a graph to nodes and edges without places.

Pure: the same graph in any order gives the same scene. The stages, one module each: plumbing is folded away, each
resource finds its box (containment), like siblings are stacked, containers are collapsed until the budget is kept,
links become lines, and the boxes are written down as nodes with their words and costs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from cloudviz.catalogue.kinds import CONTAINER_KINDS, PLUMBING_KINDS
from cloudviz.catalogue.registry import catalogue
from cloudviz.diagram.options import PictureOptions
from cloudviz.diagram.scene.boxes import Box, Tree, short_title
from cloudviz.diagram.scene.budget import NOTHING_BEFORE, linked_boxes, reduce
from cloudviz.diagram.scene.changes import UNCHANGED, change_of, changes_line
from cloudviz.diagram.scene.collecting import uncollected
from cloudviz.diagram.scene.containment import Containment
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode, SceneSummary
from cloudviz.diagram.scene.folding import fold_away
from cloudviz.diagram.scene.labels import contents_line, facts_line, money
from cloudviz.diagram.scene.lines import lines
from cloudviz.diagram.scene.measures import (
    LABEL_SIZE,
    LABEL_WEIGHT,
    LEAF_PADDING,
    LEAF_WIDEST,
    SUBLABEL_SIZE,
    SUBLABEL_WEIGHT,
)
from cloudviz.diagram.scene.plumbing import Folded, fold
from cloudviz.diagram.scene.stacks import owners
from cloudviz.diagram.text import clean, fit, measure
from cloudviz.errors import Invalid, NotFound
from cloudviz.inventory.model import Graph, Resource
from cloudviz.inventory.walk import neighbours, within

__all__ = ["Composition", "Scene", "SceneEdge", "SceneNode", "SceneSummary", "build"]

_GROUPINGS = ("", "account", "region", "network", "kind")
NONE_LEFT_OUT: Mapping[str, int] = {}
_ROOM = LEAF_WIDEST - 2 * LEAF_PADDING


def build(
    graph: Graph,
    options: PictureOptions,
    gaps: int = 0,
    changes: Mapping[str, str] = UNCHANGED,
    previous: Scene | None = None,
) -> Scene:
    """The scene of a graph, its nodes and edges still without places; see :class:`Composition`."""
    return Composition(graph, options, gaps, changes, previous).scene()


class Composition:
    """The boxes of a picture, to be written down as a scene.

    Arguments:
        graph: resources and links, in any order.
        options: what is asked of the picture.
        gaps: how many (account, region, type) the discovery could not see; the footer says so.
        changes: resource id → ``added``, ``removed`` or ``changed``, for a picture of what is new since another
            look; the graph holds what was removed as well.
        previous: an earlier picture; what it showed open stays open, and closed closed, as far as the budget lets.
        left_out: id of a container → how many resources in it a filter left out, 0 where that is not known: it is
            not to be called empty.

    Raises:
        NotFound: the focus is not in the graph.
        Invalid: the grouping is none of the words of ``PictureOptions.group_by``.
    """

    @uncollected()
    def __init__(
        self,
        graph: Graph,
        options: PictureOptions,
        gaps: int = 0,
        changes: Mapping[str, str] = UNCHANGED,
        previous: Scene | None = None,
        left_out: Mapping[str, int] = NONE_LEFT_OUT,
    ) -> None:
        if options.group_by not in _GROUPINGS and not options.group_by.startswith("tag:"):
            raise Invalid(
                f"group_by {options.group_by!r} is not known",
                hint="Use account, region, network, kind or tag:KEY.",
            )
        self._options, self._gaps, self._changes, self._previous = options, gaps, changes, previous
        self._resources = {key: graph.resources[key] for key in sorted(graph.resources)}
        resources = self._resources
        self._links = sorted(
            {
                (link.source, link.target, str(link.kind))
                for link in graph.links
                if link.source in resources and link.target in resources and link.source != link.target
            }
        )
        folded = self._folded = fold(resources, self._links, options.focus)
        shown = {key for key in resources if key not in folded.hidden and key not in folded.headings}
        if options.focus:
            shown = _focus(options, resources, folded, shown)
            folded.hidden = {key: word for key, word in folded.hidden.items() if folded.served.get(key) in shown}
            folded.headings = set()
        self._shown = shown
        # A network whose contents are out of focus has some: it must not be called empty.
        unfocused = (resources[key].parent for key in resources if options.focus and key not in shown)
        self._left_out = {**dict.fromkeys(filter(None, unfocused), 0), **left_out}
        self._tree = Containment(resources, shown, folded, options.group_by).build()
        self._ties = [tie for tie in folded.ties if tie.source in shown and tie.target in shown]
        before = {node.id: node.container for node in previous.nodes if node.role} if previous else NOTHING_BEFORE
        reduce(self._tree, self._ties, folded, options.max_nodes, bool(options.group_by), changes, before)

    def fold(self, keys: Sequence[str]) -> Scene:
        """The scene with some boxes put into others, as they have no place beside those of the earlier picture.

        Arguments:
            keys: ids of their nodes.
        """
        if self._previous is not None:
            linked = linked_boxes(self._tree, self._ties, self._folded)
            fold_away(self._tree, keys, self._previous, linked, self._options.max_nodes > 0, self._changes)
        return self.scene()

    @uncollected()
    def scene(self) -> Scene:
        """The boxes as they are now, as nodes and edges without places."""
        options, resources, folded = self._options, self._resources, self._folded
        self._tree.sort()
        owner = owners(self._tree)
        edges = lines(self._ties, owner, folded)
        currency = _currency(resources)
        costs = _costs(self._tree, resources, folded, owner, currency)
        nodes = [
            _node(box, costs.get(box.key), currency, options.show_costs, self._changes, self._left_out)
            for box in self._tree.walk()
        ]
        if options.priced:
            for node in nodes:
                node.cost_monthly = costs.get(node.id)
        return Scene(
            options.layout,
            options.theme,
            0,
            0,
            nodes,
            edges,
            _summary(
                nodes,
                edges,
                self._links,
                resources,
                self._shown,
                folded,
                costs.get(""),
                currency,
                self._gaps,
                self._changes,
            ),
            clean(options.title),
            options.direction,
        )


def _focus(
    options: PictureOptions, resources: Mapping[str, Resource], folded: Folded, shown: set[str]
) -> set[str]:
    """The focus, what lies within so many hops of it, and the networks and subnets around all that."""
    focus = options.focus
    if focus not in resources:
        raise NotFound(
            f"the focus {focus!r} is not in the inventory", hint="Give a resource id as `resources list` shows it."
        )
    shown = shown | {focus}
    pairs = [(tie.source, tie.target) for tie in folded.ties]
    for left, right in folded.rules:
        sources, targets = folded.guards.get(left, ()), folded.guards.get(right, ())
        if len(sources) * len(targets) <= 400:
            pairs += [(source, target) for source in sources for target in targets]
    start = {focus}
    if resources[focus].kind in CONTAINER_KINDS or resources[focus].kind in PLUMBING_KINDS:
        start.update(folded.guards.get(focus, ()))
        start.update(key for key in shown if _is_inside(key, focus, resources, folded))
    kept = within(neighbours(pairs), start, options.hops) & shown
    for key in list(kept):
        outer = folded.hosts.get(key) or resources[key].parent
        while outer and outer in shown and outer not in kept:
            kept.add(outer)
            outer = folded.hosts.get(outer) or resources[outer].parent
    return kept


def _is_inside(key: str, container: str, resources: Mapping[str, Resource], folded: Folded) -> bool:
    seen: set[str] = set()
    current: str | None = key
    while current and current in resources and current not in seen:
        if current == container:
            return True
        seen.add(current)
        current = folded.hosts.get(current) or resources[current].parent
    return False


def _currency(resources: Mapping[str, Resource]) -> str | None:
    """The one currency that is summed: the most frequent; amounts in others can't be added to it."""
    counts = Counter(item.currency or "USD" for item in resources.values() if item.cost_monthly is not None)
    return min(counts, key=lambda word: (-counts[word], word)) if counts else None


def _costs(
    tree: Tree, resources: Mapping[str, Resource], folded: Folded, owner: Mapping[str, Box], currency: str | None
) -> dict[str, Decimal]:
    """Monthly cost of each box with all in it, folded plumbing included; ``""`` is the whole picture."""
    costs: dict[str, Decimal] = {}
    if currency is None:
        return costs
    for key, item in resources.items():
        if item.cost_monthly is None or (item.currency or "USD") != currency:
            continue
        box = owner.get(key)
        if box is None and key in folded.hidden:
            served = owner.get(folded.served.get(key, ""))
            box = owner.get(item.parent or "") if served is None else served.parent
        elif box is None:
            continue
        costs[""] = costs.get("", Decimal(0)) + item.cost_monthly
        for outer in box.path() if box is not None else ():
            if outer is not tree.root:
                costs[outer.key] = costs.get(outer.key, Decimal(0)) + item.cost_monthly
    return costs


def _node(
    box: Box,
    cost: Decimal | None,
    currency: str | None,
    show_costs: bool,
    changes: Mapping[str, str],
    left_out: Mapping[str, int],
) -> SceneNode:
    node = SceneNode(
        box.key,
        box.parent.key if box.parent is not None and box.parent.key else None,
        not box.is_leaf,
        box.label,
        type=box.type,
        kind=str(box.kind),
        provider=box.provider,
        role=box.role,
        tier=str(box.tier),
        cost_monthly=cost if show_costs else None,
        title=clean(box.label) or clean(box.key),
    )
    if changes:
        node.change = change_of(box, changes)
    declared = catalogue().get(box.type)
    node.icon = declared.icon if declared is not None else ""
    price = money(cost, currency) if show_costs and cost is not None else ""
    if not box.is_leaf:
        node.members = [box.own.id] if box.own is not None else []
        node.label, node.sublabel = node.title, price
        return node
    node.count = len(box.members)
    node.members = [item.id for item in box.members]
    own_words = changes_line(box.members, changes) if changes and len(box.members) > 1 else ""
    missing = left_out.get(box.members[0].id) if box.role and len(box.members) == 1 else None
    if not own_words and missing:
        own_words = f"{missing:,} hidden by the filter"
    is_closed = bool(box.role) and missing is None
    own_words = own_words or (contents_line(box.members) if is_closed else facts_line(box.members))
    both = f"{own_words} · {price}" if own_words and price else own_words or price
    if price and measure(both, SUBLABEL_SIZE, SUBLABEL_WEIGHT) > _ROOM:
        both = price
    short = clean(short_title(box)) if box.role else node.title
    node.label = fit(short, _ROOM, LABEL_SIZE, LABEL_WEIGHT, middle=" " not in short)
    node.sublabel = fit(both, _ROOM, SUBLABEL_SIZE, SUBLABEL_WEIGHT)
    return node


def _summary(
    nodes: list[SceneNode],
    edges: list[SceneEdge],
    links: list[tuple[str, str, str]],
    resources: Mapping[str, Resource],
    shown: set[str],
    folded: Folded,
    cost: Decimal | None,
    currency: str | None,
    gaps: int,
    changes: Mapping[str, str],
) -> SceneSummary:
    leaves = [node for node in nodes if not node.container]
    drawn = sum(node.count for node in leaves)
    seen = shown | folded.headings | set(folded.hidden)
    return SceneSummary(
        resources=drawn,
        shown=len(leaves),
        containers=len(shown) + len(folded.headings) - drawn,
        links=sum(1 for source, target, _ in links if source in seen and target in seen),
        links_shown=sum(edge.count for edge in edges),
        cost_monthly=cost,
        currency=currency,
        hidden=dict(Counter(folded.hidden.values())),
        gaps=gaps,
        changes=dict(Counter(word for key, word in changes.items() if key in resources)),
    )

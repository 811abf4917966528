"""Layers: one property by which a map is coloured, with the value of each box and a legend."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cloudviz.diagram.scene.document import SceneNode
from cloudviz.inventory.model import Coverage, Resource, gaps_in

NONE = 0
"""Number of the value that says: it has none."""

MOST_VALUES = 400
"""More colours nobody tells apart; the rest share the last."""

MOST_TAG_KEYS = 24
OTHER = "(other)"
MIXED = "(mixed)"

COSTS = ((1.0, "below 1"), (10.0, "1 to 10"), (100.0, "10 to 100"), (1000.0, "100 to 1,000"))
"""Upper bounds of the steps of the cost layer, in money a month; what is more is in a last one, "above 1,000"."""
COST_STEPS = (*(title for _, title in COSTS), "above 1,000")

SEEN, NEAR_GAP, STALE = "seen", "gaps in its region", "could not be looked at again"


@dataclass(frozen=True, slots=True)
class LayerValue:
    """One value of a layer, and how many resources have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer worked out for every box.

    Attributes:
        name: ``state``, ``account``, ``region``, ``provider``, ``cost``, ``change``, ``coverage`` or ``tag:KEY``.
        scale: whether the values are steps of one scale, and not names.
        values: what the numbers mean; number 0 is "none".
        of_node: the number of each box; of a container that of most of what is in it.
        shares: for a container which part of what is in it has that value, in percent; 100 for others.
    """

    name: str
    scale: bool
    values: list[LayerValue]
    of_node: Sequence[int]
    shares: Sequence[int]


@dataclass(slots=True)
class Leaves:
    """The values of one layer on the leaves: words, numbered in the order in which they came."""

    words: dict[str, int] = field(default_factory=lambda: {"": NONE})
    of_node: array[int] = field(default_factory=lambda: array("H"))

    def add(self, word: str) -> None:
        if word not in self.words and len(self.words) >= MOST_VALUES:
            word = OTHER
        self.of_node.append(self.words.setdefault(word, len(self.words)))


def read_leaves(
    nodes: Sequence[SceneNode],
    resources: Mapping[str, Resource],
    coverage: Sequence[Coverage] = (),
    with_changes: bool = False,
) -> dict[str, Leaves]:
    """The values of every layer that a scene can have. Boxes that are no leaves have none here."""
    looked = _looked_at(coverage)
    keys = _tag_keys(nodes, resources)
    ways: dict[str, Callable[[Resource], str]] = {
        "state": lambda item: item.state or "",
        "account": lambda item: item.account,
        "region": lambda item: item.region,
        "provider": lambda item: item.provider,
    }
    if coverage:
        ways["coverage"] = looked
    for key in keys:
        ways[f"tag:{key}"] = lambda item, key=key: item.tags.get(key, "")  # type: ignore[misc]
    layers = {name: Leaves() for name in ways}
    if any(node.cost_monthly is not None for node in nodes if not node.container):
        layers["cost"] = Leaves({word: at for at, word in enumerate(("", *COST_STEPS))})
    if with_changes:
        layers["change"] = Leaves()
    for node in nodes:
        items = [] if node.container else [resources[id] for id in node.members if id in resources]
        for name, way in ways.items():
            layers[name].add(_common(items, way))
        if "cost" in layers:
            layers["cost"].add("" if node.container else cost_step(node.cost_monthly, node.count))
        if "change" in layers:
            layers["change"].add("" if node.container else node.change or "")
    return layers


def cost_step(cost: object, count: int = 1) -> str:
    """The step of a monthly cost, of each resource where there are several."""
    if cost is None:
        return ""
    each = float(str(cost)) / max(count, 1)
    return next((title for bound, title in COSTS if each < bound), COST_STEPS[-1])


def worked_out(name: str, leaves: Leaves, nodes: Sequence[tuple[bool, int]], parents: Sequence[int]) -> Layer:
    """A layer for every box, containers too.

    Arguments:
        nodes: of each box whether it is a container, and for how many resources it stands.
        parents: of each box the number of the one around it, or −1.
    """
    total: Counter[int] = Counter()
    inside: dict[int, Counter[int]] = {}
    of_node = array("H", leaves.of_node)
    for number, (container, count) in enumerate(nodes):
        if container:
            continue
        value = of_node[number]
        total[value] += count
        at = parents[number]
        while at >= 0:
            inside.setdefault(at, Counter())[value] += count
            at = parents[at]
    shares = array("B", [100]) * len(nodes)
    for number, counts in inside.items():
        whole = sum(counts.values())
        value, most = max(counts.items(), key=lambda each: (each[1], -each[0]))
        of_node[number] = value
        shares[number] = round(100 * most / whole)
    words = list(leaves.words)
    return Layer(
        name, name == "cost", [LayerValue(word, total[at]) for at, word in enumerate(words)], of_node, shares
    )


def _common(items: Sequence[Resource], way: Callable[[Resource], str]) -> str:
    """The one value of all resources of a box."""
    found = {way(item) for item in items}
    return found.pop() if len(found) == 1 else MIXED if found else ""


def _tag_keys(nodes: Sequence[SceneNode], resources: Mapping[str, Resource]) -> list[str]:
    """The keys that most resources carry; ``Name`` is what they are called already."""
    found: Counter[str] = Counter()
    for node in nodes:
        for id in node.members:
            if id in resources:
                found.update(resources[id].tags.keys())
    found.pop("Name", None)
    ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return [key for key, _ in ranked[:MOST_TAG_KEYS]]


def _looked_at(coverage: Sequence[Coverage]) -> Callable[[Resource], str]:
    gaps = gaps_in(coverage)
    exactly = {(gap.provider, gap.account, gap.region, gap.type) for gap in gaps}
    nearby = {(gap.provider, gap.account, gap.region) for gap in gaps}

    def way(item: Resource) -> str:
        if (item.provider, item.account, item.region, item.type) in exactly:
            return STALE
        return NEAR_GAP if (item.provider, item.account, item.region) in nearby else SEEN

    return way

"""Which box each resource stands in: account > region > network > zone > subnet > resource.

Accounts, regions and zones are made from the fields of the resources, networks and subnets are resources. A GCP
network is global, so there a region lies between network and subnet. A parent that is missing, or that is no
container, is skipped; a circle of parents is cut.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cloudviz.catalogue.kinds import Kind, Tier, tier_of
from cloudviz.diagram.scene.boxes import Box, Tree
from cloudviz.diagram.scene.labels import account_title, kind_title, network_title, subnet_title
from cloudviz.diagram.scene.plumbing import Folded
from cloudviz.diagram.scene.regions import region_title
from cloudviz.inventory.model import Resource

_DEEPEST = 12  # boxes within boxes; beyond it a hostile or circular input is flattened
_DATA_WORD = re.compile(r"(?:^|[^a-z])(?:data|db|database|rds)(?:$|[^a-z])", re.IGNORECASE)
_BOXES = frozenset({Kind.NETWORK, Kind.SUBNET})


class Containment:
    """Builds the tree of boxes for the resources that are drawn.

    Arguments:
        resources: all resources by id.
        shown: ids of those that are drawn or are containers of drawn ones.
        folded: what plumbing told about places.
        group_by: ``""`` for the full nesting, else one of the words of ``PictureOptions.group_by``.
    """

    def __init__(
        self, resources: Mapping[str, Resource], shown: set[str], folded: Folded, group_by: str = ""
    ) -> None:
        self.resources = resources
        self.shown = shown
        self.folded = folded
        self.group_by = group_by
        self.tree = Tree(taken=frozenset(resources))
        self.names = {
            (item.provider, item.account): item.name
            for key, item in resources.items()
            if key in folded.headings and item.kind == Kind.ACCOUNT
        }
        self._nested: dict[str, Box] = {}

    def build(self) -> Tree:
        """The tree with one leaf for each resource that is no container, and no empty made-up boxes."""
        for key in sorted(self.shown):
            item = self.resources[key]
            if item.kind in _BOXES and not self.group_by:
                self._nest(key)
        for key in sorted(self.shown):
            item = self.resources[key]
            if item.kind in _BOXES:
                continue
            self._leaf(item, self.grouped(item) if self.group_by else self.home(item))
        self._settle()
        return self.tree

    def _leaf(self, item: Resource, parent: Box) -> None:
        self.tree.add(
            Box(
                item.id,
                parent,
                True,
                kind=item.kind,
                type=item.type,
                provider=item.provider,
                label=item.name or item.id,
                tier=tier_of(item.kind),
                members=[item],
            )
        )

    def home(self, item: Resource) -> Box:
        """The box that a resource stands in by its parents and its fields."""
        network = self._around(item.id)
        if network is None:
            return self.place(item)
        box = self._nest(network)
        if self.resources[network].kind == Kind.NETWORK and item.zone:
            zone = self.tree.boxes.get(f"zone:{box.key}/{item.zone}")
            return zone or box
        return box

    def place(self, item: Resource) -> Box:
        """The account or region box of a resource, by its fields alone."""
        name = self.names.get((item.provider, item.account), "")
        title = account_title(item.provider, item.account, name)
        account = self.tree.container(
            f"account:{item.provider}/{item.account}",
            self.tree.root,
            "account",
            Kind.ACCOUNT,
            item.provider,
            title,
            name or item.account,
        )
        if is_global(item):
            return account
        return self.tree.container(
            f"region:{item.provider}/{item.account}/{item.region}",
            account,
            "region",
            Kind.REGION,
            item.provider,
            region_title(item.provider, item.region),
            item.region,
        )

    def _around(self, key: str) -> str | None:
        """The nearest network or subnet around a resource, past parents that are no boxes."""
        seen = {key}
        current = self.folded.hosts.get(key) or self.resources[key].parent
        while current and current in self.resources and current not in seen:
            seen.add(current)
            if current in self.shown and self.resources[current].kind in _BOXES:
                return current
            current = self.folded.hosts.get(current) or self.resources[current].parent
        return None

    def _nest(self, key: str) -> Box:
        """The box of a network or subnet, with those around it made first."""
        chain = [key]
        while chain[-1] not in self._nested:
            outer = self._around(chain[-1])
            if outer is None or outer in chain or len(chain) > _DEEPEST:
                break
            chain.append(outer)
        for inner in reversed(chain):
            if inner not in self._nested:
                self._nested[inner] = self._make(inner)
        return self._nested[key]

    def _make(self, key: str) -> Box:
        item = self.resources[key]
        outer = self._around(key)
        parent = self._nested.get(outer or "") or self.place(item)
        if parent.depth() > _DEEPEST:
            parent = self.place(item)
        is_subnet = item.kind == Kind.SUBNET
        if is_subnet and parent.own is not None and parent.own.kind == Kind.NETWORK:
            parent = self._between(parent, item)
        box = Box(
            key, parent, False, kind=item.kind, type=item.type, provider=item.provider, name=item.name, own=item
        )
        if is_subnet:
            is_public = item.properties.get("public") is True or key in self.folded.public
            box.role, box.label = subnet_title(item, is_public)
        else:
            box.role, box.label = "network", network_title(item)
        return self.tree.add(box)

    def _between(self, network: Box, subnet: Resource) -> Box:
        """What lies between a network and its subnet: a region where the network has none, a zone."""
        box = network
        if not is_global(subnet) and network.own is not None and is_global(network.own):
            box = self.tree.container(
                f"region:{box.key}/{subnet.region}",
                box,
                "region",
                Kind.REGION,
                subnet.provider,
                region_title(subnet.provider, subnet.region),
                subnet.region,
            )
        if subnet.zone:
            word = "Availability Zone" if subnet.provider == "aws" else "Zone"
            box = self.tree.container(
                f"zone:{box.key}/{subnet.zone}",
                box,
                "zone",
                Kind.ZONE,
                subnet.provider,
                f"{word} {subnet.zone}",
                subnet.zone,
            )
        return box

    def grouped(self, item: Resource) -> Box:
        """The box of a resource when the picture is grouped by one thing."""
        if self.group_by in ("account", "region"):
            place = self.place(item)
            while self.group_by == "account" and place.role == "region" and place.parent is not None:
                place = place.parent
            return place
        if self.group_by == "network":
            network, seen = self._around(item.id), {item.id}
            while network and self.resources[network].kind != Kind.NETWORK and network not in seen:
                seen.add(network)
                network = self._around(network)
            if network and self.resources[network].kind == Kind.NETWORK:
                own = self.resources[network]
                return self.tree.container(
                    f"group:network/{network}",
                    self.tree.root,
                    "network",
                    Kind.NETWORK,
                    own.provider,
                    network_title(own),
                )
            return self._group("network", "Outside networks")
        if self.group_by == "kind":
            return self._group(item.kind, kind_title(item.kind))
        key = self.group_by.removeprefix("tag:")
        value = item.tags.get(key, "")
        return self._group(
            f"={value}" if key in item.tags else "", f"{key}: {value}" if value else f"Without {key}"
        )

    def _group(self, key: str, label: str) -> Box:
        return self.tree.container(f"group:{self.group_by}/{key}", self.tree.root, "group", "", "", label)

    def _settle(self) -> None:
        """Empty networks and subnets become leaves, empty made-up boxes go; subnets learn what they hold."""
        for box in reversed(list(self.tree.walk())):
            if box.is_leaf:
                continue
            if not box.children:
                if box.own is None:
                    self.tree.remove(box)
                    continue
                box.is_leaf, box.members = True, [box.own]
            if box.kind == Kind.SUBNET:
                box.tier = _subnet_tier(box)


def is_global(item: Resource) -> bool:
    """Whether a resource belongs to no region."""
    return item.region.lower() in ("", "global")


def _subnet_tier(box: Box) -> Tier:
    """Where a subnet stands in its zone: public ones on top, those that only hold data at the bottom."""
    if box.role == "subnet_public":
        return Tier.EDGE
    leaves = [child for child in box.children if child.is_leaf]
    if not leaves and box.own is not None:
        return Tier.DATA if _DATA_WORD.search(box.own.name) else Tier.COMPUTE
    data = sum(child.tier == Tier.DATA for child in leaves)
    return Tier.DATA if leaves and 2 * data > len(leaves) else Tier.COMPUTE

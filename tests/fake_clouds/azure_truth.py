"""Rows of Azure's tables, each written down together with what it means: the truth a scan is held against.

Links are stated here by hand, by the rules of Azure: nothing is derived from CloudViz's declarations.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

from fake_clouds.aws_truth import Truth

Row = dict[str, Any]

COLUMNS = (
    *("id", "name", "type", "kind", "location", "resourceGroup", "subscriptionId", "tenantId", "tags", "sku"),
    *("zones", "identity", "managedBy", "properties"),
)
TENANT = "72f988bf-0000-0000-0000-2d7cd011db47"


def ref(identifier: str) -> str:
    """A reference to an id, spelled as ARM's services do: each has its own mind about upper and lower case."""
    mood = zlib.crc32(identifier.encode()) % 3
    return (
        identifier.lower()
        if mood == 0
        else identifier.replace("/resourceGroups/", "/resourcegroups/")
        if mood == 1
        else identifier
    )


@dataclass
class AzureEstate:
    """Everything that a fake Azure holds.

    Attributes:
        tables: table of Resource Graph → rows.
        lists: path of an ARM list, lower-case → bodies.
        truth: what a complete scan finds.
        subscriptions: id → display name.
    """

    tables: dict[str, list[Row]] = field(
        default_factory=lambda: {
            "resources": [],
            "resourcecontainers": [],
            "computeresources": [],
            "dnsresources": [],
        }
    )
    lists: dict[str, list[Row]] = field(default_factory=dict)
    truth: Truth = field(default_factory=Truth)
    subscriptions: dict[str, str] = field(default_factory=dict)

    def put(self, table: str, row: Row) -> None:
        self.tables[table].append({column: row.get(column) for column in COLUMNS})

    def sort(self) -> None:
        for rows in self.tables.values():
            rows.sort(key=lambda row: str(row["id"]).lower())


@dataclass
class Group:
    """A resource group to put things into.

    Arguments:
        region: its region, plain: ``westeurope``.
        shown: the same as some services write it: ``West Europe``.
    """

    estate: AzureEstate
    subscription: str
    name: str
    region: str
    shown: str

    @property
    def id(self) -> str:
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.name}"

    def open(self) -> Group:
        """Make the group itself."""
        row = {"id": self.id, "name": self.name, "type": "microsoft.resources/subscriptions/resourcegroups"}
        row |= {"location": self.region, "resourceGroup": self.name, "subscriptionId": self.subscription}
        self.estate.put("resourcecontainers", row | {"properties": {"provisioningState": "Succeeded"}})
        self.estate.truth.add(self.id.lower(), "azure.support.resource_group", self.region, name=self.name)
        return self

    def id_of(self, arm_type: str, name: str) -> str:
        """``Microsoft.Sql/servers/databases`` and ``shop/orders`` to the ARM id."""
        namespace, *types = arm_type.split("/")
        pairs = "/".join(f"{kind}/{part}" for kind, part in zip(types, name.split("/"), strict=True))
        return f"{self.id}/providers/{namespace}/{pairs}"

    def add(
        self,
        key: str,
        arm_type: str,
        name: str,
        properties: Row | None = None,
        *,
        links: tuple[tuple[str, str], ...] = (),
        inside: str = "",
        location: str | None = None,
        tags: dict[str, str] | None = None,
        table: str = "resources",
        state: str | None = "Succeeded",
        identity: str = "",
        **more: Any,
    ) -> str:
        """One resource, with the links (target, kind) that start at it.

        ``inside`` is the subnet it stands in, ``identity`` the managed identity it runs as. Gives its id.
        """
        identifier = self.id_of(arm_type, name)
        shown = self.shown if zlib.crc32(identifier.encode()) % 4 == 0 else self.region
        where = shown if location is None else location
        body: Row = dict(properties or {})
        if state:
            body.setdefault("provisioningState", state)
        row: Row = {
            "id": identifier,
            "name": name.rsplit("/", 1)[-1],
            "type": arm_type.lower(),
            "location": where,
            "resourceGroup": self.name.lower(),
            "subscriptionId": self.subscription,
            "tenantId": TENANT,
            "tags": tags,
            "properties": body,
            **more,
        }
        if identity:
            row["identity"] = {"type": "UserAssigned", "userAssignedIdentities": {ref(identity): {}}}
        self.estate.put(table, row)
        region = where.replace(" ", "").lower()
        self.record(identifier, key, region, row["name"], inside=inside, links=links, tags=tags)
        if identity:
            self.estate.truth.link(identifier.lower(), identity.lower(), "runs_as")
        return identifier

    def record(
        self,
        identifier: str,
        key: str,
        region: str,
        name: str,
        *,
        inside: str = "",
        links: tuple[tuple[str, str], ...] = (),
        tags: dict[str, str] | None = None,
        in_group: bool = True,
    ) -> None:
        """What a complete scan knows of a thing."""
        truth = self.estate.truth
        parent = (inside or self.id).lower()
        truth.add(identifier.lower(), key, region, parent=parent, name=name, tags=tags)
        if inside and in_group:
            # Every id names its resource group: being in a subnet does not take that away.
            truth.link(identifier.lower(), self.id.lower(), "member_of")
        for target, kind in links:
            truth.link(identifier.lower(), target.lower(), kind)

    def link(self, source: str, target: str, kind: str) -> None:
        self.estate.truth.link(source.lower(), target.lower(), kind)

    def listed(self, key: str, owner: str, suffix: str, arm_type: str, name: str, properties: Row) -> str:
        """A thing that only an ARM list of its owner names."""
        owner_path = f"{owner}{suffix}"
        identifier = f"{owner_path}/{name}"
        body = {"id": identifier, "name": name, "type": arm_type, "etag": '"0x8D85948A4CC2F40"'}
        self.estate.lists.setdefault(owner_path.lower(), []).append(body | {"properties": properties})
        self.record(identifier, key, self.region, name, inside=owner)
        return identifier

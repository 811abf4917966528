"""What Azure Resource Inventory (ARI) writes: its workbook, and the JSON that it keeps of each group of types.

Its rows are for people: names under headings, and a row for each tag and each part of a thing. The JSON has the
ids too. A workbook has names alone, and those of subscriptions instead of their ids.
Source: https://github.com/microsoft/ARI, ``Modules/Public/InventoryModules`` (a sheet for each) and
``Build-ARICacheFiles.ps1``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cloudviz.inventory.model import ANY_MEMBER, Problem, RawItem
from cloudviz.sources.offline.azure_rows import arm_items, type_in
from cloudviz.sources.offline.format import ROWS, SHEETS, Asked, Contents, Document, Format
from cloudviz.sources.offline.rows import list_paths, rows_at

_NAMES = ("Name", "VM Name", "Disk Name", "Clusters", "Instance Name")

SHEET_TYPES: Mapping[str, str] = {
    "AKS": "microsoft.containerservice/managedclusters",
    "APIM": "microsoft.apimanagement/service",
    "ARC Servers": "microsoft.hybridcompute/machines",
    "ARO": "microsoft.redhatopenshift/openshiftclusters",
    "App Gateway": "microsoft.network/applicationgateways",
    "App Service Plan": "microsoft.web/serverfarms",
    "App Services": "microsoft.web/sites",
    "AppInsights": "microsoft.insights/components",
    "Availability Sets": "microsoft.compute/availabilitysets",
    "Azure AI": "microsoft.cognitiveservices/accounts",
    "Azure Firewall": "microsoft.network/azurefirewalls",
    "Bastion Hosts": "microsoft.network/bastionhosts",
    "CloudServices": "microsoft.compute/cloudservices",
    "Connections": "microsoft.network/connections",
    "Container App Env": "microsoft.app/managedenvironments",
    "Container Apps": "microsoft.app/containerapps",
    "Containers": "microsoft.containerinstance/containergroups",
    "Cosmos DB": "microsoft.documentdb/databaseaccounts",
    "Data Explorer Clusters": "microsoft.kusto/clusters",
    "Databricks": "microsoft.databricks/workspaces",
    "Disks": "microsoft.compute/disks",
    "Event Hubs": "microsoft.eventhub/namespaces",
    "Express Route": "microsoft.network/expressroutecircuits",
    "FrontDoor": "microsoft.network/frontdoors",
    "IOTHubs": "microsoft.devices/iothubs",
    "Key Vaults": "microsoft.keyvault/vaults",
    "Load Balancers": "microsoft.network/loadbalancers",
    "Machine Learning": "microsoft.machinelearningservices/workspaces",
    "Managed Identity": "microsoft.managedidentity/userassignedidentities",
    "MariaDB": "microsoft.dbformariadb/servers",
    "MySQL": "microsoft.dbformysql/servers",
    "MySQL Flexible": "microsoft.dbformysql/flexibleservers",
    "NAT Gateway": "microsoft.network/natgateways",
    "Network Interface": "microsoft.network/networkinterfaces",
    "Network Security Groups": "microsoft.network/networksecuritygroups",
    "PPG": "microsoft.compute/proximityplacementgroups",
    "PostgreSQL": "microsoft.dbforpostgresql/servers",
    "PostgreSQL Flexible": "microsoft.dbforpostgresql/flexibleservers",
    "Private DNS": "microsoft.network/privatednszones",
    "Private Endpoint": "microsoft.network/privateendpoints",
    "Public DNS": "microsoft.network/dnszones",
    "Public IPs": "microsoft.network/publicipaddresses",
    "Purview": "microsoft.purview/accounts",
    "Recovery Vaults": "microsoft.recoveryservices/vaults",
    "Redis Cache": "microsoft.cache/redis",
    "Registries": "microsoft.containerregistry/registries",
    "Route Tables": "microsoft.network/routetables",
    "SQL MI": "microsoft.sql/managedinstances",
    "SQL Servers": "microsoft.sql/servers",
    "SQL VMs": "microsoft.sqlvirtualmachine/sqlvirtualmachines",
    "Search Services": "microsoft.search/searchservices",
    "Service BUS": "microsoft.servicebus/namespaces",
    "Storage Accounts": "microsoft.storage/storageaccounts",
    "Stream Analytics Jobs": "microsoft.streamanalytics/streamingjobs",
    "Synapse": "microsoft.synapse/workspaces",
    "Traffic Manager": "microsoft.network/trafficmanagerprofiles",
    "VMWare": "microsoft.avs/privateclouds",
    "VNET Gateways": "microsoft.network/virtualnetworkgateways",
    "Virtual Machine Scale Sets": "microsoft.compute/virtualmachinescalesets",
    "Virtual Machines": "microsoft.compute/virtualmachines",
    "Virtual Networks": "microsoft.network/virtualnetworks",
    "Virtual WAN": "microsoft.network/virtualwans",
    "Workspaces": "microsoft.operationalinsights/workspaces",
}
"""Title of a sheet → the type of what it lists. Sheets of parts (peerings) and of advice are not there."""

_VM, _NIC, _NET = (SHEET_TYPES[each] for each in ("Virtual Machines", "Network Interface", "Virtual Networks"))


def is_ari(row: Any) -> bool:
    """Whether an object is a row of ARI with its id."""
    return (
        isinstance(row, Mapping)
        and isinstance(row.get("ID"), str)
        and row["ID"].lower().startswith("/subscriptions/")
        and "Subscription" in row
    )


class _Rows:
    """Rows put together: a thing has one for each of its tags and parts."""

    def __init__(self) -> None:
        self.bodies: dict[str, dict[str, Any]] = {}
        self._rows: dict[str, list[Mapping[str, Any]]] = {}
        self._by_name: dict[tuple[str, str, str], set[str]] = {}

    def add(self, identifier: str, row: Mapping[str, Any]) -> None:
        """Take in one row of the thing with this id."""
        key = identifier.lower()
        arm_type = type_in(identifier)
        body = self.bodies.get(key)
        if body is None:
            name = identifier.rstrip("/").rpartition("/")[2]
            body = {"id": identifier, "type": arm_type, "name": name, "tags": {}, "properties": {}}
            self.bodies[key] = body
            self._rows[key] = []
            self._by_name.setdefault((_subscription(identifier), arm_type, name.lower()), set()).add(identifier)
            if isinstance(row.get("Location"), str):
                body["location"] = row["Location"]
        tag = row.get("Tag Name")
        if isinstance(tag, str) and tag:
            body["tags"][tag] = str(row.get("Tag Value") or "")
        self._rows[key].append(row)
        subnet = row.get("Subnet Name")
        if arm_type == _NET and isinstance(subnet, str) and subnet:
            subnets = body["properties"].setdefault("subnets", [])
            each = f"{identifier}/subnets/{subnet}"
            if all(one["id"] != each for one in subnets):
                prefix = row.get("Subnet Prefix")
                subnets.append({"id": each, "name": subnet, "properties": {"addressPrefix": prefix}})

    def finish(self) -> None:
        """Tie together what names one another, where a name is that of one thing only."""
        for key, body in self.bodies.items():
            properties = body["properties"]
            for row in self._rows[key]:
                if body["type"] == _NIC:
                    subnet = self._subnet(key, row)
                    if subnet:
                        address = {"subnet": {"id": subnet}, "privateIPAddress": row.get("Private IP")}
                        configuration = {"name": row.get("IP Configurations"), "properties": address}
                        known = properties.setdefault("ipConfigurations", [])
                        if configuration not in known:
                            known.append(configuration)
                elif body["type"] == _VM:
                    if row.get("VM Size"):
                        properties["hardwareProfile"] = {"vmSize": row["VM Size"]}
                    nic = self._one(key, _NIC, row.get("NIC Name"))
                    profile = properties.setdefault("networkProfile", {"networkInterfaces": []})
                    if nic and {"id": nic} not in profile["networkInterfaces"]:
                        profile["networkInterfaces"].append({"id": nic})

    def _subnet(self, key: str, row: Mapping[str, Any]) -> str:
        network = self._one(key, _NET, row.get("Virtual Network"))
        subnet = row.get("Subnet")
        return f"{network}/subnets/{subnet}" if network and isinstance(subnet, str) and subnet else ""

    def _one(self, key: str, arm_type: str, name: Any) -> str:
        found = self._by_name.get((_subscription(key), arm_type, str(name).lower()), set())
        return next(iter(found)) if len(found) == 1 else ""


def _subscription(identifier: str) -> str:
    return identifier.lower().split("/", 3)[2]


def _items(rows: _Rows, where: str) -> Iterator[RawItem]:
    rows.finish()
    for body in rows.bodies.values():
        for item in arm_items(body, where):
            # Words for people are no description: whatever else is known of the thing counts more.
            yield RawItem(
                item.scope, item.native_type, item.body, item.type_key, where=where, unseen=(ANY_MEMBER,)
            )


# -- JSON ------------------------------------------------------------------------------------------------------


def _recognise(top: Mapping[str, Any]) -> bool:
    return any(is_ari(row) for value in top.values() if isinstance(value, list) for row in value[:20])


def _read(document: Document, asked: Asked) -> Contents:
    contents = Contents()
    rows, odd = _Rows(), 0
    top = document.top if document.sample is None else document.sample
    lists = [f"{ROWS}[]"] if ROWS in top else list_paths(top)
    for number, (_, row) in enumerate(rows_at(document, lists)):
        if number % 512 == 0:
            asked.go_on()
        if is_ari(row):
            rows.add(row["ID"], row)
        else:
            odd += 1
    contents.items.extend(_items(rows, document.name))
    if odd:
        noun = "row has" if odd == 1 else "rows have"
        contents.problems.append(Problem("", f"{odd:,} {noun} no id and were left out", document.name))
    return contents


ARI = Format("Azure Resource Inventory (JSON)", _recognise, _read, streams=True)


# -- workbook --------------------------------------------------------------------------------------------------


def _is_book(top: Mapping[str, Any]) -> bool:
    sheets = top.get(SHEETS)
    if not isinstance(sheets, Mapping):
        return False
    return any(title in SHEET_TYPES and _fits(rows) for title, rows in sheets.items())


def _fits(rows: Any) -> bool:
    return bool(rows) and {"Subscription", "Resource Group"} <= rows[0].keys()


def _read_book(document: Document, asked: Asked) -> Contents:
    contents = Contents()
    sheets: Mapping[str, list[dict[str, Any]]] = document.top[SHEETS]
    found = {title: rows for title, rows in sheets.items() if title in SHEET_TYPES and _fits(rows)}
    names = sorted({str(row.get("Subscription")) for rows in found.values() for row in rows})
    given = asked.account.lower() if len(names) == 1 else ""
    rows = _Rows()
    for title, listed in found.items():
        asked.go_on()
        nameless = _add_sheet(rows, SHEET_TYPES[title], listed, given)
        if nameless:
            what = f"{nameless:,} rows of the sheet {title!r} name no resource group or no resource"
            contents.problems.append(Problem("", what, document.name))
    contents.items.extend(_items(rows, document.name))
    if not given:
        count = f"{len(names):,} subscriptions" if len(names) > 1 else "its subscription"
        hint = "; give its id with --account" if len(names) == 1 else "; import ARI's JSON, which has ids"
        what = f"has the name and not the id of {count}, so that what is here is not told to be what a scan sees"
        contents.problems.append(Problem("", what + hint, document.name, loss=False))
    for title, listed in sheets.items():
        if title not in found and listed:
            contents.left_out[f"sheet {title[:60]}"] = len(listed)
    return contents


def _add_sheet(rows: _Rows, arm_type: str, listed: Iterable[Mapping[str, Any]], given: str) -> int:
    nameless = 0
    for row in listed:
        name = next((row[key] for key in _NAMES if row.get(key)), None)
        group, subscription = row.get("Resource Group"), given or row.get("Subscription")
        if not name or not group or not subscription:
            nameless += 1
            continue
        place = "/".join(str(each).replace("/", "_").strip() for each in (subscription, "resourceGroups", group))
        rows.add(f"/subscriptions/{place}/providers/{arm_type}/{str(name).replace('/', '_')}", row)
    return nameless


ARI_WORKBOOK = Format("Azure Resource Inventory (workbook)", _is_book, _read_book)

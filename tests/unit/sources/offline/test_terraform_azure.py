"""azurerm states: the ids ARM gives, machines in the subnets of their interfaces, joins as links."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.sources.offline.states import resource, state, write

from cloudviz.inventory.model import Graph
from cloudviz.normalise import normalise
from cloudviz.sources.offline import read_paths

AZURE = 'provider["registry.terraform.io/hashicorp/azurerm"]'
SUBSCRIPTION = "/subscriptions/0B1F6471-1BF0-4DDA-AEC3-CB9272F09590"
GROUP = f"{SUBSCRIPTION}/resourceGroups/Shop"
NET = f"{GROUP}/providers/Microsoft.Network"
VNET = f"{NET}/virtualNetworks/hub"
SUBNET = f"{VNET}/subnets/web"
NIC = f"{NET}/networkInterfaces/web-nic"
NSG = f"{NET}/networkSecurityGroups/web"
BALANCER = f"{NET}/loadBalancers/front"
POOL = f"{BALANCER}/backendAddressPools/web"
ADDRESS = f"{NET}/publicIPAddresses/front"
MACHINE = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web"
DISK = f"{GROUP}/providers/Microsoft.Compute/disks/data"
SERVER = f"{GROUP}/providers/Microsoft.Sql/servers/shop"
DATABASE = f"{SERVER}/databases/orders"
STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/shop"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web"

RESOURCES = [
    resource("azurerm_resource_group", "g", {"id": GROUP, "name": "Shop", "location": "westeurope"}),
    resource(
        "azurerm_virtual_network",
        "v",
        {"id": VNET, "name": "hub", "location": "westeurope", "address_space": ["10.0.0.0/16"]},
    ),
    resource("azurerm_subnet", "s", {"id": SUBNET, "name": "web", "address_prefixes": ["10.0.1.0/24"]}),
    resource(
        "azurerm_network_security_group",
        "n",
        {"id": NSG, "name": "web", "location": "westeurope", "security_rule": [{}, {}]},
    ),
    resource(
        "azurerm_subnet_network_security_group_association",
        "a",
        {"id": SUBNET, "subnet_id": SUBNET, "network_security_group_id": NSG},
    ),
    resource(
        "azurerm_network_interface",
        "n",
        {
            "id": NIC,
            "name": "web-nic",
            "location": "westeurope",
            "private_ip_address": "10.0.1.4",
            "virtual_machine_id": MACHINE,
            "ip_configuration": [{"name": "a", "subnet_id": SUBNET, "public_ip_address_id": ""}],
        },
    ),
    resource(
        "azurerm_network_interface_backend_address_pool_association",
        "p",
        {"id": f"{NIC}/ipConfigurations/a|{POOL}", "network_interface_id": NIC, "backend_address_pool_id": POOL},
    ),
    resource(
        "azurerm_public_ip",
        "p",
        {
            "id": ADDRESS,
            "name": "front",
            "location": "westeurope",
            "ip_address": "20.1.2.3",
            "sku": "Standard",
            "zones": ["1"],
        },
    ),
    resource(
        "azurerm_lb",
        "l",
        {
            "id": BALANCER,
            "name": "front",
            "location": "westeurope",
            "sku": "Standard",
            "frontend_ip_configuration": [{"name": "f", "public_ip_address_id": ADDRESS, "subnet_id": ""}],
        },
    ),
    resource(
        "azurerm_linux_virtual_machine",
        "m",
        # The provider writes some segments of ids in lower case; ARM compares without case.
        {
            "id": MACHINE.replace("resourceGroups", "resourcegroups"),
            "name": "web",
            "location": "westeurope",
            "size": "Standard_D2s_v5",
            "zone": "1",
            "network_interface_ids": [NIC],
            "admin_password": "hunter2",
            "computer_name": "web01",
            "identity": [{"type": "UserAssigned", "identity_ids": [IDENTITY]}],
            "source_image_reference": [{"offer": "debian-12"}],
            "tags": {"env": "prod"},
        },
    ),
    resource(
        "azurerm_managed_disk",
        "d",
        {
            "id": DISK,
            "name": "data",
            "location": "westeurope",
            "disk_size_gb": 128,
            "storage_account_type": "Premium_LRS",
        },
    ),
    resource(
        "azurerm_virtual_machine_data_disk_attachment",
        "a",
        {"id": f"{MACHINE}/dataDisks/data", "virtual_machine_id": MACHINE, "managed_disk_id": DISK},
    ),
    resource("azurerm_user_assigned_identity", "i", {"id": IDENTITY, "name": "web", "location": "westeurope"}),
    resource(
        "azurerm_mssql_server", "q", {"id": SERVER, "name": "shop", "location": "westeurope", "version": "12.0"}
    ),
    resource(
        "azurerm_mssql_database", "o", {"id": DATABASE, "name": "orders", "server_id": SERVER, "sku_name": "S0"}
    ),
    resource(
        "azurerm_storage_account",
        "s",
        {
            "id": STORAGE,
            "name": "shop",
            "location": "westeurope",
            "account_replication_type": "LRS",
            "account_kind": "StorageV2",
            "primary_access_key": "c2VjcmV0",
            "network_rules": [{"virtual_network_subnet_ids": [SUBNET]}],
        },
    ),
]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    path = tmp_path_factory.mktemp("azure") / "shop.tfstate"
    resources = [{**each, "provider": AZURE} for each in RESOURCES]
    result = read_paths([write(path, state(*resources))])
    assert result.problems == []
    found, problems = normalise(result.items)
    assert problems == []
    return found


def test_ids_are_arm_ids_in_lower_case_in_their_subscription(graph: Graph) -> None:
    given = [GROUP, VNET, SUBNET, NIC, NSG, BALANCER, ADDRESS, MACHINE, DISK, SERVER, DATABASE, STORAGE, IDENTITY]
    assert set(graph.resources) == {each.lower() for each in given}
    assert {each.account for each in graph.resources.values()} == {"0b1f6471-1bf0-4dda-aec3-cb9272f09590"}
    # Neither subnet nor database says a region in a state: it is that of what holds them.
    assert {each.region for each in graph.resources.values()} == {"westeurope"}


def test_everything_sits_where_it_belongs(graph: Graph) -> None:
    parents = {key: each.parent for key, each in graph.resources.items()}
    inside = {SUBNET: VNET, NIC: SUBNET, MACHINE: SUBNET}
    expected = {key.lower(): holder.lower() for key, holder in inside.items()}
    assert {key: parent for key, parent in parents.items() if parent != GROUP.lower()} == {
        GROUP.lower(): None,
        **expected,
    }


def test_links(graph: Graph) -> None:
    found = {
        (
            link.source.rsplit("/", 1)[-1],
            link.kind,
            link.target.rsplit("/", 2)[-2].lower(),
            link.target.rsplit("/", 1)[-1],
        )
        for link in graph.links
        if not (link.kind == "member_of" and link.target == GROUP.lower())
    }
    assert found == {
        ("web", "member_of", "virtualnetworks", "hub"),
        ("web-nic", "member_of", "subnets", "web"),
        ("web", "member_of", "subnets", "web"),
        ("web", "guarded_by", "networksecuritygroups", "web"),
        ("web", "attached_to", "networkinterfaces", "web-nic"),
        ("web", "attached_to", "disks", "data"),
        ("web", "runs_as", "userassignedidentities", "web"),
        ("front", "routes_to", "networkinterfaces", "web-nic"),
        ("front", "attached_to", "publicipaddresses", "front"),
        ("orders", "member_of", "servers", "shop"),
        ("shop", "attached_to", "subnets", "web"),
    }


def test_facts_and_secrets(graph: Graph) -> None:
    machine = graph.resources[MACHINE.lower()]
    assert (machine.properties["size"], machine.properties["image"], machine.zone) == (
        "Standard_D2s_v5",
        "debian-12",
        "1",
    )
    assert machine.tags == {"env": "prod"}
    assert graph.resources[VNET.lower()].properties["address_range"] == "10.0.0.0/16"
    assert graph.resources[NSG.lower()].properties["rules"] == 2
    assert "hunter2" not in repr(graph) and "c2VjcmV0" not in repr(graph)


def test_a_machine_without_an_interface_stays_in_its_group(tmp_path: Path) -> None:
    found = [
        each for each in RESOURCES if each["type"] in ("azurerm_resource_group", "azurerm_linux_virtual_machine")
    ]
    graph, _ = normalise(read_paths([write(tmp_path / "x", state(*found))]).items)
    assert graph.resources[MACHINE.lower()].parent == GROUP.lower()

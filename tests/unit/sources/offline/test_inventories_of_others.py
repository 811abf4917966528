"""Exports of other tools that take inventories, Steampipe and Azure Resource Inventory, by truths read by hand."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from tests.unit.sources.offline.workbooks import write_workbook

from cloudviz.errors import BadInput, UnknownFormat
from cloudviz.inventory.model import Graph
from cloudviz.jobs.imports import read_files

FILES = Path(__file__).parents[3] / "payloads" / "files"
SHOP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/shop/providers"
RG = "/subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/rg/providers"


def links(graph: Graph) -> set[tuple[str, str, str]]:
    return {(link.source, link.kind, link.target) for link in graph.links}


# -- Steampipe -------------------------------------------------------------------------------------------------


def test_steampipe_of_aws() -> None:
    inventory = read_files([FILES / "steampipe" / "aws.json"])
    vpc = "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1"
    subnet = inventory.graph.resources["arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-1"]
    assert (subnet.type, subnet.name, subnet.zone, subnet.parent) == ("aws.ec2.subnet", "a", "eu-west-1a", vpc)
    assert subnet.tags == {"Name": "a"}
    assert inventory.graph.resources[vpc].type == "aws.ec2.vpc"
    assert not inventory.problems


def test_steampipe_of_azure() -> None:
    graph = read_files([FILES / "steampipe" / "azure.json"]).graph
    nic, vm = f"{RG}/microsoft.network/networkinterfaces/n", f"{RG}/microsoft.compute/virtualmachines/vm"
    assert {key: item.region for key, item in graph.resources.items()} == {nic: "westus", vm: "westus"}
    assert {
        (vm, "attached_to", nic),
        (nic, "member_of", f"{RG}/microsoft.network/virtualnetworks/v/subnets/s"),
        (nic, "guarded_by", f"{RG}/microsoft.network/networksecuritygroups/g"),
    } <= links(graph)


def test_steampipe_of_google_as_a_table() -> None:
    graph = read_files([FILES / "steampipe" / "gcp.csv"]).graph
    machine = "//compute.googleapis.com/projects/p/zones/us-east1-b/instances/i"
    assert list(graph.resources) == [machine]
    found = graph.resources[machine]
    assert (found.type, found.account, found.region, found.state) == (
        "gcp.compute.instance",
        "p",
        "us-east1",
        "running",
    )
    assert found.tags == {"a": "b"}
    assert (machine, "member_of", "//compute.googleapis.com/projects/p/global/networks/default") in links(graph)


def test_steampipe_keeps_what_is_unknown_and_tells_of_what_has_no_id(tmp_path: Path) -> None:
    rows = [
        {"_ctx": {}, "akas": ["arn:aws:newthing:eu-west-1:123456789012:gadget/g1"], "gadget_name": "g1"},
        {"_ctx": {}, "title": "a row without any id", "region": "eu-west-1"},
    ]
    path = tmp_path / "results"
    path.write_text(json.dumps({"columns": [{"name": "akas", "data_type": "jsonb"}], "rows": rows}))
    inventory = read_files([path])
    assert {item.type for item in inventory.graph.resources.values()} == {"aws.other"}
    assert [each.what for each in inventory.problems] == [
        "1 row does not say what thing it is of; select arn, id or akas too"
    ]


def test_a_torn_table(tmp_path: Path) -> None:
    text = (FILES / "steampipe" / "gcp.csv").read_text()
    path = tmp_path / "gcp.csv"
    path.write_text(text[: text.rindex(",")])
    with pytest.raises(BadInput, match="line 2"):
        read_files([path])


# -- Azure Resource Inventory ----------------------------------------------------------------------------------


def test_ari_json() -> None:
    inventory = read_files([FILES / "ari" / "Networking.json"])
    net, nic = f"{SHOP}/microsoft.network/virtualnetworks/net", f"{SHOP}/microsoft.network/networkinterfaces/nic"
    vm = f"{SHOP}/microsoft.compute/virtualmachines/vm"
    assert set(inventory.graph.resources) == {net, nic, vm, f"{net}/subnets/web", f"{net}/subnets/data"}
    assert inventory.graph.resources[net].tags == {"env": "prod", "owner": "ops"}
    assert {(nic, "member_of", f"{net}/subnets/web"), (vm, "attached_to", nic)} <= links(inventory.graph)
    assert [each.what for each in inventory.problems] == ["1 row has no id and were left out"]


BOOK = {
    "Overview": [["Azure Resource Inventory"], ["Made by", "somebody"]],
    "Virtual Networks": [
        ["Subscription", "Resource Group", "Name", "Location", "Subnet Name", "Subnet Prefix"],
        ["Shop", "shop", "net", "westeurope", "web", "10.0.1.0/24"],
        ["Shop", "shop", "net", "westeurope", "data", "10.0.2.0/24"],
    ],
    "Network Interface": [
        ["Subscription", "Resource Group", "Name", "Location", "Virtual Network", "Subnet", "Private IP"],
        ["Shop", "shop", "nic", "westeurope", "net", "web", "10.0.1.4"],
    ],
    "Virtual Machines": [
        ["Subscription", "Resource Group", "VM Name", "VM Size", "vCPUs", "Location", "NIC Name"],
        ["Shop", "shop", "vm", "Standard_B2s", 2, "westeurope", "nic"],
        ["Shop", None, "lost", None, 2, "westeurope", None],
    ],
}


def test_ari_workbook_with_the_subscription_given_has_the_ids_of_a_scan(tmp_path: Path) -> None:
    path = tmp_path / "AzureResourceInventory_Report.xlsx"
    write_workbook(path, BOOK)
    inventory = read_files([path], account="00000000-0000-0000-0000-000000000001")
    of_json = read_files([FILES / "ari" / "Networking.json"])
    assert inventory.graph.resources.keys() == of_json.graph.resources.keys()
    assert links(inventory.graph) == links(of_json.graph)
    assert [each.what for each in inventory.problems] == [
        "1 rows of the sheet 'Virtual Machines' name no resource group or no resource"
    ]


def test_ari_workbook_alone_says_that_its_ids_are_names(tmp_path: Path) -> None:
    write_workbook(tmp_path / "report.xlsx", BOOK)
    inventory = read_files([tmp_path])
    assert f"/subscriptions/shop/resourcegroups/shop/providers/{'microsoft.compute/virtualmachines/vm'}" in (
        inventory.graph.resources
    )
    assert any("give its id with --account" in each.what for each in inventory.problems)


def test_workbooks_of_others_and_hostile_ones_are_refused(tmp_path: Path) -> None:
    other, bomb, torn = tmp_path / "other.xlsx", tmp_path / "bomb.xlsx", tmp_path / "torn.xlsx"
    write_workbook(other, {"Budget": [["Month", "Amount"], ["May", 7]]})
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    write_workbook(bomb, {"Virtual Machines": [["Subscription"], ["&b;"]]}, prolog=entities)
    write_workbook(torn, BOOK)
    with zipfile.ZipFile(torn, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>")
    with pytest.raises(UnknownFormat, match="not one of Azure Resource Inventory"):
        read_files([other])
    with pytest.raises(BadInput, match="declares entities"):
        read_files([bomb])
    with pytest.raises(BadInput, match="damaged workbook"):
        read_files([torn])

"""Azure Resource Manager templates: what a template says itself, by an example worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloudviz.inventory.model import Graph
from cloudviz.jobs.imports import read_files
from cloudviz.sources.offline.arm_expressions import MAX_TEXT, Names, resolved

SHOP = Path(__file__).parents[3] / "payloads" / "files" / "arm_templates" / "shop.json"
GROUP = "/subscriptions/planned/resourcegroups/planned/providers/"
NET = f"{GROUP}microsoft.network/virtualnetworks/shop-net"
DATA = "/subscriptions/planned/resourcegroups/data/providers/microsoft.sql/servers/shopsql"


def links(graph: Graph) -> set[tuple[str, str, str]]:
    return {(link.source, link.kind, link.target) for link in graph.links if link.resolved}


def test_a_template_by_hand() -> None:
    inventory = read_files([SHOP])
    graph = inventory.graph
    assert set(graph.resources) == {
        NET,
        f"{NET}/subnets/web",
        f"{NET}/subnets/data",
        f"{GROUP}microsoft.network/networksecuritygroups/web",
        f"{GROUP}microsoft.network/networkinterfaces/shop-1",
        f"{GROUP}microsoft.network/networkinterfaces/shop-2",
        f"{GROUP}microsoft.compute/virtualmachines/vm",
        f"{GROUP}microsoft.storage/storageaccounts/planned-1",
        DATA,
        f"{DATA}/databases/orders",
    }
    assert {
        (f"{NET}/subnets/data", "member_of", NET),
        (f"{NET}/subnets/web", "guarded_by", f"{GROUP}microsoft.network/networksecuritygroups/web"),
        (f"{GROUP}microsoft.network/networkinterfaces/shop-2", "member_of", f"{NET}/subnets/web"),
        (
            f"{GROUP}microsoft.compute/virtualmachines/vm",
            "attached_to",
            f"{GROUP}microsoft.network/networkinterfaces/shop-1",
        ),
        (f"{DATA}/databases/orders", "member_of", DATA),
    } <= links(graph)
    assert "hunter2" not in repr(graph)
    assert [each.what for each in inventory.problems] == ["10 planned resources: a template says what should be"]


def test_the_account_names_the_subscription() -> None:
    graph = read_files([SHOP], account="0A", region="northeurope").graph
    nic = graph.resources[
        "/subscriptions/0a/resourcegroups/planned/providers/microsoft.network/networkinterfaces/shop-1"
    ]
    assert nic.region == "northeurope"


def test_resources_by_symbolic_name_and_what_can_not_be_read(tmp_path: Path) -> None:
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "languageVersion": "2.0",
        "resources": {
            "net": {"type": "Microsoft.Network/virtualNetworks", "name": "net"},
            "there": {"existing": True, "type": "Microsoft.KeyVault/vaults", "name": "kv"},
            "odd": {"type": "Microsoft.Network/virtualNetworks/subnets", "name": "alone"},
            "linked": {"type": "Microsoft.Resources/deployments", "name": "l", "properties": {"templateLink": {}}},
            "none": 7,
        },
    }
    path = tmp_path / "main"
    path.write_text(json.dumps(template))
    inventory = read_files([path])
    assert list(inventory.graph.resources) == [f"{GROUP}microsoft.network/virtualnetworks/net"]
    assert sum(each.loss for each in inventory.problems) == 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[concat('a', '''', 1, true())]", "a'1true"),
        ("[[not an expression]", "[not an expression]"),
        ("[if(true(), 'yes', 'no')]", "yes"),
        ("[parameters('list')[1].name]", "second"),
        ("[resourceId('h', 'A.B/c', 'd')]", "/subscriptions/s/resourceGroups/h/providers/A.B/c/d"),
        ("[resourceId('A.B/c/e', 'd', 'f')]", "/subscriptions/s/resourceGroups/g/providers/A.B/c/d/e/f"),
        ("[subscriptionResourceId('A.B/c', 'd')]", "/subscriptions/s/providers/A.B/c/d"),
        ("[extensionResourceId('/x', 'A.B/c', 'd')]", "/x/providers/A.B/c/d"),
        ("[reference('x').id]", None),
        ("[concat('a', parameters('missing'))]", None),
        ("[variables('itself')]", None),
        ("[resourceId('Microsoft.Web/sites')]", None),
        ("[concat('open'", "[concat('open'"),
        ("[concat('a' 'b'))]", None),
        ("[" + "concat(" * 200 + ")" * 200 + "]", None),
    ],
)  # fmt: skip
def test_expressions(text: str, value: Any) -> None:
    names = Names({"list": [{"name": "first"}, {"name": "second"}]}, {"itself": "[variables('itself')]"}, "s", "g")
    assert resolved(text, names) == value


def test_texts_that_double_end_early() -> None:
    doubling = {f"v{n}": f"[concat(variables('v{n - 1}'), variables('v{n - 1}'))]" for n in range(1, 30)}
    names = Names(variables={"v0": "x", **doubling})
    assert resolved("[variables('v5')]", names) == "x" * 32
    assert resolved("[variables('v29')]", names) is None
    assert MAX_TEXT < 2**20

"""Estates of any size as inventory documents, for a map that has to show them."""

from __future__ import annotations

import json
from typing import Any

IN_A_SUBNET = 25
WITH_INTERFACES = 777
CALLER = 10


def estate(size: int, first: int = 0) -> bytes:
    """Accounts with networks, four subnets in each, machines in those; about ``size`` resources in all.

    ``first`` is the number of its first network, so that estates of other numbers lie beside it. Machine 0 of each
    subnet uses machine 1, that uses machine 2, and so on to machine 4. Machine 10 of each uses machine 10 of the
    same subnet one network before, and of a network half as far: lines between networks and accounts. Machine 777
    has two interfaces, which the map draws as parts of it.
    """
    resources: list[dict[str, Any]] = []
    links: list[dict[str, Any]] = []

    def add(word: str, number: int, kind: str, parent: str | None, account: str, **more: Any) -> str:
        id = f"arn:aws:ec2:eu-west-1:{account}:{word}/{word}-{number:07d}"
        resources.append(
            {
                "id": id,
                "provider": "aws",
                "type": f"aws.ec2.{more.pop('type', word)}",
                "native_type": word,
                "kind": kind,
                "name": f"{word}-{number:07d}",
                "account": account,
                "region": "eu-west-1",
                "zone": None,
                "parent": parent,
                "state": None,
                "tags": {"env": ("prod", "test")[number % 2]},
                "cost_monthly": None,
                "currency": None,
                "properties": {},
                **more,
            }
        )
        if parent:
            links.append({"source": id, "target": parent, "kind": "contains"})
        return id

    number = first
    tenth: dict[int, str] = {}
    while len(resources) < size:
        account = f"{200000000000 + number // 20}"
        network = add("vpc", number, "network", None, account)
        for place in range(number * 4, number * 4 + 4):
            subnet = add("subnet", place, "subnet", network, account)
            before = ""
            for at in range(IN_A_SUBNET):
                machine = place * IN_A_SUBNET + at
                facts = {"private_ip": f"10.{number % 250}.{place % 4}.{at + 4}"}
                state = "stopped" if at % 5 == 4 else "running"
                kind = "virtual_machine"
                one = add("i", machine, kind, subnet, account, type="instance", state=state, properties=facts)
                if before and at < 5:
                    links.append({"source": before, "target": one, "kind": "uses"})
                before = one
                for card in range(2 if machine == WITH_INTERFACES else 0):
                    facts = {"private_ip": f"10.255.0.{card}"}
                    eth = add(
                        "eth", card, "network_interface", None, account, type="network_interface", properties=facts
                    )
                    links.append({"source": eth, "target": one, "kind": "attached_to"})
                if at == CALLER:
                    tenth[place] = one
                    for other in {number - 1, number // 2} & {each // 4 for each in tenth} - {number}:
                        links.append({"source": one, "target": tenth[other * 4 + place % 4], "kind": "uses"})
        number += 1
    document = {
        "format": "cloudviz.inventory/1",
        "discovery": {
            "id": f"00000000-0000-4000-8000-{first:012d}",
            "provider": "aws",
            "source": f"aws:generated-{first}",
            "started_at": "2026-11-24T08:00:00Z",
            "completed_at": "2026-11-24T08:01:00Z",
        },
        "resources": resources,
        "links": links,
        "coverage": [],
        "problems": [],
    }
    return json.dumps(document).encode()

"""A generated Azure estate of any size: shops, one like the other, each in a resource group with a network.

Every declared type is in the first shop. Ids are consistent: what is referred to is there.
"""

from __future__ import annotations

import itertools

from fake_clouds.azure_network import Network, build_network
from fake_clouds.azure_services import build_services
from fake_clouds.azure_truth import TENANT, AzureEstate, Group

SUBSCRIPTIONS = (
    "11111111-aaaa-4000-8000-000000000001",
    "22222222-bbbb-4000-8000-000000000002",
    "33333333-cccc-4000-8000-000000000003",
)
REGIONS = (("westeurope", "West Europe"), ("northeurope", "North Europe"), ("eastus2", "East US 2"))
MANAGEMENT_GROUP = "mg-shops"


def build(size: int = 400, subscriptions: int = 2) -> AzureEstate:
    """An estate of at least ``size`` resources over so many subscriptions."""
    estate = AzureEstate()
    _containers(estate, subscriptions)
    peers: dict[str, Network] = {}
    for index in itertools.count():
        if index >= subscriptions and len(estate.truth.resources) >= size:
            break
        subscription = SUBSCRIPTIONS[index % subscriptions]
        region, shown = REGIONS[(index // subscriptions) % len(REGIONS)]
        group = Group(estate, subscription, f"rg-Shop-{index}", region, shown).open()
        network = build_network(group, index, peers.get(subscription))
        peers[subscription] = network
        build_services(group, index, network)
    estate.sort()
    return estate


def _containers(estate: AzureEstate, subscriptions: int) -> None:
    above = f"/providers/Microsoft.Management/managementGroups/{MANAGEMENT_GROUP}"
    row = {"id": above, "name": MANAGEMENT_GROUP, "type": "microsoft.management/managementgroups"}
    details = {"displayName": "All shops", "details": {}}
    estate.put("resourcecontainers", row | {"tenantId": TENANT, "properties": details})
    estate.truth.add(above.lower(), "azure.support.management_group", "", name=MANAGEMENT_GROUP)
    for number, subscription in enumerate(SUBSCRIPTIONS[:subscriptions], 1):
        identifier, name = f"/subscriptions/{subscription}", f"Shops {number}"
        estate.subscriptions[subscription] = name
        chain = [{"name": MANAGEMENT_GROUP, "displayName": "All shops"}]
        row = {"id": identifier, "name": name, "type": "microsoft.resources/subscriptions"}
        row |= {"subscriptionId": subscription, "tenantId": TENANT}
        properties = {"state": "Enabled", "managementGroupAncestorsChain": chain}
        estate.put("resourcecontainers", row | {"properties": properties})
        estate.truth.add(identifier, "azure.support.subscription", "", name=name)
        estate.truth.link(identifier, above.lower(), "member_of")

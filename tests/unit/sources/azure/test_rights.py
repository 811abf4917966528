"""What a role allows: actions with wildcards, and what is taken back."""

from __future__ import annotations

import pytest

from cloudviz.catalogue import azure
from cloudviz.catalogue.registry import catalogue
from cloudviz.sources.azure.permissions import ALWAYS, COSTS, actions_of, permissions, role
from cloudviz.sources.azure.rights import Rights

READER = {"actions": ["*/read"], "notActions": []}


@pytest.mark.parametrize(
    ("entries", "allowed"),
    [
        ([], False),
        ([READER], True),
        ([{"actions": ["*"]}], True),
        ([{"actions": ["Microsoft.SQL/Servers/*"]}], True),
        ([{"actions": ["microsoft.sql/*/read"]}], True),
        ([{"actions": ["microsoft.sql/servers/read"]}], True),
        ([{"actions": ["microsoft.sql/servers"]}], False),
        ([{"actions": ["microsoft.sqlx/*"]}], False),
        ([{"actions": ["*/read"], "notActions": ["Microsoft.Sql/*"]}], False),
        # Another role gives what one takes back: assignments add up.
        ([{"actions": ["*/read"], "notActions": ["Microsoft.Sql/*"]}, READER], True),
        ([{"actions": None, "notActions": 1}], False),
        ([{"actions": ["microsoft.sql/servers/re.d"]}], False),
    ],
)
def test_what_a_role_allows(entries: list[dict[str, object]], allowed: bool) -> None:
    assert Rights(entries).allow("Microsoft.Sql/servers/read") is allowed


def test_every_action_only_reads() -> None:
    wanted = permissions(azure.TYPES)
    assert all(action.lower().endswith("/read") for action in (*wanted, *ALWAYS, *COSTS))
    assert len({action.lower() for action in wanted}) == len(wanted)
    assert set(role(azure.TYPES)["Actions"]) == set(wanted)


def test_a_child_needs_its_owner_and_parts_need_theirs() -> None:
    types = catalogue().types
    assert actions_of(types["azure.storage.blob_container"]) == (
        "microsoft.storage/storageaccounts/blobservices/containers/read",
        "microsoft.storage/storageaccounts/read",
    )
    assert actions_of(types["azure.network.subnet"]) == ("microsoft.network/virtualnetworks/read",)
    assert "microsoft.network/dnszones/cname/read" in actions_of(types["azure.network.dns_zone"])
    assert actions_of(types["azure.support.resource_group"]) == (
        "microsoft.resources/subscriptions/resourcegroups/read",
    )
    assert actions_of(types["azure.network.gateway"]) == (
        "microsoft.network/virtualnetworkgateways/read",
        "microsoft.network/natgateways/read",
    )

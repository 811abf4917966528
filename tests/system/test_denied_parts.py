"""What Resource Graph leaves out of a row, or can't answer, changes nothing: what was known of it stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.system.test_denied_details import Home, moved

from fake_clouds.azure import FakeAzure
from fake_clouds.azure_scan import provider

ZONES = ("azure.network.dns_zone", "azure.support.private_dns_zone")
PARTS = [
    *(f"Microsoft.Network/dnsZones/{kind}/read" for kind in ("A", "AAAA", "CNAME")),
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read",
]


@pytest.mark.parametrize("types", [(), ZONES])
def test_parts_that_may_not_be_read_change_no_zone(
    fake_azure: FakeAzure, tmp_path: Path, types: tuple[str, ...]
) -> None:
    home = Home(tmp_path / "cloudviz.db")
    assert home.scan(provider(fake_azure)).gaps == []
    whole = home.inventory()
    fake_azure.deny(*PARTS)
    poorer = home.scan(provider(fake_azure), *types)
    assert moved(poorer) == (0, 0, 0)
    assert home.inventory() == whole
    assert {(gap.type, gap.status) for gap in poorer.gaps} == {(kind, "denied") for kind in ZONES}
    assert all(str(gap.permission).casefold() in {each.casefold() for each in PARTS} for gap in poorer.gaps)
    fake_azure.not_actions.clear()
    assert moved(home.scan(provider(fake_azure), *types)) == (0, 0, 0)
    assert home.inventory() == whole

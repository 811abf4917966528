"""Bills over HTTP: who may import them, and what the routes tell."""

from __future__ import annotations

from decimal import Decimal

from tests.api.serving import Server, assert_problem, instance

from cloudviz.inventory.model import Link

BILL = b"""ProviderName,BillingAccountId,SubAccountId,BillingPeriodStart,ChargePeriodStart,BillingCurrency,\
BilledCost,EffectiveCost,ChargeCategory,ResourceId,ServiceName,RegionId,Tags
AWS,999,123456789012,2026-10-01,2026-10-31,USD,70.08,70.08,Usage,%s,EC2,eu-west-1,
AWS,999,123456789012,2026-10-01,2026-10-31,USD,1.50,1.50,Usage,,Support,,
AWS,999,123456789012,2026-10-01,2026-10-31,EUR,2.00,2.00,Tax,,Tax,,
"""


async def test_a_bill_from_upload_to_map_and_panel(server: Server) -> None:
    machine = instance(1)
    await server.record([machine])
    content = BILL % machine.id.rpartition("/")[2].encode()
    reply = await server.post("/costs/import", files={"file": ("focus.csv", content)})
    assert reply.status_code == 201, reply.text
    told = reply.json()
    assert (told["status"], told["lines_attributed"], told["lines"]) == ("completed", 1, 3)

    found = (await server.get(f"/resources/{machine.id}", role="viewer")).json()["resource"]
    assert (found["cost_monthly"], found["currency"]) == (70.08, "USD")
    summary = (await server.get("/costs/summary", role="viewer")).json()
    assert {each["currency"]: each["total"] for each in summary["currencies"]} == {"USD": 71.58, "EUR": 2.0}
    usd = next(each for each in summary["currencies"] if each["currency"] == "USD")
    assert (usd["attributed"], usd["unattributed"]) == (70.08, 1.5)
    for group in ("account", "region", "type", "service", "month", "category", "provider"):
        items = (await server.get(f"/costs/by/{group}", params={"currency": "USD"})).json()["items"]
        assert round(sum(each["amount"] for each in items), 2) == 71.58, group
    tags = (await server.get("/costs/by/tag", params={"tag": "Name"})).json()["items"]
    assert round(sum(each["amount"] for each in tags if each["currency"] == "USD"), 2) == 71.58
    aws = (await server.get("/aws/cost-analysis")).json()
    assert aws["provider"] == "aws" and {each["key"] for each in aws["by_service"]} == {"EC2", "Support", "Tax"}
    assert (await server.get("/azure/cost-analysis")).json()["currencies"] == []
    of_it = (await server.get(f"/costs/of/{machine.id}")).json()["items"]
    assert [(each["month"], each["billed"]) for each in of_it] == [("2026-10", 70.08)]

    (bill,) = (await server.get("/costs/bills")).json()["items"]
    assert bill["source"] == "file:focus.csv" and bill["id"] == told["bill_id"]
    assert (await server.ask("DELETE", f"/costs/bills/{bill['id']}", role="operator")).status_code == 403
    assert (await server.ask("DELETE", f"/costs/bills/{bill['id']}", role="admin")).status_code == 204
    assert (await server.get("/costs/summary")).json()["currencies"] == []
    found = (await server.get(f"/resources/{machine.id}", role="viewer")).json()["resource"]
    assert found["cost_monthly"] is None


async def test_what_is_refused(server: Server) -> None:
    assert (
        await server.post("/costs/import", files={"file": ("x.csv", b"a,b\n1,2\n")}, role="viewer")
    ).status_code == 403
    refused = await server.post("/costs/import", files={"file": ("x.csv", b"a,b\n1,2\n")})
    told = assert_problem(refused, 400, "bad_input")
    assert "no bill" in told["detail"] and "/uploads/" not in refused.text
    assert (await server.post("/costs/import", json={})).status_code == 415
    assert (await server.get("/costs/by/colour")).status_code == 422
    assert (await server.get("/costs/by/tag")).status_code == 422
    assert (await server.get("/costs/summary", params={"month": "2026-13"})).status_code == 422
    assert (await server.get("/costs/summary", role=None)).status_code == 401


async def test_a_torn_bill_is_taken_in_part_and_says_so(server: Server) -> None:
    content = (BILL % b"i-1") + b"AWS,999,123456789012,2026-10-01,2026-10-31,USD,much,1,Usage,,EC2,,\n"
    reply = await server.post("/costs/import", files={"file": ("focus.csv", content)})
    told = reply.json()
    assert (reply.status_code, told["status"], told["lines_lost"]) == (201, "partial", 1)
    assert told["problems"][0]["where"] == "focus.csv, line 5"


async def test_waste_estimates_and_one_currency(light_server: Server) -> None:
    server = light_server
    volume = {"type": "aws.ec2.volume", "native_type": "AWS::EC2::Volume", "kind": "disk", "state": "running"}
    loose, kept, twin = (
        instance(number, **volume, name=name, properties={"size": "gp3", "capacity_gb": size})
        for number, name, size in ((11, "loose", 100), (12, "kept", 50), (13, "twin", 200))
    )
    machine = instance(1)
    links = [Link(machine.id, kept.id, "attached_to")]
    await server.record([machine, loose, kept, twin], links)
    named = loose.id.rpartition("/")[2].encode()
    bill = (BILL % named).replace(b"70.08", b"8.00")
    assert (await server.post("/costs/import", files={"file": ("focus.csv", bill)})).json()["lines_named"] == 1

    waste = (await server.get("/costs/waste", role="viewer")).json()
    assert [(each["name"], each["cost_monthly"], each["cost_source"]) for each in waste["items"]] == [
        ("twin", 16.0, "estimate"),
        ("loose", 8.0, "bill"),
    ]
    assert waste["totals"] == [{"currency": "USD", "billed": 8.0, "estimated": 16.0, "resources": 2}]
    assert (await server.get("/costs/waste", params={"kind": "idle"})).json()["items"] == []
    assert (await server.get("/costs/waste", params={"confidence": "sure"})).status_code == 422
    guessed = (await server.get("/costs/estimates", role="viewer")).json()
    assert {each["name"]: each["estimate_monthly"] for each in guessed["items"]} == {"kept": 4.0, "twin": 16.0}
    assert (guessed["totals"], guessed["unknown"]) == ([{"currency": "USD", "estimated": 20.0}], 1)
    summary = (await server.get("/costs/summary")).json()
    assert {each["currency"]: each["total"] for each in summary["currencies"]} == {"USD": 9.5, "EUR": 2.0}
    assert summary["converted"] is None

    assert_problem(await server.get("/costs/by/account", params={"converted": True}), 503, "unavailable")
    rates = server.settings.data_dir / "rates.toml"
    rates.write_text('to = "EUR"\nas_of = "2026-10-31"\nsource = "ECB"\n[rates]\nUSD = 0.333\n')
    server.settings.costs.rates = rates
    whole = (await server.get("/costs/summary")).json()["converted"]
    # 8.00 and 1.50 dollars are 2.664 and 0.4995 euros; 2.00 euros of tax stay.
    assert (whole["total"], whole["attributed"], whole["unattributed"]) == (5.16, 2.66, 2.5)
    assert (whole["source"], whole["rates"], whole["left_out"]) == ("ECB", {"USD": 0.333}, [])
    (row,) = (await server.get("/costs/by/account", params={"converted": True})).json()["items"]
    assert (row["amount"], row["currency"]) == (5.16, "EUR")
    rates.write_text("nonsense")
    assert_problem(await server.get("/costs/summary"), 503, "unavailable")


async def test_a_comparison_says_what_it_costs(light_server: Server) -> None:
    first = instance(1, cost_monthly=Decimal("70.08"), currency="USD")
    second = instance(2, cost_monthly=Decimal("10.50"), currency="USD")
    a = await light_server.record([first])
    b = await light_server.record([second, instance(3, cost_monthly=Decimal("4"), currency="EUR")])
    told = (await light_server.get("/visualization/diff", params={"a": a, "b": b}, role="viewer")).json()
    assert told["cost_changes"] == {"EUR": 4.0, "USD": -59.58}

"""Bills of every format into charges: sums that are the file's, and nothing lost without being told."""

from __future__ import annotations

import csv
import gzip
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from cloudviz.costs.charges import Basis
from cloudviz.costs.reading import read_bill
from cloudviz.errors import BadInput, Cancelled, NotFound, TooLarge

SAMPLE = Path(__file__).parents[2] / "payloads" / "costs" / "focus_sample.csv"
HEADER = (
    "ProviderName,BillingAccountId,SubAccountId,BillingPeriodStart,ChargePeriodStart,BillingCurrency,BilledCost,"
    "EffectiveCost,ChargeCategory,ResourceId,ServiceName,RegionId,Tags"
)


def focus(folder: Path, *rows: str, name: str = "bill.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((HEADER, *rows)) + "\n")
    return path


def row(cost: str = "1.00", resource: str = "i-0123456789abcdef0", currency: str = "USD") -> str:
    when = "2026-10-01,2026-10-05T00:00:00Z"
    return f"AWS,999,123456789012,{when},{currency},{cost},{cost},Usage,{resource},EC2,eu-west-1,"


def test_the_sample_of_focus_to_the_last_digit():
    with SAMPLE.open(newline="") as file:
        lines = list(csv.DictReader(file))
    bill = read_bill([SAMPLE])
    assert (bill.lines, bill.lost, bill.formats) == (600, 0, ["FOCUS"])
    billed = sum((Decimal(line["BilledCost"]) for line in lines), Decimal(0))
    effective = sum((Decimal(line["EffectiveCost"]) for line in lines), Decimal(0))
    assert bill.totals() == {("2024-09", "USD"): billed}
    assert bill.totals(Basis.AMORTISED) == {("2024-09", "USD"): effective}
    by_account: dict[str, Decimal] = {}
    for line in lines:
        account = line["SubAccountId"]
        by_account[account] = by_account.get(account, Decimal(0)) + Decimal(line["BilledCost"])
    read: dict[str, Decimal] = {}
    for key, amounts in bill.charges.items():
        read[key.account] = read.get(key.account, Decimal(0)) + amounts.billed
    assert read == by_account
    assert {key.category for key in bill.charges} == {"usage", "credit"}


@pytest.mark.parametrize("packed", ["gz", "zip", "utf-16", "bom", "semicolons", "parquet", "jsonl"])
def test_the_same_bill_however_it_is_packed(tmp_path: Path, packed: str):
    text = SAMPLE.read_text()
    path = tmp_path / f"bill.{packed}"
    if packed == "gz":
        path.write_bytes(gzip.compress(text.encode()))
    elif packed == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data/part-0.csv", text)
    elif packed == "utf-16":
        path.write_bytes(text.encode("utf-16"))
    elif packed == "bom":
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    else:
        lines = list(csv.DictReader(text.splitlines()))
        if packed == "semicolons":
            with path.open("w", newline="") as file:
                writer = csv.DictWriter(file, lines[0], delimiter=";")
                writer.writeheader()
                writer.writerows(lines)
        elif packed == "jsonl":
            path.write_text(
                "\n".join(json.dumps({k: v for k, v in each.items() if v != "NULL"}) for each in lines)
            )
        else:
            money = [{**each, "BilledCost": Decimal(each["BilledCost"])} for each in lines]
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(money), path)
    assert read_bill([path]).charges == read_bill([SAMPLE]).charges


def test_lines_that_cannot_be_read_are_told_and_the_rest_is_kept(tmp_path: Path):
    path = focus(
        tmp_path, row(), row("one dollar"), row("NaN"), row("1E+999999"), row(currency="€€"), "a,b", row("2.5")
    )
    bill = read_bill([path])
    assert bill.totals() == {("2026-10", "USD"): Decimal("3.50")}
    assert (bill.lines, bill.lost) == (2, 5)
    assert bill.problems[0].where.endswith("bill.csv, line 3") and "one dollar" in bill.problems[0].what
    assert all(problem.loss for problem in bill.problems)


def test_what_is_no_bill_is_refused_with_what_it_is(tmp_path: Path):
    other = tmp_path / "people.csv"
    other.write_text("name,age\nAda,36\n")
    with pytest.raises(BadInput, match="no bill that CloudViz reads: its columns are name, age"):
        read_bill([other])
    with pytest.raises(NotFound):
        read_bill([tmp_path / "nowhere.csv"])
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(BadInput, match="is empty"):
        read_bill([empty])
    with pytest.raises(BadInput, match="holds no line"):
        read_bill([focus(tmp_path)])
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(gzip.compress(SAMPLE.read_bytes())[:2000])
    with pytest.raises(BadInput, match="damaged"):
        read_bill([torn])


def test_a_bomb_is_refused(tmp_path: Path):
    bomb = tmp_path / "bomb.csv.gz"
    long = f"{row('0', 'A' * 200_000)}\n".encode()
    bomb.write_bytes(gzip.compress(f"{HEADER}\n".encode() + long * 200, compresslevel=9))
    with pytest.raises(TooLarge, match="300 times"):
        read_bill([bomb])
    bomb.write_bytes(gzip.compress(f"{HEADER}\n".encode() + b"\n" * 1_000_000))
    with pytest.raises(TooLarge, match="empty lines"):
        read_bill([bomb])


def test_several_files_are_one_bill_and_what_lies_beside_them_is_told(tmp_path: Path):
    focus(tmp_path, row("1.25"), name="part-1.csv")
    focus(tmp_path, row("2.25"), name="part-2.csv")
    (tmp_path / "manifest.json").write_text('{"files": 2}')
    bill = read_bill([tmp_path])
    assert bill.totals() == {("2026-10", "USD"): Decimal("3.50")}
    assert [problem.where.rpartition("/")[2] for problem in bill.problems] == ["manifest.json"]


def test_reading_can_be_cancelled(tmp_path: Path):
    path = focus(tmp_path, *[row()] * 6000)
    with pytest.raises(Cancelled):
        read_bill([path], cancelled=lambda: True)


def test_currencies_and_months_stay_apart(tmp_path: Path):
    november = row("7").replace("2026-10-01", "2026-11-01")
    bill = read_bill([focus(tmp_path, row("1"), row("2", currency="EUR"), november)])
    assert bill.totals() == {
        ("2026-10", "USD"): Decimal(1),
        ("2026-10", "EUR"): Decimal(2),
        ("2026-11", "USD"): Decimal(7),
    }


def test_a_usage_report_of_aws_is_amortised_by_its_own_rule(tmp_path: Path):
    """Covered usage at its effective cost, the fee only where it was not used, the upfront fee not at all."""
    columns = [
        "bill_payer_account_id", "bill_billing_period_start_date", "line_item_usage_account_id",
        "line_item_usage_start_date", "line_item_line_item_type", "line_item_product_code",
        "line_item_resource_id",
        "line_item_unblended_cost", "line_item_currency_code", "savings_plan_savings_plan_effective_cost",
        "savings_plan_total_commitment_to_date", "savings_plan_used_commitment", "reservation_effective_cost",
    ]  # fmt: skip
    lines = [
        ("Usage", "i-1", "1.00", "", "", "", ""),
        ("SavingsPlanCoveredUsage", "i-2", "5.00", "3.00", "", "", ""),
        ("SavingsPlanNegation", "i-2", "-5.00", "", "", "", ""),
        ("SavingsPlanRecurringFee", "", "4.00", "", "4.00", "3.00", ""),
        ("SavingsPlanUpfrontFee", "", "100.00", "", "", "", ""),
        ("DiscountedUsage", "i-3", "0.00", "", "", "", "2.00"),
        ("Tax", "", "0.50", "", "", "", ""),
    ]
    path = tmp_path / "cur.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for kind, resource, cost, effective, total, used, reserved in lines:
            when = ("2026-10-01T00:00:00Z", "123456789012", "2026-10-03T00:00:00Z")
            told = (resource, cost, "USD", effective, total, used, reserved)
            writer.writerow(("999", *when, kind, "AmazonEC2", *told))
    bill = read_bill([path])
    assert bill.totals(Basis.BILLED) == {("2026-10", "USD"): Decimal("105.50")}
    assert bill.totals(Basis.AMORTISED) == {("2026-10", "USD"): Decimal("7.50")}  # 1 + 3 + (4 - 3) + 2 + 0.5
    kinds = {key.category for key in bill.charges}
    assert kinds == {"usage", "commitment", "tax"}


def test_an_export_of_azure(tmp_path: Path):
    path = tmp_path / "azure.csv"
    path.write_text(
        "billingAccountId,SubscriptionId,date,billingPeriodStartDate,costInBillingCurrency,billingCurrency,"
        "meterCategory,consumedService,resourceLocation,chargeType,ResourceId,tags\n"
        "77,AAAA-1,10/05/2026,10/01/2026,1.5,EUR,Virtual Machines,Microsoft.Compute,westeurope,Usage,"
        "/subscriptions/aaaa-1/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/Web,"
        '"""env"": ""prod"""\n'
        "77,AAAA-1,10/06/2026,10/01/2026,0.25,EUR,Support,,,Purchase,,\n"
    )
    bill = read_bill([path])
    assert bill.totals() == {("2026-10", "EUR"): Decimal("1.75")}
    machine = next(key for key in bill.charges if key.resource)
    assert (machine.provider, machine.account, machine.region) == ("azure", "aaaa-1", "westeurope")
    assert {key.category for key in bill.charges} == {"usage", "purchase"}


def test_an_export_of_google_with_its_credits_apart(tmp_path: Path):
    path = tmp_path / "gcp.jsonl"
    line = {
        "billing_account_id": "01-AB",
        "service": {"id": "6F81", "description": "Compute Engine"},
        "project": {"id": "shop-prod", "number": "123"},
        "usage_start_time": "2026-10-31 23:00:00 UTC",
        "invoice": {"month": "202611"},
        "location": {"region": "europe-west1"},
        "resource": {
            "name": "web-1",
            "global_name": "//compute.googleapis.com/projects/shop-prod/zones/z/instances/9",
        },
        "cost": 10.5,
        "currency": "USD",
        "cost_type": "regular",
        "credits": [{"type": "SUSTAINED_USAGE_DISCOUNT", "amount": -2.5}],
    }
    path.write_text(
        json.dumps(line) + "\n" + json.dumps({**line, "credits": [], "cost_type": "tax", "cost": 1}) + "\n"
    )
    bill = read_bill([path])
    assert bill.totals() == {("2026-11", "USD"): Decimal("9.0")}
    sums = {key.category: amounts.billed for key, amounts in bill.charges.items()}
    assert sums == {"usage": Decimal("10.5"), "credit": Decimal("-2.5"), "tax": Decimal(1)}

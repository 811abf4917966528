"""The inventory as CSV and XLSX: read back by others, harmless in a spreadsheet, the same bytes each time."""

from __future__ import annotations

import csv
import io
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from tests.unit.diagram.hostile import NAMES, names

from cloudviz.errors import Invalid
from cloudviz.inventory import workbook
from cloudviz.inventory.model import Coverage, Graph, Link, Resource
from cloudviz.inventory.table_rows import RESOURCE_COLUMNS
from cloudviz.inventory.tables import harmless, table

VPC, WEB, DB = "arn:aws:ec2:::vpc/v", "arn:aws:ec2:::instance/i", "arn:aws:rds:::db:d"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def resource(id: str, name: str, **more: object) -> Resource:
    return Resource(id, "aws", "aws.ec2.instance", "AWS::EC2::Instance", "virtual_machine", name, **more)  # type: ignore[arg-type]


GRAPH = Graph(
    {
        WEB: resource(
            WEB, 'web, "1"\n2', account="123", region="eu-west-1", zone="eu-west-1a", parent=VPC,
            state="running", tags={"env": "prod", "app": "=shop"}, cost_monthly=Decimal("70.08"), currency="USD",
        ),
        VPC: resource(VPC, "prod", account="123"),
        DB: resource(DB, "=HYPERLINK(\"http://evil.example\")", cost_monthly=Decimal("-3.5"), currency="EUR"),
    },
    [Link(WEB, DB, "uses"), Link(WEB, "arn:gone", "uses", False), Link(WEB, DB, "uses"),
     Link(VPC, WEB, "contains")],
)  # fmt: skip
COVERAGE = [
    Coverage("aws", "123", "eu-west-1", "aws.rds.instance", "denied", 0, "rds:Describe", "=1+1"),
    Coverage("aws", "123", "eu-west-1", "aws.ec2.vpc", "seen", 1),
]


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def sheets(content: bytes) -> dict[str, list[list[str | None]]]:
    """The cells of each sheet, and a refusal of any formula, link or other active part."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert not [name for name in book.namelist() if "vba" in name.lower() or "externalLink" in name]
        assert {info.date_time[0] for info in book.infolist()} == {1980}
        listed = ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        shared = []
        if "xl/sharedStrings.xml" in book.namelist():
            strings = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
            shared = ["".join(part.itertext()) for part in strings.iter(f"{MAIN}si")]
        found = {}
        for number, sheet in enumerate(listed, 1):
            tree = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            assert not list(tree.iter(f"{MAIN}f")) and not list(tree.iter(f"{MAIN}hyperlink"))
            found[sheet.get("name", "")] = [[_cell(c, shared) for c in row] for row in tree.iter(f"{MAIN}row")]
        return found


def _cell(cell: ElementTree.Element, shared: list[str]) -> str | None:
    text = "".join(cell.itertext())
    return shared[int(text)] if cell.get("t") == "s" else text


def test_csv_has_a_line_for_each_resource_and_is_what_the_rfc_says() -> None:
    content = table(GRAPH, COVERAGE, "csv")
    assert content.count(b"\r\n") == 4 and not content.startswith(b"\xef\xbb\xbf")
    heading, web, vpc, db = rows(content)
    assert tuple(heading) == RESOURCE_COLUMNS
    assert dict(zip(heading, web, strict=True)) == {
        "provider": "aws", "account": "123", "region": "eu-west-1", "zone": "eu-west-1a",
        "type": "aws.ec2.instance", "kind": "virtual_machine", "id": WEB, "name": 'web, "1"\n2',
        "state": "running", "parent": VPC, "tags": "app==shop; env=prod", "cost_monthly": "70.08",
        "currency": "USD", "links": "3", "native_type": "AWS::EC2::Instance",
    }  # fmt: skip
    assert vpc[heading.index("cost_monthly")] == "" and vpc[heading.index("currency")] == ""
    assert db[heading.index("name")] == '\'=HYPERLINK("http://evil.example")'
    assert db[heading.index("cost_monthly")] == "-3.5"  # a number, and no formula


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"),
        (" =1", "' =1"), ("＝1", "'＝1"), ("a=b", "a=b"), ("", ""), ("a\x00b", "a\ufffdb"), ("\ud800", "\ufffd"),
        # Where a semicolon divides, as in Germany, this would be a cell of its own.
        ("a;=1", "a;'=1"), ('a; "=1', "a; \"'=1"), ("a\t-1", "a\t'-1"), ("a; b=c", "a; b=c"), ("1;2", "1;2"),
    ],
)  # fmt: skip
def test_what_begins_like_a_formula_becomes_a_text(text: str, written: str) -> None:
    assert harmless(text) == written


def test_the_workbook_has_three_sheets() -> None:
    book = sheets(table(GRAPH, COVERAGE, "xlsx"))
    assert list(book) == ["Resources", "Links", "Coverage"]
    heading, web, _, db = book["Resources"]
    assert heading == list(RESOURCE_COLUMNS)
    assert 'web, "1"\n2' in web and "70.08" in web and "3" in web
    assert '=HYPERLINK("http://evil.example")' in db and "-3.5" in db
    assert book["Links"][1:] == [
        [WEB, 'web, "1"\n2', "uses", DB, "=HYPERLINK(\"http://evil.example\")", "yes"],
        [WEB, 'web, "1"\n2', "uses", "arn:gone", "no"],
        [VPC, "prod", "contains", WEB, 'web, "1"\n2', "yes"],
    ]  # fmt: skip
    assert [row[3:5] for row in book["Coverage"][1:]] == [
        ["aws.ec2.vpc", "seen"],
        ["aws.rds.instance", "denied"],
    ]


def test_what_is_too_much_for_a_sheet_goes_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    book = sheets(table(GRAPH, COVERAGE, "xlsx"))
    assert list(book) == ["Resources", "Resources 2", "Links", "Links 2", "Coverage"]
    assert [len(rows) for rows in book.values()] == [3, 2, 3, 2, 3]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_order_of_the_inventory_changes_no_byte(format: str) -> None:
    mixed = Graph(dict(reversed(GRAPH.resources.items())), list(reversed(GRAPH.links)))
    assert table(mixed, list(reversed(COVERAGE)), format) == table(GRAPH, COVERAGE, format)


def test_what_looks_like_an_escape_or_would_be_lost_stays_what_it_is() -> None:
    """ECMA-376, 22.4.2.4: ``_x0041_`` in a cell means A, unless its first sign is escaped itself."""
    graph = Graph({"a": resource("a", "_x0041_ & _xyz", state=" wide ", zone="a\rb", tags={"snake_case": "1_2"})})
    with zipfile.ZipFile(io.BytesIO(table(graph, [], "xlsx"))) as book:
        text = book.read("xl/worksheets/sheet1.xml").decode()
    assert ">_x005F_x0041_ &amp; _xyz<" in text and ">a_x000D_b<" in text and ">snake_case=1_2<" in text
    assert '<t xml:space="preserve"> wide </t>' in text


def test_long_and_hostile_texts_fit_a_cell() -> None:
    graph = Graph({f"id-{at}": resource(f"id-{at}", name) for at, name in enumerate([*NAMES, "y" * 40_000])})
    book = sheets(table(graph, [], "xlsx"))
    assert len(book["Resources"]) == len(graph.resources) + 1
    assert max(len(cell or "") for row in book["Resources"] for cell in row) == 32_767
    assert len(rows(table(graph, [], "csv"))) == len(graph.resources) + 1


@settings(max_examples=60)
@given(name=names, other=names)
def test_any_name_at_all_is_one_harmless_cell(name: str, other: str) -> None:
    graph = Graph({"a": resource("a", name, tags={other: name}, state=other)})
    heading, row = rows(table(graph, [], "csv"))
    assert len(row) == len(heading)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert len(sheets(table(graph, [], "xlsx"))["Resources"]) == 2


def test_another_format_is_refused() -> None:
    with pytest.raises(Invalid):
        table(GRAPH, [], "ods")

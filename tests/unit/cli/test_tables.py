"""Tables fit a terminal, whatever its width and the cells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from cloudviz.cli.tables import table_lines

NAMES = ("type", "name", "state", "cost_monthly", "id")
ARN = "arn:aws:ec2:eu-west-1:123456789012:instance/i-0a11c0ffee0000300"
ROWS = [
    ("aws.ec2.instance", "web", "running", "", ARN),
    ("aws.s3.bucket", "名前がとても長いバケット", "", "", "arn:aws:s3:::b"),
]


def test_as_wide_as_it_needs_to_be() -> None:
    assert table_lines(NAMES, ROWS) == [
        "TYPE              NAME                      STATE    COST MONTHLY  ID",
        f"aws.ec2.instance  web                       running                {ARN}",
        "aws.s3.bucket     名前がとても長いバケット                         arn:aws:s3:::b",
    ]


def test_a_narrow_one_leaves_out_what_is_empty_and_keeps_the_end_of_ids() -> None:
    assert table_lines(NAMES, ROWS, 70) == [
        "TYPE              NAME                  STATE    ID",
        "aws.ec2.instance  web                   running  …i-0a11c0ffee0000300",
        "aws.s3.bucket     名前がとても長いバ …           arn:aws:s3:::b",
    ]
    assert table_lines(NAMES, ROWS, 24)[1] == "aws.ec2.in…  …fee0000300"


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
@given(
    rows=st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["C", "M"]), max_size=90)] * 5), max_size=5)
)
@settings(max_examples=30, deadline=None)
def test_no_line_is_wider_than_the_terminal(width: int, rows: list[tuple[str, ...]]) -> None:
    lines = table_lines(NAMES, rows, width)
    assert len(lines) == len(rows) + 1
    assert max(cell_len(line) for line in lines) <= width


def test_a_table_without_rows_is_its_heading() -> None:
    assert table_lines(("id", "name"), []) == ["ID  NAME"]

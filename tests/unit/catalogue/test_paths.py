"""``at("A.B[].C")`` reads what is there, and never raises over what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudviz.catalogue.paths import Field, at, tag
from cloudviz.catalogue.states import AWS_POWER

BODY = {
    "Id": "i-1",
    "Placement": {"Zone": "a"},
    "Groups": [{"Id": "sg-1"}, {"Id": None}, {}, {"Id": "sg-2"}],
    "Nested": [{"In": [{"X": 1}, {"X": 2}]}, {"In": None}, {"In": [{"X": 3}]}],
    "Subnets": "subnet-a, subnet-b,",
    "Identity": {"Users": {"/id/1": {}, "/id/2": {}}},
    "Redrive": '{"deadLetterTargetArn": "arn:q", "n": 3}',
    "State": "RUNNING",
    "Routes": [{"Gateway": "local"}, {"Gateway": "igw-1"}],
    "Empty": "",
}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (at("Id"), ["i-1"]),
        (at("Placement.Zone"), ["a"]),
        (at("Groups[].Id"), ["sg-1", "sg-2"]),
        (at("Nested[].In[].X"), [1, 2, 3]),
        (at("Identity.Users{}"), ["/id/1", "/id/2"]),
        (at("Subnets").split(","), ["subnet-a", "subnet-b"]),
        (at("Redrive").parsed("deadLetterTargetArn"), ["arn:q"]),
        (at("State").as_state(AWS_POWER), ["running"]),
        (at("Routes[].Gateway").starting("igw-"), ["igw-1"]),
        (at("Routes[].Gateway").matching(r"igw-(\d)"), ["1"]),
        (at("Groups[].Id").count(), [2]),
        (at("Missing"), []),
        (at("Id.Deeper"), []),
        (at("Empty") | at("Id"), ["i-1"]),
        (tag("Name") | at("Id"), ["web"]),
        (tag("owner") | at("Id"), ["i-1"]),
        (at("Redrive").tail("/"), ['{"deadLetterTargetArn": "arn:q", "n": 3}']),
    ],
)
def test_reading(field: Field, expected: list[object]) -> None:
    assert field.all(BODY, {"Name": "web"}) == expected


ALARM = {
    "Dimensions": [{"Name": "QueueName", "Value": "work"}, {"Name": "Other", "Value": "x"}, "torn", None],
    "methods": {"GET": {"uri": "a"}, "POST": {"uri": "b"}, "PUT": None},
    "definition": "…arn:aws:sns:eu-west-1:123456789012:a… arn:aws:sns:eu-west-1:123456789012:b, and a again: "
    "arn:aws:sns:eu-west-1:123456789012:a",
    "Host": "Front-1.ELB.amazonaws.com",
}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (at("Dimensions[Name=QueueName].Value"), ["work"]),
        (at("Dimensions[Name=InstanceId].Value"), []),
        (at("Host[Name=QueueName].Value"), []),
        (at("methods.*.uri"), ["a", "b"]),
        (at("Dimensions.*.Value"), []),
        (
            at("definition").finding(r"arn:aws:sns:[a-z0-9-]+:\d{12}:\w+"),
            ["arn:aws:sns:eu-west-1:123456789012:a", "arn:aws:sns:eu-west-1:123456789012:b"],
        ),
        (at("Host").lowered(), ["front-1.elb.amazonaws.com"]),
    ],
)
def test_reading_by_value_by_any_name_and_all_matches(field: Field, expected: list[object]) -> None:
    assert field.all(ALARM, {}) == expected


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["A", "B", "C"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(
    st.dictionaries(st.sampled_from(["A", "B", "C"]), anything),
    st.sampled_from(["A", "A.B", "A[].B", "A.B[].C", "A{}", "A.B{}", "A[].B[].C", "A[B=x].C", "A.*.B", "*"]),
    st.sampled_from(["split", "tail", "parsed", "starting", "as_state", "count", "plain"]),
)
def test_no_body_makes_it_raise(body: dict[str, object], path: str, how: str) -> None:
    field = at(path)
    made = {
        "split": lambda: field.split(","),
        "tail": lambda: field.tail(),
        "parsed": lambda: field.parsed("A.B"),
        "starting": lambda: field.starting("x"),
        "as_state": lambda: field.as_state(AWS_POWER),
        "count": lambda: field.count(),
        "plain": lambda: field,
    }[how]()
    assert isinstance(made.all(body, {}), list)

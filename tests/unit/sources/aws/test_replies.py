"""Replies read by plan are what botocore reads of them."""

from __future__ import annotations

import random
from typing import Any
from xml.sax.saxutils import escape

import botocore.session
import pytest
from botocore.parsers import create_parser
from botocore.utils import parse_timestamp

from cloudviz.catalogue.declare import AwsCall
from cloudviz.catalogue.registry import catalogue
from cloudviz.sources.aws.descriptions import lean
from cloudviz.sources.aws.model import operation_model
from cloudviz.sources.aws.replies import Parsers
from cloudviz.sources.aws.session import new_session, rfc3339

TEXTS = ("", "web-1", "a & b", "<script>", "Zürich", "🙂", " spaced ", "true")


def calls() -> list[tuple[str, str]]:
    """Every list and detail of a scan that answers in XML of EC2 or the Query protocol."""
    found = set()
    for declared in catalogue().of("aws"):
        if isinstance(declared.listing, AwsCall):
            for call in declared.listing.calls:
                found.add((call.service, call.operation))
                found |= {(each.service or call.service, each.operation) for each in call.details}
    return sorted(
        each for each in found if operation_model(*each).service_model.resolved_protocol in ("ec2", "query")
    )


def written(shape: Any, tag: str, chance: random.Random, depth: int = 0) -> str:
    """Some element of a shape; now and then one that is empty, of an unknown name, or there twice."""
    kind = shape.type_name
    if kind == "structure":
        inner = ""
        for name, member in shape.members.items():
            if depth < 6 and chance.random() < 0.6:
                inside = written(member, member.serialization.get("name") or name, chance, depth + 1)
                inner += inside * (2 if chance.random() < 0.02 and member.type_name == "structure" else 1)
        inner += "<neverHeardOf>1</neverHeardOf>" if chance.random() < 0.2 else ""
    elif kind == "list":
        name = shape.member.serialization.get("name") or "member"
        inner = "".join(written(shape.member, name, chance, depth + 1) for _ in range(chance.randrange(3)))
    elif kind == "map":
        words = (shape.key.serialization.get("name") or "key", shape.value.serialization.get("name") or "value")
        pairs = "".join(f"<{word}>{escape(chance.choice(TEXTS))}</{word}>" for word in words)
        inner = f"<entry>{pairs}</entry>"
    elif kind in ("integer", "long"):
        inner = str(chance.randrange(-5, 2**33))
    elif kind in ("float", "double"):
        inner = "0.5"
    elif kind == "boolean":
        inner = chance.choice(("true", "false", ""))
    elif kind == "timestamp":
        inner = chance.choice(("2026-11-20T10:00:00.000Z", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00+02:00"))
    elif kind == "blob":
        inner = "aGVsbG8="
    else:
        inner = escape(chance.choice(TEXTS))
    return f"<{tag}>{inner}</{tag}>"


@pytest.mark.parametrize(("service", "operation"), calls())
def test_plans_read_what_botocore_reads(service: str, operation: str) -> None:
    model = operation_model(service, operation)
    shape, protocol = model.output_shape, model.service_model.resolved_protocol
    factory = Parsers()
    planned, plain = factory.create_parser(protocol), create_parser(protocol)
    chance = random.Random(f"{service} {operation}")
    for _ in range(5):
        wrapper = shape.serialization.get("resultWrapper")
        content = written(shape, wrapper or "Reply", chance)
        body = f'<Reply xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">{content if wrapper else content[7:-8]}'
        reply = {"status_code": 200, "headers": {}, "body": f"{body}<requestId>r</requestId></Reply>".encode()}
        expected = plain.parse(reply, shape)
        assert planned.parse(reply, shape) == expected
        assert planned.parse(reply, shape) == expected, "and with a plan that is made already"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T10:00:00.000Z", "2026-11-20T10:00:00Z"),
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"),
        ("2026-11-20T10:00:00.123Z", "2026-11-20T10:00:00.123000Z"),
        ("2026-11-20T12:00:00+02:00", "2026-11-20T10:00:00Z"),
        ("20261120T100000Z", "2026-11-20T10:00:00Z"),
        (1795168800, "2026-11-20T10:00:00Z"),
    ],
)
def test_moments_are_written_in_one_way(text: Any, expected: str) -> None:
    assert rfc3339(text) == expected
    if isinstance(text, str) and text.endswith("Z"):
        assert parse_timestamp(text).isoformat().replace("+00:00", "Z") == expected


def test_a_moment_that_is_none_is_refused() -> None:
    for text in ("2026-13-41T99:00:00Z", "yesterday"):
        with pytest.raises(ValueError):
            rfc3339(text)


def test_sessions_share_descriptions_without_prose() -> None:
    first, second = new_session(), new_session()
    ours = first.get_service_model("rds")
    assert ours.shape_for("DBInstance").documentation == ""
    assert second.get_component("data_loader") is first.get_component("data_loader")
    whole = botocore.session.Session().get_service_model("rds")
    assert whole.shape_for("DBInstance").documentation
    assert ours.operation_names == whole.operation_names
    assert list(ours.shape_for("DBInstance").members) == list(whole.shape_for("DBInstance").members)
    assert lean(botocore.session.Session()).get_available_services() == first.get_available_services()

"""Resources and links are values: they cannot be changed, share nothing, and are made with what they need."""

import pickle
from dataclasses import FrozenInstanceError, replace

import pytest

from cloudviz.inventory.model import Link, Resource


def _machine() -> Resource:
    return Resource("i-1", "aws", "aws.ec2.instance", "AWS::EC2::Instance", "virtual_machine", "web")


def test_a_resource_and_a_link_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        _machine().name = "db"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        Link("a", "b", "uses").target = "c"  # type: ignore[misc]


def test_what_is_not_given_is_empty_and_shared_with_no_other() -> None:
    one, other = _machine(), _machine()
    assert (one.account, one.region, one.zone, one.parent, one.state) == ("", "", None, None, None)
    assert one.tags == one.properties == {}
    assert one.tags is not other.tags and one.properties is not other.properties
    assert Link("a", "b", "uses").resolved and Link("a", "b", "uses").staters == ("a",)


def test_copies_by_replacing_and_by_pickling_are_equal() -> None:
    made = replace(_machine(), tags={"env": "prod"}, properties={"size": 3}, currency="EUR")
    assert (made.id, made.name, made.tags, made.properties["size"]) == ("i-1", "web", {"env": "prod"}, 3)
    link = Link("a", "b", "uses", False, ("b",))
    assert pickle.loads(pickle.dumps((made, link))) == (made, link)
    assert replace(link, resolved=True).stated_by == ("b",)


def test_too_few_and_too_many_words_are_refused() -> None:
    with pytest.raises(TypeError, match="native_type"):
        Resource("i-1", "aws", "aws.ec2.instance")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword"):
        Link("a", "b", "uses", weight=3)  # type: ignore[call-arg]

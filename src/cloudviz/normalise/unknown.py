"""Types without a declaration are kept, never dropped: ``aws.other``, ``azure.other``, ``openstack.other``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudviz.catalogue.aws.long_tail import IDENTIFIER
from cloudviz.catalogue.declare import LinkRule
from cloudviz.catalogue.gcp.names import ASSET, LAID_IN
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.paths import at
from cloudviz.inventory.model import LinkKind, Problem, RawItem, Resource, Shape
from cloudviz.normalise.identity import account_in, last_part, region_in
from cloudviz.normalise.redaction import clean_name, clean_text, redact_body
from cloudviz.normalise.references import Pending
from cloudviz.normalise.tags import read_tags

_ID_FIELDS = (ASSET, IDENTIFIER, "arn", "Arn", "ARN", "id", "Id", "self_link", "selfLink", "name", "Name", "@item")
_LAID_IN = LAID_IN | {IDENTIFIER}
_NAME_FIELDS = ("name", "Name", "bucket", "identifier", "cluster_identifier", "display_name")

_REFERENCE_TARGETS: tuple[tuple[str, str], ...] = (
    ("i-", "aws.ec2.instance"),
    ("subnet-", "aws.ec2.subnet"),
    ("vpc-", "aws.ec2.vpc"),
    ("sg-", "aws.ec2.security_group"),
    ("vol-", "aws.ec2.volume"),
    ("igw-", "aws.ec2.internet_gateway"),
    ("nat-", "aws.ec2.nat_gateway"),
    ("rtb-", "aws.ec2.route_table"),
)
"""What a bare AWS id is, by its prefix: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html"""

_ANYTHING = at("@any")
_IN_ITS_GROUP = LinkRule(LinkKind.MEMBER_OF, ("azure.support.resource_group",), _ANYTHING, is_parent=True)


def unknown_resource(item: RawItem, problems: list[Problem]) -> tuple[Resource | None, Pending]:
    """A resource of a type CloudViz does not know, with the references that can be told from their form."""
    provider = item.scope.provider
    body = item.body
    # AWS names the id after the type: AWS::SNS::Topic has a TopicArn, AWS::Athena::NamedQuery a NamedQueryId.
    noun = item.native_type.rpartition("::")[2]
    fields = (*_ID_FIELDS, f"{noun}Arn", f"{noun}ARN", f"{noun}Id", f"{noun}Name")
    given = next((str(body[key]) for key in fields if body.get(key)), "")
    if not given:
        problems.append(Problem(item.native_type, "has no id and was left out", item.where))
        return None, Pending("", item.scope)
    identifier = given
    if provider == "azure":
        identifier = given.lower()
    if not identifier.startswith(("arn:", "//", "/subscriptions/")):
        place = "/".join(part for part in (item.scope.account, item.scope.region) if part)
        identifier = "/".join(part for part in (item.native_type, place, given) if part)
    identifier = clean_name(identifier, 4096)
    tags_value = body.get("tags_all") or body.get("tags") or body.get("Tags") or body.get("labels")
    names = (*_NAME_FIELDS, f"{noun}Name")
    name = next((str(body[key]) for key in names if isinstance(body.get(key), str) and body[key]), "")
    tags = read_tags(tags_value)
    resource = Resource(
        id=identifier,
        provider=provider,
        type=f"{provider}.other",
        native_type=clean_text(item.native_type, 256),
        kind=Kind.OTHER.value,
        name=clean_name(tags.get("Name") or name or _address_name(item) or last_part(identifier), 1000),
        account=clean_text(item.scope.account or account_in(identifier, provider), 256),
        region=clean_text(item.scope.region or region_in(identifier, provider), 256),
        tags=tags,
        properties={"configuration": redact_body(body, item.native_type, _LAID_IN)},
    )
    pending = Pending(identifier, item.scope)
    if provider == "aws":
        pending.found.extend(_references(body))
    elif identifier.startswith("/subscriptions/"):
        pending.found.append((_IN_ITS_GROUP, [identifier]))
    return resource, pending


def _address_name(item: RawItem) -> str:
    """What Terraform calls it, where its own id is a mere UUID: ``web`` of ``module.a.openstack_x.web[0]``."""
    if item.shape is not Shape.TERRAFORM:
        return ""
    address = item.where.rpartition(": ")[2]
    return address.rpartition(".")[2] if "." in address else ""


def _references(body: Mapping[str, Any]) -> Iterator[tuple[LinkRule, list[Any]]]:
    """References by the form of the value: networks contain, security groups guard, the rest is used."""
    seen: set[tuple[str, str]] = set()
    for text in _texts(body, 0):
        for prefix, target in _REFERENCE_TARGETS:
            if text.startswith(prefix) and len(text) <= 32 and (target, text) not in seen:
                seen.add((target, text))
    subnets = [text for target, text in seen if target == "aws.ec2.subnet"]
    parent = "aws.ec2.subnet" if len(subnets) == 1 else "aws.ec2.vpc"
    for target, text in sorted(seen):
        kind = {
            "aws.ec2.subnet": LinkKind.MEMBER_OF,
            "aws.ec2.vpc": LinkKind.MEMBER_OF,
            "aws.ec2.security_group": LinkKind.GUARDED_BY,
        }.get(target, LinkKind.USES)
        yield LinkRule(kind, (target,), _ANYTHING, is_parent=target == parent), [text]


def _texts(value: Any, depth: int) -> Iterator[str]:
    if depth > 8:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, depth + 1)

"""The vocabulary in which a resource type is declared. A type is a value (architecture, decision 1).

From one :class:`ResourceType` come the lister, the least-privilege policy, the normaliser, the links, the file
importers and the documentation page. Nothing else in CloudViz knows a cloud's field names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.paths import Field, at, tag
from cloudviz.inventory.model import LinkKind, Scope

__all__ = [
    "Arm",
    "ArmChild",
    "ArmList",
    "ArmPart",
    "Arn",
    "AssetList",
    "AssetName",
    "AwsCall",
    "AwsDetail",
    "Field",
    "InConfig",
    "KnownAs",
    "LinkRule",
    "Only",
    "ResourceType",
    "TerraformJoin",
    "arm",
    "arn",
    "asset_name",
    "at",
    "attached",
    "contains",
    "guarded_by",
    "inside",
    "member_of",
    "routes_to",
    "runs_as",
    "tag",
    "uses",
]

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_COLLECTION = re.compile(r"(?:^|/)([a-zA-Z]+)/\{[^{}]+\}$")


@dataclass(frozen=True)
class Only:
    """Which of the things one native list returns are of this type.

    ``Only("Type", equals=("application",))`` tells ALB from NLB in one ``describe_load_balancers``. ``also`` are
    further paths where one of the words may stand; ``others`` takes what has none of them: an ECS service that
    runs on Fargate says so in its launch type or in its capacity providers, any other runs on EC2.
    """

    path: str
    equals: tuple[str, ...] = ()
    prefix: str = ""
    also: tuple[str, ...] = ()
    others: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path it reads."""
        return (self.path, *self.also)


@dataclass(frozen=True)
class AwsDetail:
    """A further call whose result is laid into each item under the key ``into``.

    Arguments:
        operation: boto3 operation on the same service.
        arguments: parameter → path in the item, or ``"@item"`` for lists of bare strings, or a literal given
            as ``"=text"``, ``"@parent"`` for its owner, ``"@arn"`` for its ARN. A value ending in ``[]``, as in
            ``"LoadBalancerArn[]"``, sends a batch of up to ``batch`` items in one call.
        result: path of the values in the reply.
        into: key under which they are laid into the item; ``""`` overlays a mapping onto the item itself.
        match: for batched and bulk calls: (path in a reply element, path in the item) that must be equal.
        bulk: one paged call for all items instead of one call an item.
        batch: how many items one call takes.
        none_when: error codes that mean "none", such as ``NoSuchTagSet``.
        permission: the IAM action when it differs from ``service:Operation``.
        service: boto3 service when it is not the listing's.
        unless: path in the item; where it has a value already, the call is spared.
        is_tags: it reads tags, which the Resource Groups Tagging API knows too, a hundred things a call: it is
            made only where that API is denied.
    """

    operation: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    result: str = ""
    into: str = ""
    match: tuple[str, str] | None = None
    bulk: bool = False
    batch: int = 1
    none_when: tuple[str, ...] = ()
    permission: str = ""
    service: str = ""
    unless: str = ""
    is_tags: bool = False


@dataclass(frozen=True)
class AwsCall:
    """How AWS lists a type: one paged boto3 call per account and region, then details.

    ``service`` and ``operation`` are boto3's names, ``result`` the path of the items in a page. When the list
    returns bare strings (``TableNames[]``) an item becomes ``{"@item": text}``, and has the text, of a URL its
    last part, under ``item_key`` too, so that an item whose details are denied still has its name.

    ``each`` is for things listed by their owner, such as the services of a cluster: the list gives the owners, and
    the items are what this call gives for each. An item has its owner, as the call names it, under ``@parent``.

    ``also`` are lists of what is of the same type and in no region, asked once an account beside this one: the web
    ACLs of CloudFront beside those of each region.
    """

    service: str
    operation: str
    result: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    details: tuple[AwsDetail, ...] = ()
    is_global: bool = False
    permission: str = ""
    item_key: str = ""
    each: AwsDetail | None = None
    also: tuple[AwsCall, ...] = ()

    @property
    def calls(self) -> tuple[AwsCall, ...]:
        """All lists that hold things of the type."""
        return (self, *self.also)


@dataclass(frozen=True)
class ArmPart:
    """Rows of Resource Graph that say more of their owner, whose id theirs begin with: a zone's alias records.

    They are laid into the owner's body as a list at ``into``, and are no resources of their own. ``having`` is a
    path that a row must have a value at.
    """

    arm_types: tuple[str, ...]
    into: str
    table: str = "resources"
    having: str = ""


@dataclass(frozen=True)
class ArmChild:
    """How things without a row in Resource Graph are found through their owner.

    Attributes:
        owner: key of the type that has them.
        path: where they are in the owner's row; or else
        suffix: what follows the owner's id in the URL of the ARM list that names them.
        not_kinds: ``kind`` words of owners that have none, lower-case.
    """

    owner: str
    path: str = ""
    suffix: str = ""
    not_kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class ArmList:
    """How Azure lists a type: its ARM type, read in bulk from Resource Graph or from ARM at ``api_version``.

    ``table`` is the table of Resource Graph, ``parts`` are laid into each row, ``is_global`` marks types that
    are in no region, ``child`` is for the types that have no row. Things with one of the ``system_names`` are
    made by the cloud itself, one for each owner, and are left out. The ARM type's ``…/read`` action is the
    permission unless said otherwise.
    """

    arm_type: str
    api_version: str
    in_resource_graph: bool = True
    permission: str = ""
    table: str = "resources"
    parts: tuple[ArmPart, ...] = ()
    is_global: bool = False
    child: ArmChild | None = None
    system_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class AssetList:
    """How GCP lists a type: its Cloud Asset Inventory type, and the REST method to fall back to.

    ``also`` are further asset types that are of this type, each with its method; ``""`` where a method named
    before lists them as well. ``is_global``: none of them is in a region. ``in_inventory``: false for the few
    types that only their own API lists.
    """

    asset_type: str
    direct: str = ""
    also: Mapping[str, str] = field(default_factory=dict)
    is_global: bool = False
    in_inventory: bool = True

    @property
    def asset_types(self) -> tuple[str, ...]:
        """All asset types, the one that names the type first."""
        return (self.asset_type, *self.also)


@dataclass(frozen=True)
class Arn:
    """Identity by ARN: taken from the body where the API gives one, else built from the template.

    ``owner`` reads the account that owns the thing, which need not be the one that lists it: a VPC that is shared
    through Resource Access Manager is listed by every account that may use it, and is one VPC.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/ (resource types of each service).
    """

    service: str
    template: str
    given: Field | None = None
    has_region: bool = True
    has_account: bool = True
    owner: Field | None = None

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The paths of the template's placeholders."""
        return tuple(_PLACEHOLDER.findall(self.template))

    def build(self, values: Mapping[str, str], scope: Scope) -> str:
        """The ARN for placeholder values in a scope."""
        tail = _PLACEHOLDER.sub(lambda match: values[match.group(1)], self.template)
        region = scope.region if self.has_region else ""
        account = scope.account if self.has_account else ""
        return f"arn:{scope.partition}:{self.service}:{region}:{account}:{tail}"


@dataclass(frozen=True)
class Arm:
    """Identity by ARM id, lower-cased (ids are compared without case; recordings mix them)."""

    given: Field


@dataclass(frozen=True)
class AssetName:
    """Identity by full resource name as Cloud Asset Inventory writes it: ``//service/…``.

    ``given`` reads a selfLink or relative name, which is rewritten; else the template is filled.
    ``collections`` are further collections whose members are of this type: ``instanceGroups`` beside
    ``instanceGroupManagers``. ``by_number``: the name holds the project's number where others hold its id.
    ``hosts`` gives the service by Terraform name where types of several services are one type here.
    Source: https://cloud.google.com/asset-inventory/docs/asset-names
    """

    service: str
    template: str
    given: Field | None = None
    collections: tuple[str, ...] = ()
    by_number: bool = False
    hosts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The paths of the template's placeholders (``project`` and ``location`` come from the scope)."""
        return tuple(_PLACEHOLDER.findall(self.template))

    @cached_property
    def collection(self) -> str:
        """What a name of this type has before its last part, as in ``networks``; ``""`` for buckets."""
        found = _COLLECTION.search(self.template)
        return found.group(1) if found else ""


Identity = Arn | Arm | AssetName


@dataclass(frozen=True)
class InConfig:
    """What AWS Config's record of a type is good for, where its recorder covers the type.

    That an account has none of it in a region is taken from Config. ``items``: so are the things themselves, since
    their configuration items hold all that the declaration reads.

    ``fields`` maps a native path to where an item holds its value, if that is not the native name in
    ``configuration`` (case aside): ``{"BucketRegion": "awsRegion"}``. An empty text says that items have none.
    ``needs`` are paths that each item must have to be whole: Config does not promise them.
    Source: https://github.com/awslabs/aws-config-resource-schema, a file of properties for each type.
    """

    items: bool = True
    fields: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownAs:
    """What files call this type, and where their field names differ from the cloud's.

    ``terraform_fields`` maps a native path to the Terraform attribute path: ``{"SecurityGroups[].GroupId":
    "vpc_security_group_ids[]"}``. A native path that is not listed is looked for under its snake-case name.
    ``a|b`` takes the first that has a value, ``a+b`` the values of both; an empty text says that a state has none.
    ``config`` is AWS Config's name of the type, ``in_config`` what its record is good for; None: for nothing.
    """

    cloudformation: str = ""
    config: str = ""
    in_config: InConfig | None = None
    terraform: tuple[str, ...] = ()
    terraform_fields: Mapping[str, str] = field(default_factory=dict)
    arm: tuple[str, ...] = ()
    asset: tuple[str, ...] = ()


@dataclass(frozen=True)
class LinkRule:
    """One kind of link from this type: the values of ``field`` refer to resources of the ``targets``.

    ``is_parent`` makes the first value the container of the resource; the link itself is ``member_of``.
    ``reverse`` turns the direction: the found resource is the source. ``every``: a value
    means every target that has it among its ``aliases`` and stands where the source is linked to: a network tag
    means all the firewall rules of the network that target it.
    """

    kind: LinkKind
    targets: tuple[str, ...]
    field: Field
    is_parent: bool = False
    reverse: bool = False
    every: bool = False


def _rule(
    kind: LinkKind, target: str, where: Field, *, parent: bool = False, reverse: bool = False, every: bool = False
) -> LinkRule:
    return LinkRule(kind, tuple(target.split("|")), where, parent, reverse, every)


def inside(target: str, where: Field) -> LinkRule:
    """This resource sits in that one, and is drawn in it. The first ``inside`` with a value decides."""
    return _rule(LinkKind.MEMBER_OF, target, where, parent=True)


def member_of(target: str, where: Field, *, reverse: bool = False) -> LinkRule:
    """This resource belongs to that one without being drawn in it."""
    return _rule(LinkKind.MEMBER_OF, target, where, reverse=reverse)


def contains(target: str, where: Field, *, reverse: bool = False) -> LinkRule:
    """That resource is a part of this one."""
    return _rule(LinkKind.CONTAINS, target, where, reverse=reverse)


def attached(target: str, where: Field, *, reverse: bool = False) -> LinkRule:
    """The two are plugged together: a disk, an interface, a gateway."""
    return _rule(LinkKind.ATTACHED_TO, target, where, reverse=reverse)


def routes_to(target: str, where: Field, *, reverse: bool = False) -> LinkRule:
    """Traffic or messages go from this to that."""
    return _rule(LinkKind.ROUTES_TO, target, where, reverse=reverse)


def uses(target: str, where: Field, *, reverse: bool = False) -> LinkRule:
    """This needs that to work: a key, a bucket, a secret."""
    return _rule(LinkKind.USES, target, where, reverse=reverse)


def guarded_by(target: str, where: Field, *, reverse: bool = False, every: bool = False) -> LinkRule:
    """That decides what traffic may reach this."""
    return _rule(LinkKind.GUARDED_BY, target, where, reverse=reverse, every=every)


def runs_as(target: str, where: Field, *, reverse: bool = False) -> LinkRule:
    """This acts with the identity of that."""
    return _rule(LinkKind.RUNS_AS, target, where, reverse=reverse)


@dataclass(frozen=True)
class TerraformJoin:
    """A Terraform resource that is no thing of its own but a link, such as ``aws_volume_attachment``.

    Attributes:
        source, target: (type keys joined by ``|``, attribute path or :class:`Field` over the attributes).
        only: which of its instances make this link: an ingress rule points the other way than an egress rule.
    """

    terraform: str
    kind: LinkKind
    source: tuple[str, str | Field]
    target: tuple[str, str | Field]
    only: Only | None = None


def arn(
    service: str,
    template: str,
    *,
    given: Field | None = None,
    has_region: bool = True,
    has_account: bool = True,
    owner: Field | None = None,
) -> Arn:
    """Identity ``arn:{partition}:{service}:{region}:{account}:{template}``; see :class:`Arn`."""
    return Arn(service, template, given, has_region, has_account, owner)


def arm(given: Field | None = None) -> Arm:
    """Identity by ARM id, at ``id`` unless said otherwise; see :class:`Arm`."""
    return Arm(given or at("id"))


def asset_name(
    service: str,
    template: str,
    *,
    given: Field | None = None,
    collections: tuple[str, ...] = (),
    by_number: bool = False,
    hosts: Mapping[str, str] | None = None,
) -> AssetName:
    """Identity ``//{service}/{template}``; see :class:`AssetName`."""
    return AssetName(service, template, given, collections, by_number, hosts or {})


@dataclass(frozen=True, eq=False)
class ResourceType:
    """Everything CloudViz knows of one type.

    Attributes:
        key: the type key of contract §1.
        kind: its cross-cloud word.
        title: its name as its cloud writes it, singular.
        icon: path of its own icon below the icon set; the kind's glyph is drawn where it is empty.
        listing: how its cloud lists it.
        known_as: what files call it.
        id: how it is identified.
        name: its display name; falls back to the last part of the id.
        state, zone, region, tags: where to read them; ``region`` only where it differs from the scope's.
        facts: short name → field: what a person wants to read first. Same words over all clouds:
            ``size``, ``engine``, ``version``, ``address_range``, ``private_ip``, ``public_ip``, ``capacity_gb``…
        sublabel: the facts shown as a node's second line, first that has a value.
        links: the link rules.
        only: which items of a shared list are of this type.
        aliases: facts whose values are names by which others refer to this: a host name, a private address.
        volatile: paths that change at every look (counters, last-used dates) and are no change of the resource.
        supporting: true for the types that exist for links, and are not among the headline types.
    """

    key: str
    kind: Kind
    title: str
    listing: AwsCall | ArmList | AssetList
    id: Identity
    known_as: KnownAs = KnownAs()
    icon: str = ""
    name: Field | None = None
    state: Field | None = None
    zone: Field | None = None
    region: Field | None = None
    tags: Field | None = None
    facts: Mapping[str, Field] = field(default_factory=dict)
    sublabel: tuple[str, ...] = ("size", "engine", "address_range", "runtime")
    links: tuple[LinkRule, ...] = ()
    only: Only | None = None
    aliases: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()
    supporting: bool = False

    @property
    def provider(self) -> str:
        """``aws``, ``azure`` or ``gcp``: the first word of the key."""
        return self.key.split(".", 1)[0]

    def fields(self) -> dict[str, Field]:
        """Every field expression of the declaration by a name for messages, for contract tests."""
        named: dict[str, Field] = {f"facts.{key}": value for key, value in self.facts.items()}
        for label in ("name", "state", "zone", "region", "tags"):
            optional: Field | None = getattr(self, label)
            if optional is not None:
                named[label] = optional
        given: Field | None = self.id.given
        if given is not None:
            named["id"] = given
        for index, rule in enumerate(self.links):
            named[f"links[{index}] {rule.kind} {'|'.join(rule.targets)}"] = rule.field
        return named

    def paths(self) -> tuple[str, ...]:
        """Every native path the declaration reads, without repeats."""
        found: dict[str, None] = {}
        for value in self.fields().values():
            for path in value.paths:
                found[path] = None
        if not isinstance(self.id, Arm):
            for key in self.id.keys:
                if key not in ("project", "location"):
                    found[key] = None
        if self.only is not None:
            found.update(dict.fromkeys(self.only.paths))
        return tuple(found)

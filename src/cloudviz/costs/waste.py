"""What is paid for and serves nothing: disks of no machine, balancers without targets, machines that stand still.

A rule is declared once for the types it is about, and decides by links and states alone, which all three clouds
share. What is found is a reason to look, not to delete: a disk may be kept on purpose, and a thing whose users
were never looked at is told with low confidence.

Sources: the checks of AWS Trusted Advisor (cost optimisation), Azure Advisor (cost recommendations) and Google
Cloud's idle resource recommender.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum

from cloudviz.catalogue.states import State
from cloudviz.inventory.model import Coverage, CoverageStatus, Graph, Link, LinkKind, Resource


class Confidence(StrEnum):
    """How sure it is that nothing uses the thing."""

    HIGH = "high"  # the cloud itself says so
    MEDIUM = "medium"  # nothing that CloudViz knows of uses it
    LOW = "low"  # what would use it was not looked at, or may be outside of what CloudViz sees


class WasteKind(StrEnum):
    """What is wrong with it."""

    UNATTACHED = "unattached"
    IDLE = "idle"
    STOPPED = "stopped"
    ORPHANED = "orphaned"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Finding:
    """One resource that is paid for and serves nothing, with the reason in words."""

    resource: Resource
    kind: WasteKind
    reason: str
    confidence: Confidence


@dataclass(slots=True)
class _Around:
    """The links of each resource, by where they begin and end."""

    resources: dict[str, Resource]
    out: dict[str, list[Link]] = field(default_factory=lambda: defaultdict(list))
    into: dict[str, list[Link]] = field(default_factory=lambda: defaultdict(list))

    def outgoing(self, key: str) -> list[Link]:
        return self.out.get(key, [])

    def incoming(self, key: str) -> list[Link]:
        """Links from what is in the inventory."""
        return [link for link in self.into.get(key, []) if link.source in self.resources]


@dataclass(frozen=True, slots=True)
class WasteRule:
    """When resources of some types serve nothing.

    Attributes:
        users: types that would use it. Where none of them was looked at in its account, confidence is low.
        holds: the test, for a resource of one of ``types``.
    """

    types: tuple[str, ...]
    kind: WasteKind
    reason: str
    confidence: Confidence
    users: tuple[str, ...]
    holds: Callable[[Resource, _Around], bool]


def _is_unattached(item: Resource, around: _Around) -> bool:
    links = (*around.outgoing(item.id), *around.incoming(item.id))
    return not any(link.kind == LinkKind.ATTACHED_TO for link in links)


_USING = frozenset({LinkKind.USES, LinkKind.ATTACHED_TO, LinkKind.ROUTES_TO})


def _is_unused_address(item: Resource, around: _Around) -> bool:
    """Addresses are named by what uses them, or name it; one of Google says itself whether it is in use."""
    if item.properties.get("class") == "INTERNAL" or item.properties.get("status") == "IN_USE":
        return False
    if any(link.kind in _USING for link in around.incoming(item.id)):
        return False
    return not any(link.kind == LinkKind.ATTACHED_TO for link in around.outgoing(item.id))


def _is_of_stopped(item: Resource, around: _Around) -> bool:
    holders = [link.source for link in around.incoming(item.id) if link.kind == LinkKind.ATTACHED_TO]
    return bool(holders) and all(around.resources[key].state == State.STOPPED for key in holders)


_ON_THE_WAY = frozenset(
    {
        "aws.elbv2.target_group",
        "gcp.support.target_proxy",
        "gcp.support.target_pool",
        "gcp.network.url_map",
        "gcp.network.backend_service",
    }
)
"""What a balancer leads to, and that serves nothing itself."""


def _leads_nowhere(item: Resource, around: _Around) -> bool:
    seen, left = {item.id}, [item.id]
    while left:
        for link in around.outgoing(left.pop()):
            if link.kind != LinkKind.ROUTES_TO or link.target in seen:
                continue
            seen.add(link.target)
            target = around.resources.get(link.target)
            # What is not in the inventory may be anything. Targets by address are only counted.
            if target is None or target.type not in _ON_THE_WAY or target.properties.get("targets"):
                return False
            left.append(target.id)
    return True


def _is_unrouted(item: Resource, around: _Around) -> bool:
    return item.state != State.DELETING and not any(
        link.kind == LinkKind.ROUTES_TO for link in around.incoming(item.id)
    )


def _is_stopped(item: Resource, around: _Around) -> bool:
    return item.state == State.STOPPED


_DISKS = (":volume/", "/disks/")


def _is_of_gone_disk(item: Resource, around: _Around) -> bool:
    disks = [link for link in around.outgoing(item.id) if any(mark in link.target.lower() for mark in _DISKS)]
    return bool(disks) and not any(link.target in around.resources for link in disks)


def _is_without_members(item: Resource, around: _Around) -> bool:
    return not any(link.kind in (LinkKind.MEMBER_OF, LinkKind.CONTAINS) for link in around.incoming(item.id))


_MACHINES = ("aws.ec2.instance", "azure.compute.virtual_machine", "gcp.compute.instance")
_DISK_TYPES = ("aws.ec2.volume", "azure.storage.managed_disk", "gcp.storage.disk")
_BALANCED = (
    "aws.ec2.instance",
    "aws.lambda.function",
    "aws.ecs.fargate",
    "azure.network.network_interface",
    "gcp.compute.instance_group",
    "gcp.compute.instance",
    "gcp.support.neg",
)

RULES: tuple[WasteRule, ...] = (
    WasteRule(
        _DISK_TYPES,
        WasteKind.UNATTACHED,
        "is attached to no machine",
        Confidence.HIGH,
        _MACHINES,
        _is_unattached,
    ),
    WasteRule(
        _DISK_TYPES,
        WasteKind.STOPPED,
        "is the disk of a machine that is stopped",
        Confidence.MEDIUM,
        _MACHINES,
        _is_of_stopped,
    ),
    WasteRule(
        ("aws.ec2.eip", "azure.network.public_ip", "gcp.network.address"),
        WasteKind.UNATTACHED,
        "is an address that is reserved, and that nothing uses",
        Confidence.HIGH,
        ("aws.ec2.network_interface", *_MACHINES),
        _is_unused_address,
    ),
    WasteRule(
        (
            "aws.elbv2.alb",
            "aws.elbv2.nlb",
            "aws.elbv2.gwlb",
            "aws.elb.load_balancer",
            "azure.network.load_balancer",
            "azure.network.application_gateway",
            "gcp.network.forwarding_rule",
        ),
        WasteKind.IDLE,
        "has no target that is known",
        Confidence.MEDIUM,
        _BALANCED,
        _leads_nowhere,
    ),
    WasteRule(
        ("aws.ec2.nat_gateway",),
        WasteKind.IDLE,
        "is in no route table",
        Confidence.MEDIUM,
        ("aws.ec2.route_table",),
        _is_unrouted,
    ),
    WasteRule(
        (*_MACHINES, "aws.rds.instance", "gcp.database.cloud_sql", "aws.sagemaker.notebook_instance"),
        WasteKind.STOPPED,
        "is stopped, and what it holds is still paid for",
        Confidence.HIGH,
        (),
        _is_stopped,
    ),
    WasteRule(
        ("aws.ec2.snapshot", "azure.support.snapshot", "gcp.support.snapshot"),
        WasteKind.ORPHANED,
        "is the snapshot of a disk that is gone",
        Confidence.MEDIUM,
        _DISK_TYPES,
        _is_of_gone_disk,
    ),
    WasteRule(
        ("azure.support.app_service_plan",),
        WasteKind.EMPTY,
        "is a plan without apps",
        Confidence.HIGH,
        ("azure.compute.app_service",),
        _is_without_members,
    ),
    WasteRule(
        ("azure.support.sql_elastic_pool",),
        WasteKind.EMPTY,
        "is a pool without databases",
        Confidence.HIGH,
        ("azure.database.sql_database",),
        _is_without_members,
    ),
)
"""In this order; the first that holds is told, so that nothing is listed twice."""

_RULES_OF: dict[str, list[WasteRule]] = defaultdict(list)
for _rule in RULES:
    for _type in _rule.types:
        _RULES_OF[_type].append(_rule)


def find_waste(graph: Graph, coverage: Iterable[Coverage] = ()) -> list[Finding]:
    """What serves nothing, by id.

    Arguments:
        graph: a whole inventory: what stands outside of it uses nothing.
        coverage: what was looked at, which tells "there is none" from "nobody looked".
    """
    around = _Around(graph.resources)
    for link in graph.links:
        around.out[link.source].append(link)
        around.into[link.target].append(link)
    looked_at = {(item.account, item.type) for item in graph.resources.values()}
    looked_at |= {(each.account, each.type) for each in coverage if each.status == CoverageStatus.SEEN}
    found = []
    for key in sorted(graph.resources):
        item = graph.resources[key]
        for rule in _RULES_OF.get(item.type, ()):
            if rule.holds(item, around):
                finding = Finding(item, rule.kind, rule.reason, rule.confidence)
                found.append(finding if _was_seen(item, rule, looked_at) else _doubted(finding))
                break
    return found


def _was_seen(item: Resource, rule: WasteRule, looked_at: Set[tuple[str, str]]) -> bool:
    users = [user for user in rule.users if user.startswith(f"{item.provider}.")]
    return not users or any((item.account, user) in looked_at for user in users)


def _doubted(finding: Finding) -> Finding:
    return replace(
        finding,
        reason=f"{finding.reason}; what could use it was not looked at",
        confidence=Confidence.LOW,
    )

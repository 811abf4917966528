"""CloudFormation: what ``describe-`` and ``list-stack-resources`` print, and templates in JSON and YAML.

A stack's resources are told with their physical ids and hold nothing else. A template's resources do not exist
yet: their ids are ``planned:`` and their logical names, as those of a Terraform plan.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cloudviz.catalogue.aws.long_tail import IDENTIFIER
from cloudviz.catalogue.declare import Arn, AwsCall, ResourceType
from cloudviz.catalogue.registry import catalogue, is_of_type
from cloudviz.inventory.model import ANY_MEMBER, Problem, RawItem, Scope
from cloudviz.sources.offline.arns import has_identity, lay_native_id, parts_of
from cloudviz.sources.offline.format import Asked, Contents, Document, Format
from cloudviz.sources.offline.rows import rows_at
from cloudviz.sources.offline.terraform_show import PLANNED

_LISTS = ("StackResources", "StackResourceSummaries")
_GONE = ("DELETE_COMPLETE", "DELETE_SKIPPED")
_SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")
_MAX_DEPTH = 40


def _is_stack(top: Mapping[str, Any]) -> bool:
    return any(isinstance(top.get(name), list) for name in _LISTS) or isinstance(
        top.get("StackResourceDetail"), dict
    )


def _read_stack(document: Document, asked: Asked) -> Contents:
    contents = Contents.of(document)
    top = document.top
    lists = [f"{name}[]" for name in _LISTS if name in top] or ["StackResourceDetail"]
    for number, (_, row) in enumerate(rows_at(document, lists)):
        if number % 512 == 0:
            asked.go_on()
        item = _stack_item(row, asked, document.name) if isinstance(row, Mapping) else None
        if item is not None:
            contents.items.append(item)
        else:
            contents.left_out["not created"] = contents.left_out.get("not created", 0) + 1
    if any(not item.scope.account for item in contents.items):
        contents.problems.append(
            Problem(
                "", "does not say which account and region; give --account and --region", document.name, loss=False
            )
        )
    return contents


def _stack_item(row: Mapping[str, Any], asked: Asked, name: str) -> RawItem | None:
    native, physical = row.get("ResourceType"), row.get("PhysicalResourceId")
    if not isinstance(native, str) or not isinstance(physical, str) or not physical:
        return None
    if row.get("ResourceStatus") in _GONE:
        return None
    parts = parts_of(row.get("StackId"))
    account, region = (parts.account, parts.region) if parts is not None else (asked.account, asked.region)
    partition = parts.partition if parts is not None else "aws"
    where = f"{name}: {row.get('LogicalResourceId', '')}"
    for declared in catalogue().by_native(native):
        body: dict[str, Any] = {}
        lay_native_id(declared, body, physical)
        if has_identity(declared, body) and _may_be(declared, physical):
            scope = Scope("aws", account, "" if _is_global(declared) else region, partition)
            return RawItem(scope, native, body, declared.key, where=where, unseen=(ANY_MEMBER,))
    return RawItem(
        Scope("aws", account, region, partition), native, {IDENTIFIER: physical}, where=where, unseen=(ANY_MEMBER,)
    )


def _may_be(declared: ResourceType, physical: str) -> bool:
    """Whether an id may be of a type that is one of several of a native name: ``loadbalancer/net/…``."""
    parts = parts_of(physical)
    if declared.only is None or parts is None or not isinstance(declared.id, Arn):
        return True
    return parts.tail.startswith(declared.id.template.split("{", 1)[0])


def _is_global(declared: ResourceType) -> bool:
    return isinstance(declared.listing, AwsCall) and declared.listing.is_global


def _is_template(top: Mapping[str, Any]) -> bool:
    resources = top.get("Resources")
    if not isinstance(resources, Mapping):
        return False
    types = [each.get("Type") for each in resources.values() if isinstance(each, Mapping)]
    return "AWSTemplateFormatVersion" in top or any(
        isinstance(each, str) and each.startswith("AWS::") for each in types
    )


def _read_template(document: Document, asked: Asked) -> Contents:
    contents = Contents()
    resources: Mapping[str, Any] = document.top["Resources"]
    for logical, entry in resources.items():
        asked.go_on()
        native = entry.get("Type") if isinstance(entry, Mapping) else None
        if not isinstance(native, str):
            contents.problems.append(Problem(str(logical), "has no Type and was left out", document.name))
            continue
        properties = _resolved(entry.get("Properties"), resources, 0)
        body: dict[str, Any] = properties if isinstance(properties, dict) else {}
        contents.items.append(_planned(native, str(logical), body, asked, document.name))
    if contents.items:
        noun = "resource does" if len(contents.items) == 1 else "resources do"
        what = f"{len(contents.items):,} planned {noun} not exist yet"
        contents.problems.append(Problem("", what, document.name, loss=False))
    return contents


def _planned(native: str, logical: str, body: dict[str, Any], asked: Asked, name: str) -> RawItem:
    where = f"{name}: {logical}"
    if native == "AWS::ElasticLoadBalancingV2::LoadBalancer":
        body.setdefault("Type", "application")
    for declared in catalogue().by_native(native):
        if not isinstance(declared.id, Arn) or not is_of_type(declared, body):
            continue
        made = dict(body)
        for key in declared.id.keys:
            if "." not in key and "[" not in key and not isinstance(made.get(key), str):
                made[key] = PLANNED + logical
        if has_identity(declared, made):
            scope = Scope("aws", asked.account, "" if _is_global(declared) else asked.region)
            return RawItem(scope, native, made, declared.key, where=where)
    return RawItem(
        Scope("aws", asked.account, asked.region), native, {**body, IDENTIFIER: PLANNED + logical}, where=where
    )


def _resolved(value: Any, resources: Mapping[str, Any], depth: int) -> Any:
    """Properties with references to resources of the template as their planned ids, other functions left out."""
    if depth > _MAX_DEPTH:
        return None
    if isinstance(value, list):
        found = (_resolved(each, resources, depth + 1) for each in value)
        return [each for each in found if each is not None]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref":
            return PLANNED + argument if isinstance(argument, str) and argument in resources else None
        if function == "Fn::GetAtt":
            named = argument[0] if isinstance(argument, list) and argument else str(argument).partition(".")[0]
            return PLANNED + named if isinstance(named, str) and named in resources else None
        if function == "Fn::Sub":
            text = argument[0] if isinstance(argument, list) and argument else argument
            return _SUBSTITUTED.sub(r"\1", text) if isinstance(text, str) else None
        if str(function).startswith("Fn::") or function == "Condition":
            return None
    pairs = ((str(key), _resolved(each, resources, depth + 1)) for key, each in value.items())
    return {key: each for key, each in pairs if each is not None}


# -- YAML ------------------------------------------------------------------------------------------------------


MAX_YAML = 4 << 20
"""The most of a template in YAML: CloudFormation itself takes 1 MB."""


def is_yaml_template(data: bytes) -> bool:
    """Whether a text that is no JSON is a template."""
    return b"AWSTemplateFormatVersion" in data[:65536] or (b"Resources:" in data and b"Type: AWS::" in data)


def parse_yaml(data: bytes) -> Mapping[str, Any] | None:
    """The document of a template; None for what is no YAML, has anchors or is nested too deep."""
    import yaml

    class Loader(yaml.SafeLoader):
        """Reads ``!Ref x`` as ``{"Ref": "x"}``."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("aliases are not read")
            return super().compose_node(parent, index)

    def function(loader: Any, suffix: str, node: Any) -> dict[str, Any]:
        if isinstance(node, yaml.ScalarNode):
            value: Any = loader.construct_scalar(node)
        elif isinstance(node, yaml.SequenceNode):
            value = loader.construct_sequence(node, deep=True)
        else:
            value = loader.construct_mapping(node, deep=True)
        return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}

    Loader.add_multi_constructor("!", function)
    try:
        found = yaml.load(data, Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError, TypeError, UnicodeError):
        return None
    return found if isinstance(found, dict) and all(isinstance(key, str) for key in found) else None


STACK_RESOURCES = Format("CloudFormation stack resources", _is_stack, _read_stack, streams=True)
TEMPLATE = Format("CloudFormation template", _is_template, _read_template)

__all__ = ["MAX_YAML", "STACK_RESOURCES", "TEMPLATE", "is_yaml_template", "parse_yaml"]

"""Templates of Azure Resource Manager: written ones, what Bicep builds, and exports of resource groups.

What a template describes does not exist yet, or says what there was when it was exported. It names neither its
subscription nor its resource group: the first is taken from ``--account``, and both are ``planned`` where nothing
says them, so that what hangs together in the template does so in the picture.
Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudviz.inventory.model import Problem
from cloudviz.sources.offline.arm_expressions import Names, resolved, resource_id
from cloudviz.sources.offline.azure_rows import arm_items
from cloudviz.sources.offline.format import Asked, Contents, Document, Format

UNKNOWN = "planned"
"""Stands for the subscription and the resource group that a template does not name."""

MOST_COPIES = 800
"""ARM itself makes no more of one loop."""

MOST_RESOURCES = 50_000
_MAX_NESTED = 8
_SECRET = ("securestring", "secureobject")
_DEPLOYMENTS = "microsoft.resources/deployments"


def _is_template(top: Mapping[str, Any]) -> bool:
    schema = top.get("$schema")
    is_said = isinstance(schema, str) and "deploymenttemplate.json" in schema.lower()
    return is_said and isinstance(top.get("resources"), list | dict)


def _read(document: Document, asked: Asked) -> Contents:
    reading = _Reading(document.name, asked)
    names = Names(subscription=asked.account.lower() or UNKNOWN, group=UNKNOWN, location=asked.region)
    reading.template(document.top, names, {}, 0)
    contents = reading.contents
    if contents.items:
        noun = "resource" if len(contents.items) == 1 else "resources"
        what = f"{len(contents.items):,} planned {noun}: a template says what should be"
        contents.problems.append(Problem("", what, document.name, loss=False))
    return contents


class _Reading:
    """What has been read of a template, and of those within it."""

    def __init__(self, name: str, asked: Asked) -> None:
        self.contents = Contents()
        self._name = name
        self._asked = asked
        self._unnamed = 0

    def template(self, template: Mapping[str, Any], names: Names, given: Mapping[str, Any], nested: int) -> None:
        """Read a template with the parameters given to it."""
        parameters = {key.lower(): each for key, each in _defaults(template.get("parameters"))}
        for key, value in given.items():
            if isinstance(value, Mapping) and "value" in value:
                parameters[str(key).lower()] = value["value"]
        variables = template.get("variables")
        variables = variables if isinstance(variables, Mapping) else {}
        own = Names(
            parameters,
            {str(key).lower(): each for key, each in variables.items()},
            names.subscription,
            names.group,
            names.location,
            budget=names.budget,
        )
        self._resources(template.get("resources"), own, "", "", nested)

    def _resources(self, listed: Any, names: Names, owner_type: str, owner: str, nested: int) -> None:
        entries = list(listed.values()) if isinstance(listed, Mapping) else listed
        for entry in entries if isinstance(entries, list) else ():
            self._asked.go_on()
            if not isinstance(entry, Mapping) or len(self.contents.items) >= MOST_RESOURCES:
                self._odd("resource", "is no object and was left out")
                continue
            for each in _copies(entry, names):
                self._resource(entry, each, owner_type, owner, nested)

    def _resource(self, entry: Mapping[str, Any], names: Names, owner_type: str, owner: str, nested: int) -> None:
        arm_type, name = entry.get("type"), resolved(entry.get("name"), names)
        if not isinstance(arm_type, str):
            self._odd(str(entry.get("name"))[:100], "has no type and was left out")
            return
        if resolved(entry.get("condition", True), names) is False or entry.get("existing") is True:
            return
        if not isinstance(name, str) or not name:
            # Its name is made when it is deployed: uniqueString, or a parameter without a default.
            self._unnamed += 1
            steps = arm_type.count("/") if not owner_type or "." in arm_type else 1
            name = "/".join(["planned"] * (steps - 1) + [f"planned-{self._unnamed}"])
        if owner_type and not arm_type.lower().startswith(f"{owner_type.lower()}/"):
            arm_type, name = f"{owner_type}/{arm_type}", f"{owner}/{name}"
        if arm_type.lower() == _DEPLOYMENTS:
            self._nested(entry, names, nested)
            return
        parts = name.split("/")
        if arm_type.count("/") != len(parts):
            self._odd(name[:100], f"has a name that does not fit its type {arm_type[:100]!r}, and was left out")
            return
        identifier = self._identifier(entry, names, arm_type, parts)
        body = resolved({key: each for key, each in entry.items() if key not in _NO_BODY}, names)
        properties = body.get("properties")
        if isinstance(properties, dict):
            _lay_ids(properties, identifier, 0)
        row = {**body, "id": identifier, "name": parts[-1], "type": arm_type}
        self.contents.items.extend(arm_items(row, f"{self._name}: {name[:200]}"))
        self._resources(entry.get("resources"), names, arm_type, name, nested)

    def _identifier(self, entry: Mapping[str, Any], names: Names, arm_type: str, parts: list[str]) -> str:
        provider, *kinds = arm_type.split("/")
        tail = "".join(f"/{kind}/{part}" for kind, part in zip(kinds, parts, strict=True))
        scope = resolved(entry.get("scope"), names)
        if isinstance(scope, str) and scope.startswith("/"):
            return f"{scope.rstrip('/')}/providers/{provider}{tail}"
        if arm_type.lower() == "microsoft.resources/resourcegroups":
            return f"/subscriptions/{names.subscription}/resourceGroups/{parts[0]}"
        return resource_id(names, arm_type, parts)

    def _nested(self, entry: Mapping[str, Any], names: Names, nested: int) -> None:
        properties = entry.get("properties")
        inner = properties.get("template") if isinstance(properties, Mapping) else None
        if not isinstance(inner, Mapping) or nested >= _MAX_NESTED:
            what = "is a deployment whose template is elsewhere, and was left out"
            self._odd(str(entry.get("name"))[:100], what)
            return
        group = resolved(entry.get("resourceGroup"), names)
        subscription = resolved(entry.get("subscriptionId"), names)
        given = resolved(properties.get("parameters"), names) if isinstance(properties, Mapping) else {}
        within = Names(
            names.parameters,
            names.variables,
            subscription.lower() if isinstance(subscription, str) else names.subscription,
            group if isinstance(group, str) else names.group,
            names.location,
            budget=names.budget,
        )
        self.template(inner, within, given if isinstance(given, Mapping) else {}, nested + 1)

    def _odd(self, what: str, why: str) -> None:
        if len(self.contents.problems) < 1000:
            self.contents.problems.append(Problem(what, why, self._name))


_NO_BODY = frozenset(
    {"apiVersion", "comments", "condition", "copy", "existing", "name", "resources", "scope", "type"}
)


def _defaults(parameters: Any) -> Iterator[tuple[str, Any]]:
    for name, each in parameters.items() if isinstance(parameters, Mapping) else ():
        # What is secret is no part of a picture.
        is_secret = isinstance(each, Mapping) and str(each.get("type", "")).lower() in _SECRET
        if isinstance(each, Mapping) and "defaultValue" in each and not is_secret:
            yield str(name), each["defaultValue"]


def _copies(entry: Mapping[str, Any], names: Names) -> Iterator[Names]:
    copy = entry.get("copy")
    if not isinstance(copy, Mapping):
        yield names
        return
    count = resolved(copy.get("count"), names)
    for index in range(min(count, MOST_COPIES) if isinstance(count, int) and count > 0 else 1):
        yield names.of_copy(index)


def _lay_ids(properties: dict[str, Any], owner: str, depth: int) -> None:
    """Give what is written in a resource the ids that ARM gives it: a network's subnets, and the like."""
    for key, value in properties.items():
        if isinstance(value, list):
            for each in value:
                if isinstance(each, dict) and isinstance(each.get("name"), str) and "properties" in each:
                    identifier = f"{owner}/{key}/{each['name']}"
                    each.setdefault("id", identifier)
                    if depth < 4 and isinstance(each["properties"], dict):
                        _lay_ids(each["properties"], identifier, depth + 1)


ARM_TEMPLATE = Format("Azure Resource Manager template", _is_template, _read)

"""``terraform show -json`` of a state or of a saved plan: modules nest, attributes are called values.

Source: https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cloudviz.errors import BadInput
from cloudviz.inventory.model import Problem
from cloudviz.sources.offline.format import Asked, Contents, Document, Format
from cloudviz.sources.offline.plan_references import References
from cloudviz.sources.offline.terraform import Instance, collect, hide_marked

_RESOURCE = re.compile(
    r"^(?P<section>values|planned_values|prior_state\.values)\.root_module(?:\.child_modules\.item)*\.resources\.item$"
)
_PLAN = ("planned_values", "resource_changes")

PLANNED = "planned:"
"""What the id of a resource begins with that a plan would make and no cloud has yet."""


def _recognise(top: Mapping[str, Any]) -> bool:
    if not isinstance(top.get("format_version"), str):
        return False
    if any(key in top for key in ("values", *_PLAN, "prior_state")):
        return True
    # The state of an empty workspace.
    return set(top) <= {"format_version", "terraform_version", "checks"}


def _read(document: Document, asked: Asked) -> Contents:
    version = str(document.top["format_version"])
    if version.split(".", 1)[0] not in ("0", "1"):
        raise BadInput(
            f"is `terraform show -json` output of format {version}, and CloudViz reads 0 and 1.",
            where=document.name,
        )
    if not any(key in document.top for key in _PLAN):
        instances = (_instance(entry) for section, entry in _entries(document) if section == "values")
        return collect(instances, document, asked)
    plan = _Plan(document)
    contents = collect(plan.instances(), document, asked)
    if plan.planned:
        noun = "resource does" if plan.planned == 1 else "resources do"
        contents.problems.append(
            Problem("", f"{plan.planned:,} planned {noun} not exist yet", document.name, loss=False)
        )
    return contents


def _entries(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every resource with the section it stands in."""
    if document.elements is not None:
        for path, entry in document.elements(lambda path: _RESOURCE.match(path) is not None):
            match = _RESOURCE.match(path)
            if match is not None:
                yield match["section"], _checked(entry, document.name)
        return
    top = document.top
    prior = top.get("prior_state")
    sections = (
        ("values", top.get("values")),
        ("planned_values", top.get("planned_values")),
        ("prior_state.values", prior.get("values") if isinstance(prior, Mapping) else None),
    )
    for section, values in sections:
        if isinstance(values, Mapping):
            yield from ((section, entry) for entry in _of_module(values.get("root_module"), document.name))


def _of_module(root: Any, where: str) -> Iterator[dict[str, Any]]:
    waiting = [root]
    while waiting:
        module = waiting.pop()
        if not isinstance(module, Mapping):
            continue
        resources, children = module.get("resources"), module.get("child_modules")
        for entry in resources if isinstance(resources, list) else []:
            yield _checked(entry, where)
        waiting.extend(reversed(children) if isinstance(children, list) else [])


def _checked(entry: Any, where: str) -> dict[str, Any]:
    if not isinstance(entry, dict) or not isinstance(entry.get("type"), str) or not entry["type"]:
        raise BadInput("holds a resource without a type", where=where)
    return entry


def _instance(entry: dict[str, Any]) -> Instance:
    values = entry.get("values")
    attributes = values if isinstance(values, dict) else {}
    hide_marked(attributes, entry.get("sensitive_values"))
    return Instance(
        str(entry.get("address", entry["type"])),
        entry["type"],
        str(entry.get("provider_name", "")),
        attributes,
        entry.get("mode") != "data",
    )


class _Plan:
    """The estate as it will be: what is planned, completed with what the prior state knows."""

    def __init__(self, document: Document) -> None:
        self.planned = 0
        self._prior: dict[str, Instance] = {}
        self._coming: dict[str, Instance] = {}
        for section, entry in _entries(document):
            instance = _instance(entry)
            (self._prior if section == "prior_state.values" else self._coming)[instance.address] = instance
        if "planned_values" not in document.top:
            self._from_changes(document.top.get("resource_changes"))
        self._references = References(document.top.get("configuration"))

    def _from_changes(self, changes: Any) -> None:
        for entry in changes if isinstance(changes, list) else []:
            change = entry.get("change") if isinstance(entry, dict) else None
            if (
                isinstance(change, dict)
                and isinstance(change.get("after"), dict)
                and isinstance(entry.get("type"), str)
            ):
                instance = _instance(
                    {**entry, "values": change["after"], "sensitive_values": change.get("after_sensitive")}
                )
                self._coming[instance.address] = instance

    def instances(self) -> Iterator[Instance]:
        """Data sources of the prior state first, then every resource that will be there."""
        yield from (instance for instance in self._prior.values() if not instance.managed)
        for address, instance in self._coming.items():
            known = self._prior.get(address)
            if known is not None:
                values = {key: value for key, value in instance.attributes.items() if value is not None}
                instance.attributes = {**known.attributes, **values}
            if instance.managed and not instance.attributes.get("id"):
                instance.attributes["id"] = PLANNED + address
                self.planned += 1
        ids = {
            address: each.attributes for address, each in self._coming.items() if isinstance(each.attributes, dict)
        }
        for address, instance in self._coming.items():
            self._references.fill(address, instance.attributes, ids)
            yield instance


TERRAFORM_SHOW = Format("terraform show -json", _recognise, _read, streams=True)

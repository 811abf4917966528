"""Terraform and OpenTofu state, version 4 (Terraform 0.12 and later), and clear words for what is no such state.

``resources[].instances[].attributes``; states upgraded from 0.11 hold ``attributes_flat`` until their next apply.
Source: https://developer.hashicorp.com/terraform/internals/json-format and the ``statefile`` package of Terraform.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudviz.errors import BadInput
from cloudviz.sources.offline.flatmap import unflatten
from cloudviz.sources.offline.format import Asked, Contents, Document, Format
from cloudviz.sources.offline.terraform import Instance, address_of, collect, hide_paths

_MARKS = ("terraform_version", "lineage", "serial", "resources", "modules")


def is_state(top: Mapping[str, Any]) -> bool:
    """Whether a document is a state of any version."""
    version = top.get("version")
    if isinstance(version, bool) or not isinstance(version, int | float):
        return False
    return any(mark in top for mark in _MARKS) and "AWSTemplateFormatVersion" not in top


def _recognise(top: Mapping[str, Any]) -> bool:
    return is_state(top) and top["version"] == 4


def _read(document: Document, asked: Asked) -> Contents:
    return collect(_instances(document), document, asked)


def _instances(document: Document) -> Iterator[Instance]:
    if document.elements is not None:
        for _, resource in document.elements(lambda path: path == "resources.item"):
            yield from _of_resource(resource, document.name)
        return
    resources = document.top.get("resources", [])
    if not isinstance(resources, list):
        raise BadInput("'resources' is no list", where=document.name)
    for index, resource in enumerate(resources):
        yield from _of_resource(resource, f"{document.name}: resources[{index}]")


def _of_resource(resource: Any, where: str) -> Iterator[Instance]:
    if not isinstance(resource, dict):
        raise BadInput("holds a resource that is no object", where=where)
    native_type, name = resource.get("type"), resource.get("name", "")
    if not isinstance(native_type, str) or not native_type:
        raise BadInput("holds a resource without a type", where=where)
    data = resource.get("mode") == "data"
    instances = resource.get("instances")
    for entry in instances if isinstance(instances, list) else []:
        if not isinstance(entry, dict):
            continue
        attributes = entry.get("attributes")
        if not isinstance(attributes, dict):
            flat = entry.get("attributes_flat")
            attributes = unflatten(flat) if isinstance(flat, dict) else {}
        hide_paths(attributes, entry.get("sensitive_attributes"))
        address = address_of(resource.get("module"), native_type, str(name), entry.get("index_key"), data=data)
        if entry.get("deposed"):
            address += f" (deposed {entry['deposed']})"
        yield Instance(address, native_type, str(resource.get("provider", "")), attributes, not data)


def _is_other_version(top: Mapping[str, Any]) -> bool:
    return is_state(top) and top["version"] not in (3, 4)


def _refuse_version(document: Document, asked: Asked) -> Contents:
    version = document.top["version"]
    by = document.top.get("terraform_version")
    made = f", written by Terraform {by}" if isinstance(by, str) and by else ""
    if version < 3:
        hint = "Run `terraform refresh` with Terraform 0.12 or later, then give the new file."
    else:
        hint = "CloudViz reads versions 3 and 4, and what `terraform show -json > FILE` writes."
    raise BadInput(f"is a Terraform state of version {version}{made}.", where=document.name, hint=hint)


def _is_encrypted(top: Mapping[str, Any]) -> bool:
    return "encrypted_data" in top and ("encryption_version" in top or "meta" in top)


def _refuse_encrypted(document: Document, asked: Asked) -> Contents:
    raise BadInput(
        "is a state that OpenTofu encrypted.",
        where=document.name,
        hint="Write it in the clear with `tofu state pull > FILE`.",
    )


TERRAFORM_STATE = Format("Terraform state v4", _recognise, _read, streams=True)
ENCRYPTED_STATE = Format("OpenTofu encrypted state", _is_encrypted, _refuse_encrypted, streams=True)
OTHER_STATE_VERSION = Format(
    "Terraform state of another version", _is_other_version, _refuse_version, streams=True
)

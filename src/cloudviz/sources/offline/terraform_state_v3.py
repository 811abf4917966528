"""Terraform state, version 3 (Terraform 0.7 to 0.11): ``modules[].resources{}`` with flat attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudviz.errors import BadInput
from cloudviz.sources.offline.flatmap import unflatten
from cloudviz.sources.offline.format import Asked, Contents, Document, Format
from cloudviz.sources.offline.terraform import Instance, collect
from cloudviz.sources.offline.terraform_state import is_state


def _recognise(top: Mapping[str, Any]) -> bool:
    return is_state(top) and top["version"] == 3


def _read(document: Document, asked: Asked) -> Contents:
    backend = document.top.get("backend")
    if isinstance(backend, Mapping) and backend.get("type"):
        raise BadInput(
            f"is only Terraform's pointer to its {backend['type']} backend, not the state.",
            where=document.name,
            hint="Fetch the state with `terraform state pull > FILE`.",
        )
    return collect(_instances(document), document, asked)


def _instances(document: Document) -> Iterator[Instance]:
    modules = document.top.get("modules", [])
    if not isinstance(modules, list):
        raise BadInput("'modules' is no list", where=document.name)
    for number, module in enumerate(modules):
        resources = module.get("resources", {}) if isinstance(module, dict) else None
        if not isinstance(resources, dict):
            raise BadInput("'resources' is no object", where=f"{document.name}: modules[{number}]")
        path = module.get("path")
        names = [str(part) for part in path[1:]] if isinstance(path, list) else []
        prefix = "".join(f"module.{part}." for part in names)
        for key, resource in resources.items():
            if isinstance(resource, dict):
                yield from _of_resource(prefix, key, resource)


def _of_resource(prefix: str, key: str, resource: dict[str, Any]) -> Iterator[Instance]:
    data = key.startswith("data.")
    # aws_instance.web.0 is written aws_instance.web[0] everywhere else.
    parts = key.removeprefix("data.").split(".")
    index = f"[{parts.pop()}]" if len(parts) > 2 and parts[-1].isdecimal() else ""
    native_type = resource.get("type")
    if not isinstance(native_type, str) or not native_type:
        native_type = parts[0]
    address = f"{prefix}{'data.' if data else ''}{'.'.join(parts)}{index}"
    held: list[tuple[str, Any]] = [("", resource.get("primary"))]
    deposed = resource.get("deposed")
    held.extend((" (deposed)", entry) for entry in (deposed if isinstance(deposed, list) else []))
    for note, entry in held:
        if not isinstance(entry, dict):
            continue
        flat = entry.get("attributes")
        attributes = unflatten(flat) if isinstance(flat, dict) else {}
        if entry.get("id"):
            attributes.setdefault("id", entry["id"])
        yield Instance(address + note, native_type, str(resource.get("provider", "")), attributes, not data)


TERRAFORM_STATE_V3 = Format("Terraform state v3", _recognise, _read)

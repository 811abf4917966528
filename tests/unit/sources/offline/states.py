"""States as Terraform writes them, for the tests of this folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

AWS = 'provider["registry.terraform.io/hashicorp/aws"]'


def resource(
    native_type: str,
    name: str,
    *attributes: dict[str, Any],
    provider: str = AWS,
    module: str = "",
    mode: str = "managed",
    keys: tuple[Any, ...] = (),
    **more: Any,
) -> dict[str, Any]:
    """One resource of a v4 state with an instance for each of ``attributes``."""
    instances = [{"schema_version": 0, "attributes": each, **more} for each in attributes]
    for instance, key in zip(instances, keys, strict=False):
        instance["index_key"] = key
    found = {"mode": mode, "type": native_type, "name": name, "provider": provider, "instances": instances}
    return {"module": module, **found} if module else found


def state(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A v4 state."""
    return {
        "version": 4,
        "terraform_version": "1.9.5",
        "serial": 7,
        "lineage": "3f1a",
        "outputs": {},
        "resources": list(resources),
        **more,
    }


def write(path: Path, document: Any) -> Path:
    """Write a document as JSON."""
    path.write_text(json.dumps(document), encoding="utf-8")
    return path

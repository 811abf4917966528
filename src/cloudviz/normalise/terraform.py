"""Lift a Terraform resource's attributes into its cloud's own field names, so that links are declared once.

``KnownAs.terraform_fields`` names the differences; a native path that is not listed is looked for under its
snake-case name (``SubnetId`` → ``subnet_id``, ``Placement.AvailabilityZone`` → ``placement.availability_zone``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cloudviz.catalogue.declare import ResourceType
from cloudviz.catalogue.paths import Reader, read_path

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_case(path: str) -> str:
    """``VpcConfig.SubnetIds[]`` → ``vpc_config.subnet_ids[]``."""
    return ".".join(_WORD_START.sub("_", part).lower() for part in path.split("."))


@lru_cache(maxsize=1024)
def _lifts(key: str, declared: ResourceType) -> tuple[tuple[str, Reader], ...]:
    overrides = declared.known_as.terraform_fields
    lifts: list[tuple[str, Reader]] = []
    for path in declared.paths():
        source = overrides.get(path, snake_case(path))
        if source:
            lifts.append((path, read_path(source)))
    return tuple(lifts)


def lift(declared: ResourceType, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """A body in native field names that holds every path the declaration reads and the attributes have."""
    body: dict[str, Any] = {}
    for path, reader in _lifts(declared.key, declared):
        values = reader(attributes)
        if len(values) == 1 and isinstance(values[0], list | tuple) and "[]" in path:
            values = list(values[0])
        for value in values:
            if value not in (None, ""):
                _put(body, path, value)
    if declared.tags is not None:
        tags = attributes.get("tags_all") or attributes.get("tags") or attributes.get("labels")
        if isinstance(tags, Mapping):
            for path in declared.tags.paths:
                _overwrite(body, path, dict(tags))
    return body


def _put(body: dict[str, Any], path: str, value: Any) -> None:
    """Write at a path. Each value of a ``[]`` path becomes an element of its own in the outermost list."""
    here: Any = body
    parts = path.split(".")
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part.endswith("{}"):
            here.setdefault(part[:-2], {})[str(value)] = {}
            return
        if part.endswith("[]"):
            elements = here.setdefault(part[:-2], [])
            if not isinstance(elements, list):
                return
            if last:
                elements.append(value)
                return
            element: dict[str, Any] = {}
            elements.append(element)
            here = element
        elif last:
            here.setdefault(part, value)
        else:
            here = here.setdefault(part, {})
            if not isinstance(here, dict):
                return


def _overwrite(body: dict[str, Any], path: str, value: Any) -> None:
    here = body
    *parents, last = path.replace("[]", "").split(".")
    for part in parents:
        here = here.setdefault(part, {})
    here[last] = value

"""Un-flatten the attributes of Terraform 0.11 and older.

There a list ``a`` of two is ``{"a.#": "2", "a.0": "x", "a.1": "y"}``, a map is ``{"a.%": "1", "a.k": "v"}``, and a
set has hashes in place of positions. Every value is text. Source: the ``flatmap`` package of Terraform 0.11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAX_DEPTH = 64


def unflatten(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Nested attributes of flat ones. A list keeps its order; a set comes in the order of its hashes.

    Never raises: an entry that contradicts another (``a`` and ``a.b`` without ``a.#``) keeps the first meaning.
    """
    tree: dict[str, Any] = {}
    for key in sorted(flat, key=str):
        value = flat[key]
        parts = str(key).split(".", MAX_DEPTH)
        if parts[0] in tree and not isinstance(tree[parts[0]], dict) and len(parts) > 1:
            continue
        here = tree
        for part in parts[:-1]:
            below = here.get(part)
            if not isinstance(below, dict):
                below = here[part] = {}
            here = below
        if not isinstance(here.get(parts[-1]), dict):
            here[parts[-1]] = value
    return {key: _nested(value, 0) for key, value in tree.items()}


def _nested(value: Any, depth: int) -> Any:
    if not isinstance(value, dict) or depth > MAX_DEPTH:
        return value
    if "#" in value:
        entries = [key for key in value if key != "#"]
        # Positions count up from 0, hashes have up to ten digits: both sort as numbers, the short ones first.
        entries.sort(key=lambda key: (not key.isdecimal(), len(key), key))
        return [_nested(value[key], depth + 1) for key in entries]
    if "%" in value:
        # A map's keys may hold dots (kubernetes.io/role): they were split above and are joined again here.
        return _joined({key: entry for key, entry in value.items() if key != "%"}, "")
    return {key: _nested(entry, depth + 1) for key, entry in value.items()}


def _joined(value: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for key, entry in value.items():
        if isinstance(entry, dict):
            entries.update(_joined(entry, f"{prefix}{key}."))
        else:
            entries[f"{prefix}{key}"] = entry
    return entries

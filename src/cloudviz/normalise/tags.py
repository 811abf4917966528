"""Tags, labels: one form for all clouds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudviz.normalise.redaction import clean_text, redact


def read_tags(value: Any) -> dict[str, str]:
    """Tags in any of the forms clouds write them: an object, or a list of key and value pairs, sorted by key."""
    pairs: dict[str, str] = {}
    if isinstance(value, Mapping):
        for key, text in value.items():
            pairs[clean_text(str(key), 512)] = _tag_value(str(key), text)
    elif isinstance(value, list | tuple):
        for entry in value:
            if isinstance(entry, Mapping):
                key = entry.get("Key", entry.get("key", entry.get("TagKey")))
                text = entry.get("Value", entry.get("value", entry.get("TagValue", "")))
                if key is not None:
                    pairs[clean_text(str(key), 512)] = _tag_value(str(key), text)
    return dict(sorted(pairs.items()))


def _tag_value(key: str, text: Any) -> str:
    return str(redact("" if text is None else str(text), name=key))

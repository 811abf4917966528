"""Tags, labels: one form for all clouds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cloudviz.normalise.redaction import clean_text, redact


def read_tags(value: Any) -> dict[str, str]:
    """Tags in any of the forms clouds write them: an object, or a list of key and value pairs, sorted by key."""
    pairs: dict[str, str] = {}
    if isinstance(value, Mapping):
        for key, text in value.items():
            name, kept = _tag(str(key), "" if text is None else str(text))
            pairs[name] = kept
    elif isinstance(value, list | tuple):
        for entry in value:
            if isinstance(entry, Mapping):
                key = entry.get("Key", entry.get("key", entry.get("TagKey")))
                text = entry.get("Value", entry.get("value", entry.get("TagValue", "")))
                if key is not None:
                    name, kept = _tag(str(key), "" if text is None else str(text))
                    pairs[name] = kept
    return dict(sorted(pairs.items())) if len(pairs) > 1 else pairs


@lru_cache(maxsize=8192)
def _tag(key: str, text: str) -> tuple[str, str]:
    """A tag, clean and without a secret. The same few are on most things of an estate: one of each is kept."""
    return clean_text(key, 512), str(redact(text, name=key))

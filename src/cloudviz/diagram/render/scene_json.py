"""The scene document as JSON in UTF-8, whatever is in its names."""

from __future__ import annotations

from typing import Any

import orjson

from cloudviz.diagram.scene.document import Scene


def scene_json(scene: Scene) -> bytes:
    """The scene document of contract §3, keys sorted, with a final newline."""
    return json_bytes(scene.to_document()) + b"\n"


def json_bytes(value: Any) -> bytes:
    """JSON with sorted keys; lone surrogates, which UTF-8 cannot hold, become U+FFFD."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return orjson.dumps(_encodable(value), option=orjson.OPT_SORT_KEYS)


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in value)
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    return value

"""The rows of a document: elements of its lists, from memory or from a stream, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cloudviz.catalogue.paths import read_path
from cloudviz.sources.offline.format import ROWS, Document

Row = tuple[str, Any]
"""(path as the catalogue writes it, value): ``("Reservations[].Instances[]", {…})``."""


def rows_at(document: Document, paths: Sequence[str]) -> Iterator[Row]:
    """What a document has at paths such as ``Reservations[].Instances[]`` or ``@rows[]``.

    A streamed document is walked once, whatever the number of paths; the first list of a path is what is streamed.
    """
    if document.elements is None:
        for path in paths:
            for value in read_path(path)(document.top):
                yield path, value
        return
    streamed: dict[str, list[tuple[str, str]]] = {}
    for path in paths:
        head, walks, rest = path.partition("[]")
        if not walks:
            continue
        step = "item" if head == ROWS else f"{head}.item"
        streamed.setdefault(step, []).append((path, rest.removeprefix(".")))
    for step, value in document.elements(lambda each: each in streamed):
        for path, rest in streamed[step]:
            if not rest:
                yield path, value
            elif isinstance(value, Mapping):
                for each in read_path(rest)(value):
                    yield path, each


def list_paths(top: Mapping[str, Any]) -> list[str]:
    """The paths of the lists of a document's first level."""
    return [f"{key}[]" for key, value in top.items() if isinstance(value, list) and _is_plain(key)]


def first_objects(top: Mapping[str, Any], most: int = 20) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The first objects of each list of the first level, to tell what a document is."""
    for key, value in top.items():
        if isinstance(value, list):
            for each in value[:most]:
                if isinstance(each, dict):
                    yield key, each


def _is_plain(key: str) -> bool:
    """Whether a key can be written in a path."""
    return bool(key) and not any(mark in key for mark in ".[]{}*|+")

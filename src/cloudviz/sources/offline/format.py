"""What a file format is: how it is told from others by its content, and how its things are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloudviz.errors import Cancelled
from cloudviz.inventory.model import Inventory, Problem, RawItem
from cloudviz.sources.offline.kept import Kept

Elements = Callable[[Callable[[str], bool]], Iterator[tuple[str, Any]]]

ROWS = "@rows"
"""The key under which a document that is a list, or a JSON document on each line, has its elements."""

SHEETS = "@sheets"
"""The key under which a workbook has its sheets, rows by title."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller said beside the files.

    Attributes:
        account: the account of resources whose file does not name one.
        region: the region of resources whose file does not name one.
        cancelled: asked now and then; when it says true the reading ends with
            :class:`~cloudviz.errors.Cancelled`.
    """

    account: str = ""
    region: str = ""
    cancelled: Callable[[], bool] | None = None

    def go_on(self) -> None:
        """Raise when the user has cancelled."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled("Reading the files was cancelled.")


@dataclass(frozen=True, slots=True)
class Document:
    """One opened file.

    Attributes:
        name: what messages call it: the path as it was given.
        top: the document's own keys. In a file that is streamed, objects and lists stand empty here.
        elements: for a streamed file: yields (path, value) for the values at the paths that a predicate wants,
            such as ``resources.item``. None when ``top`` holds everything.
        sample: for a streamed file: the same as ``top`` with the first elements in its lists, to tell what it is.
    """

    name: str
    top: Mapping[str, Any]
    elements: Elements | None = None
    sample: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Contents:
    """What one file held.

    Attributes:
        items: its things; packed where the file is streamed.
        problems: what was odd about it.
        inventories: complete inventories, when the file is one.
        left_out: native type → how many entries are no resources of a cloud (random_id, bucket policies).
        lineage: what tells a Terraform state from all others, for as long as it lives.
    """

    items: list[RawItem] | Kept[RawItem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    inventories: list[Inventory] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    lineage: str = ""

    @classmethod
    def of(cls, document: Document) -> Contents:
        """Empty ones, for a document that is to be read."""
        return cls() if document.elements is None else cls(Kept())


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file.

    Attributes:
        name: for messages and the docs: ``Terraform state v4``.
        recognise: whether a document is of this kind, told from its content and never from its file's name.
            Formats are asked in order; refusals of known but unreadable kinds (an old version) are raised
            by ``read``.
        read: the document's contents. Raises :class:`~cloudviz.errors.BadInput` when it can't be used at all.
        streams: whether ``read`` can work from ``Document.elements``.
    """

    name: str
    recognise: Callable[[Mapping[str, Any]], bool]
    read: Callable[[Document, Asked], Contents]
    streams: bool = False

"""CloudViz's own inventory document (contract §2), as ``cloudviz export inventory`` writes it."""

from __future__ import annotations

from cloudviz.inventory.document import is_inventory, read
from cloudviz.sources.offline.format import Asked, Contents, Document, Format


def _read(document: Document, asked: Asked) -> Contents:
    asked.go_on()
    return Contents(inventories=[read(document.top, document.name)])


INVENTORY_DOCUMENT = Format("CloudViz inventory", is_inventory, _read)

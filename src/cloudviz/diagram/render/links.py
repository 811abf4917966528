"""Addresses in a picture: from a box to the page of its resource.

Whoever asks for a picture says where those pages are; a name or an id from a cloud never decides where a link
leads.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from cloudviz.diagram.scene.document import SceneNode
from cloudviz.errors import Invalid

_KEPT = ":/?#[]@!$&()*+,=~%"


def checked_base(base: str) -> str:
    """The start of all addresses of a picture, in ASCII; empty for none.

    Raises Invalid for anything but an ``http`` or ``https`` address.
    """
    if not base:
        return ""
    try:
        parts = urlsplit(base)
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
        raise Invalid(
            f"{base[:200]!r} is no address for links",
            hint="Give the start of one, as https://cloudviz.example/#/map?select=; the resource's id follows it.",
        )
    # Braces, quotes, semicolons and the like mean something in the formats that carry the address.
    return quote(base, safe=_KEPT)


def address(base: str, node: SceneNode) -> str:
    """The address of a node's resource: the base and its id, percent-encoded; empty where there is none.

    A stack stands for many and a group for none: they have no page.
    """
    if not base:
        return ""
    if len(node.members) == 1:
        return base + quote(node.members[0], safe="", errors="replace")
    return base + quote(node.id, safe="", errors="replace") if node.container and node.type else ""

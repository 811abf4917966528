"""The sizes on which scene, layout, checker and renderers agree, all in px.

A leaf is drawn as: icon, centred, ``ICON_TOP`` below the upper edge; label, centred, baseline at
``LABEL_BASELINE``; sublabel, centred, baseline at ``SUBLABEL_BASELINE``. A container has its label at the upper
left: baseline at ``TITLE_BASELINE``, starting ``TITLE_LEFT`` from the left edge, and its sublabel behind it after
``TITLE_GAP``. Decoration may reach beyond a leaf by ``STACK_REACH`` (the cards of a stack, its ×n pill): layouts
keep that free.
"""

from __future__ import annotations

from cloudviz.diagram.text import measure

LABEL_SIZE, LABEL_WEIGHT = 12.0, 600
SUBLABEL_SIZE, SUBLABEL_WEIGHT = 10.5, 400
TITLE_SIZE, TITLE_WEIGHT = 12.0, 600
EDGE_LABEL_SIZE, EDGE_LABEL_WEIGHT = 10.0, 400
HEADING_SIZE, HEADING_WEIGHT = 20.0, 600

LEAF_WIDTH = 120.0
LEAF_WIDEST = 152.0
LEAF_HEIGHT = 92.0
LEAF_PADDING = 7.0
ICON = 36.0
ICON_TOP = 11.0
LABEL_BASELINE = 63.0
SUBLABEL_BASELINE = 79.0

TITLE_LEFT = 12.0
TITLE_BASELINE = 20.0
TITLE_GAP = 8.0
HEADER = 30.0

STACK_REACH = 8.0

PILL_HEIGHT = 17.0
PILL_PADDING = 8.0
PILL_WIDEST = 140.0

PAGE_MARGIN = 40.0
HEADING_HEIGHT = 48.0
FOOTER_HEIGHT = 44.0


def title_width(label: str, sublabel: str) -> float:
    """Width that a container's header line takes, from its left edge to the end of its text."""
    width = TITLE_LEFT + measure(label, TITLE_SIZE, TITLE_WEIGHT)
    if sublabel:
        width += TITLE_GAP + measure(sublabel, SUBLABEL_SIZE, SUBLABEL_WEIGHT)
    return width


def leaf_text_width(label: str, sublabel: str) -> float:
    """Width of the wider of a leaf's two lines."""
    return max(measure(label, LABEL_SIZE, LABEL_WEIGHT), measure(sublabel, SUBLABEL_SIZE, SUBLABEL_WEIGHT))

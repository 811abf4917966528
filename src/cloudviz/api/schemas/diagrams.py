"""Pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from cloudviz.api.schemas.base import AT_SAYS, SECRET, Asked, Told, Words, example
from cloudviz.diagram.options import DIRECTIONS, FORMATS, LAYOUTS, PAGES, THEMES, PictureOptions
from cloudviz.inventory.tables import TABLES

Layout = StrEnum("Layout", {name.replace("-", "_").upper(): name for name in LAYOUTS})  # type: ignore[misc]
Theme = StrEnum("Theme", {name.upper(): name for name in THEMES})  # type: ignore[misc]
EXPORTS = (*FORMATS, *TABLES)
"""Pictures, and tables of what they show."""
Format = StrEnum("Format", {name.upper(): name for name in EXPORTS})  # type: ignore[misc]
Direction = StrEnum("Direction", {name.upper(): name for name in DIRECTIONS})  # type: ignore[misc]
Page = StrEnum("Page", {name.upper(): name for name in PAGES})  # type: ignore[misc]

LAYOUT, THEME, FORMAT, PAGE = Layout(LAYOUTS[0]), Theme(THEMES[0]), Format(FORMATS[0]), Page(PAGES[0])
DIRECTION = Direction(DIRECTIONS[0])
"""What a request gets that names none."""

MOST_NODES = 10_000
SCALE_SAYS = "Device pixels per px; PNG only. What would pass 120 million pixels is drawn smaller."
PAGE_SAYS = "Paper of a PDF; what is too large for one page gets an overview and several."
DIRECTION_SAYS = "Where the lines of the hierarchical layout lead."
PREVIOUS_SAYS = "Id of a kept picture: what both show keeps its place. Only of the same layout."
SINCE_SAYS = "Mark what was added, removed and changed after this instant (RFC 3339), or this discovery."
LINK_BASE_SAYS = "Lets each box lead to this address with its resource id behind it; in formats that hold links."
MOST_HOPS = 10
LONGEST_LINK = 604_800  # seconds; S3 signs none for longer
A_DIAGRAM = "7d0c1f5e-3f0a-4f8e-9a55-5a6b7c8d9e0f"


class PictureRequest(Asked):
    """What to draw, and how."""

    discovery_ids: Words = Field(
        [], description="Only what these discoveries saw; the whole inventory when empty."
    )
    layout: Layout = LAYOUT
    theme: Theme = THEME
    max_nodes: int = Field(100, ge=0, le=MOST_NODES, description="Budget of boxes; 0 for none.")
    include_costs: bool = False
    include_dependencies: bool = Field(True, description="False leaves the lines out.")
    filter: str = Field("", description="A filter expression: `type=aws.ec2.* tag:env=prod`.")
    group_by: str = Field("", max_length=200, description="account, region, network, kind or `tag:KEY`.")
    focus: str = Field("", description="A resource id, shown with what is within `hops` links of it.")
    hops: int = Field(2, ge=0, le=MOST_HOPS)
    title: str = Field("", max_length=500)
    at: str = Field("", max_length=100, description=AT_SAYS)
    since: str = Field("", max_length=100, description=SINCE_SAYS)
    direction: Direction = Field(DIRECTION, description=DIRECTION_SAYS)
    previous: str = Field("", max_length=100, description=PREVIOUS_SAYS)

    def options(self) -> PictureOptions:
        """The same as the diagram room takes them."""
        return PictureOptions(
            layout=self.layout.value,
            theme=self.theme.value,
            max_nodes=self.max_nodes,
            focus=self.focus,
            hops=self.hops,
            group_by=self.group_by,
            show_costs=self.include_costs,
            title=self.title,
            direction=self.direction.value,
        )


class GenerateRequest(PictureRequest):
    """A picture to draw and keep."""

    formats: list[Format] = Field(
        [], max_length=len(EXPORTS), description="Formats to prepare; any can be exported later too."
    )

    model_config = example(
        discovery_ids=[],
        layout="hierarchical",
        theme="enterprise",
        max_nodes=100,
        include_costs=True,
        filter="region=eu-west-1",
        formats=["svg", "pdf"],
    )


class ExportRequest(PictureRequest):
    """A picture to draw and hand over at once, without keeping it; or a kept one by its `diagram_id`."""

    format: Format = FORMAT
    scale: float = Field(2.0, ge=1, le=8, description=SCALE_SAYS)
    page: Page = Field(PAGE, description=PAGE_SAYS)
    link_base: str = Field("", max_length=2000, description=LINK_BASE_SAYS)
    diagram_id: str = Field("", max_length=100)
    delivery: Literal["file", "link"] = Field("file", description="The file itself, or a link to it.")
    link_seconds: int | None = Field(
        None, ge=1, le=LONGEST_LINK, description="Lifetime of the link; the setting's when left out."
    )

    model_config = example(format="png", scale=2, layout="hierarchical", filter="tag:env=prod")

    def options(self) -> PictureOptions:
        """The same as the diagram room takes them, with what only files heed."""
        return replace(super().options(), scale=self.scale, page=self.page.value, link_base=self.link_base)


class LinkReply(Told):
    """A link to a file. Whoever has it may follow it until it ends."""

    url: str = Field(
        description="Where the file is; relative to this server where it begins with a slash.",
        json_schema_extra=SECRET,
    )
    expires_at: datetime
    file_name: str
    media_type: str
    size: int = Field(description="In bytes.")
    sha256: str = Field(description="Of the file, in hex.")

    model_config = example(
        url="/visualization/files/9f86….svg?expires=1795507200&signature=…",
        expires_at="2026-11-24T09:00:00Z",
        file_name="cloudviz-7d0c1f5e.svg",
        media_type="image/svg+xml",
        size=48213,
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    )


class DiagramMetadata(Told):
    """Figures of a picture."""

    nodes: int = Field(description="Boxes that stand for resources.")
    connections: int = Field(description="Lines.")
    cost_total: float | None = Field(None, description="Monthly cost of what is shown; null when unknown.")
    currency: str | None = None
    resources: int = Field(0, description="Resources the picture stands for.")
    gaps: int = Field(0, description="Scopes that could not be looked at.")


class GenerateReply(Told):
    """The picture that was drawn."""

    diagram_id: str
    mermaid_code: str
    pages: list[str] = Field(
        [], description="The Mermaid charts that follow the first, where Mermaid cannot take it in one."
    )
    metadata: DiagramMetadata
    layout: str
    theme: str
    exports: dict[str, str] = Field(description="Format → where to get the file.")

    model_config = example(
        diagram_id=A_DIAGRAM,
        mermaid_code="flowchart TD\n  …",
        metadata={
            "nodes": 42,
            "connections": 57,
            "cost_total": 1820.4,
            "currency": "USD",
            "resources": 96,
            "gaps": 0,
        },
        layout="hierarchical",
        theme="enterprise",
        exports={"svg": f"/visualization/diagrams/{A_DIAGRAM}/export?format=svg"},
    )


class DiagramModel(Told):
    """A kept picture."""

    id: str
    discovery_ids: list[str]
    theme: str
    layout: str
    metadata: dict[str, Any]
    created_at: datetime | None = None


class DiagramReply(DiagramModel):
    """A kept picture with its Mermaid code and the options it was drawn with."""

    mermaid_code: str
    options: dict[str, Any]
    exports: dict[str, str]


class DiagramPage(Told):
    """One page of pictures, newest first."""

    items: list[DiagramModel]
    next_cursor: str | None = None


class NamedChoice(Told):
    """A choice and what it is for."""

    name: str
    title: str
    is_default: bool


class ChoicesReply(Told):
    """All choices."""

    items: list[NamedChoice]
    next_cursor: None = None

    model_config = example(
        items=[{"name": "enterprise", "title": "Enterprise", "is_default": True}], next_cursor=None
    )


class SceneReply(Told):
    """The laid-out picture: the scene document of the contract, which every renderer draws from."""

    format: str
    layout: str
    theme: str
    width: float
    height: float
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    summary: dict[str, Any]
    title: str = ""
    direction: str = "down"
    diagram_id: str | None = None

    model_config = example(
        format="cloudviz.scene/1",
        layout="hierarchical",
        theme="enterprise",
        width=1280,
        height=900,
        nodes=[],
        edges=[],
        summary={"resources": 412, "shown": 96, "links": 530, "links_shown": 120},
    )

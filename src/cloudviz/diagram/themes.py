"""The themes as data: every colour, stroke and radius that a picture uses.

A theme says what each part looks like; the renderers only look things up. ``pairs`` lists every foreground that
may stand on every background, with the contrast that WCAG 2.2 asks of it (1.4.3: 4.5 for text, 1.4.11: 3 for
graphics), so that a test can check all themes, and a new theme cannot forget one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cloudviz.catalogue.kinds import Kind
from cloudviz.errors import Invalid

TEXT_CONTRAST = 4.5
GRAPHICS_CONTRAST = 3.0

FAMILIES: dict[Kind, str] = {
    Kind.ACCOUNT: "management",
    Kind.REGION: "management",
    Kind.ZONE: "management",
    Kind.RESOURCE_GROUP: "management",
    Kind.NETWORK: "network",
    Kind.SUBNET: "network",
    Kind.GATEWAY: "network",
    Kind.ROUTE_TABLE: "network",
    Kind.FIREWALL: "security",
    Kind.NETWORK_INTERFACE: "network",
    Kind.PUBLIC_ADDRESS: "network",
    Kind.LOAD_BALANCER: "network",
    Kind.TARGET_GROUP: "network",
    Kind.CDN: "network",
    Kind.DNS_ZONE: "network",
    Kind.API: "network",
    Kind.VIRTUAL_MACHINE: "compute",
    Kind.SCALING_GROUP: "compute",
    Kind.FUNCTION: "compute",
    Kind.CONTAINER_CLUSTER: "compute",
    Kind.CONTAINER_SERVICE: "compute",
    Kind.BATCH: "compute",
    Kind.DISK: "storage",
    Kind.BUCKET: "storage",
    Kind.FILE_SHARE: "storage",
    Kind.DATABASE: "database",
    Kind.DATABASE_CLUSTER: "database",
    Kind.TABLE: "database",
    Kind.CACHE: "database",
    Kind.WAREHOUSE: "analytics",
    Kind.ANALYTICS: "analytics",
    Kind.QUEUE: "integration",
    Kind.TOPIC: "integration",
    Kind.STREAM: "analytics",
    Kind.WORKFLOW: "integration",
    Kind.MACHINE_LEARNING: "analytics",
    Kind.IDENTITY: "security",
    Kind.KEY: "security",
    Kind.SECRET: "security",
    Kind.CERTIFICATE: "security",
    Kind.ALARM: "management",
    Kind.OTHER: "other",
}
"""Which colour family a kind belongs to; a theme gives each family one colour."""


@dataclass(frozen=True, slots=True)
class RoleStyle:
    """How a container looks: ``fill`` ``None`` lets the parent show through, ``dash`` is on/off lengths in px."""

    border: str
    text: str
    fill: str | None = None
    dash: tuple[float, float] | None = None
    width: float = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """One theme. Colours are ``#rrggbb``; lengths are px.

    ``icons`` is ``tile`` (white glyph on a coloured square), ``soft`` (coloured glyph on a pale square) or
    ``line`` (coloured glyph on the card). ``families`` holds the colour of each kind family, ``tints`` the pale
    square of the soft style.
    """

    name: str
    title: str
    background: str
    card: str
    card_border: str
    text: str
    muted: str
    edge: str
    edge_weak: str
    pill: str
    pill_border: str
    pill_text: str
    badge: str
    badge_text: str
    added: str
    removed: str
    changed: str
    change_text: str
    roles: dict[str, RoleStyle]
    families: dict[str, str]
    glyph: str = "#ffffff"
    icons: str = "tile"
    tints: dict[str, str] = field(default_factory=dict)
    card_radius: float = 6.0
    container_radius: float = 6.0
    tile_radius: float = 4.0
    edge_width: float = 1.5
    edge_radius: float = 6.0
    dark: bool = False

    def role(self, role: str, kind: str = "") -> RoleStyle:
        """The style of a container by its role, or by its kind where the role is unknown, else as a group."""
        style = self.roles.get(role) or self.roles.get(kind)
        return style if style is not None else self.roles["group"]

    def colour(self, kind: str) -> str:
        """The colour of a kind; unknown kinds get that of ``other``."""
        return self.families[family_of(kind)]

    def tile(self, kind: str) -> str | None:
        """The square behind the glyph of a kind, ``None`` where the theme has none."""
        if self.icons == "tile":
            return self.colour(kind)
        if self.icons == "soft":
            return self.tints[family_of(kind)]
        return None

    def ink(self, kind: str) -> str:
        """The line colour of the glyph of a kind."""
        return self.glyph if self.icons == "tile" else self.colour(kind)

    def change(self, change: str) -> str:
        """The colour that marks ``added``, ``removed`` or ``changed``."""
        return {"added": self.added, "removed": self.removed}.get(change, self.changed)

    def grounds(self) -> set[str]:
        """Every colour that lies behind containers' titles, lines and cards."""
        return {self.background, *(style.fill for style in self.roles.values() if style.fill)}

    def pairs(self) -> Iterator[tuple[str, str, str, float]]:
        """Every (what, foreground, background, least contrast) that a picture in this theme can show."""
        grounds = sorted(self.grounds())
        yield "label", self.text, self.card, TEXT_CONTRAST
        yield "sublabel", self.muted, self.card, TEXT_CONTRAST
        yield "title", self.text, self.background, TEXT_CONTRAST
        yield "footer", self.muted, self.background, TEXT_CONTRAST
        yield "pill", self.pill_text, self.pill, TEXT_CONTRAST
        yield "badge", self.badge_text, self.badge, TEXT_CONTRAST
        for role, style in self.roles.items():
            # A container with no fill of its own may lie in any other one.
            for ground in [style.fill] if style.fill else grounds:
                yield f"title of {role}", style.text, ground, TEXT_CONTRAST
        for ground in grounds:
            yield "edge", self.edge, ground, GRAPHICS_CONTRAST
            yield "weak edge", self.edge_weak, ground, GRAPHICS_CONTRAST
            yield "badge on ground", self.badge, ground, GRAPHICS_CONTRAST
        for ground in [*grounds, self.card]:
            for change in ("added", "removed", "changed"):
                yield change, self.change(change), ground, GRAPHICS_CONTRAST
        for change in ("added", "removed", "changed"):
            yield f"mark of {change}", self.change_text, self.change(change), TEXT_CONTRAST
            yield f"name of {change}", self.change(change), self.background, TEXT_CONTRAST
        for kind in Kind:
            yield f"icon of {kind}", self.ink(kind), self.tile(kind) or self.card, GRAPHICS_CONTRAST
            if self.icons == "tile":
                yield f"tile of {kind}", self.colour(kind), self.card, GRAPHICS_CONTRAST


def family_of(kind: str) -> str:
    """The colour family of a kind; ``other`` for words that are no kind."""
    try:
        return FAMILIES[Kind(kind)]
    except ValueError:
        return "other"


def luminance(colour: str) -> float:
    """The relative luminance of ``#rrggbb``, 0 to 1 (WCAG 2.2, definition of relative luminance)."""

    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


_DASH = (5.0, 4.0)

_ENTERPRISE = Theme(
    name="enterprise",
    title="Enterprise",
    background="#ffffff",
    card="#ffffff",
    card_border="#c3cad5",
    text="#161e2c",
    muted="#5b6678",
    edge="#4a5871",
    edge_weak="#6a778c",
    pill="#ffffff",
    pill_border="#b9c2cf",
    pill_text="#4a5568",
    badge="#222f42",
    badge_text="#ffffff",
    added="#157f3d",
    removed="#c4262e",
    changed="#9a5b00",
    change_text="#ffffff",
    roles={
        "cloud": RoleStyle("#8a96a8", "#344054", None, None),
        "account": RoleStyle("#1d2735", "#1d2735"),
        "region": RoleStyle("#0a9a95", "#00737a", None, (3.0, 3.0)),
        "network": RoleStyle("#8250df", "#6b34c9", "#faf7ff"),
        "zone": RoleStyle("#1273b8", "#0f67a6", None, _DASH),
        "subnet": RoleStyle("#0a9a95", "#016d73", "#e9f6f7"),
        "subnet_public": RoleStyle("#77981f", "#4a6b00", "#f2f7e8"),
        "subnet_private": RoleStyle("#0a9a95", "#016d73", "#e9f6f7"),
        "resource_group": RoleStyle("#5c7fb5", "#335a96", "#f6f9fe"),
        "group": RoleStyle("#c3cad5", "#566276", "#f8f9fb", None, 1.0),
    },
    families={
        "network": "#7b4ae2",
        "compute": "#d1590b",
        "storage": "#55830f",
        "database": "#b325bd",
        "analytics": "#1668c7",
        "integration": "#d3186f",
        "security": "#cf2f45",
        "management": "#0b7285",
        "other": "#5b6678",
    },
)

_LIGHT = replace(
    _ENTERPRISE,
    name="light",
    title="Light",
    background="#fbfcfe",
    card_border="#d5dbe5",
    icons="soft",
    edge="#64748b",
    edge_weak="#748196",
    badge="#41506a",
    tints={
        "network": "#efeafd",
        "compute": "#fdeee2",
        "storage": "#eef5e0",
        "database": "#f9e9fa",
        "analytics": "#e5f0fc",
        "integration": "#fde8f1",
        "security": "#fde9eb",
        "management": "#e2f3f6",
        "other": "#edf0f4",
    },
    roles={
        "cloud": RoleStyle("#c9d1de", "#475467", None, None, 1.0),
        "account": RoleStyle("#a4afc0", "#344054", "#ffffff", None, 1.0),
        "region": RoleStyle("#7cc4c0", "#0b7278", None, (3.0, 3.0), 1.0),
        "network": RoleStyle("#c3aef0", "#6b3fc4", "#fdfcff", None, 1.0),
        "zone": RoleStyle("#93bfe3", "#1767a6", None, _DASH, 1.0),
        "subnet": RoleStyle("#a6d9d6", "#0b6c71", "#f6fcfc", None, 1.0),
        "subnet_public": RoleStyle("#c5d79a", "#4d6b0c", "#fafcf4", None, 1.0),
        "subnet_private": RoleStyle("#a6d9d6", "#0b6c71", "#f6fcfc", None, 1.0),
        "resource_group": RoleStyle("#b4c8e8", "#3a619c", "#fafcff", None, 1.0),
        "group": RoleStyle("#dde2ea", "#5a6679", "#fafbfd", None, 1.0),
    },
)

_MODERN = replace(
    _ENTERPRISE,
    name="modern",
    title="Modern",
    background="#f4f6fb",
    card_border="#dfe4ee",
    text="#111a33",
    muted="#566079",
    edge="#5468a8",
    edge_weak="#6f7da3",
    pill="#eef1ff",
    pill_border="#cdd5f5",
    pill_text="#3c4a80",
    badge="#3547d1",
    added="#0a7a47",
    removed="#cc2442",
    changed="#935300",
    card_radius=12.0,
    container_radius=16.0,
    tile_radius=12.0,
    edge_radius=12.0,
    edge_width=1.75,
    roles={
        "cloud": RoleStyle("#c3cbdf", "#3a4767", None, None, 1.0),
        "account": RoleStyle("#b9c3db", "#1d2849", "#fbfcff", None, 1.0),
        "region": RoleStyle("#a9b8e0", "#3a4fa8", "#f3f6ff", None, 1.0),
        "network": RoleStyle("#c8bdf2", "#5a3cc2", "#f5f1ff", None, 1.0),
        "zone": RoleStyle("#8fb3e6", "#1f5fae", None, (4.0, 4.0), 1.25),
        "subnet": RoleStyle("#a5dcd8", "#0a676c", "#eaf8f7", None, 1.0),
        "subnet_public": RoleStyle("#bedba0", "#3f6612", "#f0f8e6", None, 1.0),
        "subnet_private": RoleStyle("#a5dcd8", "#0a676c", "#eaf8f7", None, 1.0),
        "resource_group": RoleStyle("#b9cdf0", "#2f569c", "#eff5ff", None, 1.0),
        "group": RoleStyle("#dbe1ec", "#4d5973", "#f1f4f9", None, 1.0),
    },
    families={
        "network": "#6d4de6",
        "compute": "#d9530c",
        "storage": "#1f8a4c",
        "database": "#a92bd0",
        "analytics": "#1f6fe0",
        "integration": "#d91e79",
        "security": "#d4314c",
        "management": "#0c7d91",
        "other": "#5b6678",
    },
)

_MINIMAL = replace(
    _ENTERPRISE,
    name="minimal",
    title="Minimal",
    card_border="#d0d0d0",
    text="#111111",
    muted="#5e5e5e",
    edge="#555555",
    edge_weak="#777777",
    pill_border="#cfcfcf",
    pill_text="#444444",
    badge="#2b2b2b",
    added="#1a6b35",
    removed="#b3261e",
    changed="#855200",
    icons="line",
    card_radius=3.0,
    container_radius=3.0,
    edge_radius=4.0,
    edge_width=1.25,
    roles={
        "cloud": RoleStyle("#b0b0b0", "#333333", None, None, 1.0),
        "account": RoleStyle("#333333", "#111111", None, None, 1.25),
        "region": RoleStyle("#8a8a8a", "#3d3d3d", None, (3.0, 3.0), 1.0),
        "network": RoleStyle("#7a7a7a", "#222222", "#fcfcfc", None, 1.0),
        "zone": RoleStyle("#9a9a9a", "#3d3d3d", None, _DASH, 1.0),
        "subnet": RoleStyle("#bdbdbd", "#333333", "#f6f6f6", None, 1.0),
        "subnet_public": RoleStyle("#bdbdbd", "#333333", "#fafafa", None, 1.0),
        "subnet_private": RoleStyle("#bdbdbd", "#333333", "#f4f4f4", None, 1.0),
        "resource_group": RoleStyle("#bdbdbd", "#333333", "#fafafa", None, 1.0),
        "group": RoleStyle("#d6d6d6", "#555555", "#fafafa", None, 1.0),
    },
    families=dict.fromkeys(_ENTERPRISE.families, "#3a3a3a"),
)

_DARK = replace(
    _ENTERPRISE,
    name="dark",
    title="Dark",
    background="#0d131d",
    card="#1a2332",
    card_border="#3a475c",
    text="#f0f4fa",
    muted="#a3b0c3",
    edge="#97a6bd",
    edge_weak="#7f8fa8",
    pill="#1a2332",
    pill_border="#4a5970",
    pill_text="#c9d3e1",
    badge="#e6ecf5",
    badge_text="#111a28",
    added="#4cc77a",
    removed="#ff7b80",
    changed="#f0b24a",
    change_text="#0d131d",
    roles={
        "cloud": RoleStyle("#4b586d", "#c9d3e1", None, None),
        "account": RoleStyle("#8494ab", "#e3eaf4", "#0f1622"),
        "region": RoleStyle("#2c9c98", "#5fd0cb", None, (3.0, 3.0)),
        "network": RoleStyle("#8b6be0", "#bda6ff", "#151530"),
        "zone": RoleStyle("#3f86c6", "#7dbcf2", None, _DASH),
        "subnet": RoleStyle("#24807e", "#6ad4cf", "#0e242b"),
        "subnet_public": RoleStyle("#6b8a2c", "#b5d46c", "#18220f"),
        "subnet_private": RoleStyle("#24807e", "#6ad4cf", "#0e242b"),
        "resource_group": RoleStyle("#4a6ca3", "#9dbdf0", "#111c2f"),
        "group": RoleStyle("#364256", "#b3bfd0", "#131b28", None, 1.0),
    },
    families={
        "network": "#9168f0",
        "compute": "#d8640f",
        "storage": "#5f9212",
        "database": "#c24ccb",
        "analytics": "#3a84dd",
        "integration": "#e03b88",
        "security": "#e04a5e",
        "management": "#15869a",
        "other": "#6f7c90",
    },
    dark=True,
)

_COLORFUL = replace(
    _ENTERPRISE,
    name="colorful",
    title="Colorful",
    card_border="#cbd2e0",
    edge="#3d3f8f",
    edge_weak="#6567a8",
    pill="#fffbe8",
    pill_border="#d9bd57",
    pill_text="#5e4a00",
    badge="#b3126b",
    card_radius=10.0,
    container_radius=12.0,
    tile_radius=10.0,
    edge_width=1.75,
    edge_radius=8.0,
    added="#0b6e33",
    removed="#bb1a2a",
    changed="#854d00",
    roles={
        "cloud": RoleStyle("#6d7bd1", "#3a459c", "#f5f6ff", None),
        "account": RoleStyle("#3a459c", "#2c3683", "#f3f5ff", None, 2.0),
        "region": RoleStyle("#008f9c", "#00626b", "#e6fafb", (4.0, 3.0), 2.0),
        "network": RoleStyle("#7a3cf0", "#5a20c9", "#efe6ff", None, 2.0),
        "zone": RoleStyle("#0a6fd6", "#0757a8", "#e6f1ff", _DASH, 2.0),
        "subnet": RoleStyle("#009688", "#00594f", "#d9f5ef", None, 2.0),
        "subnet_public": RoleStyle("#6f9f00", "#3f5c00", "#eaf8c9", None, 2.0),
        "subnet_private": RoleStyle("#009688", "#00594f", "#d9f5ef", None, 2.0),
        "resource_group": RoleStyle("#2f7fe0", "#1c559e", "#e7f1ff", None, 2.0),
        "group": RoleStyle("#e0a100", "#6b4b00", "#fff6d9", None, 1.5),
    },
    families={
        "network": "#7a2ff2",
        "compute": "#d94f00",
        "storage": "#3d8a00",
        "database": "#b012c4",
        "analytics": "#0a66e0",
        "integration": "#e0006c",
        "security": "#d81b36",
        "management": "#00799a",
        "other": "#566580",
    },
)

BY_NAME: dict[str, Theme] = {
    theme.name: theme for theme in (_ENTERPRISE, _MODERN, _MINIMAL, _DARK, _LIGHT, _COLORFUL)
}
"""The themes by name, the default one first."""


def theme_named(name: str) -> Theme:
    """The theme of that name.

    Raises Invalid, with the names that exist, for any other.
    """
    try:
        return BY_NAME[name]
    except KeyError:
        raise Invalid(f"There is no theme {name!r}", hint="Use " + ", ".join(BY_NAME) + ".") from None

"""The golden pictures: hand-placed scenes as SVG, kept to be looked at and compared byte for byte.

When a change of the drawing is meant, write them again and look at each of them::

    uv run python -m tests.golden.pictures
"""

from __future__ import annotations

from pathlib import Path

from tests.unit.diagram.scenes import changes_and_costs, web_estate

from cloudviz.catalogue.registry import catalogue
from cloudviz.diagram.icons import icon_set
from cloudviz.diagram.icons.variants import VARIANT_OF
from cloudviz.diagram.render import render
from cloudviz.diagram.scene.document import Scene, SceneNode, SceneSummary

FOLDER = Path(__file__).parent


def all_kinds(theme: str) -> Scene:
    """A card for every kind and for a type of every variant, to see whether the icons can be told apart."""
    first: dict[str, str] = {}
    for type, variant in VARIANT_OF.items():
        first.setdefault(variant, type)
    shown = [(kind, kind, "") for kind in icon_set()]
    shown += [(type, str(known.kind), type) for type in first.values() if (known := catalogue().get(type))]
    nodes = [
        SceneNode(
            key, None, False, key.rsplit(".", 1)[-1].replace("_", " "), type and VARIANT_OF[type], type, kind,
            members=[key], x=40 + index % 7 * 140, y=40 + index // 7 * 112, width=120, height=92,
        )
        for index, (key, kind, type) in enumerate(shown)
    ]  # fmt: skip
    summary = SceneSummary(resources=len(nodes), shown=len(nodes))
    return Scene("grid", theme, 1040, 120 + (len(nodes) + 6) // 7 * 112, nodes, [], summary)


PICTURES: dict[str, Scene] = {
    "web-estate-enterprise.svg": web_estate("enterprise", "Production, eu and us"),
    "web-estate-dark.svg": web_estate("dark"),
    "changes-enterprise.svg": changes_and_costs("enterprise"),
    "changes-modern.svg": changes_and_costs("modern"),
    "kinds-colorful.svg": all_kinds("colorful"),
    "kinds-minimal.svg": all_kinds("minimal"),
}
"""What is drawn, by file name."""


def main() -> None:
    """Write every golden picture anew."""
    for name, scene in PICTURES.items():
        (FOLDER / name).write_bytes(render(scene, "svg"))
        print(f"tests/golden/{name}")


if __name__ == "__main__":
    main()

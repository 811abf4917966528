"""The map as a test sees it: through what is on the screen, and where the camera says things are."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

_READY = ".map-stage[data-nodes]:not([aria-busy])"
_CAMERA = """() => {
  const {camera} = document.querySelector('.map-stage').engine;
  return {x: camera.originX, y: camera.originY, zoom: camera.zoom, width: camera.width, height: camera.height};
}"""
_PIXEL = """([x, y]) => {
  const canvas = document.querySelector('.map-stage canvas');
  return [...canvas.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3);
}"""


def eventually(asked: Callable[[], bool], what: str, seconds: float = 15) -> None:
    """Wait until something holds that no locator can express. The limit only ends a hopeless wait."""
    end = time.monotonic() + seconds
    while not asked():
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.05)


@dataclass
class MapPage:
    """A page that shows the map."""

    page: Page

    @property
    def surface(self) -> Locator:
        return self.page.get_by_role("application", name="Map of the estate")

    @property
    def panel(self) -> Locator:
        return self.page.locator(".side .panel")

    @property
    def footer(self) -> Locator:
        return self.page.locator(".map-footer .summary")

    def ready(self) -> MapPage:
        """Wait for the picture."""
        expect(self.page.locator(_READY)).to_be_attached()
        return self

    def address(self) -> str:
        """The address now; `page.url` follows only while Playwright waits for something."""
        return str(self.page.evaluate("location.hash"))

    def camera(self) -> dict[str, float]:
        return dict(self.page.evaluate(_CAMERA))

    def shown(self) -> int:
        """How many boxes the scene has that the map draws now."""
        return int(self.page.locator(_READY).get_attribute("data-nodes") or 0)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a scene point stands, in px of the page."""
        camera = self.camera()
        box = self.surface.bounding_box()
        assert box is not None
        return (x - camera["x"]) * camera["zoom"] + box["x"], (y - camera["y"]) * camera["zoom"] + box["y"]

    def middle(self, node: dict[str, Any]) -> tuple[float, float]:
        return self.place(node["x"] + node["width"] / 2, node["y"] + node["height"] / 2)

    def colour(self, x: float, y: float) -> str:
        """The colour on the canvas at a scene point, as #rrggbb."""
        camera = self.camera()
        point = [round((x - camera["x"]) * camera["zoom"]), round((y - camera["y"]) * camera["zoom"])]
        return "#" + "".join(f"{part:02x}" for part in self.page.evaluate(_PIXEL, point))

    def find(self, text: str) -> None:
        """Search and take the first suggestion."""
        box = self.page.get_by_role("combobox", name="Find a resource")
        box.fill(text)
        found = self.page.get_by_role("listbox", name="Find a resource").get_by_role("option")
        expect(found.first).to_be_visible()
        box.press("ArrowDown")
        expect(found.and_(self.page.locator("[aria-selected=true]"))).to_be_visible()
        box.press("Enter")

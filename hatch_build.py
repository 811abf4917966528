"""Build hook of the wheel and the source archive: the web bundle is made when it is missing.

So ``uvx --from . cloudviz demo`` and ``pip install .`` work from a bare checkout. An editable install does
nothing here: there the Makefile keeps the bundle up to date.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _web(root: Path) -> ModuleType:
    """``scripts/web.py`` as a module: the one place that knows how the bundle is made."""
    spec = importlib.util.spec_from_file_location("cloudviz_web_build", root / "scripts" / "web.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("scripts/web.py is missing from this source tree")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class WebBundleHook(BuildHookInterface[Any]):
    """Makes the web bundle and the page of HTML pictures before files are collected."""

    def _bundle_is_missing(self) -> bool:
        root = Path(self.root)
        return not all((root / made).is_file() for made in _web(root).MADE)

    def dependencies(self) -> list[str]:
        """Node from PyPI, asked for only when the bundle has to be made and no Node is on PATH."""
        if not self._bundle_is_missing():
            return []
        web = _web(Path(self.root))
        return [] if web.node_on_path() else [web.NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before each target is built; ``version`` is ``standard`` or ``editable``."""
        if version == "editable" or not self._bundle_is_missing():
            return
        _web(Path(self.root)).build(Path(self.root))

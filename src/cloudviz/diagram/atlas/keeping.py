"""Atlases as bytes, to be kept where other processes and a restarted one find them. Pure.

JSON, and not pickled objects: what is kept lies where others may write, and reading it must run nothing.
"""

from __future__ import annotations

import base64
import sys
import zlib
from array import array
from typing import Any

import orjson

from cloudviz.diagram.atlas.atlas import Atlas
from cloudviz.diagram.atlas.folded import FoldedResource
from cloudviz.diagram.atlas.layers import Leaves
from cloudviz.diagram.scene.document import Scene, scene_from_document
from cloudviz.errors import BadInput

FORMAT = "cloudviz.map/2"
LARGEST = 1 << 30
"""Bytes that a kept map may unfold to."""


def settled(scene: Scene) -> Scene:
    """The scene with the numbers that its document has: then a map that was kept and read is cut as the first was.

    Changes the scene that is given, and returns it.
    """
    scene.width, scene.height = round(scene.width, 2), round(scene.height, 2)
    for node in scene.nodes:
        node.x, node.y = round(node.x, 2), round(node.y, 2)
        node.width, node.height = round(node.width, 2), round(node.height, 2)
        if node.cost_monthly is not None:
            node.cost_monthly = round(node.cost_monthly, 2)
    for edge in scene.edges:
        edge.points = [(round(x, 2), round(y, 2)) for x, y in edge.points]
    return scene


def packed(scene: Scene, atlas: Atlas) -> bytes:
    """A map as bytes: its scene, the values of its layers, and what is folded into its boxes."""
    document = {
        "format": FORMAT,
        "version": atlas.version,
        "scene": scene.to_document(),
        "layers": {
            name: {"words": list(leaves.words), "of_node": _text(leaves.of_node)}
            for name, leaves in atlas.leaves.items()
        },
        "folded": [[number, [list(item) for item in items]] for number, items in atlas.folded.items()],
    }
    return zlib.compress(orjson.dumps(document), 1)


def unpacked(content: bytes, where: str = "a kept map") -> tuple[Scene, Atlas]:
    """The map that was packed. Raises BadInput for anything else."""
    try:
        document = _opened(content)
        scene = scene_from_document(document["scene"])
        leaves = {}
        for name, layer in document["layers"].items():
            words = {str(word): at for at, word in enumerate(layer["words"])}
            leaves[name] = Leaves(words, _numbers(layer["of_node"]))
            if len(leaves[name].of_node) != len(scene.nodes) or max(leaves[name].of_node, default=0) >= len(words):
                raise ValueError(f"the layer {name} does not fit")
        folded = {int(number): [FoldedResource(*item) for item in items] for number, items in document["folded"]}
        if not all(-1 <= number < len(scene.nodes) for number in folded):
            raise ValueError("what is folded does not fit")
        return scene, Atlas(scene, leaves, document["version"], folded)
    except (zlib.error, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(f"is no map that was kept: {str(error)[:200]}", where=where) from error


def scene_of(content: bytes, where: str = "a kept map") -> tuple[str, Scene]:
    """The version and the scene of a map that was packed, without what it takes to be asked about: for laying out
    the next one. Raises BadInput for anything else."""
    try:
        document = _opened(content)
        return str(document["version"]), scene_from_document(document["scene"])
    except (zlib.error, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(f"is no map that was kept: {str(error)[:200]}", where=where) from error


def _opened(content: bytes) -> Any:
    reader = zlib.decompressobj()
    document: Any = orjson.loads(reader.decompress(content, LARGEST))
    if document["format"] != FORMAT:
        raise ValueError(f"the format is {document['format']!r}")
    return document


def _text(numbers: array[int]) -> str:
    return base64.b64encode(_little(numbers).tobytes()).decode()


def _numbers(text: str) -> array[int]:
    numbers = array("H")
    numbers.frombytes(base64.b64decode(text, validate=True))
    return _little(numbers)


def _little(numbers: array[int]) -> array[int]:
    """The same with its bytes in the order of the file: the lowest first."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers

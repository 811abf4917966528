"""The order in which a line of mixed directions is read and drawn.

Names in Arabic or Hebrew stand among Latin words, addresses and amounts. The SVG leaves their order to the
reader's program, PNG and PDF are ordered here, by the same rules, so that all show the same line.

Source: Unicode Standard Annex 9 (bidirectional algorithm), without embeddings and overrides, which
:func:`~cloudviz.diagram.text.clean` takes out, and with isolates.
"""

from __future__ import annotations

import unicodedata
from itertools import groupby

ISOLATE, END = "\u2068", "\u2069"
"""First-strong isolate, and pop directional isolate."""

_RIGHT = frozenset({"R", "AL"})
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "BN"})
_MOST_DEPTH = 20


def runs_right(text: str) -> bool:
    """Whether any letter of a text is written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(sign) in _RIGHT for sign in text)


def isolate(text: str) -> str:
    """A part of a line, kept from changing the order of what stands beside it.

    Only texts with right-to-left letters get the invisible pair of marks: all others stay as they are.
    """
    return f"{ISOLATE}{text}{END}" if runs_right(text) else text


def visual_runs(text: str) -> list[tuple[str, bool]]:
    """The text in pieces of one direction, from left to right as they are drawn.

    Returns pairs of the piece, in the order in which it is read, and whether it runs from right to left. The line
    as a whole runs in the direction of its first letter.
    """
    if not runs_right(text):
        return [(text, False)] if text else []
    signs, levels = _levels(text, _first_strong(text), 0)
    order = list(range(len(signs)))
    for level in range(max(levels, default=0), 0, -1):  # rule L2
        at = 0
        while at < len(order):
            end = at
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[at:end] = reversed(order[at:end])
            at = max(end, at + 1)
    runs: list[tuple[str, bool]] = []
    for level, group in groupby(order, key=lambda index: levels[index]):
        backwards = level % 2 == 1
        indexes = list(group)
        runs.append(("".join(signs[index] for index in (indexes[::-1] if backwards else indexes)), backwards))
    return runs


def _first_strong(text: str) -> int:
    depth = 0
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in ("LRI", "RLI", "FSI"):
            depth += 1
        elif kind == "PDI":
            depth = max(depth - 1, 0)
        elif not depth and kind in ("L", *_RIGHT):
            return int(kind != "L")
    return 0


def _levels(text: str, base: int, depth: int) -> tuple[list[str], list[int]]:
    """The characters of a text without isolate marks, and the embedding level of each (rules X to I)."""
    outer: list[tuple[str, str]] = []  # an isolate stands as one neutral in the line around it (X9, N1)
    inner: dict[int, tuple[list[str], list[int]]] = {}
    at = 0
    while at < len(text):
        kind = unicodedata.bidirectional(text[at])
        if kind in ("LRI", "RLI", "FSI") and depth < _MOST_DEPTH:
            end = _end_of_isolate(text, at)
            inside = text[at + 1 : end]
            way = {"LRI": 0, "RLI": 1}.get(kind, _first_strong(inside))
            inner[len(outer)] = _levels(inside, base + 1 if (base + 1) % 2 == way else base + 2, depth + 1)
            outer.append(("", "ON"))
            at = end + 1
        elif kind in ("LRI", "RLI", "FSI", "PDI"):
            at += 1
        else:
            outer.append((text[at], kind))
            at += 1
    kinds = _resolved([kind for _, kind in outer], base)
    signs: list[str] = []
    levels: list[int] = []
    for index, (sign, _) in enumerate(outer):
        if index in inner:
            signs += inner[index][0]
            levels += inner[index][1]
            continue
        kind = kinds[index]
        above = {"R": 0}.get(kind, 1) if base % 2 else {"R": 1, "AN": 2, "EN": 2}.get(kind, 0)
        signs.append(sign)
        levels.append(base + above)
    return signs, levels


def _end_of_isolate(text: str, start: int) -> int:
    depth = 0
    for at in range(start, len(text)):
        kind = unicodedata.bidirectional(text[at])
        depth += (kind in ("LRI", "RLI", "FSI")) - (kind == "PDI")
        if not depth:
            return at
    return len(text)


def _resolved(kinds: list[str], base: int) -> list[str]:
    """The types after the weak and neutral rules: L, R, EN or AN each."""
    way = "R" if base % 2 else "L"
    strong = before = way
    for index, kind in enumerate(kinds):  # W1 to W3; W7 waits until the separators have seen their numbers
        if kind == "NSM":
            kind = before
        if kind == "EN" and strong == "AL":
            kind = "AN"
        if kind in ("L", "R", "AL"):
            strong = kind
        before = kinds[index] = kind
    for index in range(1, len(kinds) - 1):  # W4
        left, right = kinds[index - 1], kinds[index + 1]
        if left == right and (
            (kinds[index] in ("ES", "CS") and left == "EN") or (kinds[index] == "CS" and left == "AN")
        ):
            kinds[index] = left
    for step in (1, -1):  # W5
        for index in range(len(kinds))[::step]:
            near = index - step
            if kinds[index] == "ET" and 0 <= near < len(kinds) and kinds[near] == "EN":
                kinds[index] = "EN"
    strong = way
    for index, kind in enumerate(kinds):  # W6, W7, and Arabic letters become R
        if kind in ("ES", "CS", "ET") or kind in _NEUTRAL:
            kinds[index] = "ON"
        elif kind == "AL":
            kinds[index] = strong = "R"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[index] = "L"
    at = 0
    while at < len(kinds):  # N1, N2
        if kinds[at] != "ON":
            at += 1
            continue
        end = at
        while end < len(kinds) and kinds[end] == "ON":
            end += 1
        left = way if at == 0 else "L" if kinds[at - 1] == "L" else "R"
        right = way if end == len(kinds) else "L" if kinds[end] == "L" else "R"
        kinds[at:end] = [left if left == right else way] * (end - at)
        at = end
    return kinds

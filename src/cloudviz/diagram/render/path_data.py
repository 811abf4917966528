"""SVG path data as absolute commands, for backends that do not read it themselves.

Source: SVG 2, chapters 9.3 (path data) and 10.2 (rectangles), appendix B.2 (arcs).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from functools import cache

from cloudviz.diagram.render.operations import Command, Rect

_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "A": 7, "Z": 0}


@cache
def commands(data: str) -> tuple[Command, ...]:
    """The path as absolute M, L, C, Q, A and Z commands.

    Arguments:
        data: SVG path data. Flags of arcs must be set apart by spaces, as ours are.

    Raises ValueError for data that is no path.
    """
    tokens = _TOKEN.findall(data)
    out: list[Command] = []
    x = y = start_x = start_y = 0.0
    control: tuple[float, float] | None = None
    at = 0
    letter = ""
    while at < len(tokens):
        if tokens[at].isalpha():
            letter = tokens[at]
            at += 1
        elif letter.upper() == "Z" or not letter:
            raise ValueError(f"a number stands where a command must: {data!r}")
        name = letter.upper()
        count = _ARGUMENTS[name]
        numbers = [float(token) for token in tokens[at : at + count]]
        if len(numbers) != count:
            raise ValueError(f"numbers are missing after {letter}: {data!r}")
        at += count
        if letter.islower():
            numbers = _absolute(name, numbers, x, y)
        if name == "Z":
            out.append(("Z", ()))
            x, y, control = start_x, start_y, None
            continue
        if name == "H":
            numbers, name = [numbers[0], y], "L"
        elif name == "V":
            numbers, name = [x, numbers[0]], "L"
        elif name == "S":
            first = (2 * x - control[0], 2 * y - control[1]) if control else (x, y)
            numbers, name = [*first, *numbers], "C"
        out.append((name, tuple(numbers)))
        control = (numbers[2], numbers[3]) if name == "C" else None
        x, y = numbers[-2:]
        if name == "M":
            start_x, start_y = x, y
            # Further pairs after a move are lines (9.3.3).
            letter = "l" if letter == "m" else "L"
    return tuple(out)


def _absolute(name: str, numbers: list[float], x: float, y: float) -> list[float]:
    if name == "H":
        return [numbers[0] + x]
    if name == "V":
        return [numbers[0] + y]
    if name == "A":
        return [*numbers[:5], numbers[5] + x, numbers[6] + y]
    return [number + (y if index % 2 else x) for index, number in enumerate(numbers)]


def outline(item: Rect) -> list[Command]:
    """A rectangle as SVG walks along it, so that its dashes fall in the same places (SVG 2, chapter 10.2)."""
    radius = min(item.radius, item.width / 2, item.height / 2)
    left, top, right, bottom = item.x, item.y, item.x + item.width, item.y + item.height
    arc = (radius, radius, 0.0, 0.0, 1.0)
    return [
        ("M", (left + radius, top)),
        ("L", (right - radius, top)),
        ("A", (*arc, right, top + radius)),
        ("L", (right, bottom - radius)),
        ("A", (*arc, right - radius, bottom)),
        ("L", (left + radius, bottom)),
        ("A", (*arc, left, bottom - radius)),
        ("L", (left, top + radius)),
        ("A", (*arc, left + radius, top)),
        ("Z", ()),
    ]


def curves(steps: Iterable[Command]) -> Iterator[Command]:
    """The same path in M, L, C and Z alone, for formats that know neither arcs nor quadratic curves."""
    x = y = 0.0
    for name, n in steps:
        if name == "Q":
            yield (
                "C",
                (
                    x + (n[0] - x) * 2 / 3,
                    y + (n[1] - y) * 2 / 3,
                    n[2] + (n[0] - n[2]) * 2 / 3,
                    n[3] + (n[1] - n[3]) * 2 / 3,
                    n[2],
                    n[3],
                ),
            )
        elif name == "A":
            yield from _arc(x, y, n)
        else:
            yield name, n
        if n:
            x, y = n[-2:]


def _arc(x: float, y: float, n: tuple[float, ...]) -> Iterator[Command]:
    """An arc as cubic curves of at most a quarter turn; ours are never rotated (SVG 2, B.2.4)."""
    across, down, _, large, sweep, end_x, end_y = n
    half_x, half_y = (x - end_x) / 2, (y - end_y) / 2
    if not across or not down or (not half_x and not half_y):
        yield "L", (end_x, end_y)
        return
    grow = math.sqrt(max(1.0, (half_x / across) ** 2 + (half_y / down) ** 2))
    across, down = abs(across) * grow, abs(down) * grow
    rest = (half_x * down) ** 2 + (half_y * across) ** 2
    root = math.sqrt(max(0.0, ((across * down) ** 2 - rest) / rest))
    if bool(large) == bool(sweep):
        root = -root
    centre_x = root * across * half_y / down + (x + end_x) / 2
    centre_y = -root * down * half_x / across + (y + end_y) / 2
    start = math.atan2((y - centre_y) / down, (x - centre_x) / across)
    turn = math.atan2((end_y - centre_y) / down, (end_x - centre_x) / across) - start
    if sweep and turn < 0:
        turn += 2 * math.pi
    elif not sweep and turn > 0:
        turn -= 2 * math.pi
    parts = max(1, math.ceil(abs(turn) / (math.pi / 2) - 1e-9))
    step = turn / parts
    reach = 4 / 3 * math.tan(step / 4)
    for part in range(parts):
        a, b = start + part * step, start + (part + 1) * step
        yield (
            "C",
            (
                centre_x + across * (math.cos(a) - reach * math.sin(a)),
                centre_y + down * (math.sin(a) + reach * math.cos(a)),
                centre_x + across * (math.cos(b) + reach * math.sin(b)),
                centre_y + down * (math.sin(b) - reach * math.cos(b)),
                centre_x + across * math.cos(b),
                centre_y + down * math.sin(b),
            ),
        )

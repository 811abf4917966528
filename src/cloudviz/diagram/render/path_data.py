"""SVG path data as absolute commands, for backends that do not read it themselves.

Source: SVG 2, chapter 9.3 (path data).
"""

from __future__ import annotations

import re
from functools import cache

from cloudviz.diagram.render.operations import Command

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

"""Reading all that a declaration reads out of a body in one go.

A declaration reads some twenty paths, most of them below the same few objects. One function is written for all
of them: it walks down each branch once, and a branch that is not there costs one look-up. Objects and lists are
read so as JSON has them; where a body holds anything else, each path is read by its own reader, which knows how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cloudviz.catalogue.paths import plain_value, read_path, segments_of

Gatherer = Callable[[Mapping[str, Any]], tuple[Any, ...]]
"""From a body to what it holds at each path: the value there, or where the path fans out a list; or None."""


@lru_cache(maxsize=2048)
def gatherer(paths: tuple[str, ...]) -> Gatherer:
    """A function that reads several paths, in their order.

    Of a path that walks into no list it gives the value; of any other the values found, nulls left out. Nothing
    found is None either way, or an empty list.
    """
    one_by_one = _one_by_one(paths)
    top = _Branch()
    known: dict[str, Any] = {"Mapping": Mapping, "one_by_one": one_by_one}
    lines = ["def gather(body):", " if type(body) is not dict:", "  return one_by_one(body)"]
    for slot, path in enumerate(paths):
        lines.append(f" r{slot} = None")
        segments = segments_of(path)
        if any(mode not in ("", "[]") for _, mode in segments):
            known[f"read{slot}"] = read_path(path)
            lines.append(f" if {segments[0][0]!r} in body:" if segments[0][0] else " if body:")
            lines.append(f"  r{slot} = read{slot}(body)")
            continue
        branch = top
        for segment in segments:
            branch = branch.below.setdefault(segment, _Branch())
        branch.slots.append(slot)
    lines += _descent(top, "body", 1, _Names())
    lines.append(f" return ({''.join(f'r{slot}, ' for slot in range(len(paths)))})")
    exec("\n".join(lines), known)  # noqa: S102 - of declarations of this release, names written as literals
    made: Gatherer = known["gather"]
    return made


def _one_by_one(paths: Sequence[str]) -> Gatherer:
    readers = [plain_value(path) or read_path(path) for path in paths]
    return lambda body: tuple(read(body) for read in readers)


@dataclass(slots=True)
class _Branch:
    """What is read below a place of a body: (name, mode) → what is below that; slots that end here."""

    below: dict[tuple[str, str], _Branch] = field(default_factory=dict)
    slots: list[int] = field(default_factory=list)

    def all_slots(self) -> Iterator[int]:
        yield from self.slots
        for branch in self.below.values():
            yield from branch.all_slots()


class _Names:
    """Names of variables, each another."""

    def __init__(self) -> None:
        self._count = 0

    def new(self) -> str:
        self._count += 1
        return f"v{self._count}"


def _descent(branch: _Branch, holder: str, depth: int, names: _Names, *, in_list: bool = False) -> list[str]:
    """The lines that read what is below ``holder``, a variable that holds a dict."""
    pad, lines = " " * depth, []
    for (name, mode), below in branch.below.items():
        value = names.new()
        lines.append(f"{pad}{value} = {holder}.get({name!r})")
        if mode == "":
            for slot in below.slots:
                lines += (
                    [f"{pad}if {value} is not None:", f"{pad} r{slot}.append({value})"]
                    if in_list
                    else [f"{pad}r{slot} = {value}"]
                )
            if below.below:
                lines.append(f"{pad}if type({value}) is dict:")
                lines += _descent(below, value, depth + 1, names, in_list=in_list)
                lines.append(f"{pad}elif {value} is not None and isinstance({value}, Mapping):")
                lines.append(f"{pad} return one_by_one(body)")
            continue
        lines.append(f"{pad}if type({value}) is list:")
        if not in_list:
            lines += [f"{pad} r{slot} = []" for slot in below.all_slots()]
        lines += [f"{pad} r{slot}.extend([each for each in {value} if each is not None])" for slot in below.slots]
        if below.below:
            element = names.new()
            lines.append(f"{pad} for {element} in {value}:")
            lines.append(f"{pad}  if type({element}) is dict:")
            lines += _descent(below, element, depth + 3, names, in_list=True)
            lines.append(f"{pad}  elif {element} is not None:")
            lines.append(f"{pad}   return one_by_one(body)")
        # A single value stands for a list of one.
        lines.append(f"{pad}elif {value} is not None:")
        lines.append(f"{pad} return one_by_one(body)")
    return lines

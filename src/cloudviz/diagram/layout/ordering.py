"""In which order siblings stand, so that lines are short and cross little.

Within one container only the links among its own children count (links of what lies deeper are lifted to them).
Layers by longest path, then barycentres: Sugiyama, Tagawa, Toda, "Methods for visual understanding of hierarchical
system structures", IEEE SMC 11 (1981).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Local = Mapping[str, Mapping[str, float]]
"""Child key → the children it points to, with the number of links."""


def chains(keys: Sequence[str], local: Local) -> list[list[str]]:
    """The connected parts of some siblings, each in the order of its flow; those without links last, together.

    Arguments:
        keys: the siblings in canonical order.
        local: links among them (others are ignored).
    """
    if not local:
        return [list(keys)] if keys else []
    place = {key: at for at, key in enumerate(keys)}
    near: dict[str, list[str]] = {key: [] for key in keys}
    for source in keys:
        for target in local.get(source, {}):
            if target in place and target != source:
                near[source].append(target)
                near[target].append(source)
    seen: set[str] = set()
    parts: list[list[str]] = []
    alone: list[str] = []
    for key in keys:
        if key in seen:
            continue
        if not near[key]:
            alone.append(key)
            continue
        seen.add(key)
        part = [key]
        for member in part:
            for other in near[member]:
                if other not in seen:
                    seen.add(other)
                    part.append(other)
        parts.append(flow(sorted(part, key=place.__getitem__), local))
    parts.sort(key=lambda part: (-len(part), place[part[0]]))
    return [*parts, alone] if alone else parts


def layers(keys: Sequence[str], local: Local) -> dict[str, int]:
    """How far down the flow each sibling stands: one more than the furthest that points to it; circles are cut."""
    inside = set(keys)
    state: dict[str, int] = {}
    finished: list[str] = []
    kept: dict[str, list[str]] = {}
    for root in keys:
        if root in state:
            continue
        pending = [(root, iter(sorted(t for t in local.get(root, {}) if t in inside and t != root)))]
        state[root] = 1
        while pending:
            key, targets = pending[-1]
            for target in targets:
                if state.get(target) == 1:
                    continue  # this link closes a circle
                kept.setdefault(key, []).append(target)
                if target not in state:
                    state[target] = 1
                    following = sorted(t for t in local.get(target, {}) if t in inside and t != target)
                    pending.append((target, iter(following)))
                    break
            else:
                state[key] = 2
                finished.append(key)
                pending.pop()
    level = dict.fromkeys(keys, 0)
    for key in reversed(finished):
        for target in kept.get(key, ()):
            level[target] = max(level[target], level[key] + 1)
    return level


def flow(keys: Sequence[str], local: Local) -> list[str]:
    """Siblings in the order of their flow: by layer, within a layer by the barycentre of what points to them."""
    if not local:
        return list(keys)
    level = layers(keys, local)
    rows: dict[int, list[str]] = {}
    for key in keys:
        rows.setdefault(level[key], []).append(key)
    into: dict[str, list[str]] = {}
    for key in keys:
        for target in local.get(key, {}):
            into.setdefault(target, []).append(key)
    place: dict[str, float] = {}
    ordered: list[str] = []
    for depth in sorted(rows):
        row = rows[depth]

        def centre(key: str) -> float:
            sources = [place[source] for source in into.get(key, ()) if source in place]
            return sum(sources) / len(sources) if sources else float(len(ordered))

        if depth:
            row = sorted(row, key=centre)
        for at, key in enumerate(row):
            place[key] = at / len(row)
        ordered.extend(row)
    return ordered

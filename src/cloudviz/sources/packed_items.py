"""Raw items kept as JSON until they are asked for: one answer of a bulk API lists a whole estate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, overload

import orjson

from cloudviz.inventory.model import RawItem, Scope


class PackedItems(Sequence[RawItem]):
    """A list of items whose bodies are parsed anew at each access: a fifth of the memory.

    For bodies that are plain JSON; what JSON can't hold is kept as it is. Changing a body that was handed out
    changes nothing here.
    """

    __slots__ = ("_rows",)

    def __init__(self, items: Iterable[RawItem] = ()) -> None:
        self._rows: list[tuple[Scope, str, str | None, str, bytes | Mapping[str, Any], tuple[str, ...]]] = []
        self.extend(items)

    def append(self, item: RawItem) -> None:
        """Keep an item."""
        body: bytes | Mapping[str, Any] = item.body
        with suppress(TypeError):  # an integer beyond 64 bits, half a surrogate pair
            body = bytes(memoryview(orjson.dumps(item.body)))  # a copy, without the buffer's spare room
        self._rows.append((item.scope, item.native_type, item.type_key, item.where, body, item.unseen))

    def extend(self, items: Iterable[RawItem]) -> None:
        """Keep several; those that are packed already are not packed again."""
        if isinstance(items, PackedItems):
            self._rows.extend(items._rows)
            return
        for item in items:
            self.append(item)

    def drained(self, size: int) -> Iterator[PackedItems]:
        """All items, so many at a time, each let go when it is handed out. Nothing is left then."""
        while self._rows:
            portion = PackedItems()
            portion._rows, self._rows[:size] = self._rows[:size], []
            yield portion

    def native_types(self) -> set[str]:
        """The native types there are."""
        return {row[1] for row in self._rows}

    def placed(self, keep: Callable[[Scope], bool]) -> PackedItems:
        """Those of some scopes."""
        chosen = PackedItems()
        chosen._rows = [row for row in self._rows if keep(row[0])]
        return chosen

    def moved(self, to: Callable[[Scope], tuple[Scope, str]]) -> PackedItems:
        """The same in other scopes; ``to`` gives the new scope and ``where`` of an item in a scope."""
        moved = PackedItems()
        for scope, native_type, type_key, _, body, unseen in self._rows:
            new_scope, where = to(scope)
            moved._rows.append((new_scope, native_type, type_key, where, body, unseen))
        return moved

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[RawItem]:
        return (_item(*row) for row in self._rows)

    @overload
    def __getitem__(self, index: int) -> RawItem: ...

    @overload
    def __getitem__(self, index: slice) -> list[RawItem]: ...

    def __getitem__(self, index: int | slice) -> RawItem | list[RawItem]:
        if isinstance(index, slice):
            return [_item(*row) for row in self._rows[index]]
        return _item(*self._rows[index])


def _item(
    scope: Scope,
    native_type: str,
    type_key: str | None,
    where: str,
    body: bytes | Mapping[str, Any],
    unseen: tuple[str, ...],
) -> RawItem:
    content = orjson.loads(body) if isinstance(body, bytes) else body
    return RawItem(scope, native_type, content, type_key, where=where, unseen=unseen)

"""The pages of a listing, each a part of its own, so that a scan that was killed goes on with the next one.

Clouds give a token for the next page, which holds for the same question, whoever asks it again. It is noted with
the page before. A token that the cloud does not take any more, since too much time has passed, makes the listing
begin anew: its pages then stand for those that were read before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from cloudviz.sources.provider import Listing, Note, Part

NEXT = "next"
"""The name of the token in a note; ``""`` on the last page."""

STALE = frozenset({400, 404, 410})
"""HTTP statuses that a token from an earlier try may be refused with."""


class Trail:
    """How far the pages of one listing were read, by this try and those before it.

    Attributes:
        name: what the listing is called in every scan.
        notes: those of the pages that were read, in their order.
    """

    def __init__(self, name: str, written: Mapping[tuple[int, int], tuple[str, Note]]) -> None:
        self.name = name
        self._era = max((era for era, _ in written), default=0)
        self.notes: list[Note] = []
        kept: set[str] = set()
        while (self._era, len(self.notes)) in written:
            key, note = written[self._era, len(self.notes)]
            kept.add(key)
            self.notes.append(note)
        self._stale = {key for key, _ in written.values() if key not in kept}
        self._is_recalled = bool(self.notes)

    @property
    def token(self) -> str:
        """That of the next page; ``""`` before the first and after the last."""
        return str(self.notes[-1].get(NEXT) or "") if self.notes else ""

    @property
    def is_done(self) -> bool:
        """Whether the last page was read."""
        return bool(self.notes) and not self.token

    def page(self, listings: Sequence[Listing], token: str, **more: Any) -> Part:
        """The part that is the next page.

        Arguments:
            token: where the page after it is, ``""`` when there is none.
            more: what else to note.
        """
        key = self._key(len(self.notes))
        note = {NEXT: token, **more}
        self.notes.append(note)
        self._is_recalled = False
        stale, self._stale = self._stale - {key}, set()
        return Part(key, listings, note, stale, True)

    def outdated(self) -> Collection[str]:
        """The pages that nothing stands for where no other page comes: what ends the listing replaces them."""
        stale, self._stale = self._stale, set()
        return stale

    def broken(self, listings: Sequence[Listing]) -> Part:
        """What came of the next page before it broke. The next try reads it again."""
        return Part(self._key(len(self.notes)), listings, is_whole=False)

    def begins_anew(self, http: int) -> bool:
        """Whether a refusal with this status means that the token is too old. Then nothing counts as read."""
        if not self._is_recalled or http not in STALE:
            return False
        self._stale |= {self._key(page) for page in range(len(self.notes))}
        self._era += 1
        self.notes.clear()
        self._is_recalled = False
        return True

    def _key(self, page: int) -> str:
        return f"{self.name}/{self._era}.{page:06d}"


class Trails:
    """The pages that an earlier try read, by listing.

    Arguments:
        done: see :attr:`~cloudviz.sources.provider.ProviderConfig.done`.
    """

    def __init__(self, done: Mapping[str, Note]) -> None:
        self.done = done
        self._written: defaultdict[str, dict[tuple[int, int], tuple[str, Note]]] = defaultdict(dict)
        for key, note in done.items():
            name, _, place = key.rpartition("/")
            era, _, page = place.partition(".")
            if NEXT in note and era.isdecimal() and page.isdecimal():
                self._written[name][int(era), int(page)] = (key, note)

    def of(self, name: str) -> Trail:
        """The trail of a listing."""
        return Trail(name, self._written.get(name, {}))

    def note(self, key: str) -> Note | None:
        """What was noted with a part that was read; None when it was not."""
        return self.done.get(key)


def words_in(notes: Sequence[Note], name: str) -> Iterator[Any]:
    """The members of the lists that notes hold under a name."""
    for note in notes:
        yield from note.get(name) or ()

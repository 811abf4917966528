"""What a discovery's coverage takes in: the scopes in which what was not seen is gone. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from cloudviz.inventory.model import Coverage, CoverageStatus
from cloudviz.store.rows import key_text

ScopeKey = tuple[str, str, str, str]
"""(provider, account, region, type)."""

GLOBAL = "global"
_ANY = "*"
_WILD = frozenset("*?[")


class Reach:
    """Coverage entries, indexed: which scopes were seen whole, and which have a gap.

    In an entry, ``""`` and ``*`` take in every provider, account or region; a type may be a pattern. So does the
    region ``global``, unless the same type has entries of other regions: then it is a place like them, as
    for GCP's addresses. A gap wins over ``seen``: of two listings of one type, one may have been denied.
    """

    def __init__(self, coverage: Iterable[Coverage]) -> None:
        self._exact: dict[ScopeKey, bool] = {}
        self._patterns: list[tuple[ScopeKey, bool]] = []
        self._verdicts: dict[ScopeKey, bool | None] = {}
        entries = list(coverage)
        regional = {
            (entry.provider, entry.account, entry.type)
            for entry in entries
            if entry.region not in ("", _ANY, GLOBAL)
        }
        for entry in entries:
            seen = entry.status == CoverageStatus.SEEN
            kind = key_text(entry.type) or _ANY
            region = key_text(entry.region)
            # One list_roles tells of the roles of an account, wherever. Buckets are told of region by region.
            is_place = (entry.provider, entry.account, entry.type) in regional
            region = _ANY if region == "" or (region == GLOBAL and not is_place) else region
            key = (key_text(entry.provider) or _ANY, key_text(entry.account) or _ANY, region, kind)
            if _WILD.isdisjoint(kind):
                self._exact[key] = self._exact.get(key, True) and seen
            else:
                self._patterns.append((key, seen))

    def verdict(self, scope: ScopeKey) -> bool | None:
        """True: seen whole. False: has a gap. ``None``: was not looked at."""
        if scope not in self._verdicts:
            self._verdicts[scope] = self._judge(scope)
        return self._verdicts[scope]

    def _judge(self, scope: ScopeKey) -> bool | None:
        provider, account, region, kind = scope
        found = [
            self._exact[key]
            for a in (provider, _ANY)
            for b in (account, _ANY)
            for c in (region, _ANY)
            if (key := (a, b, c, kind)) in self._exact
        ]
        for (a, b, c, pattern), seen in self._patterns:
            near = a in (provider, _ANY) and b in (account, _ANY) and c in (region, _ANY)
            if near and fnmatchcase(kind, pattern):
                found.append(seen)
        return all(found) if found else None

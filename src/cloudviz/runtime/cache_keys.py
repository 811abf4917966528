"""The names under which things are kept (contract §6), in memory and in Redis alike.

What is asked for in several ways (pages of one list, formats of one picture) is kept under one name as a hash,
whose fields tell them apart.
"""

from __future__ import annotations

import re
from datetime import date

from cloudviz.runtime.settings import CacheSettings

DISCO, RESOURCES, COSTS, DIAGRAM, SESSION = FAMILIES = ("disco", "resources", "costs", "diagram", "session")

ALL, SOME = "all", "some"
"""In place of one provider or region: none was named, or several, or what is no plain word."""

_PLAIN = re.compile(r"[A-Za-z0-9-]{1,40}")


def disco(discovery_id: str) -> str:
    """``disco:{discovery_id}``: one discovery with its coverage and problems."""
    return f"{DISCO}:{discovery_id.lower()}"


def resources(provider: str = ALL, region: str = ALL) -> str:
    """``resources:{provider}:{region}``: lists, counts and single resources."""
    return f"{RESOURCES}:{plain(provider)}:{plain(region)}"


def costs(provider: str, day: date) -> str:
    """``costs:{provider}:{date}``: what was spent until that day."""
    return f"{COSTS}:{plain(provider)}:{day.isoformat()}"


def diagram(diagram_id: str) -> str:
    """``diagram:{diagram_id}``: a kept picture in its formats."""
    return f"{DIAGRAM}:{diagram_id.lower()}"


def session(user_id: int | str) -> str:
    """``session:{user_id}``: the open sessions of one person."""
    return f"{SESSION}:{user_id}"


def family_of(key: str) -> str:
    """The first word of a key."""
    return key.partition(":")[0]


def plain(word: str) -> str:
    """A word as it stands in a key. What a user sent may hold colons and anything else: that is ``some``."""
    return word if _PLAIN.fullmatch(word) else SOME


def lifetime(family: str, settings: CacheSettings) -> int:
    """How long a family is kept, in seconds."""
    return {
        DISCO: settings.disco_seconds,
        RESOURCES: settings.resources_seconds,
        COSTS: settings.costs_seconds,
        DIAGRAM: settings.diagram_seconds,
        SESSION: settings.session_seconds,
    }[family]

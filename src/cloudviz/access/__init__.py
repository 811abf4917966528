"""Who may come in, how often, and the record of it: passwords, tokens, sessions, roles, throttle, audit."""

from __future__ import annotations

from cloudviz.access.audit import Event
from cloudviz.access.caller import Caller
from cloudviz.access.door import Door
from cloudviz.access.roles import Role

__all__ = ["Caller", "Door", "Event", "Role"]

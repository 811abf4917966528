"""Server-sent events (WHATWG HTML, section 9.2), parsed from the bytes of an answer as they come."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from typing import Any

MOST = 4 * 2**20  # characters of one event; more is no server of ours


@dataclass(frozen=True)
class Event:
    """One event: ``event`` is its name, ``data`` what its JSON says, ``id`` what to go on behind."""

    id: str
    event: str
    data: Any


class EventReader:
    """Takes bytes, gives events. ``last_id`` and ``retry_seconds`` are what the server said last."""

    def __init__(self, last_id: str = "", retry_seconds: float = 3.0) -> None:
        self.last_id = last_id
        self.retry_seconds = retry_seconds
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._name = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> list[Event]:
        """The events that these bytes complete."""
        self._rest += self._decoder.decode(piece)
        if len(self._rest) > MOST:
            raise ValueError("a line of the event stream has no end")
        found: list[Event] = []
        while True:
            line, end, rest = self._line()
            if not end:
                return found
            self._rest = rest
            if line:
                self._field(line)
            elif self._data:
                found.append(Event(self.last_id, self._name or "message", _parsed("\n".join(self._data))))
            if not line:
                self._name, self._data = "", []

    def _line(self) -> tuple[str, str, str]:
        places = [place for place in (self._rest.find("\r"), self._rest.find("\n")) if place >= 0]
        if not places:
            return "", "", self._rest
        place = min(places)
        end = self._rest[place : place + 2]
        if end == "\r":  # its "\n" may be in the next piece
            return "", "", self._rest
        end = end if end == "\r\n" else end[0]
        return self._rest[:place], end, self._rest[place + len(end) :]

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._name = value
        elif name == "id" and "\0" not in value:
            self.last_id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry_seconds = min(int(value[:9]) / 1000, 60.0)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text

"""What a request is and when it is made again: everything of the client that does no input or output."""

from __future__ import annotations

import email.utils
import random
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cloudviz_client import models
from cloudviz_client.errors import Refused, refused
from cloudviz_client.operations import OPERATIONS

Upload = str | Path | tuple[str, bytes]
"""A path, or a name with its content."""

IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
FINAL = frozenset({"succeeded", "partial", "failed", "cancelled"})
EARLY = 30.0  # seconds before its end that a token is refreshed


@dataclass(frozen=True)
class Operation:
    """An operation of the API, as its description says. ``query`` and ``headers`` are word → name on the wire."""

    method: str
    path: str
    in_path: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""  # "", "json" or "form"
    public: bool = False
    answers: Mapping[int, str] = field(default_factory=dict)  # status → class of the document

    @property
    def takes_key(self) -> bool:
        return "idempotency_key" in self.headers


@dataclass(frozen=True)
class Request:
    """A request, without the credentials. ``uploads`` are opened anew for each attempt."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    uploads: tuple[Upload, ...] = ()
    public: bool = False
    answers: Mapping[int, str] = field(default_factory=dict)

    @property
    def may_be_repeated(self) -> bool:
        """Whether carrying it out twice is as good as once."""
        return self.method in IDEMPOTENT or "Idempotency-Key" in self.headers


def described(operation_id: str) -> Operation:
    """An operation by its id. Raises KeyError with what there is."""
    try:
        return Operation(**OPERATIONS[operation_id])
    except KeyError:
        raise KeyError(f"no operation {operation_id!r}; there are {', '.join(OPERATIONS)}") from None


def request_for(
    operation_id: str,
    given: Mapping[str, Any],
    *,
    body: Any = None,
    uploads: Sequence[Upload] = (),
    form: Mapping[str, Any] | None = None,
) -> Request:
    """The request of an operation.

    Arguments:
        given: parameters of path, query and headers by name; None stands for not given.
        body: the fields of the JSON document.
        uploads: for a form with files.
        form: the other fields of the form.

    Raises TypeError for a parameter that the operation has not, or one of the path that is missing.
    """
    operation = described(operation_id)
    left = dict(given)
    path = operation.path
    for name in operation.in_path:
        value = left.pop(name, None)
        if value is None or value == "":
            raise TypeError(f"{operation_id} needs {name}")
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    query = [pair for name in operation.query for pair in _pairs(name, left.pop(name, None))]
    headers = {
        name: str(value)
        for word, name in operation.headers.items()
        if (value := left.pop(word, None)) is not None and value != ""
    }
    if left:
        raise TypeError(f"{operation_id} has no {', '.join(sorted(left))}")
    if operation.takes_key:
        headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
    fields = None
    if operation.body == "form":
        fields = {name: str(value) for name, value in (form or {}).items() if value is not None}
    if operation.body == "json":
        body = {name: _written(value) for name, value in (body or {}).items()}
    return Request(
        operation.method,
        path,
        tuple(query),
        headers,
        body,
        fields,
        tuple(uploads),
        public=operation.public,
        answers=operation.answers,
    )


def answered(request: Request, status: int, document: Any) -> Any:
    """The JSON of an answer, as an object of its class."""
    name = request.answers.get(status)
    return getattr(models, name)(document) if name and isinstance(document, dict) else document


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    if value is None:
        return []
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [pair for each in value for pair in _pairs(name, each)]
    return [(name, str(_written(value)))]


def _written(value: Any) -> Any:
    """A time as the wire has it; anything else as it is."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def parts(uploads: Sequence[Upload]) -> list[tuple[str, tuple[str, Any]]]:
    """The files of a form, opened. The caller closes what has ``close``."""
    made: list[tuple[str, tuple[str, Any]]] = []
    try:
        for each in uploads:
            if isinstance(each, tuple):
                made.append(("file", each))
            else:
                made.append(("file", (Path(each).name, Path(each).open("rb"))))
    except BaseException:
        close(made)
        raise
    return made


def close(opened: Iterable[tuple[str, tuple[str, Any]]]) -> None:
    """Close the files of :func:`parts`."""
    for _, (_, content) in opened:
        if hasattr(content, "close"):
            content.close()


@dataclass(frozen=True)
class Retrying:
    """When and after how long a request is made again.

    Attributes:
        attempts: how often it is made again, at most.
        longest: seconds; when the server asks for a longer wait, its refusal is raised at once.
        chance: a number from 0 to 1, for the jitter.
    """

    attempts: int = 4
    longest: float = 60.0
    chance: Callable[[], float] = random.random

    def after_silence(self, request: Request, made: int, *, was_sent: bool) -> float | None:
        """Seconds to wait where no answer came after ``made`` repetitions; None to give up."""
        if made >= self.attempts or (was_sent and not request.may_be_repeated):
            return None
        return self._backoff(made)

    def after_refusal(self, request: Request, refusal: Refused, made: int) -> float | None:
        """The same where the server refused."""
        passing = refusal.status == 429  # it was not carried out
        if request.may_be_repeated:
            # 502 with a code is a cloud's answer that CloudViz passes on; without, some proxy's about us.
            passing |= refusal.status in (503, 504) or (refusal.status == 502 and not refusal.code)
        if not passing or made >= self.attempts:
            return None
        if refusal.retry_after is None:
            return self._backoff(made)
        if refusal.retry_after > self.longest:
            return None
        return refusal.retry_after * (1 + 0.1 * self.chance()) + 0.05 * self.chance()

    def _backoff(self, made: int) -> float:
        return min(8.0, 0.25 * 2.0**made) * (0.5 + 0.5 * self.chance())


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> Refused:
    """The error for an answer of 4xx or 5xx."""
    return refused(status, body, headers.get("x-request-id", ""), retry_after(headers.get("retry-after")))


def retry_after(value: str | None, now: float | None = None) -> float | None:
    """Seconds that ``Retry-After`` asks to wait (RFC 9110, 10.2.3): a number or a date."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        then = email.utils.parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError):
        return None
    return max(0.0, then - (time.time() if now is None else now))


class Session:
    """The tokens of one caller, and when they are renewed."""

    def __init__(
        self,
        *,
        token: str = "",
        api_key: str = "",
        refresh_token: str = "",
        username: str = "",
        password: str = "",
    ) -> None:
        if bool(username) != bool(password):
            raise TypeError("username and password go together")
        if bool(token or refresh_token) + bool(api_key) + bool(username) > 1:
            raise TypeError("give one of token, api_key, or username and password")
        self._api_key = api_key
        self._token = token
        self._refresh_token = refresh_token
        self._username, self._password = username, password
        self._ends = float("inf") if token else 0.0

    def headers(self) -> dict[str, str]:
        """What goes with each request."""
        if self._api_key:
            return {"X-API-Key": self._api_key}
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def renewal(self, refused: Mapping[str, str] | None = None) -> Request | None:
        """The request that gets a token; None when there is one, or no way to get one.

        Arguments:
            refused: the headers that the server answered 401 to. Where another request has renewed the token
                meanwhile, the new one is tried first.
        """
        if refused is not None:
            if refused != self.headers():
                return None
            self._ends = 0.0
        if self._api_key or time.monotonic() < self._ends:
            return None
        if self._refresh_token:
            return request_for("auth_refresh", {}, body={"refresh_token": self._refresh_token})
        if self._username:
            return request_for("auth_login", {}, body={"username": self._username, "password": self._password})
        return None

    def renewed(self, grant: Mapping[str, Any]) -> None:
        """Take what the server granted."""
        self._token, self._refresh_token = grant["access_token"], grant["refresh_token"]
        self._ends = time.monotonic() + max(1.0, float(grant["expires_in"]) - EARLY)

    def forget(self) -> bool:
        """Let go of a refresh token that was refused. Says whether there is another way to sign in."""
        self._refresh_token = ""
        return bool(self._username)


def is_final(job: Mapping[str, Any]) -> bool:
    """Whether a job is over."""
    return job["status"] in FINAL


def pause(looked: int) -> float:
    """Seconds until a job is looked at again, after so many looks."""
    return float(min(5.0, 0.1 * 1.5 ** min(looked, 20)))

# Written by `make openapi`; changes here are lost.
"""The client: sends requests, renews tokens, makes requests again, follows jobs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

import httpx

from cloudviz_client import models, protocol
from cloudviz_client.errors import JobFailed, NotReached, Unauthenticated, WaitedTooLong
from cloudviz_client.events import Event, EventReader
from cloudviz_client.protocol import Request, Retrying, Session, Upload
from cloudviz_client.synchronous.namespaces import Namespaces

Item = TypeVar("Item")
Page = TypeVar("Page")


class CloudViz(Namespaces):
    """A CloudViz server. Close it, or use it in ``with``.

    Arguments:
        url: of the server, such as ``https://maps.example.org``; may have a path.
        token: an access token; with ``refresh_token`` it is renewed before it ends.
        api_key: a key of ``/auth/api-keys``.
        username, password: signed in with at the first request, and again when the session ends.
        timeout: seconds for a connection, and for each silence while an answer comes.
        retrying: when requests are made again.
        transport: httpx's, for tests and special networks.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        refresh_token: str = "",
        api_key: str = "",
        username: str = "",
        password: str = "",
        timeout: float = 60.0,
        retrying: Retrying | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._session = Session(
            token=token, api_key=api_key, refresh_token=refresh_token, username=username, password=password
        )
        self._retrying = retrying or Retrying()
        self._http = httpx.Client(base_url=url, timeout=timeout, transport=transport)
        self._renewing = threading.Lock()
        super().__init__(self)

    def __enter__(self) -> CloudViz:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def request(
        self,
        operation_id: str,
        *,
        body: Any = None,
        uploads: Sequence[Upload] = (),
        form: Mapping[str, Any] | None = None,
        **given: Any,
    ) -> Any:
        """Any operation by its id in ``openapi.json``; returns an object of :mod:`models`, bytes, text, or None.

        Arguments:
            body: the JSON document to send.
            uploads: paths, or names with content, for a form.
            form: the other fields of the form.
            given: parameters of path, query and headers.

        Raises :class:`~cloudviz_client.errors.Refused` and :class:`~cloudviz_client.errors.NotReached`.
        """
        return self.call(operation_id, given, body=body, uploads=uploads, form=form)

    def call(
        self,
        operation_id: str,
        given: Mapping[str, Any],
        *,
        body: Any = None,
        uploads: Sequence[Upload] = (),
        form: Mapping[str, Any] | None = None,
    ) -> Any:
        """As :meth:`request`, with the parameters as a mapping."""
        request = protocol.request_for(operation_id, given, body=body, uploads=uploads, form=form)
        response = self.answer(request)
        if response.is_redirect:
            return response.headers["location"]
        if not response.content:
            return None
        kind = response.headers.get("content-type", "").partition(";")[0]
        if kind == "application/json":
            return protocol.answered(request, response.status_code, response.json())
        return response.text if kind == "text/plain" else response.content

    def answer(self, request: Request) -> httpx.Response:
        """The whole answer to a request, which is no refusal."""
        with self.streamed(request) as response:
            try:
                response.read()
            except httpx.TransportError as error:
                raise NotReached(f"The answer of {self._http.base_url} broke off: {error}.") from error
            return response

    @contextmanager
    def streamed(self, request: Request, timeout: float | None = None) -> Iterator[httpx.Response]:
        """An answer whose body is still to be read. ``timeout`` is for each silence in it, in seconds."""
        response = self._begun(request, timeout)
        try:
            yield response
        finally:
            response.close()

    def _begun(self, request: Request, timeout: float | None) -> httpx.Response:
        made, renewed = 0, False
        while True:
            credentials = {} if request.public else self._credentials()
            try:
                response = self._send(request, credentials, timeout)
                if response.status_code < 400:
                    return response
                try:
                    body = response.read()
                finally:
                    response.close()
            except httpx.TransportError as error:
                was_sent = not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))
                wait = self._retrying.after_silence(request, made, was_sent=was_sent)
                if wait is None:
                    what = str(error) or type(error).__name__
                    hint = "Is the address right, and the server running?"
                    raise NotReached(f"{self._http.base_url} does not answer: {what}.", hint) from error
            else:
                refusal = protocol.refusal(response.status_code, response.headers, body)
                if refusal.status == 401 and not request.public and not renewed:
                    renewed = True
                    if self._renew(credentials):
                        continue
                wait = self._retrying.after_refusal(request, refusal, made)
                if wait is None:
                    raise refusal
            made += 1
            time.sleep(wait)

    def _send(self, request: Request, credentials: Mapping[str, str], timeout: float | None) -> httpx.Response:
        files = protocol.parts(request.uploads)
        try:
            more: dict[str, Any] = {} if timeout is None else {"timeout": httpx.Timeout(60.0, read=timeout)}
            built = self._http.build_request(
                request.method,
                request.path.lstrip("/"),
                params=list(request.query) or None,
                headers={**request.headers, **credentials},
                json=request.json,
                data=request.form,
                files=files or None,
                **more,
            )
            return self._http.send(built, stream=True)
        finally:
            protocol.close(files)

    def _credentials(self) -> dict[str, str]:
        if self._session.renewal() is not None:
            with self._renewing:
                self._granted(self._session.renewal())
        return self._session.headers()

    def _renew(self, refused: Mapping[str, str]) -> bool:
        """After a 401: whether there are other credentials now."""
        with self._renewing:
            self._granted(self._session.renewal(refused))
            return self._session.headers() != refused

    def _granted(self, renewal: Request | None) -> None:
        while renewal is not None:
            try:
                self._session.renewed((self.answer(renewal)).json())
                return
            except Unauthenticated:
                if renewal.path != "/auth/refresh" or not self._session.forget():
                    raise
                renewal = self._session.renewal()

    # ---- what the namespaces are made of

    def pages(
        self, operation_id: str, given: Mapping[str, Any], body: Mapping[str, Any] | None = None
    ) -> Paginator[Any, Any]:
        """A list, page after page."""
        return Paginator(self, operation_id, given, body)

    def start(self, operation_id: str, given: Mapping[str, Any], *, body: Any = None) -> Job:
        """Begin what the server carries out as a job."""
        return Job(self, self.call(operation_id, given, body=body))

    def begin(
        self,
        operation_id: str,
        given: Mapping[str, Any],
        *,
        body: Any = None,
        uploads: Sequence[Upload] = (),
        form: Mapping[str, Any] | None = None,
    ) -> Any:
        """The document of what is done at once; a job where it is large."""
        request = protocol.request_for(operation_id, given, body=body, uploads=uploads, form=form)
        response = self.answer(request)
        document = protocol.answered(request, response.status_code, response.json())
        return Job(self, document) if response.status_code == 202 else document

    def download(
        self, operation_id: str, given: Mapping[str, Any], body: Any, to: str | os.PathLike[str] | None
    ) -> bytes:
        """A file: its bytes, or none when they go to a path ``to``, which appears when it is complete."""
        request = protocol.request_for(operation_id, given, body=body)
        if to is None:
            return (self.answer(request)).content
        path = Path(to)
        part = path.with_name(f".{path.name}.part")
        try:
            with self.streamed(request) as response:
                with part.open("wb") as file:
                    for piece in response.iter_bytes():
                        file.write(piece)
            part.replace(path)
        except httpx.TransportError as error:
            raise NotReached(f"The file broke off: {error}.", "Ask for it again.") from error
        finally:
            part.unlink(missing_ok=True)
        return b""

    def events(self, operation_id: str, given: Mapping[str, Any]) -> Iterator[Event]:
        """Server-sent events until ``end`` or 204; where the line breaks, it is taken up behind the last one."""
        reader = EventReader(given.get("last_event_id") or "")
        broken = 0
        while True:
            request = protocol.request_for(operation_id, {**given, "last_event_id": reader.last_id or None})
            reader = EventReader(reader.last_id, reader.retry_seconds)
            try:
                with self.streamed(request, timeout=60.0) as response:
                    if response.status_code == 204:
                        return
                    for piece in response.iter_bytes():
                        for event in reader.feed(piece):
                            broken = 0
                            yield event
                            if event.event == "end":
                                return
            except httpx.TransportError as error:
                if broken >= self._retrying.attempts:
                    raise NotReached(f"The events broke off: {error}.", "Ask again with last_event_id.") from error
            if broken >= self._retrying.attempts:
                raise NotReached("The events broke off.", "Ask again with last_event_id.")
            broken += 1
            time.sleep(reader.retry_seconds)


class Paginator(Generic[Item, Page]):
    """The items of a list. The next page is fetched when it is come to; ``pages`` are the pages themselves."""

    def __init__(
        self,
        client: CloudViz,
        operation_id: str,
        given: Mapping[str, Any],
        body: Mapping[str, Any] | None = None,
    ) -> None:
        self._client = client
        self._asked = (operation_id, given, body)
        self._items = self._each()

    def __iter__(self) -> Paginator[Item, Page]:
        return self

    def __next__(self) -> Item:
        return self._items.__next__()

    def pages(self) -> Iterator[Page]:
        """Page after page from the first, with ``items`` and ``next_cursor``."""
        operation_id, given, body = self._asked
        while True:
            page = self._client.call(operation_id, given, body=body)
            yield page
            if not page.next_cursor:
                return
            if body is not None:
                body = {**body, "cursor": page.next_cursor}
            else:
                given = {**given, "cursor": page.next_cursor}

    def _each(self) -> Iterator[Item]:
        for page in self.pages():
            for item in cast("models.AuditPage", page).items:  # as each page has them
                yield cast("Item", item)


class Job:
    """A job that the server carries out. ``accepted`` is what it answered."""

    def __init__(self, client: CloudViz, accepted: models.JobAccepted | models.DiscoveryAccepted) -> None:
        self._client = client
        self.accepted = accepted
        self.id: str = accepted.job_id

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"

    @property
    def discovery_id(self) -> str:
        """The discovery that the job carries out; empty for other jobs."""
        return str(self.accepted.get("discovery_id") or "")

    def status(self) -> models.JobModel:
        """The job as it is now."""
        return self._client.jobs.get(self.id)

    def wait(
        self, on_progress: Callable[[models.JobModel], None] | None = None, *, timeout: float | None = None
    ) -> models.JobModel:
        """The job once it is over, succeeded or in part.

        Arguments:
            on_progress: is told the job when its progress or status has changed.
            timeout: seconds to wait at most.

        Raises :class:`~cloudviz_client.errors.JobFailed` and :class:`~cloudviz_client.errors.WaitedTooLong`.
        """
        looked, waited, told = 0, 0.0, None
        while True:
            job = self.status()
            now = (job.status, job.progress)
            if on_progress is not None and now != told:
                told = now
                on_progress(job)
            if protocol.is_final(job):
                if job.status in ("failed", "cancelled"):
                    raise JobFailed(job)
                return job
            pause = protocol.pause(looked)
            if timeout is not None and waited + pause > timeout:
                hint = "It goes on; wait again, or cancel it."
                raise WaitedTooLong(f"The job {self.id} is {job.status} after {timeout:g} s.", hint)
            time.sleep(pause)
            looked, waited = looked + 1, waited + pause

    def discovery(self) -> models.DiscoveryReply:
        """The discovery with its progress, coverage and problems."""
        return self._client.discoveries.get(self.discovery_id)

    def cancel(self) -> models.JobModel:
        """Ask for its end; what it has found so far stays."""
        return self._client.jobs.cancel(self.id)

    def events(self, last_event_id: str = "") -> Iterator[Event]:
        """What happens to it, as it happens."""
        return self._client.events("jobs_events", {"job_id": self.id, "last_event_id": last_event_id})

"""Requests that schemathesis makes up from ``/openapi.json``, by nobody and by each role, on a real server.

What comes back must be in the description: its status, its media type and its members; never a 5xx that is not.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.api.listening import Listening, listening
from tests.api.serving import EXAMPLE, ROLES, settings_with

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
ALL = slice(None)
DEFECTS = frozenset({500})
"""Described for every operation, since no program is without defects; none may be found here."""


@pytest.fixture(scope="module")
def fuzzed(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """A server that counts nobody's requests, with an inventory, a picture and a job in it."""
    folder = tmp_path_factory.mktemp("fuzzed")
    shutil.copy(migrated_sqlite, folder / "fuzzed.sqlite3")
    url = f"sqlite:///{folder}/fuzzed.sqlite3"
    chosen = settings_with(url, folder, limits={"enabled": False}, auth={"access_minutes": 60})
    with listening(chosen) as running:
        yield running


class Callers:
    """Who asks: nobody, and somebody of each role, anew when a made-up request has ended their session."""

    def __init__(self, server: Listening) -> None:
        self._server = server
        self._tokens: dict[str, str] = {}
        self.session = requests.Session()

    def headers(self, role: str | None, *, anew: bool = False) -> dict[str, str]:
        if role is None:
            return {}
        if anew or role not in self._tokens:
            self._tokens[role] = self._server.token(role)
        return {"Authorization": f"Bearer {self._tokens[role]}"}

    def send(self, case: Case, role: str | None) -> schemathesis.Response:
        # A stream of events goes on until the job has ended: its beginning is enough.
        wait = 1 if case.operation.path.endswith("/events") else 60
        reply = case.call(self._server.url, session=self.session, headers=self.headers(role), timeout=wait)
        if reply.status_code == 401 and role is not None:
            reply = case.call(
                self._server.url, session=self.session, headers=self.headers(role, anew=True), timeout=wait
            )
        return reply


@pytest.fixture(scope="module")
def real_ids(fuzzed: Listening) -> dict[str, list[Any]]:
    """By the name of a path's parameter: things that are there, so that more than 404 is seen."""
    asks = requests.Session()
    asks.headers["Authorization"] = f"Bearer {fuzzed.token('operator')}"
    imported = asks.post(f"{fuzzed.url}/imports", files={"file": ("shop.tfstate", EXAMPLE.read_bytes())}).json()
    drawn = asks.post(f"{fuzzed.url}/visualization/generate", json={}).json()
    queued = asks.post(f"{fuzzed.url}/aws/discover", json={}).json()
    resources = asks.get(f"{fuzzed.url}/resources?limit=3").json()["items"]
    return {
        "discovery_id": [imported["discovery_id"], queued["discovery_id"]],
        "diagram_id": [drawn["diagram_id"]],
        "job_id": [queued["job_id"]],
        "resource_id": [each["id"] for each in resources],
    }


def fuzz(
    server: Listening,
    ids: dict[str, list[Any]],
    examples: int,
    *,
    derandomize: bool = True,
    part: slice = ALL,
) -> list[str]:
    """The complaints about so many requests of each operation, or of each of a part of them."""
    document = requests.get(f"{server.url}/openapi.json", timeout=60).json()
    schema = schemathesis.openapi.from_dict(document)
    callers = Callers(server)
    complaints: dict[str, str] = {}
    for found in list(schema.get_all_operations())[part]:
        operation = found.ok()
        modes = st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
        cases = modes.flatmap(lambda mode, of=operation: of.as_strategy(generation_mode=mode))

        @settings(
            max_examples=examples,
            derandomize=derandomize,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases, role=st.sampled_from([None, *ROLES]), known=st.booleans(), which=st.integers(0, 2))
        def run(case: Case, role: str | None, known: bool, which: int) -> None:
            for name in case.path_parameters or {}:
                if known and name in ids:
                    case.path_parameters[name] = ids[name][which % len(ids[name])]
            reply = callers.send(case, role)
            where = f"{case.operation.label} by {role}: {reply.status_code}"
            if reply.status_code in DEFECTS:
                complaints.setdefault(where, f"{where} {case.as_curl_command()[:1500]} {reply.text[:500]}")
            try:
                case.validate_response(reply, checks=CHECKS)
            except BaseExceptionGroup as failed:
                for each in failed.exceptions:
                    complaints.setdefault(f"{where} {type(each).__name__}", f"{where} {each!s:.1500}")

        run()
    return list(complaints.values())


def test_no_request_gets_a_reply_that_is_not_described(fuzzed: Listening, real_ids: dict[str, list[Any]]) -> None:
    """Over all routes and roles, the same requests each time."""
    found = fuzz(fuzzed, real_ids, 4)
    assert not found, "\n\n".join(found)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(32))
def test_no_request_of_many_gets_a_reply_that_is_not_described(
    fuzzed: Listening, real_ids: dict[str, list[Any]], part: int
) -> None:
    """Other requests each night; ``CLOUDVIZ_FUZZ_EXAMPLES`` says how many of each operation."""
    examples = int(os.environ.get("CLOUDVIZ_FUZZ_EXAMPLES", "150"))
    found = fuzz(fuzzed, real_ids, examples, derandomize=False, part=slice(part, None, 32))
    assert not found, "\n\n".join(found)

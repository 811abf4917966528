"""The table of docs/guide/security.md: each claim that issue 6 asks to be proved, and tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    line.strip("| ").split(" | ")
    for line in (ROOT / "docs/guide/security.md").read_text().partition("## What proves it")[2].splitlines()
    if line.startswith("| ") and not line.startswith(("| claim", "|---"))
]
CLAIMS = (
    "forged tokens", "no type of token", "revocation", "exchanged under load", "OIDC", "refresh token",
    "hashes, renewed", "same time", "form of keys; a dump", "problem+json", "exact limits", "conditional requests",
    "idempotency",
    "SSRF, rebinding", "envelopes: swap, rotation", "edit, delete, insert, reorder, truncate", "CORS origins",
    "proxy headers", "Chromium", "roles × routes", "canary", "made-up requests",
)  # fmt: skip


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_has_its_row(claim: str) -> None:
    assert [row for row in ROWS if claim in row[0]], f"no row of the table says {claim!r}"


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_tests_of_a_row_are_there(row: list[str]) -> None:
    where, named = None, 0
    for text in re.findall(r"`([^`]+)`", row[1]):
        place, _, name = text.rpartition("::") if "::" in text else (text, "", "")
        if place.startswith("tests/"):
            where = ROOT / place
            assert where.exists(), place
        elif re.fullmatch(r"test_\w+", text):
            name = text
        if name:
            assert where is not None and re.search(rf"^(async )?def {name}\(", where.read_text(), re.MULTILINE), (
                text
            )
        named += 1
    assert named

"""Rates of exchange that somebody gave, and amounts at them: CloudViz asks nobody for any.

A table says what one unit of each currency is worth in another, when, and who says so::

    to = "EUR"
    as_of = "2026-10-31"
    source = "ECB euro foreign exchange reference rates"

    [rates]
    USD = 0.9234
    JPY = 0.0061
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from cloudviz.costs.amounts import EXACT
from cloudviz.costs.formats import UnreadableRow, currency_of, day_of
from cloudviz.errors import BadInput

MOST_BYTES = 1 << 20
MOST_RATE = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class Rates:
    """What one unit of each currency is worth in ``to``, on which day, and who says so."""

    to: str
    as_of: str
    source: str
    of: Mapping[str, Decimal]

    def worth(self, amount: Decimal, currency: str) -> Decimal | None:
        """The amount in ``to``, exactly; None where the table does not have the currency."""
        rate = Decimal(1) if currency == self.to else self.of.get(currency)
        return None if rate is None else EXACT.multiply(amount, rate)

    def document(self) -> dict[str, Any]:
        """What the API and commands tell of it."""
        return {
            "to": self.to,
            "as_of": self.as_of,
            "source": self.source,
            "rates": {word: float(rate) for word, rate in sorted(self.of.items())},
        }


def read_rates(path: Path) -> Rates:
    """The table of a TOML or JSON file. Raises BadInput that says what is expected where."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise BadInput(
            f"cannot be read: {error.strerror}.",
            where=path.as_posix(),
            hint="Name a table of rates that is there.",
        ) from error
    return _read(path, changed)


@lru_cache(maxsize=16)
def _read(path: Path, changed: int) -> Rates:
    name = path.as_posix()
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise BadInput("is too large for a table of rates.", where=name)
        text = data.decode("utf-8-sig")
        is_json = text.lstrip()[:1] == "{"
        found = json.loads(text, parse_float=Decimal) if is_json else tomllib.loads(text, parse_float=Decimal)
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"is no table of rates: {error}.", where=name, hint=_FORM) from error
    return _checked(found, name)


_FORM = 'Write to = "EUR", as_of = "2026-10-31", source = "…", and below [rates] a line such as USD = 0.92.'


def _checked(found: Any, name: str) -> Rates:
    if not isinstance(found, dict) or not isinstance(found.get("rates"), dict):
        raise BadInput("has no [rates].", where=name, hint=_FORM)
    for word in ("to", "as_of", "source"):
        if not isinstance(found.get(word), str) or not found[word].strip():
            if word == "as_of" and found.get(word) is not None:
                continue  # TOML has dates of its own
            raise BadInput(f"does not say {word!r}.", where=name, hint=_FORM)
    try:
        to, as_of = currency_of(found["to"]), day_of(str(found["as_of"]))
        rates = {currency_of(word): _rate(value, word) for word, value in found["rates"].items()}
    except UnreadableRow as error:
        raise BadInput(f"is no table of rates: {error}.", where=name, hint=_FORM) from error
    if rates.get(to, Decimal(1)) != 1:
        raise BadInput(f"says that one {to} is worth {rates[to]} {to}.", where=name)
    return Rates(to, as_of, found["source"].strip()[:300], rates)


def _rate(value: Any, word: str) -> Decimal:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        rate = Decimal(value)
        if rate.is_finite() and 0 < rate < MOST_RATE:
            return rate
    raise UnreadableRow(f"the rate of {word[:20]!r} is {str(value)[:40]!r}")

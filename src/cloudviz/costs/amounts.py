"""Money: exact amounts read from text, and amounts rounded to the cent so that they still add up."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, TypeVar

K = TypeVar("K", bound=Any)  # what can be ordered

CENT = Decimal("0.01")
ZERO = Decimal(0)

EXACT = Context(prec=60)
"""Sums of a bill: sixty digits hold 10^30 in units of 10^-30, and no addition of a bill's amounts rounds."""

_MOST_DIGITS = (
    25  # before or after the point: beyond it is a slip or an attack (1E+999999 is a megabyte of digits)
)


# Hours of the same thing cost the same: of a real bill's million amounts a few thousand differ.
@lru_cache(maxsize=65536)
def amount_of(text: str) -> Decimal:
    """The amount that a bill wrote: ``0.00000080000``, ``-3``, ``1.2E-7``; empty and ``NULL`` are nothing.

    Raises ``ValueError`` for what is no finite amount of a sensible size.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        if text.strip().upper() in ("", "NULL"):
            return ZERO
        raise ValueError(f"{text[:40]!r} is no amount of money") from None
    if value:
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or abs(value.adjusted()) > _MOST_DIGITS or exponent < -_MOST_DIGITS:
            raise ValueError(f"{text[:40]!r} is no amount of money")
    elif value.is_nan():
        raise ValueError(f"{text[:40]!r} is no amount of money")
    return value


def rounded(value: Decimal) -> Decimal:
    """To the cent, halves to the even one."""
    return value.quantize(CENT, rounding=ROUND_HALF_EVEN, context=EXACT)


def to_the_cent(parts: Mapping[K, Decimal], whole: int | None = None) -> dict[K, int]:
    """Each part in whole cents, so that they add up to ``whole`` cents: the sum of all, rounded once, when None.

    Parts are rounded down, and the cents that are then missing go to those who lost most (the method of the
    largest remainder, of Hare and Niemeyer); of equal losers the first by name. No part is off by a cent or more,
    where ``whole`` is no more than a cent off the sum.
    """
    if whole is None:
        total = ZERO
        for value in parts.values():
            total = EXACT.add(total, value)
        whole = cents_of(rounded(total))
    low = {
        key: cents_of(value.quantize(CENT, rounding=ROUND_FLOOR, context=EXACT)) for key, value in parts.items()
    }
    missing = whole - sum(low.values())
    if missing > 0:
        losers = sorted(parts, key=lambda key: (low[key] * CENT - parts[key], key))
        for key in losers[:missing]:
            low[key] += 1
    return low


def cents_of(value: Decimal) -> int:
    """An amount of whole cents as their number."""
    return int(value.scaleb(2, context=EXACT))


_NO_DECIMALS = ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV")
_THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")


def written(amount: Decimal | float, currency: str) -> str:
    """An amount as people write it, with as many decimals as its currency has (ISO 4217): ``1,204`` of yen."""
    decimals = 0 if currency in (*_NO_DECIMALS, "XAF", "XOF", "XPF") else 3 if currency in _THREE_DECIMALS else 2
    return f"{amount:,.{decimals}f}"

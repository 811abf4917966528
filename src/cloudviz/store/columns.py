"""Columns that many tables have, written once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Text, text


def words(name: str, *, default: str = "") -> Column[Any]:
    """A text that is never null."""
    return Column(name, Text, nullable=False, server_default=text(f"'{default}'"))


def number(name: str) -> Column[Any]:
    """A whole number that is never null; 0 where nothing is said."""
    return Column(name, BigInteger, nullable=False, server_default=text("0"))

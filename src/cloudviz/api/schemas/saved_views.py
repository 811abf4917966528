"""Saved views of the map."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from cloudviz.api.schemas.base import Asked, Told, example

PLACES = ("/map", "/resources")
_A_PLACE = "/map?filter=provider%3Daws&layer=cost&view=812,440,0.6"
_A_VIEW: dict[str, Any] = {
    "id": "0d3a1bfc-6a53-4a0c-9d7c-0d6a1f3b2c11",
    "name": "AWS by cost",
    "place": _A_PLACE,
    "created_at": "2026-11-24T08:00:00Z",
    "updated_at": "2026-11-24T08:00:00Z",
}


def _place(text: str) -> str:
    path = text.partition("?")[0]
    if path not in PLACES or not text.isprintable() or "#" in text:
        raise ValueError(f"a place begins with {' or '.join(PLACES)}, as the address of the web app behind its #")
    return text


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("a name has at least one letter, and no line breaks")
    return text.strip()


class ViewRequest(Asked):
    """A view to keep."""

    name: Annotated[str, AfterValidator(_name)] = Field(max_length=80, description="One name is one view.")
    place: Annotated[str, AfterValidator(_place)] = Field(
        max_length=8000,
        description="The address in the web app behind its `#`, with all its options.",
    )

    model_config = example(name="AWS by cost", place=_A_PLACE)


class ViewModel(Told):
    """A view that you named."""

    id: str
    name: str
    place: str
    created_at: datetime | None = None
    updated_at: datetime | None = None

    model_config = example(**_A_VIEW)


class ViewPage(Told):
    """One page of your views, by their names."""

    items: list[ViewModel]
    next_cursor: str | None = None

    model_config = example(items=[_A_VIEW], next_cursor=None)

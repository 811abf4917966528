"""What all requests and replies share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_VALUES = 1000  # of any one list in a request


class Asked(BaseModel):
    """A request body. A misspelt member is refused: leaving it out silently would answer another question."""

    model_config = ConfigDict(extra="forbid", str_max_length=20_000)

    @model_validator(mode="before")
    @classmethod
    def _no_zero_bytes(cls, given: Any) -> Any:
        # PostgreSQL takes no zero byte in a text.
        left = [given]
        while left:
            value = left.pop()
            if isinstance(value, str):
                if "\0" in value:
                    raise ValueError("a text contains a zero byte")
            elif isinstance(value, dict):
                left.extend(value)
                left.extend(value.values())
            elif isinstance(value, list):
                left.extend(value)
        return given


class Told(BaseModel):
    """A reply."""

    model_config = ConfigDict(from_attributes=True)


SECRET: dict[str, Any] = {"x-cloudviz-secret": True}
"""What a field is described with whose value is as good as a password: clients leave it out of what they print."""

AT_SAYS = "The inventory at this instant (RFC 3339), or just after this discovery; now when empty."

Words = Annotated[list[str], Field(max_length=MOST_VALUES)]


class Problem(Told):
    """Every 4xx and 5xx: an RFC 9457 problem document (`application/problem+json`)."""

    type: str = Field(description="A name for the kind of problem; not a place to visit.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong this time, and where.")
    instance: str = Field(description="The path of the request.")
    code: str = Field(description="A short word that programs may rely on.")
    hint: str = Field(description="What to do about it; may be empty.")
    errors: list[WrongValue] = Field(default=[], description="For 422: each value that is not acceptable.")
    request_id: str = Field(default="", description="Find the request in the server's log by it.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:cloudviz:problem:not_found",
                    "title": "Not found",
                    "status": 404,
                    "detail": "there is no diagram 7d0c…",
                    "instance": "/visualization/diagrams/7d0c",
                    "code": "not_found",
                    "hint": "GET /visualization/diagrams lists them.",
                    "request_id": "0b0e8f8e-2f0b-4f8e-9a55-5a6b7c8d9e0f",
                }
            ]
        }
    )


class WrongValue(Told):
    """One value of a request that is not acceptable. The value itself is never repeated."""

    in_: str = Field(alias="in", description="Where it came: body, query, path or header.")
    pointer: str = Field(description="JSON Pointer to it (RFC 6901).")
    detail: str = Field(description="Why.")


Problem.model_rebuild()


def example(**members: Any) -> ConfigDict:
    """The configuration of a model that shows one example in the API's documentation."""
    return examples(members)


def examples(*shown: dict[str, Any]) -> ConfigDict:
    """The same with several."""
    return ConfigDict(json_schema_extra={"examples": list(shown)})

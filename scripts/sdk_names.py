"""What the SDKs call an operation, and how they call it: for both languages from the description alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# Operation → namespace and name, where the rules of `named` would give a poor one.
GIVEN = {
    "auth_keys": ("api_keys", "list"),
    "auth_create": ("api_keys", "create"),
    "auth_revoke": ("api_keys", "revoke"),
    "auth_begin_elsewhere": ("auth", "oauth_login"),
    "auth_come_back": ("auth", "oauth_callback"),
    "discoveries_discovery": ("discoveries", "get"),
    "costs_cost_summary": ("costs", "summary"),
    "costs_costs_by": ("costs", "by"),
    "costs_costs_of_resource": ("costs", "of_resource"),
    "costs_import_bill_upload": ("costs", "import_bill"),
    "health_health": ("health", "check"),
    "imports_import_uploads": ("imports", "upload"),
    "resources_resource": ("resources", "get"),
    "visualization_export": ("diagrams", "draw"),
    "visualization_export_diagram": ("diagrams", "export"),
    "visualization_link_diagram": ("diagrams", "link"),
    "visualization_diagrams": ("diagrams", "list"),
    "visualization_diagram": ("diagrams", "get"),
    "admin_statistics": ("admin", "cache"),
    "admin_flush": ("admin", "flush_cache"),
}
NAMESPACES = {"visualization": "diagrams"}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a path, a query or the headers. ``name`` is the wire's, ``word`` the languages'."""

    name: str
    word: str
    required: bool
    schema: dict[str, Any]
    about: str


@dataclass(frozen=True)
class Operation:
    """An operation as a client sees it.

    Attributes:
        style: ``call``, ``pages``, ``download``, ``events``, ``redirect``, ``text``, ``upload`` or ``start``
            (202 with a job).
        answer: the schema of the good reply, None for none.
        answers: status → name of the schema, of all good replies that are documents with a name.
        also_job: whether it may answer 202 with a job instead.
    """

    id: str
    namespace: str
    name: str
    method: str
    path: str
    summary: str
    style: str
    in_path: tuple[Parameter, ...] = ()
    in_query: tuple[Parameter, ...] = ()
    in_header: tuple[Parameter, ...] = ()
    body: dict[str, Any] | None = None
    body_is_form: bool = False
    answer: dict[str, Any] | None = None
    answers: dict[int, str] = field(default_factory=dict)
    also_job: bool = False
    public: bool = False
    form: dict[str, Any] = field(default_factory=dict)

    @property
    def takes_key(self) -> bool:
        """Whether a repeated request is carried out once, by ``Idempotency-Key``."""
        return any(each.name == "Idempotency-Key" for each in self.in_header)


def operations(document: dict[str, Any]) -> list[Operation]:
    """All operations of the description, by id."""
    found = [
        _operation(document, path, method, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
    return sorted(found, key=lambda each: each.id)


def named(operation_id: str, tag: str) -> tuple[str, str]:
    """Namespace and name of an operation."""
    if operation_id in GIVEN:
        return GIVEN[operation_id]
    name = operation_id.removeprefix(f"{tag}_")
    namespace = NAMESPACES.get(tag, tag)
    if name == tag:
        name = "list"
    elif f"{name}s" == tag:
        name = "get"
    return namespace, name


def _operation(document: dict[str, Any], path: str, method: str, described: dict[str, Any]) -> Operation:
    operation_id: str = described["operationId"]
    namespace, name = named(operation_id, described["tags"][0])
    places: dict[str, list[Parameter]] = {"path": [], "query": [], "header": []}
    for each in described.get("parameters", ()):
        places[each["in"]].append(
            Parameter(
                name=each["name"],
                word=each["name"].replace("-", "_").lower() if each["in"] == "header" else each["name"],
                required=each.get("required", False),
                schema=each["schema"],
                about=each.get("description", ""),
            )
        )
    content = described.get("requestBody", {}).get("content", {})
    is_form = "multipart/form-data" in content
    body = next(iter(content.values()))["schema"] if content else None
    style, answer, also_job = _style(document, described["responses"])
    in_body = _resolved(document, body).get("properties", {}) if body else {}
    if style == "pages" and not ("cursor" in in_body or any(each.name == "cursor" for each in places["query"])):
        style = "call"  # it has a list, but all of it
    if is_form:
        style = "upload"
    return Operation(
        id=operation_id,
        namespace=namespace,
        name=name,
        method=method.upper(),
        path=path,
        summary=described["summary"],
        style=style,
        in_path=tuple(places["path"]),
        in_query=tuple(places["query"]),
        in_header=tuple(places["header"]),
        body=None if is_form else body,
        body_is_form=is_form,
        answer=answer,
        answers=_named_answers(described["responses"]),
        also_job=also_job,
        public=described.get("x-cloudviz-role") == "public",
        form=body or {} if is_form else {},
    )


def _style(document: dict[str, Any], responses: dict[str, Any]) -> tuple[str, dict[str, Any] | None, bool]:
    good = {status: each for status, each in responses.items() if status[0] == "2"}
    also_job = "202" in good and len(good) > 1 and _holds_job(document, good["202"])
    first = good.get("200") or good.get("201") or next(iter(good.values()), None)
    if first is None:
        return "redirect", None, False
    content = first.get("content", {})
    if not content:
        return "call", None, False
    if "text/event-stream" in content:
        return "events", None, False
    if set(content) == {"text/plain"}:
        return "text", None, False
    if "application/json" not in content or len(content) > 1:
        return "download", None, False
    schema: dict[str, Any] = content["application/json"]["schema"]
    if "202" in good and len(good) == 1 and _holds_job(document, first):
        return "start", schema, False
    if {"items", "next_cursor"} <= _resolved(document, schema).get("properties", {}).keys():
        return "pages", schema, False
    return "call", schema, also_job


def _named_answers(responses: dict[str, Any]) -> dict[int, str]:
    schemas = {
        int(status): each.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
        for status, each in responses.items()
        if status[0] == "2"
    }
    return {status: found.rpartition("/")[2] for status, found in schemas.items() if found}


def _holds_job(document: dict[str, Any], reply: dict[str, Any]) -> bool:
    schema = reply.get("content", {}).get("application/json", {}).get("schema", {})
    return "job_id" in _resolved(document, schema).get("properties", {})


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema

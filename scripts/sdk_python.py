"""The generated parts of sdk/python: models, the table of operations, namespaces, and the twins without async.

What is written by hand is the asynchronous client; the synchronous one is the same text with other words.
"""

from __future__ import annotations

import json
import keyword
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from sdk_names import Operation, Parameter, operations

BASE = "sdk/python/src/cloudviz_client"
NOTICE = "# Written by `make openapi`; changes here are lost.\n"

# The asynchronous word → the synchronous one.
WORDS = [
    (r"asyncio\.Lock", "threading.Lock"),
    (r"asyncio\.sleep", "time.sleep"),
    (r"import asyncio\n", "import threading\nimport time\n"),
    (r"import os\n(?=import threading)", "import os\n"),
    (r"\basync with\b", "with"),
    (r"\basync for\b", "for"),
    (r"\basync def\b", "def"),
    (r"\bawait ", ""),
    (r"asynccontextmanager", "contextmanager"),
    (r"AsyncIterator", "Iterator"),
    (r"StopAsyncIteration", "StopIteration"),
    (r"__aiter__", "__iter__"),
    (r"__anext__", "__next__"),
    (r"__aenter__", "__enter__"),
    (r"__aexit__", "__exit__"),
    (r"\baiter_bytes\b", "iter_bytes"),
    (r"\baread\b", "read"),
    (r"\baclose\b", "close"),
    (r"httpx\.AsyncBaseTransport", "httpx.BaseTransport"),
    (r"httpx\.AsyncClient", "httpx.Client"),
    (r"cloudviz_client\.asynchronous", "cloudviz_client.synchronous"),
    (r"\bAsync([A-Z]\w+)", r"\1"),
]

IMPORTS = """
from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from cloudviz_client import models
from cloudviz_client.events import Event
from cloudviz_client.protocol import Upload

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cloudviz_client.asynchronous.client import AsyncCloudViz, AsyncJob, AsyncPaginator
"""


def generate(document: dict[str, Any], folder: Path) -> dict[str, str]:
    """Path from the root → content.

    Arguments:
        document: the description of the API.
        folder: sdk/python, where the asynchronous client is read.
    """
    found = operations(document)
    client = (folder / "src/cloudviz_client/asynchronous/client.py").read_text(encoding="utf-8")
    namespaces = _namespaces(found, document)
    plain = {
        f"{BASE}/models.py": _models(document),
        f"{BASE}/operations.py": _operations(found),
        f"{BASE}/asynchronous/namespaces.py": namespaces,
        f"{BASE}/synchronous/namespaces.py": synchronous(namespaces),
        f"{BASE}/synchronous/client.py": NOTICE + synchronous(client),
    }
    return {path: _formatted(text) for path, text in plain.items()}


def synchronous(text: str) -> str:
    """The twin of an asynchronous module."""
    for pattern, word in WORDS:
        text = re.sub(pattern, word, text)
    return text


def _formatted(text: str) -> str:
    for arguments in (["check", "--select", "I,F401", "--fix-only", "--quiet", "-"], ["format", "--quiet", "-"]):
        command = [
            *(sys.executable, "-m", "ruff", arguments[0], "--isolated"),
            *("--line-length", "115", "--target-version", "py310", *arguments[1:]),
        ]
        if arguments[0] == "check":
            command[-1:] = ["--config", "lint.isort.known-first-party=['cloudviz_client']", "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"ruff {arguments[0]} failed: {done.stderr}")
        text = done.stdout
    return text


# ---- models


def _models(document: dict[str, Any]) -> str:
    schemas = document["components"]["schemas"]
    asked, answered = _reached(document, "requestBody", "parameters"), _reached(document, "responses")
    if both := {name for name in asked & answered if schemas[name].get("properties")}:
        raise SystemExit(f"{', '.join(sorted(both))}: asked for and answered alike; make two schemas of it")
    lines = [
        NOTICE,
        '"""The documents of the API: classes for answers, typed dictionaries for requests."""\n',
        "from __future__ import annotations\n",
        "from datetime import datetime",
        "from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, TypedDict\n",
        "from cloudviz_client.document import Composite, Document, Field, Listed\n",
    ]
    for name, schema in sorted(schemas.items()):
        if not schema.get("properties"):
            lines.append(f"\n{name}: TypeAlias = {_type(schema, '')!r}\n")
        else:
            lines.append(_request(name, schema) if name in asked else _answer(name, schema))
    return "\n".join(lines)


def _reached(document: dict[str, Any], *places: str) -> set[str]:
    """The names of the schemas that these places of operations lead to."""
    found: set[str] = set()

    def follow(part: Any) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                _, _, group, name = part["$ref"].split("/")
                if group != "schemas" or name not in found:
                    found.update([name] if group == "schemas" else [])
                    follow(document["components"][group][name])
            for key, each in part.items():
                if key not in ("example", "examples"):
                    follow(each)
        elif isinstance(part, list):
            for each in part:
                follow(each)

    for methods in document["paths"].values():
        for operation in methods.values():
            follow([operation.get(place) for place in places])
    return found


def _answer(name: str, schema: dict[str, Any]) -> str:
    """A class with the fields of a document as attributes."""
    members, needed = schema["properties"], set(schema.get("required", ()))
    facts = {
        "parts": {each: kind for each, found in members.items() if (kind := _part(found))},
        "times": {each for each, found in members.items() if '"date-time"' in json.dumps(found)},
        "defaults": {each: found.get("default") for each, found in members.items() if each not in needed},
        "secrets": {each for each, found in members.items() if found.get("x-cloudviz-secret")},
    }
    lines = [f"\nclass {name}({'Composite' if facts['parts'] else 'Document'}):"]
    lines += [_docstring(schema.get("description", name), 4), "", "    __slots__ = ()"]
    for fact, held in facts.items():
        if held:
            told = f"frozenset({sorted(held)!r})" if isinstance(held, set) else repr(held)
            kind = "frozenset[str]" if isinstance(held, set) else "dict[str, Any]"
            lines.append(f"    _{fact}: ClassVar[{kind}] = {told}")
    lines.append("")
    for each, found in members.items():
        kind = _type(found, "")
        if each in facts["times"]:
            kind = re.sub(r"\bstr\b", "datetime", kind)
        if each not in needed and "default" not in found and "None" not in kind:
            kind += " | None"
        if not hasattr(dict, each):
            lines.append(f"    {each}{'_' if keyword.iskeyword(each) else ''}: {kind}{_about(found)}")
            continue
        listed = kind.replace("list[", "Listed[", 1) if kind.startswith("list[") else kind
        fits = "" if listed != kind else "  # type: ignore[assignment]"
        lines.append(f"    if TYPE_CHECKING:\n        {each}: {listed}{fits}{_about(found, 8)}")
        lines.append(f"    else:\n        {each} = Field()")
    return "\n".join([*lines, ""])


def _about(schema: dict[str, Any], indent: int = 4) -> str:
    """What a field is, below it, where editors look for that."""
    return f"\n{_docstring(schema['description'], indent)}" if schema.get("description") else ""


def _part(schema: dict[str, Any]) -> str:
    """The type of what is in a field, where documents are in it."""
    for each in schema.get("anyOf", [schema]):
        kind = _type(each, "")
        if "$ref" in json.dumps(each):
            if not re.fullmatch(r"\w+|list\[\w+\]|dict\[str, \w+\]", kind):
                raise SystemExit(f"{kind}: documents that deep in a field are not made yet")
            return kind
    return ""


def _request(name: str, schema: dict[str, Any]) -> str:
    """A typed dictionary: what the keyword arguments of an operation are."""
    members = schema["properties"]
    about = _docstring(schema.get("description", name), 4)
    needed = set(schema.get("required", ()))
    if any(not each.isidentifier() or keyword.iskeyword(each) for each in members):
        inner = ", ".join(f"{each!r}: {_type(found, '')!r}" for each, found in members.items())
        return f"\n{name} = TypedDict({name!r}, {{{inner}}}, total=False)\n"
    always = {each: found for each, found in members.items() if each in needed}
    maybe = {each: found for each, found in members.items() if each not in needed}
    if always and maybe:
        return (
            f"\nclass _{name}(TypedDict):\n{_members(always)}\n"
            f"\nclass {name}(_{name}, total=False):\n{about}\n{_members(maybe)}"
        )
    total = ", total=False" if maybe else ""
    return f"\nclass {name}(TypedDict{total}):\n{about}\n{_members(members)}"


def _members(members: dict[str, Any]) -> str:
    return "".join(f"    {name}: {_type(schema, '')}\n" for name, schema in members.items())


def _type(schema: dict[str, Any], prefix: str) -> str:
    if "$ref" in schema:
        return prefix + str(schema["$ref"].rpartition("/")[2])
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return " | ".join(dict.fromkeys(_type(each, prefix) for each in schema[word]))
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return _type(schema["allOf"][0], prefix)
    if "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    kind = schema.get("type")
    if kind == "array":
        inner = _type(schema["items"], prefix) if isinstance(schema.get("items"), dict) else "Any"
        return f"Sequence[{inner}]" if prefix else f"list[{inner}]"
    if kind == "object":
        more = schema.get("additionalProperties")
        return f"dict[str, {_type(more, prefix) if isinstance(more, dict) and more else 'Any'}]"
    if kind == "string":
        return "bytes" if schema.get("format") == "binary" else "str"
    plain = {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}
    return plain.get(str(kind), "Any")


def _docstring(text: str, indent: int) -> str:
    first = " ".join(text.split("\n\n")[0].split()).replace("\\", "\\\\").replace('"""', "'''")
    if len(first) > 100 - indent:
        first = first[: first.rfind(" ", 0, 96 - indent)].rstrip(",;:") + " …"
    elif not first.endswith((".", "!", "?")):
        first += "."
    return f'{" " * indent}"""{first}"""'


# ---- operations


def _operations(found: list[Operation]) -> str:
    lines = [
        NOTICE,
        '"""All operations of the API by their ids."""\n',
        "from __future__ import annotations\n",
        "from typing import Any\n",
        "OPERATIONS: dict[str, dict[str, Any]] = {",
    ]
    for each in found:
        told: dict[str, Any] = {"method": each.method, "path": each.path}
        if each.in_path:
            told["in_path"] = tuple(one.name for one in each.in_path)
        if each.in_query:
            told["query"] = tuple(one.name for one in each.in_query)
        if each.in_header:
            told["headers"] = {one.word: one.name for one in each.in_header}
        if each.body is not None or each.body_is_form:
            told["body"] = "form" if each.body_is_form else "json"
        if each.public:
            told["public"] = True
        if each.answers:
            told["answers"] = each.answers
        lines.append(f"    {each.id!r}: {told!r},")
    return "\n".join([*lines, "}", ""])


# ---- namespaces


def _namespaces(found: list[Operation], document: dict[str, Any]) -> str:
    names = sorted({each.namespace for each in found})
    lines = [NOTICE, '"""What can be asked of a server, by subject."""\n', IMPORTS]
    for name in names:
        lines.append(f"\nclass Async{_camel(name)}:")
        lines.append(f'    """``client.{name}``."""\n')
        lines.append("    def __init__(self, client: AsyncCloudViz) -> None:\n        self._client = client\n")
        lines += [_method(each, document) for each in found if each.namespace == name]
    lines.append("\nclass AsyncNamespaces:")
    lines.append('    """The subjects of a client, as attributes."""\n')
    lines.append("    def __init__(self, client: AsyncCloudViz) -> None:")
    lines += [f"        self.{name} = Async{_camel(name)}(client)" for name in names]
    return "\n".join([*lines, ""])


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _method(each: Operation, document: dict[str, Any]) -> str:
    given = [*each.in_path, *each.in_query, *each.in_header]
    arguments = [f"{one.word}: {_type(one.schema, 'models.')}" for one in each.in_path]
    if each.style == "upload":
        arguments.append("files: Sequence[Upload]")
    later = [_argument(one) for one in sorted((*each.in_query, *each.in_header), key=lambda one: not one.required)]
    if each.style == "upload":
        fields = {name: found for name, found in each.form["properties"].items() if name != "file"}
        later += [f"{name}: {_type(found, 'models.')} | None = None" for name, found in fields.items()]
    if each.style == "download":
        later.append("to: str | os.PathLike[str] | None = None")
    arguments += ["*", *later] if later else []
    if each.body is not None:
        arguments.append(f"**body: Unpack[{_type(each.body, 'models.')}]")
    told = "{" + ", ".join(f"{one.word!r}: {one.word}" for one in given) + "}"
    call, returns, wait = _call(each, told, document)
    signature = f"    {wait}def {each.name}(self, {', '.join(arguments)}) -> {returns}:"
    about = _docstring(each.summary, 8)
    if each.style == "download":
        about = about.removesuffix('."""') + '; with `to` it is written to that path."""'
    return f"{signature}\n{about}\n        {call}\n"


def _argument(one: Parameter) -> str:
    kind = _type(one.schema, "models.")
    if one.required:
        return f"{one.word}: {kind}"
    kind = kind if kind.endswith("None") else f"{kind} | None"
    return f"{one.word}: {kind} = None"


def _call(each: Operation, told: str, document: dict[str, Any]) -> tuple[str, str, str]:
    """Statement, annotation of what it returns, and ``async`` where it waits."""
    body = "dict(body)" if each.body is not None else "None"
    more = f", body={body}" if each.body is not None else ""
    given = f", {told}"
    answer = _type(each.answer, "models.") if each.answer else "None"
    if each.style == "call" and not each.also_job:
        answer = " | ".join(dict.fromkeys([answer, *(f"models.{name}" for name in each.answers.values())]))
    match each.style:
        case "pages":
            found = f"AsyncPaginator[{_item(each.answer or {}, document)}, {answer}]"
            return f"return self._client.pages({each.id!r}, {told}{more})", found, ""
        case "events":
            return f"return self._client.events({each.id!r}, {told})", "AsyncIterator[Event]", ""
        case "download":
            return f"return await self._client.download({each.id!r}, {told}, {body}, to)", "bytes", "async "
        case "start":
            call = f"return await self._client.start({each.id!r}, {told}{more})"
            return call, "AsyncJob", "async "
        case "redirect" | "text":
            return f"return str(await self._client.call({each.id!r}{given}))", "str", "async "
        case "upload":
            fields = ", ".join(f"{name!r}: {name}" for name in each.form["properties"] if name != "file")
            more = f", uploads=files, form={{{fields}}}"
    if each.also_job:
        call = f"return cast({f'{answer} | AsyncJob'!r}, await self._client.begin({each.id!r}, {told}{more}))"
        return call, f"{answer} | AsyncJob", "async "
    if answer == "None":
        return f"await self._client.call({each.id!r}{given}{more})", "None", "async "
    call = f"return cast({answer!r}, await self._client.call({each.id!r}{given}{more}))"
    return call, answer, "async "


def _item(schema: dict[str, Any], document: dict[str, Any]) -> str:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return _type(schema["properties"]["items"]["items"], "models.")

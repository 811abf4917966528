"""The generated parts of sdk/js beside ``schema.d.ts``: the table of operations, and its types by subject."""

from __future__ import annotations

import json
from typing import Any

from sdk_names import Operation, operations

NOTICE = "// Written by `make openapi`; changes here are lost.\n"


def generate(document: dict[str, Any]) -> dict[str, str]:
    """Path from the root → content."""
    found = operations(document)
    return {"sdk/js/src/operations.js": _table(found), "sdk/js/src/namespaces.d.ts": _types(found)}


def _table(found: list[Operation]) -> str:
    lines = [NOTICE, "export const OPERATIONS = {"]
    for each in found:
        told: dict[str, Any] = {
            "name": [each.namespace, each.name],
            "style": each.style,
            "method": each.method,
            "path": each.path,
            "inPath": [one.name for one in each.in_path],
            "query": [one.name for one in each.in_query],
            "headers": {one.word: one.name for one in each.in_header},
            "body": "form" if each.body_is_form else "json" if each.body is not None else "",
            "alsoJob": each.also_job,
            "public": each.public,
        }
        lines.append(f"  {each.id}: {json.dumps({name: value for name, value in told.items() if value})},")
    return "\n".join([*lines, "};", ""])


def _types(found: list[Operation]) -> str:
    lines = [NOTICE, 'import type { Answer, Arguments, Item, Job, ServerEvent } from "./index.js";\n']
    lines.append("export interface Namespaces {")
    for namespace in sorted({each.namespace for each in found}):
        lines.append(f"  readonly {namespace}: {{")
        for each in (one for one in found if one.namespace == namespace):
            summary = each.summary.replace("*/", "")
            lines.append(f"    /** {summary.rstrip('.')}. */")
            lines.append(f'    {each.name}(...input: Arguments<"{each.id}">): {_returns(each)};')
        lines.append("  };")
    return "\n".join([*lines, "}", ""])


def _returns(each: Operation) -> str:
    if each.also_job:
        return f'Promise<Answer<"{each.id}", 200 | 201> | Job>'
    match each.style:
        case "pages":
            return f'AsyncGenerator<Item<"{each.id}">, void>'
        case "events":
            return "AsyncGenerator<ServerEvent, void>"
        case "download":
            return "Promise<File>"
        case "start":
            return "Promise<Job>"
        case "redirect" | "text":
            return "Promise<string>"
    return f'Promise<Answer<"{each.id}">>'

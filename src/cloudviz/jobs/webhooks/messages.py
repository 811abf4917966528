"""What is sent: the event as JSON, or as a message that Slack or Teams shows. Pure.

Whatever comes from a cloud may hold anything: it is cut to the length that each service takes, and written so that
it can neither mention people, nor link, nor format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

STANDARD, SLACK, TEAMS = "standard", "slack", "teams"

TITLES = {
    "discovery.completed": "Discovery completed",
    "discovery.partial": "Discovery done in part",
    "discovery.failed": "Discovery failed",
    "change.detected": "Changes detected",
    "diagram.ready": "Diagram ready",
    "cost.threshold": "Cost over its threshold",
    "cost.anomaly": "A day that costs far more or less",
    "job.failed": "Job failed",
    "webhook.ping": "CloudViz can reach you",
}

_SIGNS = {"info": "🔵", "warning": "🟠", "error": "🔴"}
_TEAMS_COLOURS = {"info": "Accent", "warning": "Warning", "error": "Attention"}

MOST_LINES = 12  # resources and types that a message names
MOST_TEXT = 280  # characters of one value
SLACK_HEADER, SLACK_SECTION = 150, 3000  # https://docs.slack.dev/reference/block-kit/blocks

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~<>-])")


@dataclass(frozen=True, slots=True)
class Told:
    """An event in words: a title, a line that sums it up, facts, lines of what changed, and where to look.

    ``unnamed`` is how many resources changed besides those that the lines name.
    """

    title: str
    severity: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]
    unnamed: int
    links: tuple[tuple[str, str], ...]


def message(document: Mapping[str, Any], shape: str) -> bytes:
    """The body for an endpoint of a shape. The same document gives the same bytes."""
    return orjson.dumps(SHAPES[shape](document))


def _standard(document: Mapping[str, Any]) -> dict[str, Any]:
    return dict(document)


def _slack(document: Mapping[str, Any]) -> dict[str, Any]:
    told = in_words(document)
    title = f"{_SIGNS[told.severity]} {told.title}"
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": title[:SLACK_HEADER], "emoji": True}},
    ]
    if told.summary:
        shown = {"type": "mrkdwn", "text": _slack_text(told), "verbatim": True}
        blocks.append({"type": "section", "text": shown})
    if told.facts:
        facts = [
            {"type": "mrkdwn", "text": f"*{name}*\n{_escaped(value)}", "verbatim": True}
            for name, value in told.facts[:10]
        ]
        blocks.append({"type": "section", "fields": facts})
    if told.links:
        buttons = [
            {
                "type": "button",
                "text": {"type": "plain_text", "text": name},
                "url": url,
                "action_id": f"open-{number}",
            }
            for number, (name, url) in enumerate(told.links[:5])
        ]
        blocks.append({"type": "actions", "elements": buttons})
    when = f"CloudViz · {document.get('type', '')} · {document.get('timestamp', '')}"
    blocks.append({"type": "context", "elements": [{"type": "plain_text", "text": _cut(when, 300)}]})
    return {"text": _escaped(_cut(f"{title}: {told.summary}", 300)), "blocks": blocks}


def _slack_text(told: Told) -> str:
    """The summary and as many of the lines as Slack takes: what is cut in the middle may be half an escape."""
    text, unnamed = _escaped(told.summary), told.unnamed
    for number, line in enumerate(told.lines):
        following = f"{text}\n• {_escaped(line)}"
        if len(following) > SLACK_SECTION - 40:
            unnamed += len(told.lines) - number
            break
        text = following
    return f"{text}\n• and {unnamed:,} more" if unnamed else text


def _teams(document: Mapping[str, Any]) -> dict[str, Any]:
    told = in_words(document)
    body: list[dict[str, Any]] = [
        {
            "type": "TextBlock",
            "size": "Large",
            "weight": "Bolder",
            "color": _TEAMS_COLOURS[told.severity],
            "text": told.title,
            "wrap": True,
        },
        {"type": "TextBlock", "text": _unmarked(told.summary), "wrap": True},
    ]
    if told.facts:
        facts = [{"title": name, "value": _unmarked(value)} for name, value in told.facts]
        body.append({"type": "FactSet", "facts": facts})
    lines = [*told.lines, *([f"and {told.unnamed:,} more"] if told.unnamed else [])]
    body += [{"type": "TextBlock", "text": _unmarked(line), "wrap": True, "spacing": "None"} for line in lines]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if told.links:
        card["actions"] = [{"type": "Action.OpenUrl", "title": name, "url": url} for name, url in told.links[:5]]
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}


SHAPES: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    STANDARD: _standard,
    SLACK: _slack,
    TEAMS: _teams,
}


def in_words(document: Mapping[str, Any]) -> Told:
    """What a message says of an event."""
    kind = str(document.get("type", ""))
    data: Mapping[str, Any] = document.get("data") or {}
    severity = str(document.get("severity", "info"))
    links = data.get("links") or {}
    lines, unnamed = _lines(data) if kind == "change.detected" else ([], 0)
    return Told(
        title=TITLES.get(kind, plain(kind)),
        severity=severity if severity in _SIGNS else "info",
        summary=_summary(kind, data),
        facts=tuple(_facts(data)),
        lines=tuple(lines),
        unnamed=unnamed,
        # A button that leads nowhere is worse than none: only where the public address is known.
        links=tuple(
            (name.replace("_", " ").capitalize(), str(url))
            for name, url in sorted(links.items())
            if str(url).startswith(("https://", "http://"))
        ),
    )


def _summary(kind: str, data: Mapping[str, Any]) -> str:
    given = data.get("changes")
    changes: Mapping[str, Any] = given if isinstance(given, Mapping) else data
    counts = [f"{changes[word]:,} {word}" for word in ("added", "changed", "removed") if _is_number(changes, word)]
    source = plain(data.get("source", ""))
    match kind:
        case "change.detected":
            return f"{', '.join(counts)} in {source}" if counts else source
        case "discovery.completed" | "discovery.partial":
            found = f"{data['resources']:,} resources in {source}" if _is_number(data, "resources") else source
            return f"{found}: {', '.join(counts)}" if counts else found
        case "discovery.failed":
            return f"{source or plain(data.get('provider', ''))}: {plain(data.get('reason', ''))}"
        case "job.failed":
            error = data.get("error")
            detail = error.get("detail", "") if isinstance(error, Mapping) else error
            return f"{plain(data.get('kind', 'job'))}: {plain(detail or '')}"
        case "diagram.ready":
            metadata = data.get("metadata")
            shown = metadata.get("resources") if isinstance(metadata, Mapping) else None
            return f"A picture of {shown:,} resources" if isinstance(shown, int) else "A picture was drawn"
        case "cost.threshold" | "cost.anomaly":
            return plain(data.get("summary") or data.get("name") or "")
        case _:
            return "This is a test. Nothing has happened."


def _facts(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    shown = (
        ("Provider", "provider"),
        ("Status", "status"),
        ("Amount", "amount"),
        ("Threshold", "threshold"),
        ("Usually", "expected"),
        ("Currency", "currency"),
    )
    return [(name, plain(data[key])) for name, key in shown if isinstance(data.get(key), str | int | float)]


def _lines(data: Mapping[str, Any]) -> tuple[list[str], int]:
    examples = data.get("examples")
    if not isinstance(examples, Mapping):
        return [], 0
    found = [
        f"{sign} {plain(each.get('name') or each.get('id', ''))} ({plain(each.get('type', ''))})"
        for word, sign in (("removed", "−"), ("changed", "~"), ("added", "+"))
        for each in examples.get(word) or ()
        if isinstance(each, Mapping)
    ]
    total = sum(data[word] for word in ("added", "changed", "removed") if _is_number(data, word))
    return found[:MOST_LINES], max(total, len(found)) - len(found[:MOST_LINES])


def _is_number(data: Any, word: str) -> bool:
    return isinstance(data, Mapping) and isinstance(data.get(word), int)


def plain(value: Any) -> str:
    """A value as one short line without anything that steers a reader."""
    return _cut(_CONTROL.sub(" ", str(value)), MOST_TEXT)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _escaped(text: str) -> str:
    """For Slack: with these three nothing is a mention, a link or a command; its formatting marks stay marks."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A zero-width space behind a mark at the beginning of a word keeps it from formatting.
    return re.sub(r"([*_~`])(?=\S)", "\\1\u200b", text)


def _unmarked(text: str) -> str:
    """For adaptive cards, which read a part of Markdown."""
    return _MARKS.sub(r"\\\1", text)

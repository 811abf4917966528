"""The sentences of a picture: footer, legend, description, money."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cloudviz.diagram.bidi import isolate
from cloudviz.diagram.scene.document import Scene, SceneSummary
from cloudviz.diagram.text import clean

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
_PLURALS = {
    "identity": "identities",
    "analytics": "analytics",
    "dns zone": "DNS zones",
    "api": "APIs",
    "cdn": "CDNs",
}
_NAMED_HIDDEN = 6


def money(amount: Decimal, currency: str | None) -> str:
    """An amount a month as a person writes it: cents below 100, whole units above."""
    sign = _SIGNS.get(currency or "USD")
    figure = f"{amount:,.0f}" if abs(amount) >= 100 else f"{amount:,.2f}"
    return f"{sign}{figure}" if sign else f"{currency} {figure}"


def counted(count: int, word: str) -> str:
    """``1 route table``, ``8 route tables``: from a kind, a type key or plain words."""
    noun = clean(word.rsplit(".", 1)[-1].replace("_", " "))
    if count == 1:
        return f"1 {noun}"
    if noun in _PLURALS:
        return f"{count:,} {_PLURALS[noun]}"
    if noun.endswith(("s", "x", "ch")):
        return f"{count:,} {noun if noun.endswith('s') and not noun.endswith('ss') else noun + 'es'}"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{count:,} {noun[:-1]}ies"
    return f"{count:,} {noun}s"


def headline(scene: Scene) -> str:
    """What the picture is of: its title, else its one or two outermost boxes, else how many there are."""
    if scene.title.strip():
        return clean(scene.title)
    # A box around others, or one that a budget has closed.
    outer = [node for node in scene.nodes if node.parent is None and (node.container or node.role)]
    if not outer or any(node.id.startswith("bundle:") for node in outer):
        return ""  # of a bundle of them the box itself says how many it stands for
    if len(outer) <= 2:
        return " · ".join(isolate(clean(node.label)) for node in outer)
    return f"{len(outer)} {'accounts' if all(node.role == 'account' for node in outer) else 'groups'}"


def facts(summary: SceneSummary) -> list[str]:
    """The footer's statements, in order, without the gaps in coverage."""
    shown = counted(summary.resources, "resource")
    if summary.shown and summary.shown != summary.resources:
        shown += f" shown as {summary.shown:,}"
    said = [shown]
    if summary.cost_monthly is not None:
        said.append(f"{money(summary.cost_monthly, summary.currency)} a month")
    if summary.hidden:
        ranked = sorted(summary.hidden.items(), key=lambda item: (-item[1], item[0]))
        named = [counted(count, word) for word, count in ranked[:_NAMED_HIDDEN]]
        rest = sum(count for _, count in ranked[_NAMED_HIDDEN:])
        if rest:
            named.append(f"{rest:,} more")
        said.append("hidden: " + ", ".join(named))
    return said


def gaps(summary: SceneSummary) -> str:
    """How much was not seen, empty when all was."""
    return f"{counted(summary.gaps, 'gap')} in coverage" if summary.gaps else ""


def description(scene: Scene) -> str:
    """The picture in one or two sentences, for those who cannot see it."""
    parts: Sequence[str] = [*facts(scene.summary), gaps(scene.summary)]
    kinds: dict[str, int] = {}
    for node in scene.nodes:
        if not node.container and node.kind:
            kinds[node.kind] = kinds.get(node.kind, 0) + node.count
    ranked = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))[:8]
    sentence = "; ".join(part for part in parts if part) + "."
    if ranked:
        sentence += " Shown: " + ", ".join(counted(count, kind) for kind, count in ranked) + "."
    return sentence

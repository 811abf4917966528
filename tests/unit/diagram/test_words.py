"""The sentences of a picture say what is in it, whatever a budget closed."""

from __future__ import annotations

from cloudviz.diagram.render.words import headline
from cloudviz.diagram.scene.document import Scene, SceneNode


def account(name: str, *, is_open: bool, id: str = "") -> SceneNode:
    return SceneNode(id or name, None, is_open, name, role="account", kind="account")


def of(*nodes: SceneNode) -> str:
    return headline(Scene("hierarchical", "enterprise", 100, 100, list(nodes)))


def test_a_closed_account_is_one_of_those_that_the_picture_is_of() -> None:
    assert of(account("one", is_open=True)) == "one"
    assert of(*(account(name, is_open=name == "one") for name in ("one", "two", "three"))) == "3 accounts"
    assert "two" in of(account("one", is_open=True), account("two", is_open=False))


def test_a_bundle_of_accounts_is_not_counted_as_one() -> None:
    assert of(account("one", is_open=True), account("12 accounts", is_open=False, id="bundle:x")) == ""

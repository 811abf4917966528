from __future__ import annotations

import pytest

from cloudviz.access.roles import Role, allows, roles_of
from cloudviz.errors import Invalid


@pytest.mark.parametrize(
    ("held", "viewer", "operator", "admin"),
    [
        ((), False, False, False),
        (("viewer",), True, False, False),
        (("operator",), True, True, False),
        (("admin",), True, True, True),
        (("viewer", "admin"), True, True, True),
        (("root", "Admin", "ADMIN", ""), False, False, False),
    ],
)
def test_each_role_includes_those_below_it(
    held: tuple[str, ...], viewer: bool, operator: bool, admin: bool
) -> None:
    assert [allows(held, role) for role in Role] == [viewer, operator, admin]


def test_roles_are_put_in_order_without_twins() -> None:
    assert roles_of(["admin", "viewer", "admin"]) == (Role.VIEWER, Role.ADMIN)


@pytest.mark.parametrize("words", [[], ["root"], ["viewer", ""], ["Viewer"]])
def test_other_words_are_refused(words: list[str]) -> None:
    with pytest.raises(Invalid):
        roles_of(words)

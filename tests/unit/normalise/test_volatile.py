"""What changes at every look is left out of a body before its secrets are."""

from __future__ import annotations

import copy

from cloudviz.catalogue.registry import catalogue
from cloudviz.normalise.items import without

PAIR_WORDS = {"name", "key", "parameterkey", "parameter_key", "optionname", "option_name", "namespace"}


def test_only_what_was_named_is_left_out_and_the_body_stays():
    body = {
        "etag": "1",
        "size": 3,
        "metadata": {"fingerprint": "a", "items": [{"etag": "2", "value": "x"}, "text"]},
    }
    before = copy.deepcopy(body)
    kept = without(body, [("etag",), ("metadata", "fingerprint"), ("metadata", "items", "etag"), ("absent", "at")])
    assert kept == {"size": 3, "metadata": {"items": [{"value": "x"}, "text"]}}
    assert body == before


def test_a_body_without_it_is_itself():
    body = {"size": 3, "metadata": "a text where an object was expected"}
    assert without(body, [("etag",), ("labels", "etag")]) is body
    assert without(body, [("metadata", "fingerprint")]) == body


def test_nothing_that_tells_of_a_secret_is_left_out_before_secrets_are():
    """``{"name": "password", "value": …}``: without its name the value would be kept."""
    for declared in catalogue().types.values():
        for path in declared.volatile:
            assert path.rpartition(".")[2].removesuffix("[]").lower() not in PAIR_WORDS, declared.key

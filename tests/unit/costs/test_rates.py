"""Tables of rates: read exactly, refused with what is expected, and amounts in each currency's decimals."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cloudviz.costs.amounts import written
from cloudviz.costs.rates import read_rates
from cloudviz.errors import BadInput

TOML = 'to = "EUR"\nas_of = 2026-10-31\nsource = "ECB"\n[rates]\nUSD = 0.9234\njpy = 0.0061\n'


def test_a_table_is_read_to_the_last_digit(tmp_path: Path):
    path = tmp_path / "rates.toml"
    path.write_text(TOML)
    rates = read_rates(path)
    assert (rates.to, rates.as_of, rates.source) == ("EUR", "2026-10-31", "ECB")
    assert rates.worth(Decimal("1000000000000.01"), "USD") == Decimal("923400000000.009234")
    assert rates.worth(Decimal(7), "EUR") == 7
    assert rates.worth(Decimal(7), "CHF") is None
    json = tmp_path / "rates.json"
    json.write_text('{"to":"EUR","as_of":"2026-10-31","source":"ECB","rates":{"USD":0.9234,"JPY":0.0061}}')
    assert read_rates(json) == rates


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no .rates."),
        ('to = "EUR"', "no .rates."),
        (TOML.replace('to = "EUR"', ""), "'to'"),
        (TOML.replace("0.9234", "-1"), "rate of 'USD'"),
        (TOML.replace("0.9234", "nan"), "rate of 'USD'"),
        (TOML.replace("0.9234", "true"), "rate of 'USD'"),
        (TOML.replace("0.9234", '"0.92"'), "rate of 'USD'"),
        (TOML.replace("2026-10-31", '"yesterday"'), "no date"),
        (TOML + "EUR = 2\n", "one EUR is worth 2 EUR"),
        (TOML.replace("USD", "€€"), "no table of rates"),
        ("[" * 100_000, "no table of rates"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str, what: str):
    path = tmp_path / "rates.toml"
    path.write_text(text)
    with pytest.raises(BadInput, match=what):
        read_rates(path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_rates(tmp_path / "nowhere")


def test_amounts_have_the_decimals_of_their_currency():
    assert [written(1204.5, word) for word in ("USD", "JPY", "KWD", "XXX")] == [
        "1,204.50",
        "1,204",
        "1,204.500",
        "1,204.50",
    ]

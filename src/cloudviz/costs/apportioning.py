"""What each resource costs in whole cents, so that resources and the remainder together are the bill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cloudviz.costs.allocation import Allocation
from cloudviz.costs.amounts import EXACT, ZERO, to_the_cent
from cloudviz.costs.charges import Amounts, Basis, ChargeKey


class Cents(NamedTuple):
    """A charge in whole cents of its currency."""

    billed: int
    amortised: int


def apportion(charges: Mapping[ChargeKey, Amounts], allocation: Allocation) -> dict[ChargeKey, Cents]:
    """Whole cents of each charge, which add up to the bill of each payer, account, month and currency.

    First each resource, and each reason for having none, gets its cents of the account's month; then the charges
    of each get theirs of those. So a resource of many small charges is off by less than a cent, as one of few is.
    """
    by_basis = {basis: _apportioned(charges, allocation, basis) for basis in (Basis.BILLED, Basis.AMORTISED)}
    billed, amortised = by_basis[Basis.BILLED], by_basis[Basis.AMORTISED]
    return {key: Cents(billed[key], amortised[key]) for key in charges}


def _apportioned(
    charges: Mapping[ChargeKey, Amounts], allocation: Allocation, basis: Basis
) -> dict[ChargeKey, int]:
    months: dict[tuple[str, ...], dict[str, dict[ChargeKey, Amounts]]] = {}
    for key, amounts in charges.items():
        whose = (key.provider, key.billing_account, key.account, key.month, key.currency)
        # No id begins with a line break: the reasons are told apart from all resources.
        owner = allocation.resource_of.get(key) or f"\n{allocation.reasons[key].value}"
        months.setdefault(whose, {}).setdefault(owner, {})[key] = amounts
    found: dict[ChargeKey, int] = {}
    for owners in months.values():
        sums = {}
        for owner, held in owners.items():
            total = ZERO
            for amounts in held.values():
                total = EXACT.add(total, amounts.of(basis))
            sums[owner] = total
        for owner, cents in to_the_cent(sums).items():
            held = owners[owner]
            found.update(to_the_cent({key: amounts.of(basis) for key, amounts in held.items()}, cents))
    return found

"""What is wrong within one store's mapping, whatever its orders look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from commerce.kinds import ChargeKind
from shared.policy.mapping import Mapping, Role, Tender

Place = tuple[str | int, ...]
Told = tuple[Place, str]


def mapping_problems(mapping: Mapping) -> Iterator[Told]:
    """Every problem as its path within the mapping and a sentence that says what mends it."""
    if not mapping.version:
        yield ("version",), "is empty: name the mapping's version"
    yield from _accounts(mapping)
    yield from _doubles(mapping)
    for number, rule in enumerate(mapping.taxes):
        yield from _empty(("taxes", number), title=rule.title, account=rule.account, item=rule.item)
    for number, tender in enumerate(mapping.tenders):
        yield from _tender(("tenders", number), tender, mapping)
    for number, item in enumerate(mapping.item_rules):
        yield from _empty(("item_rules", number), sku=item.sku, item=item.item)
    for number, charge in enumerate(mapping.charge_rules):
        yield from _empty(("charge_rules", number), item=charge.item, account=charge.account)
        if charge.kind not in set(ChargeKind):
            known = ", ".join(kind.value for kind in ChargeKind)
            yield ("charge_rules", number, "kind"), f"no cart tells of {charge.kind!r}: {known}"
    for number, payout in enumerate(mapping.payout_rules):
        yield from _empty(
            ("payout_rules", number), type_name=payout.type_name, account=payout.account
        )


def _accounts(mapping: Mapping) -> Iterator[Told]:
    for role, number in mapping.accounts.items():
        if not number.strip():
            yield ("accounts", role.value), "is empty: name the account, or remove the role"
    bank = mapping.accounts.get(Role.BANK, "")
    if bank and bank == mapping.accounts.get(Role.PAYOUT_CLEARING, ""):
        yield (
            ("accounts", Role.PAYOUT_CLEARING.value),
            f"{bank} is the bank account: money is cleared on an account of its own (R-2.4)",
        )


def _tender(place: Place, tender: Tender, mapping: Mapping) -> Iterator[Told]:
    yield from _empty(place, gateway=tender.gateway, account=tender.account)
    if tender.financial_entity and tender.undeposited_account:
        yield (
            (*place, "undeposited_account"),
            "names a second place beside financial_entity: keep one of the two",
        )
    bank = mapping.accounts.get(Role.BANK, "")
    if bank and tender.account == bank:
        yield (
            (*place, "account"),
            f"{bank} is the bank account, where money is after its payout; name a clearing account",
        )


def _doubles(mapping: Mapping) -> Iterator[Told]:
    lists: dict[str, Sequence[str]] = {
        "taxes": [rule.title.casefold() for rule in mapping.taxes],
        "tenders": [tender.gateway.casefold() for tender in mapping.tenders],
        "item_rules": [rule.sku for rule in mapping.item_rules],
        "charge_rules": [rule.kind for rule in mapping.charge_rules],
        "fx_rates": [f"{row.currency} {row.from_on}" for row in mapping.fx_rates],
        "payout_rules": [rule.type_name.casefold() for rule in mapping.payout_rules],
    }
    for name, keys in lists.items():
        for key, count in Counter(keys).items():
            if count > 1:
                last = len(keys) - 1 - list(reversed(keys)).index(key)
                yield (name, last), f"{key!r} is there {count} times; keep one"


def _empty(place: Place, **members: str) -> Iterator[Told]:
    for name, value in members.items():
        if not value.strip():
            yield (*place, name), "is empty: name it, or remove the rule"

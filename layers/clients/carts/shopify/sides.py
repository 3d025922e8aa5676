"""The buyer's side of Shopify's documents: every amount in the currency that the buyer saw (R-8.1).

Each amount stands in both currencies. Here the two sides change places before a document is read,
all of them at once, so that no amount of the one ever meets one of the other. What stands in the
shop's currency alone is left out: what must be there is then missed, and never mixed.
"""

from __future__ import annotations

from typing import Any

_PAIR = "_set"
_SHOP, _BUYER = "shop_money", "presentment_money"
_ALONE = frozenset(
    {
        "amount",
        "current_total_price",
        "discounted_price",
        "price",
        "subtotal",
        "subtotal_amount",
        "tax_amount",
        "total_discount",
        "total_discounts",
        "total_duties",
        "total_outstanding",
        "total_price",
        "total_tax",
    }
)
"""Members that are read as amounts of the shop's currency where they stand without a pair."""


def presented(document: Any) -> Any:
    """The document of an order, or of a part of one, as its buyer saw it.

    Args:
        document: as REST and webhooks have it; it is not changed.
    """
    if isinstance(document, list):
        return [presented(each) for each in document]
    if not isinstance(document, dict):
        return document
    if "gateway" in document and "kind" in document:
        return _transaction(document)
    made = {}
    for name, value in document.items():
        if name.endswith(_PAIR) and isinstance(value, dict):
            made[name] = _swapped(value)
        elif f"{name}{_PAIR}" not in document and name not in _ALONE:
            made[name] = presented(value)
    if isinstance(document.get(_SHOP), dict):  # a duty, which is an amount itself
        made = {name: made[name] for name in made if name != _SHOP} | _swapped(document)
    shop, buyer = document.get("currency"), document.get("presentment_currency")
    if shop and buyer:
        made |= {"currency": buyer, "presentment_currency": shop}
    return made


def _swapped(pair: dict[str, Any]) -> dict[str, Any]:
    sides = {_SHOP: pair.get(_BUYER), _BUYER: pair.get(_SHOP)}
    return {name: side for name, side in sides.items() if side is not None}


def _transaction(transaction: dict[str, Any]) -> dict[str, Any]:
    """A transaction in the buyer's currency where it tells it; else in the one that it states."""
    pair = transaction.get(f"amount{_PAIR}")
    side = pair.get(_BUYER) if isinstance(pair, dict) else None
    if not isinstance(side, dict):
        return transaction
    told = {"amount": side.get("amount"), "currency": side.get("currency_code")}
    return {**transaction, **told}

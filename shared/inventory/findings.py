"""What can be wrong with the stock of a store: nothing of it is sent before a person has looked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from shared.ownership.table import Decision
from shared.postings.articles import item_place
from shared.postings.findings import Finding, Reason

MOST_TOLD = 50
"""Findings of one review record; what is more is counted."""

MOST_NAMED = 10
"""Items that a finding names."""

_ACCEPT = "correct it at its owner; or if it is right: ops stock sync --accept"


def stock_subject(store: str) -> str:
    """The subject of a store's review record of stock: `stock:<store>`."""
    return f"stock:{store}"


def movement_subject(reference: str) -> str:
    """The subject of the review record of a person's own movement: `movement:<reference>`."""
    return f"movement:{reference}"


def movement_waits(reference: str) -> Finding:
    """It is not in the books yet, or not known to be."""
    message = "it is not known to be in Sage Intacct yet; asked for again it is looked up first"
    hint = f"the same command of `ops stock` again, with --reference {reference}"
    return Finding(Reason.IN_DOUBT_EXHAUSTED, f"movement {reference}", message, hint)


def worth_subject(entity: str) -> str:
    """The subject of the review record that stock and ledger are not equal: `worth:<entity>`."""
    return f"worth:{entity}"


def worth_differs(
    entity: str, accounts: Sequence[str], difference: Decimal, unpriced: Sequence[str]
) -> Finding:
    """The stock of an entity is worth another amount than its accounts of inventory have."""
    message = f"stock is worth {difference:+f} more than {', '.join(accounts)} has"
    if unpriced:
        named = ", ".join(unpriced[:MOST_NAMED])
        more = f" and {len(unpriced) - MOST_NAMED} more" if len(unpriced) > MOST_NAMED else ""
        message += f"; no cost is told of {named}{more}"
    hint = "compare the valuation report with the account; if it is right: ops stock prove --accept"
    return Finding(Reason.READBACK_DIFFERS, f"stock of entity {entity}", message, hint)


def plain(quantity: Decimal) -> str:
    """A quantity as people write it: 12.5, 1000."""
    return f"{quantity.normalize():f}"


def capped(findings: Sequence[Finding]) -> list[Finding]:
    """As many findings as a record holds, in a fixed order, and how many there are besides."""
    ordered = sorted(findings, key=lambda one: (one.place, one.message))
    more = len(ordered) - MOST_TOLD
    if more <= 0:
        return ordered
    text = f"{more} more findings like these"
    last = ordered[MOST_TOLD - 1]
    return [*ordered[:MOST_TOLD], Finding(last.reason, "stock", text)]


def jump(store: str, article: str, shown: Decimal, wanted: Decimal) -> Finding:
    """It changes by more than is believed unseen."""
    message = f"it would go from {plain(shown)} to {plain(wanted)} at once; nothing was sent"
    return _implausible(store, article, message, _ACCEPT)


def too_many(store: str, article: str, wanted: Decimal) -> Finding:
    """There cannot be so many."""
    message = f"{plain(wanted)} is more than this store ever has; nothing was sent"
    return _implausible(store, article, message, "correct it, or raise stock.most of the store")


def oversold(store: str, article: str, short: Decimal, *, is_shown_as_zero: bool) -> Finding:
    """More is sold, held back or gone than is there."""
    shown = "the cart shows 0" if is_shown_as_zero else "the cart shows it as a negative level"
    message = f"{plain(short)} more are sold than there are; {shown}"
    return _implausible(store, article, message, "buy, count, or cancel orders")


def negative(store: str, article: str, level: Decimal) -> Finding:
    """The cart owns the stock and has less than nothing."""
    message = f"the cart has {plain(level)} of it; nothing was adjusted in Sage Intacct"
    return _implausible(store, article, message, "count it in the cart")


def fractional(store: str, article: str, level: Decimal) -> Finding:
    """The cart owns the stock and tells a part of a unit."""
    message = f"{plain(level)} is no number of whole packs; nothing was adjusted in Sage Intacct"
    return _implausible(store, article, message, "count it in the cart, or state stock.pack")


def doubled(store: str, article: str) -> Finding:
    """Two things of the cart carry the SKU: nobody can say which has the stock."""
    message = "two products of the cart carry this SKU at one location; nothing was sent"
    return _implausible(store, article, message, "give one of them another SKU")


def other_units(store: str, article: str, item: str, units: Iterable[str]) -> Finding:
    """Two stores sell one item by different units: a quantity of one is none of the other."""
    told = ", ".join(sorted(units))
    message = f"item {item} is sold by different units ({told}); nothing was sent"
    hint = "say under stock.rules how many of Sage's units one of each SKU contains"
    return Finding(Reason.CONFIGURATION_MISSING, item_place(store, article), message, hint)


def without_items(store: str, articles: Sequence[str]) -> Finding:
    """What the cart has stock of and no item is known for: told together."""
    few = ", ".join(sorted(articles)[:5])
    message = f"{len(articles)} articles have stock and no item that is good: {few}"
    hint = "link them: ops items list, ops items link"
    return Finding(Reason.ITEM_MISSING, f"stock of {store}", message, hint)


def not_kept(store: str, article: str, item: str, kind: str) -> Finding:
    """Sage keeps no stock of the item: a kit's stock is that of its parts."""
    message = f"item {item} is of type {kind or 'unknown'}, of which Sage keeps no stock"
    hint = "stop counting it in the cart, or sell an item that is kept in stock"
    return Finding(Reason.ITEM_MISSING, item_place(store, article), message, hint)


def hidden(store: str, count: int) -> Finding:
    """So many items have no stock any more that a lost permission is likelier."""
    message = f"Sage Intacct shows no stock of {count} items at once; none was taken for sold out"
    hint = "see whether the Web Services user may still view warehouses: ops connections probe"
    return Finding(Reason.PERMISSION, f"stock of {store}", message, hint)


def emptied(store: str, count: int) -> Finding:
    """So many articles are sold out at once that a broken feed is likelier."""
    message = f"the cart shows none of {count} articles at once; none was adjusted in Sage Intacct"
    return Finding(Reason.STOCK_IMPLAUSIBLE, f"stock of {store}", message, _ACCEPT)


def unallocated(store: str, warehouse: str) -> Finding:
    """Sage does not say what is allocated, and what is sold would be offered again."""
    message = f"what is allocated at {warehouse} is not told; nothing was sent"
    hint = "read stock_levels over REST (intacct.protocols), or let the cart count (sold_in: cart)"
    return Finding(Reason.CONFIGURATION_MISSING, f"stock of {store}", message, hint)


def uncommitted(store: str) -> Finding:
    """The cart does not say what is committed."""
    message = "the cart does not tell what it has committed to orders; nothing was sent"
    hint = "let Sage count what is sold (stock.sold_in: sage)"
    return Finding(Reason.CONFIGURATION_MISSING, f"stock of {store}", message, hint)


def not_ours(store: str, decision: Decision) -> Finding:
    """The ownership table is against it."""
    hint = f"{decision.rule} of the tenant's document says so"
    return Finding(Reason.PERMISSION, f"stock of {store}", decision.message, hint)


def not_taken(store: str, article: str, message: str) -> Finding:
    """The cart refused a level."""
    told = f"the cart refused the level: {message}"
    return Finding(Reason.REFUSED_BY_CART, item_place(store, article), told, "correct it there")


def in_doubt(store: str, warehouse: str, why: Finding) -> Finding:
    """An adjustment waits for a person: nothing more is adjusted at its warehouse.

    `why` is what the ledger says of it: its number in Sage, and what must be decided.
    """
    message = (
        f"an adjustment of {warehouse} ({why.place}) is in doubt: {why.message}; "
        "nothing more is adjusted there"
    )
    hint = "look at it in Sage Intacct by its reference, then: ops stock sync --release"
    return Finding(Reason.IN_DOUBT_EXHAUSTED, f"stock of {store}", message, hint)


def not_counted(store: str, item: str, why: str) -> Finding:
    """Sage refused what was counted of an item; it is tried again by and by."""
    message = f"Sage Intacct takes no count of item {item}"
    return Finding(Reason.REFUSED_BY_SAGE, f"stock of {store}", message, why)


def not_in_cart(store: str, warehouse: str, items: Sequence[str]) -> Finding:
    """The cart owns the warehouse's stock and knows nothing of what is there: told together."""
    few = ", ".join(sorted(items)[:5])
    message = f"{len(items)} items have stock at {warehouse} and no level in the cart: {few}"
    hint = "take them out of the warehouse in Sage Intacct, or sell them in the cart"
    return Finding(Reason.STOCK_IMPLAUSIBLE, f"stock of {store}", message, hint)


def _implausible(store: str, article: str, message: str, hint: str) -> Finding:
    return Finding(Reason.STOCK_IMPLAUSIBLE, item_place(store, article), message, hint)

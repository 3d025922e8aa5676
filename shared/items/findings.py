"""What can be wrong with an article's item, each with the same place for all orders that wait."""

from __future__ import annotations

from collections.abc import Sequence

from intacct.errors import RejectedError
from shared.items.links import ItemLink
from shared.ownership.table import Decision, Side
from shared.postings.articles import item_place
from shared.postings.findings import Finding, Reason

_LINK = "link it: ops items link; or let the store's items be created"


def item_subject(store: str, article: str) -> str:
    """The subject of an article's review record: `item:<store>:<article>`."""
    return f"item:{store}:{article}"


def gone(store: str, article: str, message: str) -> Finding:
    """There is no item that sells it."""
    return Finding(Reason.ITEM_MISSING, item_place(store, article), message, _LINK)


def without_sku(store: str, article: str) -> Finding:
    """Nothing in Sage could be named after it."""
    message = "the product has no SKU"
    hint = "give it a SKU in the cart, or link it by hand: ops items link"
    return Finding(Reason.ITEM_MISSING, item_place(store, article), message, hint)


def ambiguous(store: str, article: str, items: Sequence[str]) -> Finding:
    """Several items may be it."""
    message = f"{len(items)} items of Sage Intacct may be it"
    hint = f"link the right one of {', '.join(sorted(items)[:5])}: ops items link"
    return Finding(Reason.ITEM_MISSING, item_place(store, article), message, hint)


def not_allowed(store: str, article: str, decision: Decision) -> Finding:
    """The ownership table is against it."""
    message = decision.message
    hint = f"{decision.rule} of the tenant's document says so; or link it: ops items link"
    return Finding(Reason.ITEM_MISSING, item_place(store, article), message, hint)


def parts_unknown(store: str, article: str, parts: Sequence[str]) -> Finding:
    """Parts of a bundle have no item, all of them named under the bundle's one cause."""
    message = f"parts of the bundle have no item yet: {', '.join(parts)}"
    hint = "it goes on by itself once each of them has one: ops items link"
    return Finding(Reason.ITEM_MISSING, item_place(store, article), message, hint)


def other_parts(store: str, link: ItemLink) -> Finding:
    """The bundle is made of other parts than its kit was made of."""
    message = f"the cart tells other parts of it than kit {link.item} was made of"
    hint = "sell it under another SKU, or change the kit in Sage Intacct and link it anew"
    return Finding(Reason.ITEM_MISSING, item_place(store, link.article), message, hint)


def no_kit(store: str, article: str, item: str) -> Finding:
    """What was found for a bundle has no parts."""
    message = f"item {item} of Sage Intacct is no kit"
    hint = "link it by hand if it sells the bundle all the same: ops items link"
    return Finding(Reason.ITEM_MISSING, item_place(store, article), message, hint)


def parts_unfit(store: str, article: str, message: str) -> Finding:
    """A bundle that can be neither made a kit nor divided into its parts."""
    hint = "correct it in the cart, or name the item that sells it whole in the mapping: item_rules"
    return Finding(Reason.ITEM_MISSING, item_place(store, article), message, hint)


def refused(store: str, article: str, error: RejectedError) -> Finding:
    """Sage does not take it."""
    codes = ", ".join(error.codes) or "no code"
    message = f"Sage Intacct refused the item ({codes})"
    return Finding(Reason.REFUSED_BY_SAGE, item_place(store, article), message, str(error)[:300])


def other_unit(store: str, link: ItemLink, unit: str) -> Finding:
    """One SKU, two units of measure: a quantity of one is none of the other."""
    message = f"it is sold by {unit!r} now, and item {link.item} was linked by {link.unit!r}"
    hint = "sell it under another SKU, or link it anew: ops items link"
    return Finding(Reason.ITEM_MISSING, item_place(store, link.article), message, hint)


def contested(store: str, article: str, side: Side) -> Finding:
    """The side that does not own it changes it back, again and again."""
    message = f"what was put right in {side.label} is changed there again and again"
    hint = "find out who or what changes it, or let that side own the field"
    return Finding(Reason.READBACK_DIFFERS, item_place(store, article), message, hint)


def not_taken(store: str, article: str, message: str) -> Finding:
    """The cart does not take what Sage owns of it."""
    told = f"the cart refused what Sage Intacct owns of it: {message}"
    hint = "correct it in Sage Intacct or in the cart, or let the cart own the field"
    return Finding(Reason.REFUSED_BY_CART, item_place(store, article), told, hint)


def implausible(store: str, is_so: bool) -> tuple[Finding, ...]:  # noqa: FBT001  # what was seen
    """So many items are not shown that a lost permission is likelier than deletions."""
    if not is_so:
        return ()
    message = "many linked items are not shown any more; none was taken for deleted"
    hint = "see whether the Web Services user may still view items: ops connections probe"
    return (Finding(Reason.PERMISSION, f"items of {store}", message, hint),)

"""What people are told of what a cart does not take back; ids only, nobody's name."""

from __future__ import annotations

from shared.errands.records import ErrandKind
from shared.postings.findings import Finding, Reason


def account_subject(store: str, customer: str) -> str:
    """The subject of a customer's review record: `account:<store>:<customer>`."""
    return f"account:{store}:{customer}"


def several_accounts(store: str, customer: str) -> Finding:
    """More than one account of the store is this customer."""
    return Finding(
        Reason.OUT_OF_SCOPE,
        place=f"customer {customer}",
        message=f"several accounts of store {store} are this customer: none of them is written",
        hint="change them in the cart, or give each buyer a customer: ops customer link",
    )


def refused(store: str, customer: str, members: str, message: str) -> Finding:
    """The cart does not take what Sage says."""
    return Finding(
        Reason.REFUSED_BY_CART,
        place=f"customer {customer}: {members}",
        message=f"store {store} does not take what Sage Intacct says: {message}",
        hint="correct it in Sage Intacct; a change there is carried to the cart again",
    )


def order_subject(kind: str, store: str, order: str) -> str:
    """The subject of an order that a cart is to be told something of: `note:<store>:<order>`."""
    return f"{kind}:{store}:{order}"


def note_refused(store: str, order: str, message: str) -> Finding:
    """The cart takes no note on the order."""
    return Finding(
        Reason.REFUSED_BY_CART,
        place=f"order {order}",
        message=f"store {store} takes no note on the order: {message}",
        hint="write it there by hand, or let the store's key write orders",
    )


def not_marked(store: str, order: str, message: str) -> Finding:
    """The order is paid in Sage, and the cart does not say so."""
    return Finding(
        Reason.REFUSED_BY_CART,
        place=f"order {order}",
        message=f"its invoices are paid in Sage Intacct, store {store} does not say so: {message}",
        hint="mark it as paid there by hand, or find out what else is open of it",
    )


def store_subject(store: str, kind: ErrandKind) -> str:
    """The subject of a store that cannot be told things of a kind: `errands:<store>:<kind>`."""
    return f"errands:{store}:{kind.value}"


def unusable(store: str, message: str) -> Finding:
    """The store's API cannot be used for what is to be carried back."""
    return Finding(
        Reason.CONFIGURATION_MISSING,
        place=f"store {store}",
        message=f"what Sage Intacct owns cannot be written to it: {message}",
        hint="let the store's key read and write it; what waits is tried again by itself",
    )

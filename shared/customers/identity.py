"""The customer id an order gets in the books, before anybody asked the books (reliability F20).

Deterministic, so that two first orders of one buyer name the same customer, and without personal
data. Pure: the planner may use it.
"""

from __future__ import annotations

import base64
import hashlib

from commerce.orders import Order
from shared.policy.mapping import Mapping

LONGEST_ID = 20
"""What a customer id may hold in Sage Intacct (REST reference §16.8)."""

_DIGEST_CHARACTERS = 12


def customer_key(store: str, order: Order) -> str:
    """What tells one buyer of a store from another; personal data, only its digest leaves here.

    The cart's own customer id where there is one; else the e-mail address without case; else the
    order stands alone.
    """
    if order.buyer.id:
        return f"{store}/id/{order.buyer.id}"
    email = (order.buyer.email or (order.billing.email if order.billing else "")).strip().casefold()
    if email and not order.buyer.is_relay_email:
        return f"{store}/email/{email}"
    return f"{store}/order/{order.ref.id}"


def customer_id(store: str, order: Order, mapping: Mapping) -> str:
    """The buyer's own customer in Sage: the mapping's prefix and 60 bits of the buyer's key."""
    digest = hashlib.sha256(customer_key(store, order).encode()).digest()
    readable = base64.b32encode(digest).decode()[:_DIGEST_CHARACTERS]
    return f"{mapping.customer_prefix[: LONGEST_ID - _DIGEST_CHARACTERS]}{readable}"

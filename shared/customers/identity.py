"""The customer id an order gets in the books, before anybody asked the books (reliability F20).

Deterministic, so that two first orders of one buyer name the same customer, and without personal
data. Pure: the planner may use it.
"""

from __future__ import annotations

import base64
import hashlib

from commerce.orders import Order
from shared.customers.buyers import company_of, is_company, own_email
from shared.customers.comparing import email_key, folded
from shared.policy.customers import CompanyIs, CustomerPolicy, MatchBy
from shared.policy.mapping import Mapping

LONGEST_ID = 20
"""What a customer id may hold in Sage Intacct (REST reference §16.8)."""

_DIGEST_CHARACTERS = 12
_BUYER_CHARACTERS = 32
_EACH_BUYER = CustomerPolicy()


def customer_key(store: str, order: Order, policy: CustomerPolicy = _EACH_BUYER) -> str:
    """What tells one buyer of a store from another; personal data, only its digest leaves here.

    A company's tax id or name, where the policy has companies as customers. Else the cart's own
    customer id where there is one; else the e-mail address without case; else the order stands
    alone.
    """
    if policy.companies is CompanyIs.CUSTOMER and is_company(order):
        tax_id = folded(order.buyer.tax_id)
        return f"{store}/tax/{tax_id}" if tax_id else f"{store}/company/{folded(company_of(order))}"
    if order.buyer.id:
        return f"{store}/id/{order.buyer.id}"
    email = email_key(order.buyer.email or (order.billing.email if order.billing else ""))
    if email and not order.buyer.is_relay_email:
        return f"{store}/email/{email}"
    return f"{store}/order/{order.ref.id}"


def shared_key(order: Order, policy: CustomerPolicy) -> str:
    """What tells the buyer apart among all stores of a tenant; empty where nothing does.

    Only where the policy matches by e-mail address: whoever has the same is then the same buyer,
    with an account or as a guest.
    """
    is_one_of_many = policy.companies is CompanyIs.CUSTOMER and is_company(order)
    if MatchBy.EMAIL not in policy.match_by or is_one_of_many:
        return ""
    email = email_key(own_email(order))
    return f"email/{email}" if email else ""


def buyer_digests(store: str, order: Order, policy: CustomerPolicy) -> tuple[str, ...]:
    """What tells the buyer apart, as links are stored: the store's own key first.

    160 bits each, which tell nothing of the person.
    """
    keys = (customer_key(store, order, policy), shared_key(order, policy))
    return tuple(_readable(key)[:_BUYER_CHARACTERS] for key in keys if key)


def customer_id(
    store: str,
    order: Order,
    mapping: Mapping,
    policy: CustomerPolicy = _EACH_BUYER,
    generation: int = 1,
) -> str:
    """The buyer's own customer in Sage: the mapping's prefix and 60 bits of the buyer's key.

    Each `generation` gives another id, for a buyer whose last customer cannot be used any more.
    """
    key = customer_key(store, order, policy)
    readable = _readable(key if generation == 1 else f"{key}#{generation}")[:_DIGEST_CHARACTERS]
    return f"{mapping.customer_prefix[: LONGEST_ID - _DIGEST_CHARACTERS]}{readable}"


def _readable(key: str) -> str:
    return base64.b32encode(hashlib.sha256(key.encode()).digest()).decode()

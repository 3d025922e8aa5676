"""Who bought, as far as choosing a customer needs to know: pure, of one order's facts."""

from __future__ import annotations

from commerce.orders import Address, Order
from shared.policy.customers import CustomerPolicy, Served

_RELAYS = ("marketplace.amazon.", "members.ebay.", "relay.walmart.", "privaterelay.appleid.")
"""What the domains of relay addresses begin with: Amazon, eBay, Walmart, Apple."""


def email_of(order: Order) -> str:
    """The buyer's e-mail address as the cart has it, a relay's too; empty where it has none."""
    return (order.buyer.email or (order.billing.email if order.billing else "")).strip()


def is_relay(order: Order) -> bool:
    """Whether the buyer's address is a marketplace's or Apple's, that hides the buyer's own."""
    domain = email_of(order).rpartition("@")[2].casefold()
    return order.buyer.is_relay_email or domain.startswith(_RELAYS)


def own_email(order: Order) -> str:
    """The buyer's own e-mail address; empty behind a relay.

    A relay's address ends with its order or its marketplace: it tells nobody apart in the books,
    and a statement that is sent to it is lost.
    """
    return "" if is_relay(order) else email_of(order)


def phone_of(order: Order) -> str:
    """The phone number of the billing address, else of the shipping address."""
    numbers = (address.phone for address in (order.billing, order.shipping) if address)
    return next((number.strip() for number in numbers if number.strip()), "")


def person_of(order: Order) -> str:
    """The person's name: the buyer's, else of the billing address, else of the shipping address."""
    names = (order.buyer.name, _name(order.billing), _name(order.shipping))
    return next((" ".join(name.split()) for name in names if name.strip()), "")


def company_of(order: Order) -> str:
    """The buyer's company, whether the order is a company's or not."""
    return " ".join(order.buyer.company.split())


def is_company(order: Order) -> bool:
    """Whether a company buys: the cart says so, or the buyer states company and tax id.

    A company's name alone says little: consumers fill that field in, too.
    """
    has_company = bool(company_of(order))
    return has_company and (order.is_b2b or bool(order.buyer.tax_id.strip()))


def is_guest(order: Order) -> bool:
    """Whether the buyer has no account in the cart."""
    return order.is_guest or not order.buyer.id


def shares_channel(order: Order, policy: CustomerPolicy) -> bool:
    """Whether the policy has this buyer served by the channel customer."""
    if is_company(order):
        return False
    rules = (
        (policy.consumers, True),
        (policy.guests, is_guest(order)),
        (policy.relays, is_relay(order)),
    )
    return any(served is Served.CHANNEL and applies for served, applies in rules)


def _name(address: Address | None) -> str:
    return address.name if address else ""

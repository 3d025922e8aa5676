"""The customer of an order as a document for the books."""

from __future__ import annotations

from commerce.orders import Address, Order
from intacct.documents import Contact, Customer, PostalAddress

_LONGEST_NAME = 100
_LONGEST_PART = 40


def customer_document(customer_id: str, order: Order, term: str = "") -> Customer:
    """The buyer as a customer with its contact; both carry the deterministic id.

    A buyer without any name is called by the order that brought it.
    """
    person = _person(order)
    company = order.buyer.company
    name = _short(company or person or f"Buyer of {order.number or order.ref.id}")
    first, _, last = person.rpartition(" ")
    contact = Contact(
        id=customer_id,
        print_as=name,
        first_name=first[:_LONGEST_PART],
        last_name=last[:_LONGEST_PART],
        company_name=_short(company),
        email=order.buyer.email,
        phone=order.billing.phone if order.billing else "",
        address=_postal(order.billing or order.shipping),
    )
    return Customer(
        id=customer_id, name=name, contact=contact, term=term, tax_id=order.buyer.tax_id
    )


def _person(order: Order) -> str:
    billing = order.billing.name if order.billing else ""
    shipping = order.shipping.name if order.shipping else ""
    return " ".join((order.buyer.name or billing or shipping).split())


def _short(name: str) -> str:
    return " ".join(name.split())[:_LONGEST_NAME].strip()


def _postal(address: Address | None) -> PostalAddress:
    if address is None:
        return PostalAddress()
    return PostalAddress(
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        state=address.region_code,
        postal_code=address.postal_code,
        country=address.country,
    )

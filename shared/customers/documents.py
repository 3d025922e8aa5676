"""The buyer of an order as documents for the books: the customer, and its contacts."""

from __future__ import annotations

import base64
import hashlib

from commerce.orders import Address, Order
from intacct.documents import Contact, Customer, PostalAddress
from shared.customers.buyers import company_of, is_company, own_email, person_of, phone_of
from shared.customers.comparing import folded, postal_key
from shared.policy.customers import Contacts, CustomerPolicy, PersonalData
from shared.policy.mapping import Mapping

_LONGEST_NAME = 100
_LONGEST_PART = 40
_CONTACT_CHARACTERS = 8


def customer_document(
    customer_id: str, order: Order, mapping: Mapping, policy: CustomerPolicy
) -> Customer:
    """The buyer as a customer with its contact; both carry the deterministic id.

    A buyer without any name is called by the order that brought it; where the policy keeps
    personal data out of the books, by the id.
    """
    bought_by_company = is_company(order)
    is_token = policy.personal_data is PersonalData.TOKEN
    external = policy.external_id_field and order.buyer.id
    bill_to, ship_to = places(customer_id, order, policy)
    return Customer(
        id=customer_id,
        name=_token_name(customer_id) if is_token else _name(order),
        contact=_token(customer_id, order) if is_token else _display(customer_id, order),
        currency=order.currency if policy.sets_currency else "",
        term=(policy.company_term if bought_by_company else "") or mapping.term,
        tax_id="" if is_token else order.buyer.tax_id,
        custom=((policy.external_id_field, order.buyer.id),) if external else (),
        bill_to=bill_to.id if bill_to else "",
        ship_to=ship_to.id if ship_to else "",
    )


def places(
    customer_id: str, order: Order, policy: CustomerPolicy
) -> tuple[Contact | None, Contact | None]:
    """The contacts of the billing and of the shipping address, where the policy has any.

    One contact for each distinct address and person: its name is the customer's id and a digest of
    them, so that it is the same for every order, and nobody else's in the company (XML reference
    §12.2). A missing address is the other one.
    """
    if policy.contacts is not Contacts.ADDRESSES:
        return None, None
    billing = _place(customer_id, order, order.billing or order.shipping)
    return billing, _place(customer_id, order, order.shipping or order.billing)


def postal(address: Address | None) -> PostalAddress:
    """An address of the cart as the books have it; an empty one for None."""
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


def _display(customer_id: str, order: Order) -> Contact:
    first, last = _parts(person_of(order))
    return Contact(
        id=customer_id,
        print_as=_name(order),
        first_name=first,
        last_name=last,
        company_name=_short(company_of(order)),
        email=own_email(order),
        phone=phone_of(order),
        address=postal(order.billing or order.shipping),
        tax_exempt=order.buyer.tax_exempt or None,
    )


def _token(customer_id: str, order: Order) -> Contact:
    """What is left of a buyer without personal data: the country, which taxes need."""
    address = order.billing or order.shipping
    return Contact(
        id=customer_id,
        print_as=_token_name(customer_id),
        address=PostalAddress(country=address.country if address else ""),
        tax_exempt=order.buyer.tax_exempt or None,
    )


def _place(customer_id: str, order: Order, address: Address | None) -> Contact | None:
    if address is None:
        return None
    person = " ".join((address.name or person_of(order)).split())
    company = " ".join((address.company or company_of(order)).split())
    first, last = _parts(person)
    return Contact(
        id=f"{customer_id}-{_digest(address, person, company)}",
        print_as=_short(company or person or _name(order)),
        first_name=first,
        last_name=last,
        company_name=_short(company),
        email=own_email(order),
        phone=address.phone.strip(),
        address=postal(address),
    )


def _digest(address: Address, person: str, company: str) -> str:
    """Tells one address and person from another; spelled differently they are the same."""
    said = (
        person,
        company,
        address.line1,
        address.line2,
        address.city,
        address.region_code,
        address.country,
    )
    text = "\n".join((*map(folded, said), postal_key(address.postal_code)))
    digest = hashlib.sha256(text.encode()).digest()
    return base64.b32encode(digest).decode()[:_CONTACT_CHARACTERS]


def _name(order: Order) -> str:
    return _short(
        company_of(order) or person_of(order) or f"Buyer of {order.number or order.ref.id}"
    )


def _token_name(customer_id: str) -> str:
    return f"Buyer {customer_id}"


def _parts(person: str) -> tuple[str, str]:
    first, _, last = person.rpartition(" ")
    return first[:_LONGEST_PART], last[:_LONGEST_PART]


def _short(name: str) -> str:
    return " ".join(name.split())[:_LONGEST_NAME].strip()

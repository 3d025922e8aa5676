"""Customers and contacts: generic creates, the customer with its display contact (§12.1, §12.2)."""

from __future__ import annotations

from intacct.documents import Contact, Customer, PostalAddress
from intacct.xml.elements import Element, add, add_given, element, text_at

FIELDS = ("RECORDNO", "CUSTOMERID", "NAME", "STATUS", "CURRENCY", "TERMNAME", "TAXID")
CONTACT_FIELDS = (
    "DISPLAYCONTACT.CONTACTNAME",
    "DISPLAYCONTACT.PRINTAS",
    "DISPLAYCONTACT.EMAIL1",
)
_INACTIVE = "inactive"


def create_customer(customer: Customer) -> Element:
    """A `create` of one CUSTOMER, and of its display contact with it."""
    function = element("create")
    record = add(function, "CUSTOMER")
    add(record, "CUSTOMERID", customer.id)
    add(record, "NAME", customer.name)
    display = add(record, "DISPLAYCONTACT")
    if customer.contact is None:
        add(display, "PRINTAS", customer.name)
    else:
        _fill_contact(display, customer.contact)
    add_given(
        record,
        [
            ("TERMNAME", customer.term),
            ("TAXID", customer.tax_id),
            ("CURRENCY", customer.currency),
        ],
    )
    add(record, "STATUS", "active" if customer.is_active else _INACTIVE)
    return function


def create_contact(contact: Contact) -> Element:
    """A `create` of one CONTACT: its name is unique in the whole company."""
    function = element("create")
    _fill_contact(add(function, "CONTACT"), contact)
    return function


def _fill_contact(place: Element, contact: Contact) -> None:
    add_given(
        place,
        [
            ("CONTACTNAME", contact.id),
            ("PRINTAS", contact.print_as),
            ("COMPANYNAME", contact.company_name),
            ("FIRSTNAME", contact.first_name),
            ("LASTNAME", contact.last_name),
            ("PHONE1", contact.phone),
            ("EMAIL1", contact.email),
        ],
    )
    if contact.address != PostalAddress():
        _fill_address(add(place, "MAILADDRESS"), contact.address)


def _fill_address(place: Element, address: PostalAddress) -> None:
    add_given(
        place,
        [
            ("ADDRESS1", address.line1),
            ("ADDRESS2", address.line2),
            ("CITY", address.city),
            ("STATE", address.state),
            ("ZIP", address.postal_code),
            # COUNTRY would have to be a name of Sage's own list (§12.1).
            ("ISOCOUNTRYCODE", address.country),
        ],
    )


def customer_from(row: Element) -> Customer:
    """The customer of a query row with `FIELDS` and `CONTACT_FIELDS`."""
    name = text_at(row, "DISPLAYCONTACT.CONTACTNAME")
    contact = Contact(
        id=name,
        print_as=text_at(row, "DISPLAYCONTACT.PRINTAS"),
        email=text_at(row, "DISPLAYCONTACT.EMAIL1"),
    )
    return Customer(
        id=text_at(row, "CUSTOMERID"),
        name=text_at(row, "NAME"),
        contact=contact if name or contact.email else None,
        currency=text_at(row, "CURRENCY"),
        term=text_at(row, "TERMNAME"),
        is_active=text_at(row, "STATUS").lower() != _INACTIVE,
        tax_id=text_at(row, "TAXID"),
    )

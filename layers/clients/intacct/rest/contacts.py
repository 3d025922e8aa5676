"""Contacts (REST reference §16.2): a contact id is unique in the whole company."""

from __future__ import annotations

from intacct.documents import Contact, DocumentResult, PostalAddress
from intacct.rest.client import RestClient
from intacct.rest.query import Query, equal, first_rows
from intacct.rest.wire import Json, filled, merged, object_path, present, text

OBJECT = "company-config/contact"


def payload(contact: Contact) -> Json:
    """The contact as it is created."""
    return present({"id": contact.id, **filled(whole(contact))})


def whole(contact: Contact) -> Json:
    """All that a contact says of the person, without its id; what it does not say is empty."""
    return merged(parts(contact).values())


def parts(contact: Contact) -> dict[str, Json]:
    """What each field of a contact is on the wire, by the field's name."""
    return {
        "print_as": {"printAs": contact.print_as},
        "first_name": {"firstName": contact.first_name},
        "last_name": {"lastName": contact.last_name},
        "company_name": {"companyName": contact.company_name},
        "email": {"email1": contact.email},
        "phone": {"phone1": contact.phone},
        "address": {"mailingAddress": _address(contact.address)},
        "tax_exempt": _tax(contact),
    }


def _tax(contact: Contact) -> Json:
    exempt = contact.tax_exempt
    return {} if exempt is None else {"tax": {"isTaxable": not exempt}}


def _address(address: PostalAddress) -> Json:
    return {
        "addressLine1": address.line1,
        "addressLine2": address.line2,
        "city": address.city,
        "state": address.state,
        "postCode": address.postal_code,
        # Sage's own sample writes the code in lower case.
        "isoCountryCode": address.country.lower(),
    }


def create(
    client: RestClient, contact: Contact, *, entity: str, idempotency_key: str
) -> DocumentResult:
    """Create the contact.

    Raises:
        DuplicateDocumentError: a contact of that id is there already.
    """
    answer = client.post(
        object_path(OBJECT), payload(contact), entity=entity, idempotency_key=idempotency_key
    )
    record = answer.reference()
    return DocumentResult(key=text(record.get("key")), id=text(record.get("id")))


def find(client: RestClient, contact_id: str, *, entity: str) -> DocumentResult | None:
    """The contact of exactly that id, or None."""
    query = Query(OBJECT, ("id", "status"), (equal("id", contact_id),), include_private=True)
    for row in first_rows(client, query, entity=entity):
        return DocumentResult(
            key=text(row["key"]), id=text(row.get("id")), state=text(row.get("status"))
        )
    return None

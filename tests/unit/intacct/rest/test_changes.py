"""How changes of what is there are written over REST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from intacct.changes import (
    Change,
    CloseSalesDocument,
    DeleteSalesDocument,
    LineUpdate,
    ReverseDocument,
    Reversible,
    UpdateMaster,
    UpdateSalesDocument,
)
from intacct.documents import Contact, Customer, PostalAddress, SalesLine
from intacct.errors import OutcomeUnknownError, RejectedError
from intacct.masters import DimensionEntry, DimensionKind, Item
from intacct.rest.records import RestRecords
from tests.unit.intacct.rest.documents import DAY, ORDER, usd
from tests.unit.intacct.rest.support import Server, client, created

LATER = date(2026, 12, 1)


def changed(change: Change) -> tuple[str, str, Any]:
    """The method, path and body that a change is made with."""
    server = Server(created(state="done"))
    RestRecords(client(server), entity="100").change(change, idempotency_key="k-1")
    (request,) = server.requests
    body = server.bodies()[0] if server.bodies() else None
    return request.method, request.url.raw_path.decode().removeprefix("/ia/api/v1"), body


CUSTOMER = Customer(
    "C-1", "Ada", Contact("C-1", "Ada", email="ada@example.com"), custom=(("LOYALTY", ""),)
)
CONTACT = Contact("C-1", "Ada", phone="", address=PostalAddress(line1="1 Main St", country="US"))


@pytest.mark.parametrize(
    ("update", "path", "body"),
    [
        (
            UpdateMaster("417", CUSTOMER, frozenset({"name", "term", "custom"})),
            "/objects/accounts-receivable/customer/417",
            {"name": "Ada", "term": None, "nsp::LOYALTY": None},
        ),
        (
            UpdateMaster("417", CUSTOMER, frozenset({"contact"})),
            "/objects/accounts-receivable/customer/417",
            {
                "contacts": {
                    "default": {
                        "printAs": "Ada",
                        "firstName": None,
                        "lastName": None,
                        "companyName": None,
                        "email1": "ada@example.com",
                        "phone1": None,
                        "mailingAddress": {
                            "addressLine1": None,
                            "addressLine2": None,
                            "city": None,
                            "state": None,
                            "postCode": None,
                            "isoCountryCode": None,
                        },
                    }
                }
            },
        ),
        (
            UpdateMaster("9", CONTACT, frozenset({"phone", "address"})),
            "/objects/company-config/contact/9",
            {
                "phone1": None,
                "mailingAddress": {
                    "addressLine1": "1 Main St",
                    "addressLine2": None,
                    "city": None,
                    "state": None,
                    "postCode": None,
                    "isoCountryCode": "us",
                },
            },
        ),
        (
            UpdateMaster("3", Item("I", "Item", is_active=False), frozenset({"is_active", "upc"})),
            "/objects/inventory-control/item/3",
            {"status": "inactive", "itemDetails": {"universalProductCode": None}},
        ),
    ],
)
def test_an_update_sends_the_named_fields_and_null_for_empty_ones(
    update: UpdateMaster, path: str, body: Any
) -> None:
    assert changed(update) == ("PATCH", path, body)


@pytest.mark.parametrize("fields", [frozenset[str](), frozenset({"id"}), frozenset({"nonsense"})])
def test_an_update_of_nothing_of_the_id_or_of_an_unknown_field_cannot_be_made(
    fields: frozenset[str],
) -> None:
    with pytest.raises(ValueError, match="Customer"):
        UpdateMaster("1", CUSTOMER, fields)


def test_an_update_of_an_order_names_its_lines_by_what_happens_to_them() -> None:
    update = UpdateSalesDocument(
        "Sales Order",
        "7",
        due_on=LATER,
        memo="",
        added=(SalesLine("MUG", Decimal(1), "Each", usd("12.50"), custom=(("GIFT", "true"),)),),
        changed=(LineUpdate("71", ORDER.lines[1]),),
        removed=("72",),
    )
    method, path, body = changed(update)
    assert (method, path) == ("PATCH", "/objects/order-entry/document::Sales%20Order/7")
    assert body["dueDate"] == "2026-12-01"
    assert body["memo"] is None
    added, replaced, removed = body["lines"]
    assert "key" not in added
    assert added["nsp::GIFT"] == "true"
    assert (replaced["key"], replaced["unitPrice"]) == ("71", "-6.25")
    assert removed == {"key": "72", "ia::operation": "delete"}
    assert "customerPONumber" not in body


def test_an_update_of_an_order_that_changes_nothing_is_not_sent() -> None:
    with pytest.raises(RejectedError, match="NO_CHANGE"):
        changed(UpdateSalesDocument("Sales Order", "7"))


def test_a_document_is_closed_deleted_and_reversed_by_its_key() -> None:
    assert changed(CloseSalesDocument("Sales Order", "7")) == (
        "POST",
        "/workflows/order-entry/document::Sales%20Order/close",
        {"key": "7"},
    )
    assert changed(DeleteSalesDocument("Sales Order", "7")) == (
        "DELETE",
        "/objects/order-entry/document::Sales%20Order/7",
        None,
    )
    assert changed(ReverseDocument(Reversible.PAYMENT, "9", DAY, "bounced")) == (
        "POST",
        "/workflows/accounts-receivable/payment/reverse",
        {"key": "9", "reversedDate": "2026-11-20", "memo": "bounced"},
    )


def lost(change: Change) -> Callable[[], object]:
    records = RestRecords(client(Server(httpx.ReadTimeout("x"))), entity="100")
    return lambda: records.change(change, idempotency_key="k")


@pytest.mark.parametrize(
    "change",
    [
        DeleteSalesDocument("Sales Order", "7"),
        ReverseDocument(Reversible.AR_INVOICE, "9", DAY),
        UpdateMaster("1", CUSTOMER, frozenset({"name"})),
    ],
    ids=lambda change: type(change).__name__,
)
def test_a_change_whose_answer_is_lost_may_have_been_made(change: Change) -> None:
    with pytest.raises(OutcomeUnknownError):
        lost(change)()


def test_a_value_does_not_move_to_another_dimension() -> None:
    entry = DimensionEntry(DimensionKind.CLASS, "VIP", "Very good")
    with pytest.raises(RejectedError) as refused:
        changed(UpdateMaster("1", entry, frozenset({"dimension", "name"})))
    assert refused.value.findings[0].target == "/dimension"

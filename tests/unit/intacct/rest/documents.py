"""Documents that several tests post, and what of them leaves for the server."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from commerce.money import Money
from intacct.documents import (
    Dimensions,
    Document,
    MoneyPlace,
    SalesDocument,
    SalesLine,
)
from intacct.rest.actions import RestActions
from intacct.rest.receivables import CreditSign
from tests.unit.intacct.rest.support import Server, client, created

DAY = date(2026, 11, 20)
WEB = Dimensions(location="100", department="WEB", custom=(("channel", "10001"),))
CLEARING = MoneyPlace(financial_entity="CLR-SHOPIFY")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def actions(server: Server, sign: CreditSign | None = None) -> RestActions:
    return RestActions(client(server), entity="100", base_currency="USD", credit_sign=sign)


def sent(document: Document, sign: CreditSign | None = None) -> tuple[str, Any]:
    """The path and body that a document is created with."""
    server = Server(created(invoice={"key": "9"}))
    actions(server, sign).create(document, idempotency_key="k-1")
    request = server.requests[0]
    assert request.headers["Idempotency-Key"] == "k-1"
    return request.url.path.removeprefix("/ia/api/v1"), server.bodies()[0]


def has_empty_reference(body: Any) -> bool:
    if isinstance(body, dict):
        if body in ({"id": ""}, {"key": ""}, {}):
            return True
        return any(has_empty_reference(value) for value in body.values())
    if isinstance(body, list):
        return any(has_empty_reference(value) for value in body)
    return body is None


ORDER = SalesDocument(
    definition="Sales Order",
    reference="1001-SO-ABCDEFGH",
    customer="C-1",
    dated_on=DAY,
    currency="USD",
    customer_po="1001",
    lines=(
        SalesLine("TEE", Decimal(2), "Each", usd("25.00"), WEB),
        SalesLine("DISCOUNT", Decimal(1), "Each", usd("-6.25")),
    ),
)

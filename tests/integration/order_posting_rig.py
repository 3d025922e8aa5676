"""The posting side in process: tables and a queue on moto, Sage's books as a fake of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from commerce.money import Money
from commerce.orders import (
    Facts,
    FulfillmentStatus,
    Fulfilment,
    FulfilmentLine,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Ref,
    Version,
)
from shared.bootstrap import aws, facts, gl, ledger, posting, reviews, tenants
from shared.facts.receipts import ReceiptSource
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.facts.store import DynamoDbFactsStore
from shared.ledger.dynamodb import DynamoDbLedger
from shared.ledger.records import Record
from shared.reviews.records import DynamoDbReviews, Review
from shared.tenants.directory import TenantDirectory
from shared.tenants.models import Tenant
from tests.contract.ledger_rig import make_table
from tests.fakes import FakeBooks, counting_ids

EVENTS = Path(__file__).parents[2] / "events"
SOLD_AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
_MAPPING = {
    "version": "1",
    "accounts": {
        "receivable": "1200",
        "customer_advances": "2050",
        "product_revenue": "4000",
        "shipping_revenue": "4010",
        "discounts": "4090",
        "returns": "4095",
        "deferred_revenue": "2300",
    },
    "tenders": [
        {"gateway": "shopify_payments", "account": "1100", "financial_entity": "CLR-SHOPIFY"}
    ],
    "item_rules": [{"sku": "TEE", "item": "TEE", "account": "4000"}],
    "items": {"shipping": "SHIPPING", "discount": "DISCOUNT"},
    "channel_customer": "WEB",
    "location": "100",
}


def tenant() -> Tenant:
    """A company with a shop posted in detail and an outlet posted by daily journal."""
    shop = {"cart": "shopify", "entity": "100", "mapping": _MAPPING}
    summary = {"posting_mode": "summary_daily", "customer_mode": "channel"}
    return Tenant.model_validate(
        {
            "id": "acme",
            "intacct": {"company_id": "acme", "user_id": "ws"},
            "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
            "stores": [{"id": "shop", **shop}, {"id": "outlet", **shop, "policy": summary}],
        }
    )


def sold(order_id: str, *, store: str = "shop", amount: str = "100.00", sku: str = "TEE") -> Facts:
    """One tee, paid and an hour later shipped on the second of March."""
    money, none = Money.of(amount, "USD"), Money.zero("USD")

    def ref(kind: str, name: str) -> Ref:
        return Ref("shopify", store, kind, name)

    line = OrderLine("L1", sku, "a tee", Decimal(1), money, money, none)
    order = Order(
        ref=ref("order", order_id),
        number=f"#{order_id}",
        version=Version(SOLD_AT, "v1"),
        placed_at=SOLD_AT,
        status=OrderStatus.OPEN,
        payment_status=PaymentStatus.PAID,
        fulfillment_status=FulfillmentStatus.FULFILLED,
        currency="USD",
        total=money,
        lines=(line,),
        paid_at=SOLD_AT,
    )
    payment = Payment(
        ref("payment", f"P{order_id}"),
        order_id,
        PaymentKind.CAPTURE,
        PaymentState.SUCCESS,
        "shopify_payments",
        money,
        SOLD_AT,
    )
    parcel = Fulfilment(
        ref("fulfilment", f"F{order_id}"),
        order_id,
        SOLD_AT + timedelta(hours=1),
        (FulfilmentLine("L1", Decimal(1)),),
    )
    return Facts(order.ref, order, (payment,), (parcel,))


class PostingRig:
    """What is kept, what is in the books, and what Lambda would hand over."""

    def __init__(self, client: Any, sqs: Any, queue_url: str, books: FakeBooks) -> None:
        self.client = client
        self.sqs = sqs
        self.queue_url = queue_url
        self.books = books
        self.facts = DynamoDbFactsStore(client, "orders", new_id=counting_ids("facts"))
        self.ledger = DynamoDbLedger(client, "ledger")
        TenantDirectory(client, "tenants", monotonic=lambda: 0.0).put(tenant())

    def keep(self, known: Facts, *, due_at: datetime = SOLD_AT) -> FactsRecord:
        """Store an order that is ready to post."""
        pk = order_pk("acme", known.ref.store, known.ref.id)
        return self.facts.save(
            FactsRecord(
                pk,
                known,
                status=FactsStatus.READY,
                receipts=ReceiptSource.TRANSACTIONS,
                customer="C-1",
                configured=1,
                due_at=due_at,
            )
        )

    def kept(self, order_id: str, *, store: str = "shop") -> FactsRecord:
        """The order as it is stored now."""
        record = self.facts.load(order_pk("acme", store, order_id))
        assert record is not None
        return record

    def chain(self, order_id: str, *, store: str = "shop") -> dict[str, Record]:
        """The order's postings."""
        return self.ledger.chain(order_pk("acme", store, order_id))

    def reviews(self) -> list[Review]:
        """Everything that waits for a person."""
        return list(DynamoDbReviews(self.client, "orders").all("acme"))


def event(name: str) -> dict[str, Any]:
    """A sample event of `events/`."""
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return loaded


def context(milliseconds: int = 75_000) -> Any:
    """What Lambda tells a handler of its invocation."""
    return SimpleNamespace(
        function_name="f",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:f",
        aws_request_id="request-1",
        get_remaining_time_in_millis=lambda: milliseconds,
    )


def _forget_adapters() -> None:
    for module in (aws, facts, gl, ledger, posting, reviews, tenants):
        for member in vars(module).values():
            clear = getattr(member, "cache_clear", None)
            if clear is not None:
                clear()


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostingRig]:
    """A fresh posting side with the demo tenant set up."""
    with mock_aws():
        sqs = boto3.client("sqs", region_name="us-east-1")
        fifo: Any = {"FifoQueue": "true"}
        queue_url = sqs.create_queue(QueueName="lanes.fifo", Attributes=fifo)["QueueUrl"]
        variables = {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "POWERTOOLS_METRICS_NAMESPACE": "Cartledger",
            "POWERTOOLS_SERVICE_NAME": "test",
            "TENANTS_TABLE": "tenants",
            "ORDERS_TABLE": "orders",
            "LEDGER_TABLE": "ledger",
            "ORDER_POSTINGS_QUEUE_URL": queue_url,
            "CART_EVENTS_QUEUE_URL": queue_url,
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        client = boto3.client("dynamodb", region_name="us-east-1")
        for name in ("tenants", "orders", "ledger"):
            make_table(client, name)
        _forget_adapters()
        books = FakeBooks()
        for name in ("books", "books_by_hand"):
            monkeypatch.setattr(ledger, name, lambda _tenant, _entity: books)
        yield PostingRig(client, sqs, queue_url, books)
    _forget_adapters()

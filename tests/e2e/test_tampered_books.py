"""An invoice that a person edits in Sage: found by the next cycle on the deployed stack."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from local.demo.books import SimulatedBooks
from local.demo.payloads import SHOP_DOMAIN, fulfillment_body, order_body
from local.demo.shop import DemoShop
from local.demo.tenant import ENTITY, SHOP, TENANT, WEBHOOK_SECRET
from local.stack import LocalStack
from tests.e2e.operators import Operator, orders

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

(SOLD,) = orders(4201, 1)


@pytest.fixture
def books(stack: LocalStack) -> Iterator[SimulatedBooks]:
    opened = SimulatedBooks(stack.simulator.rest_base_url)
    yield opened
    opened.close()


def test_an_edited_invoice_is_listed_with_its_difference_one_cycle_later(
    stack: LocalStack, books: SimulatedBooks, tmp_path_factory: pytest.TempPathFactory
) -> None:
    operator = Operator(stack, "e2e", tmp_path_factory.mktemp("files"))
    shop = DemoShop(stack.api_url, store=SHOP, domain=SHOP_DOMAIN, secret=WEBHOOK_SECRET)
    for topic, body in (
        ("orders/paid", order_body(SOLD)),
        ("fulfillments/create", fulfillment_body(SOLD)),
    ):
        assert shop.deliver(body, topic=topic, event_id=f"{SOLD.id}-{topic}").status == 200
    shop.close()
    operator.waits("the order is posted", lambda: bool(invoices(operator, books)))
    (invoice,) = invoices(operator, books)
    edit(stack, invoice, total="70.95")

    asked = {"tenant": TENANT, "entity": ENTITY, "kind": "sales_document", "is_forced": True}
    answer = stack.client("lambda").invoke(
        FunctionName=stack.outputs["IntacctPollerFunctionName"], Payload=json.dumps(asked).encode()
    )
    (told,) = json.loads(answer["Payload"].read())["places"]

    assert told["outcome"] == "complete", told
    listed = operator.types("drift", "list", TENANT)
    (found,) = [one for one in listed if one["subject"] == f"order {SOLD.id}"]
    differs = {one["member"]: (one["sent"], one["found"]) for one in found["differences"]}
    assert (found["what"], found["status"], found["changed_by"]) == ("edited", "open", "999")
    assert differs["total"] == ("69.95", "70.95")
    operator.types("drift", "ignore", TENANT, found["number"], "--why", "a test", "--yes")
    left = operator.types("drift", "list", TENANT)
    assert found["key"] not in {one["key"] for one in left}
    edit(stack, invoice, total="69.95")  # the books are not this test's alone


def edit(stack: LocalStack, record: dict[str, str], **fields: str) -> None:
    """Change a record in the books as a person at the company does."""
    changed = {"object": record["object"], "key": record["key"], "fields": fields}
    admin = httpx.URL(stack.simulator.rest_base_url).join("/_sim/edit")
    httpx.post(admin, json=changed).raise_for_status()


def invoices(operator: Operator, books: SimulatedBooks) -> list[dict[str, str]]:
    """The order's invoice in the books, once all of the order is there."""
    chain = operator.desk.ledger.chain(f"ORD#{TENANT}#{SHOP}#{SOLD.id}")
    numbers = {
        record.document_number
        for key, record in chain.items()
        if "/INVOICE/" in key and record.state.value == "DONE"
    }
    return [one for one in books.documents("sales_document") if one["reference"] in numbers]

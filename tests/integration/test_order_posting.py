from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.order_posting import app
from intacct.documents import Advance, Document, DocumentResult, Payment, SalesDocument
from intacct.errors import NotSentError, OutcomeUnknownError, RejectedError
from shared.facts.record import FactsRecord
from shared.facts.store import DynamoDbFactsStore
from shared.ledger.records import State
from tests.fakes import only_once
from tests.integration.order_posting_rig import PostingRig, context, event, rig, sold

__all__ = ["rig"]


def post(**changes: Any) -> Any:
    return app.handler({**event("order_posting.two_orders"), **changes}, context())


def test_orders_of_a_lane_come_into_the_books_and_are_not_due_any_more(rig: PostingRig) -> None:
    rig.keep(sold("1001"))
    rig.keep(sold("1002"))

    answer = post()

    assert answer == {"batchItemFailures": []}
    kinds = [type(document) for document, _ in rig.books.documents[:4]]
    assert kinds == [SalesDocument, Advance, SalesDocument, Payment]
    assert {record.state for record in rig.chain("1001").values()} == {State.DONE}
    assert len(rig.chain("1002")) == 4
    assert only_once(rig.books.marks())
    assert rig.kept("1001").due_at is None


def test_a_message_delivered_twice_posts_nothing_twice(rig: PostingRig) -> None:
    rig.keep(sold("1001"))
    rig.keep(sold("1002"))
    post()
    marks = rig.books.marks()

    post()

    assert rig.books.marks() == marks


def test_a_chain_costs_few_calls_and_write_units(rig: PostingRig) -> None:
    rig.keep(sold("1001"))
    calls: list[str] = []
    units: list[float] = []
    client = app.order_poster()._parts.ledger._client  # type: ignore[attr-defined]
    client.meta.events.register(
        "before-parameter-build.dynamodb", lambda model, **_: calls.append(model.name)
    )
    client.meta.events.register(
        "provide-client-params.dynamodb",
        lambda params, model, **_: units.append(_units(model.name, params)),
    )

    post(Records=event("order_posting.two_orders")["Records"][:1])

    # Tenant, facts, chain, closed periods; claim; three completions with the next claim; the last.
    writes = [name for name in calls if name not in ("GetItem", "Query")]
    assert writes == ["PutItem", *["TransactWriteItems"] * 3, *["UpdateItem"] * 2]
    assert len(calls) == 11
    assert sum(units) <= 16


def _units(operation: str, params: dict[str, Any]) -> float:
    """Write units of items below 1 KB: one each, two each in a transaction."""
    if operation == "TransactWriteItems":
        return 2.0 * len(params["TransactItems"])
    return 1.0 if operation in ("PutItem", "UpdateItem") else 0.0


def test_an_order_whose_answer_was_lost_is_parked_and_its_neighbour_is_posted(
    rig: PostingRig,
) -> None:
    rig.keep(sold("1001"))
    rig.keep(sold("1002"))
    rig.books.fail("after", OutcomeUnknownError("read timeout"))

    answer = post()

    assert answer == {"batchItemFailures": []}
    (record,) = rig.chain("1001").values()
    assert record.state is State.SENT
    assert record.lease_until is not None
    parked = rig.kept("1001").due_at
    assert parked is not None
    assert parked > record.lease_until
    assert rig.kept("1002").due_at is None


def test_a_refused_order_is_held_and_its_neighbour_is_posted(rig: PostingRig) -> None:
    rig.keep(sold("1001"))
    rig.keep(sold("1002"))
    rig.books.fail("before", RejectedError("no such item"))

    answer = post()

    assert answer == {"batchItemFailures": []}
    (review,) = rig.reviews()
    assert review.subject == "order:shop:1001:posting"
    assert [reason.value for reason in review.reasons] == ["REFUSED_BY_SAGE"]
    assert len(rig.chain("1002")) == 4


def test_an_unmapped_article_holds_the_order_and_names_it(rig: PostingRig) -> None:
    rig.keep(sold("1001", sku="UNKNOWN-SKU"))
    rig.keep(sold("1002"))

    post()

    (review,) = rig.reviews()
    assert any("UNKNOWN-SKU" in repr(finding) for finding in review.findings)
    assert rig.chain("1001") == {}
    assert len(rig.chain("1002")) == 4


def test_an_outage_parks_the_batch_and_acknowledges_it(rig: PostingRig) -> None:
    rig.keep(sold("1001"))
    rig.keep(sold("1002"))
    rig.books.fail("before", NotSentError("connection refused"))

    answer = post()

    assert answer == {"batchItemFailures": []}
    assert len(rig.books.sent) == 1
    assert rig.kept("1001").due_at is not None
    assert rig.kept("1002").due_at is not None


def test_a_message_that_cannot_be_read_goes_back_with_the_later_ones_of_its_lane(
    rig: PostingRig,
) -> None:
    rig.keep(sold("1002"))
    records = event("order_posting.two_orders")["Records"]
    records[0]["body"] = json.dumps({"tenant": "acme"})
    other = {**records[1], "messageId": "other-lane"}
    other["attributes"] = {**other["attributes"], "MessageGroupId": "acme#2"}

    answer = post(Records=[*records, other])

    failed = [item["itemIdentifier"] for item in answer["batchItemFailures"]]
    assert failed == [records[0]["messageId"], records[1]["messageId"]]
    assert len(rig.chain("1002")) == 4


def test_an_order_that_breaks_off_frees_its_lane_and_is_put_aside(
    rig: PostingRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.keep(sold("1001"))
    rig.keep(sold("1002"))
    create = rig.books.create

    def defective(document: Document, **marks: str) -> DocumentResult:
        if isinstance(document, SalesDocument) and document.reference.startswith("1001"):
            raise KeyError(document.reference)
        return create(document, **marks)

    monkeypatch.setattr(rig.books, "create", defective)

    answer = post()

    assert answer == {"batchItemFailures": []}
    assert rig.kept("1001").due_at is not None
    assert [review.subject for review in rig.reviews()] == ["order:shop:1001:posting"]
    assert len(rig.chain("1002")) == 4


def test_an_order_that_could_not_be_read_goes_back_with_the_later_ones_of_its_lane(
    rig: PostingRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.keep(sold("1002"))
    load = DynamoDbFactsStore.load

    def throttled(self: DynamoDbFactsStore, pk: str) -> FactsRecord | None:
        if pk.endswith("1001"):
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem")
        return load(self, pk)

    monkeypatch.setattr(DynamoDbFactsStore, "load", throttled)
    records = event("order_posting.two_orders")["Records"]

    answer = post()

    failed = [item["itemIdentifier"] for item in answer["batchItemFailures"]]
    assert failed == [record["messageId"] for record in records]


def test_events_of_the_outlet_go_into_the_day_book(rig: PostingRig) -> None:
    rig.keep(sold("7001", store="outlet"))
    records = event("order_posting.two_orders")["Records"][:1]
    body = json.loads(records[0]["body"])
    records[0]["body"] = json.dumps({**body, "store": "outlet", "order_id": "7001"})

    post(Records=records)
    post(Records=records)

    found = rig.client.query(
        TableName="orders",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "DAY#acme#outlet#USD#2026-03-02"}},
    )["Items"]
    assert [item["sk"]["S"].split(":")[0] for item in found] == ["BATCHES", "EVENT#sale"]
    assert rig.books.sent == []
    assert rig.kept("7001", store="outlet").due_at is None

"""Runbooks followed on the deployed stack: a broken mapping, and dead letters sent in part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest

from local.demo.books import SimulatedBooks
from local.demo.payloads import delivery, fulfillment_body, order_body
from local.demo.shop import DemoShop
from local.demo.tenant import WEBHOOK_SECRET
from local.stack import LocalStack
from shared.dead_letters.queues import CART_EVENTS
from shared.intake.cart_events import SqsCartEvents
from shared.messages import CartEvent
from tests.e2e.operators import DOMAIN, POP_UP, STORE, TENANT, Operator, orders, tenant_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(540)]

TRIES = 5
HELD = orders(4001, 4)
DEAD = orders(4101, 3)


@pytest.fixture(scope="module")
def operator(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    access = stack.simulator
    broken = tenant_of(stack, is_mapped=False, stores=[STORE])
    secret = {"webhook_secrets": [WEBHOOK_SECRET]}
    stack.load_tenant(broken, access.secret(), {STORE: secret, POP_UP: secret})
    return Operator(stack, "e2e", tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def books(stack: LocalStack) -> Iterator[SimulatedBooks]:
    opened = SimulatedBooks(stack.simulator.rest_base_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def impatient_queue(stack: LocalStack) -> Iterator[None]:
    """A queue that gives a message up after seconds instead of an hour."""
    sqs, url = stack.client("sqs"), stack.outputs["CartEventsQueueUrl"]
    names = ["VisibilityTimeout", "RedrivePolicy"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    policy = {**json.loads(before["RedrivePolicy"]), "maxReceiveCount": TRIES}
    hurried = {"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(policy)}
    sqs.set_queue_attributes(QueueUrl=url, Attributes=hurried)
    yield
    sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def deliver_held_orders(stack: LocalStack) -> None:
    shop = DemoShop(stack.api_url, store=STORE, domain=DOMAIN, secret=WEBHOOK_SECRET)
    for order in HELD:
        for topic, body in (
            ("orders/paid", order_body(order)),
            ("fulfillments/create", fulfillment_body(order)),
        ):
            assert shop.deliver(body, topic=topic, event_id=f"{order.id}-{topic}").status == 200
    shop.close()


def queue_events_of_an_unknown_store(operator: Operator) -> None:
    """What intake archived and queued for a store that was then taken out of the configuration."""
    desk = operator.desk
    s3, bucket = desk.place.client("s3"), desk.place.output("RawEventsBucketName")
    events = SqsCartEvents(desk.place.client("sqs"), desk.place.output("CartEventsQueueUrl"))
    for order in DEAD:
        raw, _ = delivery(
            order_body(order), topic="orders/paid", event_id="x", secret="x", domain=DOMAIN
        )
        key = f"raw/{TENANT}/{POP_UP}/{order.id}.json"
        s3.put_object(Bucket=bucket, Key=key, Body=raw)
        events.send(
            CartEvent(
                tenant=TENANT,
                store=POP_UP,
                cart="shopify",
                topic="orders/paid",
                delivery=uuid4().hex,
                resource_id=str(order.id),
                raw_key=key,
                received_at=desk.clock(),
            )
        )
    desk.place.client("sqs").send_message(
        QueueUrl=desk.place.output("CartEventsQueueUrl"),
        MessageBody='{"poison": true}',
        MessageGroupId="poison",
        MessageDeduplicationId=uuid4().hex,
    )


@pytest.fixture(scope="module")
def broken(stack: LocalStack, operator: Operator, impatient_queue: None) -> None:
    """Four orders with a tax that nobody mapped, three of an unknown store, a poison message."""
    del impatient_queue
    queue_events_of_an_unknown_store(operator)
    deliver_held_orders(stack)
    operator.waits(
        "every order is held",
        lambda: len(operator.types("review", "list", "--tenant", TENANT)) >= len(HELD),
    )
    operator.waits(
        "the queue gave up on four messages",
        lambda: len(operator.types("dlq", "list", CART_EVENTS.name)) == len(DEAD) + 1,
    )


@pytest.mark.usefixtures("broken")
def test_orders_that_wait_for_one_cause_are_found_by_it(operator: Operator) -> None:
    listed = operator.types("review", "list", "--tenant", TENANT, "--reason", "TAX_UNMAPPED")

    assert {one["subject"].split(":")[2] for one in listed} == {str(order.id) for order in HELD}
    assert all("MTA District Tax" in json.dumps(one["findings"]) for one in listed)


@pytest.mark.usefixtures("broken")
def test_each_dead_letter_has_a_record_with_reason_error_and_runbook(operator: Operator) -> None:
    listed = operator.types("review", "list", "--dead")
    by_order = {one["details"].get("order", ""): one for one in listed}

    assert {str(order.id) for order in DEAD} <= set(by_order)
    for order in DEAD:
        record = by_order[str(order.id)]
        assert record["reasons"] == ["CONFIGURATION_MISSING"]
        assert record["details"]["error_class"] == "StoreMissingError"
        assert int(record["details"]["receives"]) >= TRIES
        assert record["details"]["runbook"] == "docs/runbooks/CartEventsDlqAlarm.md"
    poison = operator.types("dlq", "list", CART_EVENTS.name, "--reason", "MESSAGE_UNREADABLE")
    assert len(poison) == 1


@pytest.mark.usefixtures("broken")
def test_what_a_fixed_cause_held_up_posts_and_nothing_doubles(
    stack: LocalStack, operator: Operator, books: SimulatedBooks
) -> None:
    fixed = tenant_of(stack, is_mapped=True, stores=[STORE, POP_UP])
    applied = operator.applies(fixed, "mapped the tax, added the store")
    operator.renews_workers()
    redrive = ("dlq", "redrive", CART_EVENTS.name, "--order", str(DEAD[0].id))
    why = ("--why", "the store is there", "--yes")

    plan = operator.types(*redrive, "--dry-run", *why)
    first = operator.types(*redrive, *why)
    second = operator.types(*redrive, *why)
    desk = operator.desk
    desk.fixes.note(TENANT, by="the test, as if the minute were over", due_at=desk.clock())
    function = stack.outputs["DeadLettersFunctionName"]
    answer = stack.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    released = json.loads(answer["Payload"].read())["released"]

    assert applied["is_stored"]
    assert [one["order_id"] for one in plan] == [str(DEAD[0].id)]
    assert (first["moved"], second["moved"]) == (1, 0)
    # The function's own schedule may have been a moment faster: then nothing was left to release.
    assert released["is_finished"]
    assert (released["orders"], released["letters"]) in {(4, 2), (0, 0)}
    for store, some in ((STORE, HELD), (POP_UP, DEAD)):
        for order in some:
            operator.waits(
                f"order {order.name} is posted",
                lambda store=store, order=order: operator.is_posted(store, order),  # type: ignore[misc]
            )
            assert set(operator.documents(books, store, order)) == {1}
    left = operator.types("review", "list", "--tenant", TENANT)
    assert left == []
    debits, credits_ = books.totals()
    assert debits == credits_


@pytest.mark.usefixtures("broken")
def test_what_shall_never_be_handled_is_dropped(operator: Operator) -> None:
    arguments = ("dlq", "drop", CART_EVENTS.name, "--reason", "MESSAGE_UNREADABLE")

    dropped = operator.types(*arguments, "--why", "a test", "--yes")

    assert dropped == {"moved": 1, "left": 0}
    assert operator.types("review", "list", "--dead") == []


def test_a_delivery_of_the_demo_is_replayed_and_posts_nothing_twice(
    stack: LocalStack, operator: Operator, books: SimulatedBooks
) -> None:
    before = len(books.documents())
    order = HELD[0]

    report = operator.types("replay", TENANT, str(order.id), "--why", "a test", "--yes")

    assert report["sent"] == 2
    url = stack.outputs["CartEventsQueueUrl"]
    sqs = stack.client("sqs")

    def is_drained() -> bool:
        counts = sqs.get_queue_attributes(
            QueueUrl=url,
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
            ],
        )["Attributes"]
        return not any(int(count) for count in counts.values())

    operator.waits("the replay is through", is_drained)
    operator.waits("the order is done", lambda: operator.is_posted(STORE, order))
    assert len(books.documents()) == before


@pytest.mark.usefixtures("broken")
def test_an_order_is_planned_looked_up_undone_and_posted_anew(operator: Operator) -> None:
    order = ("order", "plan", TENANT, STORE, str(HELD[1].id))
    of_order = order[2:]

    def status() -> str:
        return str(operator.types("order", "show", *of_order)["status"])

    told = operator.types(*order, "--against", "books")
    undo = operator.types("order", "undo", *of_order, "--plan")
    operator.types("order", "undo", *of_order, "--apply", "--yes", "--why", "a test")
    operator.waits("the order is undone", lambda: status() == "undone")
    looked = operator.types(*order, "--against", "books")["against"]
    operator.types("order", "redo", *of_order, "--yes", "--why", "a test")
    operator.waits("the order is ready", lambda: status() == "ready")
    operator.waits("it is posted anew", lambda: operator.is_posted(STORE, HELD[1]))
    again = operator.types(*order, "--against", "books")["against"]

    assert told["missing"] == told["findings"] == []
    assert all(one["standing"] == "as sent" for one in told["against"])
    assert len(undo["items"]) == len(looked) - len(told["against"])
    assert all(one["is_right"] for one in (*looked, *again))
    assert any(f"{STORE}@1:" in one["key"] for one in again)

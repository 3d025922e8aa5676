"""From `tenant apply` to the books: fixing a cause brings every order that waited for it, alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from commerce.money import Money
from commerce.orders import Facts, FulfillmentStatus, PaymentStatus
from functions.order_posting import app as posting
from intacct.documents import SalesDocument
from ops.desk import desk_at
from ops.place import AwsPlace
from shared.facts.record import order_pk
from shared.reviews.records import ReviewStatus
from shared.tenants.directory import TenantDirectory
from tests.integration.ops_rig import OpsRig
from tests.integration.order_posting_rig import context, rig, sold, tenant
from tests.integration.test_dead_letters import Mail, mail, take

__all__ = ["mail", "rig"]

KLARNA = {"gateway": "klarna", "account": "1150", "financial_entity": "CLR-KLARNA"}
MUG = {"sku": "MUG", "item": "MUG", "account": "4000"}


class World:
    """One deployment: the command line, the schedules and the posting function over fake books."""

    def __init__(self, mail: Mail, folder: Path) -> None:
        self.mail = mail
        self.rig = mail.rig
        self.file = folder / "acme.yaml"
        self.document: dict[str, Any] = tenant().model_dump(mode="json", exclude={"version"})
        outputs = {
            "OrdersTableName": "orders",
            "LedgerTableName": "ledger",
            "TenantsTableName": "tenants",
            "OrderPostingsQueueUrl": mail.urls["order-postings"][1],
            "CartEventsQueueUrl": mail.urls["cart-events"][1],
            "Stage": "production",
        }
        clients = {
            "dynamodb": self.rig.client,
            "sqs": self.rig.sqs,
            "sts": _Who(),
        }
        place = AwsPlace("test", outputs, clients=clients)
        # Changes are known to all workers a little later; to this desk it is that much earlier.
        self.ops = OpsRig(
            desk_at(
                place,
                clock=lambda: datetime.now(UTC) - timedelta(minutes=5),
                sleep=lambda _: None,
                wait_seconds=0,
            )
        )

    @property
    def mapping(self) -> dict[str, Any]:
        """The shop's mapping, to be changed before `apply`."""
        mapping: dict[str, Any] = self.document["stores"][0]["mapping"]
        return mapping

    def apply(self, why: str) -> None:
        """Store the changed document as a person does."""
        self.file.write_text(yaml.safe_dump(self.document, sort_keys=False))
        done = self.ops.run("tenant", "apply", str(self.file), "--why", why, "--yes")
        assert done.exit_code == 0, done.output

    def post(self, *order_ids: str) -> None:
        """Hand the posting function these orders, each in a message of its own."""
        for order_id in order_ids:
            self.mail.rig.sqs.send_message(
                QueueUrl=self.mail.urls["order-postings"][1],
                MessageBody=(
                    f'{{"tenant": "acme", "store": "shop", "order_id": "{order_id}",'
                    ' "facts_version": 1}'
                ),
                MessageGroupId="acme#0",
                MessageDeduplicationId=order_id,
            )
        self.work()

    def work(self) -> list[str]:
        """Everything on the lanes is worked off; which orders, in their order."""
        taken = self.mail.sent("order-postings")
        for message in taken:
            record = {
                "messageId": message["MessageId"],
                "body": message["Body"],
                "attributes": message["Attributes"],
            }
            answer = posting.handler({"Records": [record]}, context())
            assert answer == {"batchItemFailures": []}
        return [_order_of(message["Body"]) for message in taken]

    def waiting(self) -> dict[str, list[str]]:
        """What stands against each order that waits for a person."""
        return {
            review.subject.split(":")[2]: [finding.message for finding in review.findings]
            for review in self.rig.reviews()
            if review.status is ReviewStatus.OPEN
        }

    def invoices(self) -> list[SalesDocument]:
        """The invoices in the books."""
        found = (known for known, _ in self.rig.books.documents)
        return [
            one
            for one in found
            if isinstance(one, SalesDocument) and one.definition == "Sales Invoice"
        ]

    def version(self, order_id: str) -> int:
        """The version that the order is posted under."""
        record = self.rig.facts.load(order_pk("acme", "shop", order_id))
        assert record is not None
        return record.configured


class _Who:
    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": "arn:aws:sts::123456789012:user/jo"}


def _order_of(body: str) -> str:
    return str(yaml.safe_load(body)["order_id"])


def by(gateway: str, facts: Facts) -> Facts:
    return replace(facts, payments=(replace(facts.payments[0], gateway=gateway),))


@pytest.fixture
def world(mail: Mail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    # Between any two reads of a configuration more than a minute passes.
    monkeypatch.setattr(TenantDirectory, "_is_fresh", lambda _self, _read_at: False)
    return World(mail, tmp_path)


def test_each_fixed_cause_brings_the_orders_that_waited_for_it_in_their_order(
    world: World,
) -> None:
    world.rig.keep(by("klarna", sold("1001")))
    world.rig.keep(sold("1002", sku="MUG"))
    world.rig.keep(by("klarna", sold("1003", sku="MUG")))
    world.rig.keep(sold("1004"))
    world.rig.keep(by("klarna", sold("1005")))
    world.post("1001", "1002", "1003", "1004", "1005")
    no_tender, no_item = "no tender for the gateway klarna", "no Sage item for SKU MUG"
    assert {order: sorted(found) for order, found in world.waiting().items()} == {
        "1001": [no_tender],
        "1002": [no_item],
        "1003": [no_item, no_tender],
        "1005": [no_tender],
    }
    assert len(world.invoices()) == 1

    world.mapping["tenders"].append(KLARNA)
    world.apply("klarna is a gateway of ours")
    released = take()["released"]
    went = world.work()

    assert (released["orders"], went) == (4, ["1001", "1002", "1003", "1005"])
    assert world.waiting() == {"1002": [no_item], "1003": [no_item]}
    assert len(world.invoices()) == 3

    world.mapping["item_rules"].append(MUG)
    world.apply("mugs are sold, too")
    released = take()["released"]
    went = world.work()

    assert (released["orders"], went) == (2, ["1002", "1003"])
    assert world.waiting() == {}
    assert [_numbered(one) for one in world.invoices()] == ["1004", "1001", "1005", "1002", "1003"]
    assert {order: world.version(order) for order in ("1004", "1001", "1003")} == {
        "1004": 1,
        "1001": 2,
        "1003": 3,
    }
    assert take()["released"]["orders"] == 0
    notes = [(note.what, note.why) for note in world.ops.desk.audit.all("acme")]
    assert notes[0] == ("tenant apply", "klarna is a gateway of ours")
    assert [what for what, _ in notes].count("release by cause") == 2


def _numbered(invoice: SalesDocument) -> str:
    return next(
        order for order in ("1001", "1002", "1003", "1004", "1005") if order in str(invoice)
    )


def test_an_order_in_the_books_is_released_too_and_keeps_the_rules_of_its_version(
    world: World,
) -> None:
    half, whole = Money.of("50.00", "USD"), sold("1001")
    assert whole.order is not None
    begun = replace(
        whole,
        order=replace(
            whole.order,
            payment_status=PaymentStatus.PARTIALLY_PAID,
            fulfillment_status=FulfillmentStatus.UNFULFILLED,
            paid_at=None,
        ),
        payments=(replace(whole.payments[0], amount=half),),
        fulfilments=(),
    )
    record = world.rig.keep(begun)
    world.post("1001")
    assert (world.waiting(), world.version("1001")) == ({}, 1)
    second = replace(
        whole.payments[0],
        ref=replace(whole.payments[0].ref, id="P2"),
        amount=half,
        gateway="klarna",
    )
    known = world.rig.facts.load(record.pk)
    assert known is not None
    both = (replace(whole.payments[0], amount=half), second)
    world.rig.facts.save(replace(known, known=replace(whole, payments=both)))
    world.mail.sent("order-postings")
    world.rig.sqs.send_message(
        QueueUrl=world.mail.urls["order-postings"][1],
        MessageBody='{"tenant": "acme", "store": "shop", "order_id": "1001", "facts_version": 2}',
        MessageGroupId="acme#0",
        MessageDeduplicationId="1001 again",
    )
    world.work()
    assert world.waiting() == {"1001": ["no tender for the gateway klarna"]}

    world.mapping["tenders"].append(KLARNA)
    world.mapping["location"] = "200"
    world.mapping["item_rules"][0]["item"] = "SHIRT"
    world.apply("klarna, and a new location from now on")
    take()
    world.work()

    assert (world.waiting(), world.version("1001")) == ({}, 1)
    (invoice,) = world.invoices()
    assert {line.item for line in invoice.lines} == {"TEE"}
    assert {line.dimensions.location for line in invoice.lines} == {"100"}
    assert sum((line.quantity for line in invoice.lines), Decimal(0)) == 1
    places = [getattr(known, "place", None) for known, _ in world.rig.books.documents]
    assert "CLR-KLARNA" in {place.financial_entity for place in places if place}

"""The function that follows changes in Sage, on its tables and with Sage in place of a fake."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from intacct.events import RecordEvent
from intacct.reading import Kept
from shared.bootstrap import background
from shared.bootstrap import changes as bootstrap
from shared.bootstrap.background import background_reads
from shared.bootstrap.item_links import item_links, item_news
from shared.bootstrap.reconciliation import proof_book
from shared.bootstrap.reviews import reviews
from shared.bootstrap.sage_events import hints
from shared.changes.comparing import Sight
from shared.changes.pace import Place
from shared.changes.tombstones import DynamoDbTombstones
from shared.customers.link_store import DynamoDbLinks
from shared.customers.links import Condition, CustomerLink, Origin
from shared.policy.changes import ChangePolicy, EventPolicy
from shared.reviews.records import DynamoDbReviews, ReviewStatus
from shared.tenants.against import NamesAnswer
from tests.fakes import FakeClock
from tests.integration.carts_rig import ROOT, CartRig, context, handler_of, rig, tenant
from tests.integration.test_customer_watch import MonthOfReads
from tests.unit.changes.rig import Company, Queue

__all__ = ["rig"]

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def company(rig: CartRig, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company with customers 1 to 3, of which 1 and 2 are linked."""
    monkeypatch.setenv("PROOFS_BUCKET", "proofs")
    company = Company(FakeClock(datetime.now(UTC)))
    monkeypatch.setattr(bootstrap, "reads", lambda *_: company)
    monkeypatch.setattr(bootstrap, "RoleSight", lambda _: lambda *_: Sight.CLEAR)
    asked = NamesAnswer(unusable=(), calls=1)
    monkeypatch.setattr(bootstrap, "named_in_books", lambda *_: asked)
    monkeypatch.setattr(background, "call_records", MonthOfReads)
    monkeypatch.setattr(MonthOfReads, "used", 0)
    for built in (
        bootstrap.names_watch,
        bootstrap.tombstones, bootstrap._checkpoints, bootstrap._customers, bootstrap._items,
        bootstrap._warehouses, hints,
        bootstrap._documents, proof_book, background_reads, item_links, item_news, reviews,
    ):  # fmt: skip
        built.cache_clear()
    rig.put_tenant(tenant())
    for key in ("1", "2", "3"):
        company.write(Kept.CUSTOMER, key, id=f"C-{key}")
    for key in ("1", "2"):
        DynamoDbLinks(rig.dynamodb, "orders").put_new(
            CustomerLink(
                "acme", f"B{key}", "shop", f"C-{key}", Origin.MATCHED, Condition.GOOD, AT, key=key
            )
        )
    return company


def follow(name: str = "schedule", **changed: Any) -> dict[tuple[str, str], dict[str, Any]]:
    event = json.loads((ROOT / "events" / f"intacct_poller.{name}.json").read_text())
    told = handler_of("intacct_poller")({**event, **changed}, context())
    return {(one["entity"], one["kind"]): one for one in told["places"]}


def conditions(rig: CartRig) -> dict[str, Condition]:
    links = DynamoDbLinks(rig.dynamodb, "orders").all("acme")
    return {link.customer: link.condition for link in links}


def test_what_people_did_to_customers_is_in_the_links_after_a_run(
    rig: CartRig, company: Company
) -> None:
    follow()
    company.write(Kept.CUSTOMER, "1", "inactive", id="C-1")
    company.delete(Kept.CUSTOMER, "2")

    told = follow("one_kind", entity="", kind="customer")["", "customer"]

    assert (told["changes"], told["gone"], told["outcome"]) == (2, 1, "complete")
    assert conditions(rig) == {"C-1": Condition.INACTIVE, "C-2": Condition.DELETED}
    (stone,) = DynamoDbTombstones(rig.dynamodb, "orders").of_entity("acme", "")
    assert (stone.gone.id, stone.gone.deleted_by) == ("C-2", "boss")
    found = DynamoDbReviews(rig.dynamodb, "orders").all("acme")
    assert {one.subject for one in found if one.status is ReviewStatus.OPEN} == {
        "customer:C-1",
        "customer:C-2",
    }


def test_what_sage_told_is_read_by_the_next_schedule_and_nothing_else(
    rig: CartRig, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ChangePolicy(events=EventPolicy(webhooks=True, pull=True))
    rig.put_tenant(tenant().model_copy(update={"changes": told}))
    queue, place = Queue([(RecordEvent(Kept.CONTACT),)]), Place("", Kept.CUSTOMER)
    monkeypatch.setattr(bootstrap, "_queue", lambda _: queue)
    assert len(follow()) > 1
    checkpoints, now = bootstrap._checkpoints(), datetime.now(UTC)
    lease = checkpoints.acquire("acme", place, now=now)
    read = replace(lease.progress, read_at=now - timedelta(hours=3))
    checkpoints.release(checkpoints.keep(lease, read, now=now))
    assert follow() == {}  # the queue is pulled, so three hours are not long

    hints().hint("acme", place, now, is_deletion=False)
    read_now = follow()

    assert set(read_now) == {("", "customer")}
    assert company.asked["changes customer"] == 2
    assert (queue.lists, queue.pulls) == ([], 2)
    assert set(hints().of_tenant("acme").places) == {place, Place("", Kept.CONTACT)}


def test_a_schedule_reads_every_kind_and_no_deletion_is_made_of_what_is_not_shown(
    rig: CartRig, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MonthOfReads, "used", 5_000)
    assert {one["outcome"] for one in follow().values()} == {"budget"}
    assert not company.asked
    monkeypatch.setattr(MonthOfReads, "used", 0)

    first, second = follow(), follow()
    company.hidden = set(company.records)
    told = follow("one_kind", entity="", kind="customer")["", "customer"]

    assert {one["outcome"] for one in first.values()} == {"complete"}
    followed = {kind.value for kind in Kept if kind is not Kept.WAREHOUSE}
    assert {kind for _, kind in first} == followed
    assert (first["", "customer"]["changes"], second) == (3, {})
    assert (told["gone"], told["held"]) == (0, 2)
    assert conditions(rig) == {"C-1": Condition.GOOD, "C-2": Condition.GOOD}

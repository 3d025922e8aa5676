"""Orders of several messages, posted together and each alone in what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from intacct.errors import NotSentError, OutcomeUnknownError, RejectedError
from shared.facts.record import FactsRecord, order_pk
from shared.messages import OrderReady
from shared.posting.reports import PostingReport, PostingState
from shared.postings.plan import Reason
from shared.reviews.records import Stage, order_subject
from tests.unit.posting.post_order_rig import SUBJECT, Rig, tenant


def ready(order_id: str, *, cause: str = "event") -> OrderReady:
    return OrderReady(tenant="acme", store="shop", order_id=order_id, facts_version=1, cause=cause)


def post_all(rig: Rig, *orders: str, seconds: float = 75) -> list[PostingReport | Exception]:
    deadline = rig.clock() + timedelta(seconds=seconds)
    return rig.poster.post_all([ready(order) for order in orders], deadline)


def states_of(outcomes: list[PostingReport | Exception]) -> list[PostingState]:
    assert all(isinstance(outcome, PostingReport) for outcome in outcomes)
    return [outcome.state for outcome in outcomes if isinstance(outcome, PostingReport)]


def rig_of_customers(*orders: str, **intacct: Any) -> Rig:
    """Each order has a customer of its own; the fake planner books all to `C-1` alike."""
    rig = Rig("ADV", "INV")
    known = rig.tenant.intacct.model_copy(update=intacct)
    rig.tenant = tenant().model_copy(update={"intacct": known})
    rig.insists_on_customer = False
    for order in orders:
        rig.keep(order, customer=f"C-{order}")
    return rig


ORDERS = ("1001", "1002", "1003")


def test_orders_of_several_customers_share_a_request_for_each_step() -> None:
    rig = rig_of_customers(*ORDERS)

    outcomes = post_all(rig, *ORDERS)

    assert states_of(outcomes) == [PostingState.POSTED] * 3
    assert rig.books.batches == [3, 3]
    assert [rig.due_at(order) for order in ORDERS] == [None] * 3


def test_a_tenant_that_wants_no_batches_gets_one_request_for_each_document() -> None:
    rig = rig_of_customers(*ORDERS, batch=False)

    outcomes = post_all(rig, *ORDERS)

    assert states_of(outcomes) == [PostingState.POSTED] * 3
    assert rig.books.batches == []
    assert rig.books.marks()[:2] == ["1001-ADV", "1001-INV"]


def test_orders_of_one_customer_are_posted_in_the_order_of_their_messages() -> None:
    rig = Rig("ADV", "INV")
    rig.keep("1001")
    rig.keep("1002")

    post_all(rig, "1001", "1002")

    assert rig.books.marks() == ["1001-ADV", "1001-INV", "1002-ADV", "1002-INV"]


def test_two_messages_of_one_order_post_it_once_from_the_newest_facts() -> None:
    rig = rig_of_customers("1001", "1002")
    newer: list[FactsRecord] = []
    create = rig.books.create

    def edited_meanwhile(*given: Any, **more: Any) -> Any:
        if not newer:
            record = rig.facts.load(order_pk("acme", "shop", "1001"))
            assert record is not None
            newer.append(rig.facts.save(record))
        return create(*given, **more)

    rig.books.create = edited_meanwhile  # type: ignore[method-assign]

    outcomes = post_all(rig, "1001", "1001", "1002")

    assert states_of(outcomes) == [PostingState.POSTED] * 3
    assert sorted(rig.books.marks()) == ["1001-ADV", "1001-INV", "1002-ADV", "1002-INV"]
    assert rig.due_at("1001") is None


def test_a_refused_order_is_held_and_its_companions_are_posted() -> None:
    rig = rig_of_customers(*ORDERS)
    rig.books.faults = [None, ("before", RejectedError("no such item"))]

    outcomes = post_all(rig, *ORDERS)

    assert states_of(outcomes) == [PostingState.POSTED, PostingState.HELD, PostingState.POSTED]
    held = order_subject("shop", "1002", Stage.POSTING)
    assert [subject for _, subject in rig.reviews.records] == [held]


def test_a_lost_request_parks_each_of_its_orders() -> None:
    rig = rig_of_customers(*ORDERS)
    rig.books.batch_faults = [("after", OutcomeUnknownError("read timeout"))]

    outcomes = post_all(rig, *ORDERS)

    assert states_of(outcomes) == [PostingState.PARKED] * 3
    assert all(rig.due_at(order) is not None for order in ORDERS)


def test_an_outage_parks_who_waits_for_a_customers_earlier_order_without_a_claim() -> None:
    rig = Rig("ADV")
    rig.keep("1001")
    rig.keep("1002")
    rig.books.fail("before", NotSentError("503"))

    outcomes = post_all(rig, "1001", "1002")

    assert states_of(outcomes) == [PostingState.PARKED] * 2
    assert rig.ledger.chain(order_pk("acme", "shop", "1002")) == {}
    assert len(rig.books.sent) == 1


def test_an_order_that_breaks_off_fails_alone() -> None:
    rig = rig_of_customers(*ORDERS)
    load = rig.facts.load

    def broken(pk: str) -> FactsRecord | None:
        if pk.endswith("1002"):
            raise OSError
        return load(pk)

    rig.facts.load = broken  # type: ignore[method-assign]

    first, second, third = post_all(rig, *ORDERS)

    assert isinstance(second, OSError)
    assert states_of([first, third]) == [PostingState.POSTED] * 2


def test_what_broke_off_is_put_aside_for_a_person_and_comes_again_by_itself() -> None:
    rig = rig_of_customers("1001")

    report = rig.poster.put_aside(ready("1001"), KeyError("a defect of ours"))

    assert (report.state, report.reason) == (PostingState.BROKEN, "KeyError")
    assert rig.due_at("1001") == rig.clock() + timedelta(minutes=30)
    (finding,) = rig.reviews.records[("acme", SUBJECT)].findings
    assert finding.reason is Reason.UNKNOWN
    assert "a defect of ours" not in finding.message


def test_what_is_not_known_cannot_be_put_aside() -> None:
    with pytest.raises(KeyError):
        Rig().poster.put_aside(ready("1001"), KeyError("no such order"))

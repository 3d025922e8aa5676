"""An order's whole life through ledger, clients and simulator, with each answer lost in turn.

What is proved here and nowhere else: that every kind of document is found again by its mark, and
believed by its customer and amount, in the protocol that posted it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from commerce.money import Money
from commerce.orders import Facts, Payment, PaymentKind, PaymentState, Ref, Refund, RefundLine
from intacct.capabilities import protocols
from intacct.documents import Customer, JournalEntry, JournalLine, Side
from intacct.router import IntacctBooks
from intacct.transport import allowed_transport, http_client
from local.intacct_simulator.faults import Mishap
from shared.ledger.apply import Applier, results_of
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.records import State
from shared.posting.store_books import store_book
from shared.postings.keys import document_number, posting_key
from shared.postings.plan import Posting, PostingKind
from shared.postings.planner import plan
from tests.contract.conftest import RestRig, Simulator
from tests.contract.xml_rig import XmlRig
from tests.fakes import FakeClock, MemoryLedger, counting_ids
from tests.integration.order_posting_rig import SOLD_AT, sold, tenant

PK = "ORD#acme#shop#1001"
KINDS = ["SO_CREATE", "ADVANCE", "INVOICE", "APPLY", "CREDIT", "REFUND_PAY"]
BALANCES = {"1100": Decimal("60.00"), "4000": Decimal("-100.00"), "4095": Decimal("40.00")}
LOST = [Mishap.DROP_AFTER, Mishap.ERROR_AFTER, Mishap.TRUNCATED, Mishap.DROP_BEFORE]


def refunded() -> Facts:
    """A tee paid and shipped, and 40.00 of it given back the next day."""
    facts = sold("1001")
    back, none = Money.of("40.00", "USD"), Money.zero("USD")
    given = Payment(
        Ref("shopify", "shop", "payment", "R1"),
        "1001",
        PaymentKind.REFUND,
        PaymentState.SUCCESS,
        "shopify_payments",
        back,
        SOLD_AT + timedelta(days=1),
    )
    refund = Refund(
        Ref("shopify", "shop", "refund", "R1"),
        "1001",
        SOLD_AT + timedelta(days=1),
        "USD",
        lines=(RefundLine("L1", Decimal(1), back, none),),
        transactions=(given,),
    )
    return replace(facts, refunds=(refund,))


class Rig:
    """One company's worker: the real clients, a ledger in memory, a clock of the test's own."""

    def __init__(self, simulator: Simulator, rest: RestRig, xml: XmlRig) -> None:
        self.simulator = simulator
        self.clock = FakeClock()
        self.ledger = MemoryLedger()
        books = IntacctBooks(
            rest=lambda: rest.actions, xml=lambda: xml.actions("100"), protocols=protocols({})
        )
        self.applier = Applier(
            self.ledger, books, clock=self.clock, ids=counting_ids(), pause=lambda _: None
        )
        rest.post(Customer(id="C-1", name="A buyer"))

    def apply(self, postings: list[Posting]) -> Outcome:
        """Apply again and again, whenever it is due, until nothing is parked any more."""
        outcome: Outcome | None = None
        for _ in range(12):
            records = self.ledger.chain(PK)
            outcome = self.applier.apply(
                PK,
                postings,
                results_of(records),
                self.clock() + timedelta(seconds=75),
                records=records,
            )
            if outcome.kind is not OutcomeKind.PARKED:
                return outcome
            assert outcome.due_at is not None
            self.clock.now = max(self.clock(), outcome.due_at)
        message = f"still parked: {outcome}"
        raise AssertionError(message)

    def order(self) -> Outcome:
        """Plan and apply the order until its plan is empty."""
        book = store_book(tenant(), "shop")
        assert book is not None
        while True:
            posted = results_of(self.ledger.chain(PK))
            planned = plan(refunded(), posted, book.for_customer("C-1"))
            assert planned.findings == ()
            if not planned.postings:
                return Outcome(OutcomeKind.COMPLETE, posted)
            outcome = self.apply(list(planned.postings))
            if outcome.kind is not OutcomeKind.COMPLETE:
                return outcome

    def kinds(self) -> list[str]:
        """The kinds of the finished postings, in the order in which they were begun."""
        records = sorted(self.ledger.chain(PK).values(), key=lambda record: record.history[0])
        assert {record.state for record in records} == {State.DONE}
        return [record.key.split("/")[2] for record in records]


@pytest.fixture
def rig(simulator: Simulator) -> Iterator[Rig]:
    with closing(RestRig(simulator)) as rest:
        http = http_client(allowed_transport(simulator.xml_url))
        yield Rig(simulator, rest, XmlRig(simulator.company, http=http, url=simulator.xml_url))
        http.close()


def test_an_orders_life_is_in_the_books_once(rig: Rig) -> None:
    outcome = rig.order()

    assert outcome.kind is OutcomeKind.COMPLETE
    assert sorted(rig.kinds()) == sorted(KINDS)
    assert rig.simulator.balances() == BALANCES


@pytest.mark.parametrize("nth", range(1, 6))
@pytest.mark.parametrize("mishap", LOST)
def test_a_rest_write_whose_answer_is_lost_is_found_and_not_repeated(
    rig: Rig, mishap: Mishap, nth: int
) -> None:
    fault = {"mishap": mishap.value, "method": "POST", "path": "/objects/", "nth": nth}
    rig.simulator.post("faults", fault)

    outcome = rig.order()

    assert outcome.kind is OutcomeKind.COMPLETE
    assert sorted(rig.kinds()) == sorted(KINDS)
    assert rig.simulator.balances() == BALANCES
    (rule,) = rig.simulator.get("faults")["rules"]
    assert rule["struck"] == 1


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("mishap", [Mishap.DROP_BEFORE, Mishap.UNAVAILABLE, Mishap.RATE_LIMIT])
def test_a_read_that_fails_beside_a_write_repeats_no_document(
    rig: Rig, mishap: Mishap, nth: int
) -> None:
    fault = {"mishap": mishap.value, "method": "GET", "path": "/objects/", "nth": nth}
    rig.simulator.post("faults", fault)

    outcome = rig.order()

    assert outcome.kind is OutcomeKind.COMPLETE
    assert sorted(rig.kinds()) == sorted(KINDS)
    assert rig.simulator.balances() == BALANCES
    (rule,) = rig.simulator.get("faults")["rules"]
    assert rule["struck"] == 1


@pytest.mark.parametrize("mishap", LOST)
def test_an_xml_write_whose_answer_is_lost_is_found_and_not_repeated(
    rig: Rig, mishap: Mishap
) -> None:
    fault = {"mishap": mishap.value, "function": "create_aradjustment", "nth": 1}
    rig.simulator.post("faults", fault)

    outcome = rig.order()

    assert outcome.kind is OutcomeKind.COMPLETE
    assert sorted(rig.kinds()) == sorted(KINDS)
    assert rig.simulator.balances() == BALANCES
    (rule,) = rig.simulator.get("faults")["rules"]
    assert rule["struck"] == 1


def day_journal() -> Posting:
    key = posting_key(
        tenant="acme",
        entity="100",
        kind=PostingKind.GL_BATCH,
        store="outlet",
        purpose="summary:2026-03-02:USD:1",
    )
    amount = Money.of("200.60", "USD")
    document = JournalEntry(
        reference=document_number(key, PostingKind.GL_BATCH, "20260302"),
        journal="GJ",
        posted_on=date(2026, 3, 2),
        description="outlet 2026-03-02 USD",
        lines=(
            JournalLine("1100", Side.DEBIT, amount),
            JournalLine("4000", Side.CREDIT, amount),
        ),
        is_batch=True,
    )
    return Posting(key, PostingKind.GL_BATCH, document)


@pytest.mark.parametrize("mishap", LOST)
def test_a_days_journal_whose_answer_is_lost_is_in_the_books_once(rig: Rig, mishap: Mishap) -> None:
    rig.simulator.post("faults", {"mishap": mishap.value, "function": "create", "nth": 1})

    outcome = rig.apply([day_journal()])

    assert outcome.kind is OutcomeKind.COMPLETE
    amount = Decimal("200.60")
    assert rig.simulator.balances() == {"1100": amount, "4000": -amount}


@pytest.mark.parametrize("mishap", [Mishap.RATE_LIMIT, Mishap.UNAVAILABLE])
def test_what_sage_turns_away_is_sent_again_later(rig: Rig, mishap: Mishap) -> None:
    fault = {"mishap": mishap.value, "method": "POST", "path": "/objects/", "nth": 2}
    rig.simulator.post("faults", fault)

    outcome = rig.order()

    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.simulator.balances() == BALANCES

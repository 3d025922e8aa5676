"""One buyer, one customer: whoever is first creates it, whoever is second waits or comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from intacct.documents import Customer, DocumentResult
from intacct.errors import OutcomeUnknownError
from shared.customers.keeping import CustomerKeeper, CustomerNotReadyError, Kept, customer_pk
from shared.ledger.apply import Applier
from shared.ledger.driving import drive_one
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.records import LEASE, SETTLE, Record, State
from shared.ledger.requests import Steps
from shared.postings.plan import Finding, Posted, Posting, Reason
from shared.tenants.models import Tenant
from tests.fakes import FakeBooks, FakeClock, MemoryLedger, counting_ids

CUSTOMER = Customer(id="C-1", name="Ada")
TENANT = Tenant.model_validate(
    {
        "id": "acme",
        "intacct": {"company_id": "acme", "user_id": "ws"},
        "entities": [{"id": "100", "zone": "UTC", "base_currency": "USD"}],
    }
)


class CountedLedger(MemoryLedger):
    """A ledger that counts how often it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    def chain(self, pk: str) -> dict[str, Record]:
        self.reads += 1
        return super().chain(pk)


class Scripted:
    """An applier that answers as told, and then brings everything into the books."""

    def __init__(self, real: Applier, *outcomes: Outcome) -> None:
        self.real = real
        self.outcomes = list(outcomes)

    def steps(
        self,
        pk: str,
        postings: Sequence[Posting],
        posted: Posted,
        deadline: datetime,
        *,
        records: Mapping[str, Record] | None = None,
        reopen_by: str = "",
    ) -> Steps[Outcome]:
        if self.outcomes:
            return self.outcomes.pop(0)
        return (
            yield from self.real.steps(
                pk, postings, posted, deadline, records=records, reopen_by=reopen_by
            )
        )

    def settle(
        self, pk: str, posting: Posting, deadline: datetime, *, records: Mapping[str, Record]
    ) -> Steps[Outcome]:
        return self.real.settle(pk, posting, deadline, records=records)


class Rig:
    """A keeper on fakes."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.clock = FakeClock(datetime(2026, 4, 2, tzinfo=UTC))
        self.ledger = CountedLedger()
        self.books = FakeBooks()
        self.slept: list[float] = []
        applier = Applier(
            self.ledger, self.books, clock=self.clock, ids=counting_ids(), pause=lambda _: None
        )
        self.scripted = Scripted(applier, *outcomes)
        self.keeper = self.another()

    def another(self) -> CustomerKeeper:
        """The keeper of another process."""
        return CustomerKeeper(self.ledger, lambda *_: self.scripted, pause=self.slept.append)

    def ensure(self, keeper: CustomerKeeper | None = None) -> Kept:
        deadline = self.clock() + timedelta(minutes=5)
        steps = (keeper or self.keeper).ensure(TENANT, "shop", CUSTOMER, deadline)
        return drive_one(steps, clock=self.clock)

    def settle(self) -> Kept:
        deadline = self.clock() + timedelta(minutes=5)
        steps = self.keeper.settle(TENANT, "shop", CUSTOMER, deadline)
        return drive_one(steps, clock=self.clock)


def parked(reason: str) -> Outcome:
    return Outcome(OutcomeKind.PARKED, {}, reason=reason)


def test_a_new_customer_is_created_and_then_known_without_a_read() -> None:
    rig = Rig()

    first, again = rig.ensure(), rig.ensure()

    assert (first, again) == (Kept(is_new=True, key="1"), Kept(key="1"))
    assert rig.books.marks() == ["C-1"]
    assert rig.ledger.reads == 1


def test_another_process_knows_it_from_the_ledger() -> None:
    rig = Rig()
    rig.ensure()

    assert rig.ensure(rig.another()) == Kept(key="1")
    assert rig.books.marks() == ["C-1"]


@pytest.mark.parametrize("reason", ["LEASED", "CONTENDED", "OVERTAKEN"])
def test_a_customer_that_is_created_elsewhere_right_now_is_waited_for(reason: str) -> None:
    rig = Rig(parked(reason), parked(reason))

    kept = rig.ensure()

    assert kept.findings == ()
    assert rig.slept == [0.5, 0.5]


def test_waiting_ends_and_the_event_comes_back() -> None:
    rig = Rig(*[parked("LEASED")] * 20)

    with pytest.raises(CustomerNotReadyError, match="elsewhere"):
        rig.ensure()

    assert sum(rig.slept) < 5


@pytest.mark.parametrize("reason", ["IN_DOUBT", "DEADLINE", "WAITING"])
def test_what_takes_longer_is_not_waited_for(reason: str) -> None:
    rig = Rig(parked(reason))

    with pytest.raises(CustomerNotReadyError, match=reason):
        rig.ensure()

    assert rig.slept == []


def test_a_refusal_is_handed_on_and_not_remembered_as_success() -> None:
    finding = Finding(Reason.PERMISSION, "customer", "may not")
    rig = Rig(Outcome(OutcomeKind.HELD, {}, findings=(finding,)))

    assert rig.ensure() == Kept(findings=(finding,))
    assert rig.ensure() == Kept(is_new=True, key="1")


def test_a_lost_answer_leads_to_one_customer() -> None:

    rig = Rig()
    rig.books.fail("after", OutcomeUnknownError("lost"))
    with pytest.raises(CustomerNotReadyError):
        rig.ensure()
    rig.clock.pass_time(3600)

    rig.ensure()

    assert rig.books.marks() == ["C-1"]
    assert rig.ledger.chain(customer_pk("acme", "C-1")).popitem()[1].result == DocumentResult(
        key="1", id="C-1", invoice_key="R1"
    )


@pytest.mark.parametrize(("when", "state"), [("after", State.DONE), ("before", State.READY)])
def test_the_doubt_about_a_customer_whom_nobody_needs_is_ended_without_creating_it(
    when: str, state: State
) -> None:
    rig = Rig()
    rig.books.fail(when, OutcomeUnknownError("read timeout"))
    with pytest.raises(CustomerNotReadyError):
        rig.ensure()
    rig.clock.pass_time(LEASE.total_seconds() + 2)
    if state is State.READY:
        with pytest.raises(CustomerNotReadyError, match="IN_DOUBT") as early:
            rig.settle()
        assert early.value.due_at is not None
        assert early.value.due_at > rig.clock() + SETTLE - 2 * LEASE
        rig.clock.now = early.value.due_at

    assert rig.settle() == Kept()

    (record,) = rig.ledger.chain(customer_pk("acme", "C-1")).values()
    assert record.state is state
    assert len(rig.books.sent) == 1


def test_a_customer_that_nobody_needed_is_created_when_somebody_does() -> None:
    rig = Rig()
    rig.books.fail("before", OutcomeUnknownError("read timeout"))
    with pytest.raises(CustomerNotReadyError):
        rig.ensure()
    rig.clock.pass_time((SETTLE + LEASE).total_seconds())
    rig.settle()

    kept = rig.ensure()

    assert kept.is_new
    assert rig.books.marks() == ["C-1"]


def test_settling_a_customer_that_was_never_begun_asks_nobody() -> None:
    rig = Rig()

    assert rig.settle() == Kept()
    assert (rig.books.looks, rig.books.sent) == (0, [])

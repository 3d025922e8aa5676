"""Payouts are polled window by window: none is passed over, and none is read by two at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from carts.adapter import CartApiError, CartClient, Code, PayoutReading, Problem
from commerce.payouts import Payout, PayoutStatus
from shared.payouts.keeping import Keeper
from shared.payouts.polling import OVERLAP, PayoutPoller, PayoutPollerParts
from shared.payouts.proof import payouts_subject
from shared.policy.mapping import Role
from shared.polling.reports import PollOutcome, PollReport
from shared.tenants.models import Tenant
from tests.fakes import FakeClock, MemoryReviews
from tests.paging.memory import MemoryCheckpoints
from tests.unit.payouts.memory import MemoryPayouts
from tests.unit.payouts.told import payout
from tests.unit.polling.rig import Shop
from tests.unit.polling.rig import tenant as without_clearing

START = datetime(2026, 4, 1, 4, tzinfo=UTC)
UNREADABLE = PayoutReading(None, (Problem(Code.PAYLOAD_INVALID, "payout.amount", "given"),))


def tenant(*, go_live_on: str = "2026-04-01", is_paused: bool = False) -> Tenant:
    """The tenant of the polling tests, whose stores say where payouts are cleared."""
    usual = without_clearing(go_live_on=go_live_on, is_paused=is_paused)
    accounts = {Role.PAYOUT_CLEARING: "1100"}
    stores = tuple(
        store.model_copy(update={"mapping": replace(store.mapping, accounts=accounts)})
        for store in usual.stores
    )
    return usual.model_copy(update={"stores": stores})


class Bank(Shop):
    """A shop's API that tells payouts; fails where it is told to."""

    def __init__(self, *payouts: Payout, clock: FakeClock | None = None) -> None:
        super().__init__()
        self.told = list(payouts)
        self.unreadable = 0
        self.error: CartApiError | None = None
        self._clock = clock

    def payouts(self, *, since: datetime, until: datetime) -> Iterator[PayoutReading]:
        self.windows.append((since, until))
        for each in self.told:
            if since <= each.initiated_at < until:
                if self._clock:
                    self._clock.pass_time(20)
                yield PayoutReading(each)
        for _ in range(self.unreadable):
            yield UNREADABLE
        if self.error:
            raise self.error


class Rig:
    """A poller on fakes."""

    def __init__(self, shop: CartClient | None = None, *, days: int = 5) -> None:
        self.clock = FakeClock(START + timedelta(days=days))
        self.checkpoints = MemoryCheckpoints()
        self.reviews = MemoryReviews()
        self.payouts = MemoryPayouts()
        self.held: list[object] = []
        self.shop = shop
        self.poller = PayoutPoller(
            PayoutPollerParts(
                checkpoints=self.checkpoints,
                keeper=Keeper(self.payouts, self.reviews, self.clock, self.held.append),
                reviews=self.reviews,
                client_of=lambda *_: self.shop,
                clock=self.clock,
            )
        )

    def poll(self, configured: Tenant | None = None, seconds: float = 60) -> PollReport:
        configured = configured or tenant()
        deadline = self.clock() + timedelta(seconds=seconds)
        return self.poller.poll(configured, configured.stores[0], deadline)

    @property
    def ids(self) -> list[str]:
        return [key.payout_id for key in sorted(self.payouts.records)]


def sent(payout_id: str, days: float) -> Payout:
    return payout(payout_id=payout_id, sent_at=START + timedelta(days=days))


def test_payouts_since_the_go_live_date_are_kept_and_the_checkpoint_moves() -> None:
    rig = Rig(Bank(sent("a", 1), sent("b", 40), sent("c", -3)), days=50)

    done = rig.poll()

    assert (done.outcome, done.hints, done.windows) == (PollOutcome.COMPLETE, 2, 2)
    assert rig.ids == ["a", "b"]
    assert rig.checkpoints.read_to["shop"] == rig.clock()


def test_a_window_reaches_back_so_that_a_payout_that_fails_late_is_seen() -> None:
    bank = Bank(sent("a", 4))
    rig = Rig(bank)
    rig.poll()
    rig.clock.pass_time(timedelta(days=8).total_seconds())
    bank.told = [replace(sent("a", 4), status=PayoutStatus.FAILED)]

    rig.poll()

    (record,) = rig.payouts.records.values()
    assert record.payout.status is PayoutStatus.FAILED
    assert bank.windows[0][0] == bank.windows[1][0] == START
    rig.clock.pass_time(timedelta(days=30).total_seconds())
    rig.poll()
    assert bank.windows[2][0] == START + timedelta(days=13) - OVERLAP


def test_a_payout_that_cannot_be_read_stops_the_checkpoint_and_not_the_others() -> None:
    bank = Bank(sent("a", 1))
    bank.unreadable = 1
    rig = Rig(bank)

    done = rig.poll()

    assert (done.outcome, done.hints) == (PollOutcome.FAILED, 1)
    assert rig.ids == ["a"]
    assert "shop" not in rig.checkpoints.read_to
    assert rig.reviews.is_open("acme", payouts_subject("shop"))

    bank.unreadable = 0

    assert rig.poll().outcome is PollOutcome.COMPLETE
    assert not rig.reviews.is_open("acme", payouts_subject("shop"))


def test_an_api_that_fails_half_way_leaves_the_checkpoint_and_keeps_what_came() -> None:
    bank = Bank(sent("a", 1))
    bank.error = CartApiError("the scope is missing")
    rig = Rig(bank)

    done = rig.poll()

    assert (done.outcome, done.detail) == (PollOutcome.FAILED, "the scope is missing")
    assert rig.ids == ["a"]
    assert rig.checkpoints.owners == {}
    assert "shop" not in rig.checkpoints.read_to


def test_a_window_that_takes_longer_than_a_run_is_halved_until_it_fits() -> None:
    rig = Rig(days=30)
    rig.shop = Bank(*(sent(f"{n:02}", n) for n in range(30)), clock=rig.clock)

    first = rig.poll(seconds=330)
    outcomes = [rig.poll(seconds=330).outcome for _ in range(20)]

    assert first.outcome is PollOutcome.PARTIAL
    assert rig.checkpoints.read_to["shop"] > START + timedelta(days=30)
    assert set(outcomes) <= {PollOutcome.PARTIAL, PollOutcome.COMPLETE}
    assert len(rig.ids) == 30


def test_a_store_is_read_by_one_at_a_time() -> None:
    rig = Rig(Bank(sent("a", 1)))
    other = MemoryCheckpoints("other", rig.checkpoints)
    other.acquire("acme", "shop", now=rig.clock())

    assert rig.poll().outcome is PollOutcome.BUSY
    assert rig.ids == []


@pytest.mark.parametrize(
    ("shop", "configured", "detail"),
    [
        (None, tenant(), "no access to the store's API"),
        (Shop(), tenant(), "its cart tells no payouts"),
        (Bank(), tenant(go_live_on=""), "no go-live date: there is no point to start from"),
        (Bank(), tenant(is_paused=True), "the tenant is paused"),
        (Bank(), without_clearing(), "its mapping has no account for payout_clearing"),
    ],
)
def test_a_store_that_cannot_be_read_is_skipped_with_the_reason(
    shop: CartClient | None, configured: Tenant, detail: str
) -> None:
    done = Rig(shop).poll(configured)

    assert (done.outcome, done.detail) == (PollOutcome.SKIPPED, detail)

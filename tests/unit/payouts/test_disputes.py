"""Disputes: written off when a person says they were lost, and looked at where money went twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from commerce.money import total
from commerce.orders import Facts
from commerce.payouts import FeeKind, PayoutLine, PayoutLineKind, PayoutStatus
from intacct.documents import DocumentResult
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.payouts.booking import BookingState
from shared.payouts.disputes import won_back
from shared.payouts.history import Loss, TaxShare
from shared.payouts.relief import NoReliefError, relief_of
from shared.policy.choices import PostingMode
from shared.postings.findings import Reason
from shared.postings.planner import plan
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.payout_lives import LOST_AT
from tests.accounting.shop import book, captured, day, facts, given_back, ref
from tests.accounting.shop import refund as refund_of
from tests.unit.payouts.test_booking import KEY, SUBJECT, Rig
from tests.unit.payouts.told import ARRIVED_AT, line, payout, usd

OPENED = line(
    "9",
    PayoutLineKind.DISPUTE,
    "-69.95",
    "15.00",
    at=day(4),
    fee_kind=FeeKind.DISPUTE,
    order_id="A",
)
LINES = (line("1", PayoutLineKind.CHARGE, "100.00"), OPENED)
TOLD = payout(LINES, amount="15.05", status=PayoutStatus.PAID, arrived_at=ARRIVED_AT)


class DisputeRig(Rig):
    """A booker that knows order A, refunded or not."""

    def __init__(self, *, refunded_on: int | None = None) -> None:
        super().__init__()
        back = given_back("20.00", day(refunded_on)) if refunded_on else None
        refunds = (refund_of(at=day(refunded_on), transactions=(back,)),) if refunded_on else ()
        known = replace(
            facts(order_a_placed(), captured("a", "69.95", day(2))),
            ref=ref("order", "A"),
            refunds=refunds,
        )
        record = FactsRecord(order_pk("acme", "shop", "A"), known, status=FactsStatus.READY)
        self.facts.save(record)
        self.keep(TOLD)

    @property
    def purposes(self) -> list[str]:
        return [entry.description.removeprefix("shop ") for entry in self.entries()]

    def lose(self, *taxes: TaxShare) -> None:
        record = self.payouts.records[KEY]
        losses = (Loss("9", LOST_AT, taxes),)
        history = replace(record.history, losses=losses)
        self.payouts.save(replace(record, history=history, is_booked=False, due_at=self.clock()))


def test_a_dispute_on_an_order_that_was_never_refunded_is_booked_at_once() -> None:
    rig = DisputeRig()

    assert rig.states() == [BookingState.BOOKED]
    assert "dispute:po-1001:9" in rig.purposes


def test_a_dispute_on_a_refunded_order_waits_for_a_person_and_the_money_does_not() -> None:
    rig = DisputeRig(refunded_on=3)

    assert rig.states() == [BookingState.HELD]
    assert rig.purposes == ["payout:po-1001", "payout:po-1001:arrival"]
    assert rig.balances()["1010"] == Decimal("15.05")
    (finding,) = rig.reviews.records["acme", SUBJECT].findings
    assert finding.reason is Reason.DISPUTE_ON_REFUNDED
    assert finding.difference == usd("20.00")
    assert "69.95 USD are disputed" in finding.message
    assert "20.00 of 69.95" in finding.message


def test_a_person_lets_it_pass_once_and_it_is_never_told_again() -> None:
    rig = DisputeRig(refunded_on=3)
    rig.run()

    report = rig.booker.book(rig.tenant, KEY, rig.deadline, release_by="ada")
    rig.keep(replace(TOLD, status=PayoutStatus.FAILED))

    assert report.state is BookingState.BOOKED
    assert rig.states() == [BookingState.BOOKED]
    assert rig.purposes.count("dispute:po-1001:9") == 1
    assert not rig.reviews.is_open("acme", SUBJECT)


def test_a_refund_after_the_dispute_is_no_double_loss_of_the_dispute() -> None:
    rig = DisputeRig(refunded_on=6)

    assert rig.states() == [BookingState.BOOKED]


def test_a_lost_dispute_is_written_off_once() -> None:
    rig = DisputeRig()
    rig.run()
    before = rig.balances()
    rig.lose(TaxShare("2100-NYS", usd("2.57")))

    states = [rig.states(), rig.states()]

    assert states == [[BookingState.BOOKED], []]
    assert before["1210"] == Decimal("69.95")
    after = rig.balances()
    assert "1210" not in after
    assert (after["6150"], after["2100-NYS"]) == (Decimal("67.38"), Decimal("2.57"))
    (lost,) = [x for x in rig.entries() if x.description.endswith(":lost")]
    assert f"{lost.posted_on}" == "2026-03-30"


def test_money_that_came_back_later_is_found() -> None:
    won = line("10", PayoutLineKind.DISPUTE, "69.95", at=day(9), order_id="A")
    told = payout((won,), amount="69.95", payout_id="po-2")

    assert won_back(told, "A", since=day(4))
    assert not won_back(told, "B", since=day(4))
    assert not won_back(TOLD, "A", since=day(4))


def posted(known: Facts, **policy: Any) -> dict[str, DocumentResult]:
    made = plan(known, {}, book(**policy)).postings
    return {each.key: DocumentResult(key=each.key) for each in made}


def relieved(known: Facts, amount: str = "-69.95", **policy: Any) -> dict[str, str]:
    opened: PayoutLine = line("9", PayoutLineKind.DISPUTE, amount, order_id="A")
    shares = relief_of(opened, known, posted(known, **policy), book(**policy))
    return {share.account: share.amount.plain() for share in shares}


WHOLE = facts(order_a_placed(), PAID, SHIPPED)
IN_FULL = {"2100-NYS": "2.57", "2100-NYC": "2.89", "2100-MTA": "0.24"}


@pytest.mark.parametrize("mode", [PostingMode.DETAIL, PostingMode.SUMMARY_DAILY])
def test_all_tax_of_an_order_is_relieved_with_all_of_it(mode: PostingMode) -> None:
    assert relieved(WHOLE, posting_mode=mode) == IN_FULL


def test_more_than_the_order_is_worth_relieves_no_more_than_its_tax() -> None:
    assert relieved(WHOLE, "-80.00") == IN_FULL


def test_tax_that_was_given_back_with_a_refund_is_not_relieved_again() -> None:
    """J-3.4 gave 0.90, 1.01 and 0.09 of it back."""
    after = facts(order_a_placed(), PAID, SHIPPED, one_tee_back())

    assert relieved(after, "-45.45") == {"2100-NYS": "1.67", "2100-NYC": "1.88", "2100-MTA": "0.15"}


def test_a_part_relieves_its_part_and_the_parts_add_up() -> None:
    shares = relieved(WHOLE, "-35.00")

    assert total((usd(amount) for amount in shares.values()), "USD") == usd("2.85")


def test_what_was_never_billed_owes_no_tax() -> None:
    assert relieved(facts(order_a_placed(), PAID)) == {}


def test_an_order_that_is_not_known_or_waits_for_a_person_has_no_sure_tax() -> None:
    opened = line("9", PayoutLineKind.DISPUTE, "-69.95", order_id="A")
    unmapped = replace(book(), mapping=replace(book().mapping, taxes=()))

    for known, books in ((facts(None), book()), (WHOLE, unmapped)):
        with pytest.raises(NoReliefError):
            relief_of(opened, known, {}, books)

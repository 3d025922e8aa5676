"""From any posting to what it is made of, and from an order to every line that it is in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from intacct.documents import DocumentResult
from shared.explain.explainer import Explainer, ExplainerParts, NothingKnownError
from shared.facts.record import FactsRecord
from shared.gl.days import DayKey
from shared.ledger.records import Record
from shared.payouts.planner import plan_payout
from shared.payouts.records import merged
from shared.payouts.store import PayoutKey
from tests.accounting.payout_lives import payout_book
from tests.integration.order_posting_rig import sold
from tests.unit.explain.day_rig import KEY, DayRig
from tests.unit.explain.telling import record_of
from tests.unit.payouts.memory import MemoryPayouts
from tests.unit.payouts.told import SENT_AT, payout

PAYOUT = PayoutKey("acme", "shop", "po-1001")


class Rig:
    """A channel of daily journals whose payout is booked."""

    def __init__(self) -> None:
        self.days = DayRig()
        for order_id in ("A", "B"):
            self.days.take(order_id, sold(order_id, amount="50.00"))
        self.days.close()
        self.payouts = MemoryPayouts()
        record = merged("acme", None, payout(), at=SENT_AT)
        self.payouts.save(replace(record, is_booked=True))
        for entry in plan_payout(record, payout_book()).entries:
            known = record_of(PAYOUT.ledger_pk, entry.posting, DocumentResult("7"))
            self.days.ledger.records[PAYOUT.ledger_pk, entry.posting.key] = known

    @property
    def explainer(self) -> Explainer:
        def days_of(pk: str) -> Iterable[DayKey]:
            return [KEY] if self.days.days.entered(pk) else []

        return Explainer(
            ExplainerParts(
                facts=self.days.facts,
                ledger=self.days.ledger,
                days=self.days.days,
                payouts=self.payouts,
                archive=self.days.documents,
                book_of=lambda *_: self.days.book,
                books_of=lambda *_: [payout_book()],
                days_of=days_of,
            )
        )

    def records(self, pk: str) -> list[Record]:
        return list(self.days.ledger.chain(pk).values())


def test_a_posting_of_any_kind_leads_to_its_parts() -> None:
    rig = Rig()
    (journal,), (settled,) = rig.records(KEY.ledger_pk), rig.records(PAYOUT.ledger_pk)

    day, paid = (rig.explainer.posting(known) for known in (journal, settled))

    assert (day.subject, paid.subject) == ("day shop 2026-03-02 USD", "payout po-1001")
    assert day.is_proved
    assert paid.is_proved
    assert {part.order_id for line in day.lines for part in line.parts} == {"A", "B"}


def test_an_order_leads_to_its_journal_and_to_the_payout_that_settled_it() -> None:
    entries = Rig().explainer.order("acme", "shop", "A")

    told = {
        (entry.subject, line.account, part.amount.plain())
        for entry in entries
        for line in entry.lines
        for part in line.parts
    }
    assert ("day shop 2026-03-02 USD", "1100", "50.00") in told
    assert ("payout po-1001", "1100", "69.95") in told
    assert ("payout po-1001", "6100", "2.33") in told
    assert {p.order_id for e in entries for line in e.lines for p in line.parts} == {"A"}


def test_what_is_wrong_with_a_shared_journal_is_told_to_each_of_its_orders() -> None:
    rig = Rig()
    del rig.days.days.entries_of[KEY]["sale:B:FB"]

    (journal, _) = rig.explainer.order("acme", "shop", "A")

    assert not journal.is_proved
    assert any("not those that were sealed" in problem for problem in journal.problems)


def test_orders_behind_lines_are_told_with_their_documents() -> None:
    rig = Rig()

    (entry,) = rig.explainer.traced(rig.explainer.day(KEY))

    sources = {part.order_id: part.origin.sources for part in entry.lines[0].parts}
    assert sources == {
        "A": ("fetched/acme/shop/A-1.json",),
        "B": ("fetched/acme/shop/B-1.json",),
    }


@pytest.mark.parametrize("pk", ["CUS#acme#C-1", "GL#acme#shop#2026-03-02", "ORD#acme#shop#nobody"])
def test_what_has_no_lines_is_said_by_name(pk: str) -> None:
    rig = Rig()
    (known,) = rig.records(KEY.ledger_pk)
    stranger = replace(known, pk=pk, key="acme/100/STAT/shop:statistics:2026-03-02:USD:1")

    with pytest.raises(NothingKnownError):
        rig.explainer.posting(stranger)


def test_an_order_or_a_payout_that_nobody_knows_is_said_by_name() -> None:
    explainer = Rig().explainer

    with pytest.raises(NothingKnownError, match="order nobody"):
        explainer.order("acme", "shop", "nobody")
    with pytest.raises(NothingKnownError, match="po-9"):
        explainer.payout(replace(PAYOUT, payout_id="po-9"))


def test_an_order_that_was_never_sent_has_no_documents() -> None:
    rig = Rig()
    record = rig.days.facts.load("ORD#acme#shop#A")

    assert isinstance(record, FactsRecord)
    assert rig.explainer.documents(record) == []

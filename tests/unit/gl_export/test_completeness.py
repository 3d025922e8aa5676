from __future__ import annotations

from datetime import UTC, datetime, timedelta

from commerce.orders import Facts, Ref
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.gl.completeness import OrdersBacklog
from shared.postings.plan import Finding, Reason
from shared.reviews.records import Stage, order_subject
from tests.fakes import MemoryFacts, MemoryReviews

ENDS_AT = datetime(2026, 3, 3, 5, tzinfo=UTC)
FINDINGS = (Finding(Reason.TAX_UNMAPPED, "taxes[0]", "unknown"),)


class Rig:
    def __init__(self) -> None:
        self.reviews = MemoryReviews()
        self.facts = MemoryFacts()
        self.backlog = OrdersBacklog(self.reviews, self.facts)

    def hold(self, order_id: str, *, store: str = "outlet", late: float = 0) -> None:
        subject = order_subject(store, order_id, Stage.FACTS)
        at = ENDS_AT + timedelta(seconds=late)
        self.reviews.open("acme", subject, FINDINGS, at=at)

    def keep_due(self, order_id: str, *, store: str = "outlet", late: float = 0) -> None:
        record = FactsRecord(
            order_pk("acme", store, order_id),
            Facts(Ref("shopify", store, "order", order_id)),
            status=FactsStatus.READY,
            due_at=ENDS_AT + timedelta(seconds=late),
        )
        self.facts.save(record)

    def unfinished(self) -> tuple[str, ...]:
        return self.backlog.unfinished("acme", "outlet", before=ENDS_AT)


def test_a_store_whose_orders_are_all_done_has_nothing_unfinished() -> None:
    assert Rig().unfinished() == ()


def test_held_orders_of_the_day_and_before_are_named() -> None:
    rig = Rig()
    rig.hold("7")

    assert rig.unfinished() == ("order:outlet:7:facts is held",)


def test_orders_that_were_due_and_are_not_worked_off_are_named() -> None:
    rig = Rig()
    rig.keep_due("8")

    assert rig.unfinished() == ("order 8 is not worked off",)


def test_what_came_after_the_day_belongs_to_a_later_one() -> None:
    rig = Rig()
    rig.hold("7", late=1)
    rig.keep_due("8", late=1)

    assert rig.unfinished() == ()


def test_other_stores_and_closed_reviews_do_not_count() -> None:
    rig = Rig()
    rig.hold("7", store="outlet2")
    rig.keep_due("8", store="outlet2")
    rig.hold("9")
    rig.reviews.close("acme", order_subject("outlet", "9", Stage.FACTS), at=ENDS_AT)

    assert rig.unfinished() == ()

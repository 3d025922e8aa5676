"""A channel that became thrifty on a day: orders placed before finish in full detail (R-11.9)."""

from __future__ import annotations

from shared.policy.choices import CustomerMode, PostingDepth
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.plan import PostingKind
from shared.postings.planner import plan, written
from tests.accounting.lives import PAID, SHIPPED, order_a_placed
from tests.accounting.shop import ACCOUNTS, book, facts, mapping

ORDER = facts(order_a_placed(), PAID, SHIPPED)


def moved(on: str) -> StoreBook:
    accounts = {**ACCOUNTS, Role.PAYOUT_CLEARING: "1100"}
    return book(
        chart=mapping(accounts=accounts, channel_customer="WEB"),
        posting_depth=PostingDepth.THRIFTY,
        customer_mode=CustomerMode.CHANNEL,
        posting_depth_from=on,
    )


def kinds(on: str) -> set[PostingKind]:
    made = plan(ORDER, {}, moved(on))
    assert not made.findings, made.findings
    return {posting.kind for posting in made.postings}


def test_an_order_placed_on_the_day_is_thrifty_and_one_of_the_day_before_is_not() -> None:
    assert PostingKind.SALES_ORDER not in kinds("2026-03-01")
    assert PostingKind.SALES_ORDER in kinds("2026-03-02")
    assert PostingKind.ADVANCE in kinds("2026-03-02")


def test_an_order_placed_before_keeps_its_own_customer() -> None:
    before = {getattr(p.document, "customer", "") for p in written(ORDER, {}, moved("2026-03-02"))}
    after = {getattr(p.document, "customer", "") for p in written(ORDER, {}, moved("2026-03-01"))}

    assert before == {"C-ADA"}
    assert after == {"WEB"}

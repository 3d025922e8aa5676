"""What posting costs: depths, the month's forecast, and which channel to move."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from intacct.limits import Tier
from shared.budgets.advice import Channel, advise
from shared.budgets.background import BackgroundReads
from shared.budgets.counting import depth_of, mix_of_orders
from shared.budgets.depths import DEFAULT_MIX, Depth, Mix, Volume, cost_of, mix_of
from shared.budgets.months import background_reads_left, month_forecast, overage_usd
from shared.policy.choices import CustomerMode, PostingDepth, PostingMode
from shared.policy.mapping import Role
from shared.policy.switches import PostingPolicy
from shared.postings.book import StoreBook
from shared.postings.plan import PostingKind
from shared.postings.planner import plan
from shared.tenants.models import Intacct
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.shop import ACCOUNTS, book, facts, mapping

SIMPLE = Mix(
    orders=10,
    new_customers=Decimal("0.6"),
    documents={
        PostingKind.SALES_ORDER: Decimal(1),
        PostingKind.INVOICE: Decimal(1),
        PostingKind.PAYMENT: Decimal(1),
    },
)


def monthly(orders: int) -> Volume:
    return Volume(orders, days=30, payouts=30, batch=10**9)


def test_full_detail_writes_customer_order_invoice_and_payment() -> None:
    cost = cost_of(Depth.FULL, SIMPLE, monthly(100_000))

    assert cost.per_order == Decimal("3.60")
    assert dict(cost.parts)["CUSTOMER"] == 60_000


def test_thrifty_stays_within_one_transaction_and_a_tenth_of_an_order() -> None:
    assert cost_of(Depth.THRIFTY, SIMPLE, monthly(100_000)).per_order <= Decimal("1.10")
    assert cost_of(Depth.THRIFTY, DEFAULT_MIX, monthly(100_000)).per_order <= Decimal("1.10")


def test_payouts_with_their_sales_cost_three_each_whatever_the_orders() -> None:
    few, many = (cost_of(Depth.SUMMARY_PAYOUT, SIMPLE, monthly(n)) for n in (10, 100_000))

    assert few.transactions == many.transactions
    assert few.transactions == 3 * monthly(10).payouts
    policy = PostingPolicy(posting_mode=PostingMode.SUMMARY_PAYOUT)
    assert depth_of(policy) is Depth.SUMMARY_PAYOUT


def test_a_summary_costs_the_same_however_many_orders_there_are() -> None:
    few, many = (cost_of(Depth.SUMMARY, SIMPLE, monthly(n)).transactions for n in (10, 100_000))

    assert few == many == 2 * 30 + 2 * 30


def test_reads_are_shared_by_the_orders_of_a_request() -> None:
    alone = cost_of(Depth.FULL, SIMPLE, Volume(100, batch=1))
    together = cost_of(Depth.FULL, SIMPLE, Volume(100, batch=10))

    assert dict(alone.parts)["reads"] == 200
    assert dict(together.parts)["reads"] == 20


def test_a_hundred_thousand_orders_in_full_cost_about_four_thousand_dollars() -> None:
    cost = cost_of(Depth.FULL, SIMPLE, monthly(100_000))

    over = overage_usd(Tier.ONE, cost.transactions - 100_000)

    assert over is not None
    assert Decimal(3_850) < over < Decimal(4_000)


@pytest.mark.parametrize("tier", [tier for tier in Tier if tier is not Tier.ONE])
def test_no_price_is_made_up_for_a_tier_that_publishes_none(tier: Tier) -> None:
    assert overage_usd(tier, 10) is None
    assert overage_usd(tier, 0) == 0
    assert overage_usd(tier, 10, Decimal("0.02")) == Decimal("0.20")


def test_the_mix_is_what_the_planner_makes_of_the_orders() -> None:
    shipped = facts(order_a_placed(), PAID, SHIPPED)
    returned = facts(order_a_placed(), PAID, SHIPPED, one_tee_back())

    mix = mix_of_orders([shipped, returned], book())

    assert mix.orders == 2
    assert mix.of(PostingKind.SALES_ORDER) == 1
    assert mix.of(PostingKind.ADVANCE) == 1
    assert mix.of(PostingKind.ADVANCE_APPLICATION) == 1
    assert mix.of(PostingKind.CREDIT_MEMO) == Decimal("0.5")
    assert mix.of(PostingKind.CUSTOMER_REFUND) == Decimal("0.5")
    assert mix.new_customers == Decimal("0.5")


def test_a_summary_channel_is_priced_as_if_it_were_posted_in_full() -> None:
    shipped = facts(order_a_placed(), PAID, SHIPPED)
    policy = PostingPolicy(
        posting_mode=PostingMode.SUMMARY_DAILY, customer_mode=CustomerMode.CHANNEL
    )
    summary = replace(book(), policy=policy)

    assert depth_of(policy) is Depth.SUMMARY
    assert mix_of_orders([shipped], summary).documents == mix_of_orders([shipped], book()).documents
    assert mix_of_orders([shipped], summary).new_customers == 1


def test_without_orders_the_mix_is_the_assumed_one_and_says_so() -> None:
    mix = mix_of([None, None], buyers=0)

    assert (mix.orders, mix.not_planned) == (0, 2)
    assert mix.documents == DEFAULT_MIX.documents


INTACCT = Intacct(company_id="C", user_id="U")


def test_a_month_half_over_is_heading_for_twice_what_was_used() -> None:
    counts = {"transactions": 60_000, "background": 400, "xml": 3}

    found = month_forecast(INTACCT, counts, now=datetime(2026, 11, 16, tzinfo=UTC))

    assert (found.used, found.forecast, found.passes) == (60_000, 120_000, True)
    assert found.overage_usd == Decimal("300.00")
    assert (found.background, found.calls) == (400, {"xml": 3})


def test_background_reads_end_at_their_bound() -> None:
    assert background_reads_left({}) == 5_000
    assert background_reads_left({"background": 4_999}) == 1
    assert background_reads_left({"background": 6_000}) == 0


def channel(store: str, depth: Depth, orders: int, *, may_summarise: bool = True) -> Channel:
    return Channel(store, depth, SIMPLE, monthly(orders), may_summarise=may_summarise)


def test_nothing_is_advised_while_the_month_stays_below_nine_tenths() -> None:
    advice = advise([channel("shop", Depth.FULL, 20_000)], 100_000)

    assert advice.moves == ()
    assert advice.is_enough


def test_the_channel_that_saves_most_becomes_thrifty_first() -> None:
    shops = [channel("small", Depth.FULL, 1_000), channel("large", Depth.FULL, 30_000)]

    advice = advise(shops, 100_000)

    assert [(move.store, move.to) for move in advice.moves] == [("large", Depth.THRIFTY)]
    assert advice.is_enough
    assert advice.afterwards == advice.transactions - advice.moves[0].saves


def test_what_thrifty_does_not_save_a_summary_does_where_no_business_buys() -> None:
    consumers = advise([channel("shop", Depth.FULL, 100_000)], 100_000)
    businesses = advise([channel("shop", Depth.FULL, 100_000, may_summarise=False)], 100_000)

    assert [move.to for move in consumers.moves] == [Depth.SUMMARY]
    assert consumers.is_enough
    assert [move.to for move in businesses.moves] == [Depth.THRIFTY]
    assert not businesses.is_enough


def test_what_others_use_counts_against_the_allowance() -> None:
    shop = channel("shop", Depth.FULL, 20_000)

    assert advise([shop], 100_000, others=30_000).moves


def thrifty_book() -> StoreBook:
    accounts = {**ACCOUNTS, Role.PAYOUT_CLEARING: "1100"}
    return book(
        chart=mapping(accounts=accounts, channel_customer="WEB"),
        posting_depth=PostingDepth.THRIFTY,
        customer_mode=CustomerMode.CHANNEL,
    )


def test_thrifty_is_priced_as_the_planner_posts_it() -> None:
    orders = [
        facts(order_a_placed(), PAID, SHIPPED),
        facts(order_a_placed(), PAID, SHIPPED, one_tee_back()),
    ]
    planned = [plan(order, {}, thrifty_book()) for order in orders]

    mix = mix_of_orders(orders, thrifty_book())
    foretold = dict(cost_of(Depth.THRIFTY, mix, Volume(2, payouts=0)).parts)

    written = Counter(posting.kind.value for made in planned for posting in made.postings)
    assert depth_of(thrifty_book().policy) is Depth.THRIFTY
    assert {kind: int(count) for kind, count in foretold.items()} == dict(written)


def test_what_a_schedule_reads_is_counted_even_if_it_breaks_off() -> None:
    used, noted = Counter[str](), Counter[str]()
    month = {"background": 4_990}
    reads = BackgroundReads(
        used=lambda tenant: used[tenant],
        of_month=lambda _tenant, name: month if name == "2026-11" else {},
        note=lambda tenant, count: noted.update({tenant: count}),
        clock=lambda: datetime(2026, 11, 30, tzinfo=UTC),
    )

    def break_off() -> None:
        with reads.counted("acme"):
            used["acme"] += 7
            raise TimeoutError

    with pytest.raises(TimeoutError):
        break_off()

    assert noted == {"acme": 7}
    assert reads.left("acme") == 10

"""An order that is edited ends in the books of its last edition."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from commerce.money import Money
from commerce.orders import Facts, Order, OrderLine, Refund
from shared.facts.merge import merge
from shared.postings.book import StoreBook
from shared.postings.plan import Posted, Posting
from shared.postings.planner import plan
from tests.accounting.shop import STATE, USD, day, facts, line, order, shipping, tax
from tests.unit.postings.any_order import (
    ENOUGH,
    POLICIES,
    Event,
    balances_of,
    cents_of,
    instant_of,
    post_stage,
    stories,
    words_of,
)


class Deliveries:
    """What a cart tells of one order, in the order of time."""

    def __init__(self, told: list[Facts], book_: StoreBook) -> None:
        self.told = told
        self.book = book_

    def __repr__(self) -> str:
        """The deliveries in few words, for the report of a failure."""
        policy = f"{self.book.policy.invoice_on}/{self.book.policy.recognise_on}"
        return f"{policy} {self.book.policy.discount_presentation} {list(map(_said, self.told))}"


def _said(delivery: Facts) -> str:
    if delivery.order is None:
        events: list[Event] = [*delivery.payments, *delivery.fulfilments]
        return words_of(events[0])
    placed = delivery.order
    taxes = [f"{x.title} {x.amount.plain()}" for x in placed.all_taxes]
    lines = [f"{x.id} {x.gross.plain()} -{x.discount.plain()}" for x in placed.lines]
    more = [x.amount.plain() for x in placed.shipping_lines]
    more += [x.amount.plain() for x in placed.charges]
    return f"{placed.version.updated_at:%d.%H} {lines} {taxes} {more} {placed.tax_included}"


@st.composite
def _edited_stories(draw: st.DrawFn) -> Deliveries:
    """Deliveries of an order that is edited once or twice; nothing of it comes back.

    No two editions come to the same: the books tell them apart by their totals.
    """
    followed = [policy for policy in POLICIES if "tax_point" not in policy]
    story = draw(st.sampled_from(followed).flatmap(lambda policy: stories(1, **policy)))
    events = [event for event in story.events if not isinstance(event, Refund)]
    versions = [story.order]
    for number in range(draw(st.integers(1, 2))):
        versions.append(
            _edited(draw, versions[-1], at=day(4 + 4 * number, draw(st.integers(0, 23))))
        )
    assume(len({placed.total for placed in versions}) == len(versions))
    assume(all(sold.net.amount >= 1 for placed in versions for sold in placed.lines))
    told = [(instant_of(event), facts(None, event)) for event in events]
    told += [(placed.version.updated_at, facts(placed)) for placed in versions]
    return Deliveries([each for _, each in sorted(told, key=lambda one: one[0])], story.book)


def _edited(draw: st.DrawFn, placed: Order, *, at: datetime) -> Order:
    """Each line cheaper, dearer, gone or as it was; perhaps one more, perhaps other shipping."""
    lines = []
    for sold in placed.lines:
        price = draw(st.sampled_from([Decimal(1), Decimal("0.50"), Decimal("1.30"), Decimal(0)]))
        if price:
            lines.append(_priced(sold, price))
    if draw(st.booleans()) or not lines:
        taxes = (tax(STATE, cents_of(draw(st.integers(0, 300)))),)
        cost = cents_of(draw(st.integers(301, 5_000)))
        lines.append(line(f"added{at:%d}", cost, taxes=taxes, cost="1.01"))
    more: dict[str, Any] = {"shipping_lines": placed.shipping_lines, "charges": placed.charges}
    if draw(st.booleans()):
        more["shipping_lines"] = shipping(cents_of(draw(st.integers(0, 1_500))))
    made = order(*lines, tax_included=placed.tax_included, **more)
    return replace(made, version=replace(made.version, updated_at=at, digest=f"{at}"))


def _priced(sold: OrderLine, factor: Decimal) -> OrderLine:
    gross = Money(sold.gross.amount * factor, USD).rounded()
    return replace(
        sold,
        unit_price=gross,
        gross=gross,
        discount=Money(sold.discount.amount * factor, USD).rounded(),
        taxes=tuple(
            replace(x, amount=Money(x.amount.amount * factor, USD).rounded()) for x in sold.taxes
        ),
    )


@ENOUGH
@given(told=_edited_stories(), data=st.data())
def test_an_edited_order_ends_in_the_books_of_its_last_edition_whatever_is_heard_first(
    told: Deliveries, data: st.DataObject
) -> None:
    """By difference, never by a rewrite: what each edition left adds up to the last one.

    Account by account, shipping and discounts apart from goods. What the buyer has to his credit
    stays where it came to be, as unused money or as a credit memo; what has left keeps its cost,
    though an edit takes it off the order.
    """
    deliveries, books = told.told, told.book
    heard = list(data.draw(st.permutations(deliveries)))
    heard += data.draw(st.lists(st.sampled_from(deliveries), max_size=3))
    known = Facts(deliveries[0].ref)
    posted: Posted = {}
    done: list[Posting] = []
    for delivery in heard:
        known = merge(known, delivery)
        post_stage(known, posted, books, done)
    at_once: list[Posting] = []
    post_stage(known, {}, books, at_once)
    if not plan(known, {}, books).waiting:
        assert _owed(balances_of(done)) == _owed(balances_of(at_once))
    assert balances_of(done).get("1100") == balances_of(at_once).get("1100")


def _owed(ended: dict[str, Decimal]) -> dict[str, Decimal]:
    """The balances but for costs, what the buyer owes and has to his credit in one sum."""
    kept = {a: amount for a, amount in ended.items() if a not in ("5000", "1300", "1200", "2050")}
    kept["buyer"] = ended.get("1200", Decimal(0)) + ended.get("2050", Decimal(0))
    return {account: amount for account, amount in kept.items() if amount}

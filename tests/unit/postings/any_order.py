"""Orders drawn at random with all that happens to them, and their life in books in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from commerce.money import Money, allocate, total
from commerce.orders import (
    Charge,
    ChargeKind,
    Facts,
    Fulfilment,
    Order,
    OrderLine,
    Payment,
    Refund,
    RefundLine,
    Restock,
)
from intacct.documents import DocumentResult, SalesDocument
from shared.ledger.content import effect_digest
from shared.policy.choices import Cogs, Moment, Presentation, TaxPoint
from shared.postings.book import StoreBook
from shared.postings.plan import Plan, Posted, Posting
from shared.postings.planner import plan
from tests.accounting.journals import net
from tests.accounting.shop import (
    CITY,
    STATE,
    USD,
    book,
    captured,
    day,
    facts,
    given_back,
    line,
    order,
    parcel,
    refund,
    shipping,
    tax,
    usd,
)

Event = Payment | Fulfilment | Refund


class Story:
    """An order, everything that happens to it in the order of time, and its books."""

    def __init__(self, placed: Order, events: tuple[Event, ...], book_: StoreBook) -> None:
        self.order = placed
        self.events = events
        self.book = book_

    def __repr__(self) -> str:
        """The story in few words, for the report of a failure."""
        placed = self.order
        sold = [
            f"{x.id} {x.quantity}x{x.unit_price.plain()} -{x.discount.plain()}"
            for x in placed.lines
        ]
        sent = [(x.amount.plain(), x.discount.plain()) for x in placed.shipping_lines]
        taxes = [f"{x.title} {x.amount.plain()}" for x in placed.all_taxes]
        charges = [charge.amount.plain() for charge in placed.charges]
        policy = f"{self.book.policy.invoice_on}/{self.book.policy.recognise_on}"
        events = [words_of(event) for event in self.events]
        return f"{sold} {taxes} {placed.tax_included=} {sent} {charges} {events} {policy}"

    def facts(self, count: int | None = None) -> Facts:
        return facts(self.order, *self.events[:count])


def cents_of(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


@st.composite
def _lines(draw: st.DrawFn, *, included: bool, pieces_max: int) -> tuple[OrderLine, ...]:
    made = []
    for index in range(draw(st.integers(1, 3))):
        quantity = draw(st.integers(1, pieces_max))
        price = draw(st.integers(1, 9_999))
        discount = draw(st.integers(0, price * quantity) | st.just(0))
        room = price * quantity - discount
        vat = draw(st.integers(0, room // 6 if included else room // 4))
        city = draw(st.integers(0, room // 20))
        taxes = tuple(
            tax(title, cents_of(amount)) for title, amount in ((STATE, vat), (CITY, city)) if amount
        )
        made.append(
            line(
                f"line{index}",
                cents_of(price),
                quantity,
                discount=cents_of(discount),
                cost="1.01",
                taxes=taxes,
            )
        )
    return tuple(made)


@st.composite
def _orders(draw: st.DrawFn, pieces_max: int) -> Order:
    included = draw(st.booleans())
    lines = draw(_lines(included=included, pieces_max=pieces_max))
    more: dict[str, Any] = {"tax_included": included}
    if draw(st.booleans()):
        amount = draw(st.integers(1, 1_500))
        off = draw(st.sampled_from([0, amount // 2, amount]))
        sales_tax = draw(st.integers(0, (amount - off) // 5))
        taxes = (tax(STATE, cents_of(sales_tax)),) if sales_tax else ()
        more["shipping_lines"] = shipping(cents_of(amount), discount=cents_of(off), taxes=taxes)
    if draw(st.booleans()):
        more["charges"] = (Charge(ChargeKind.TIP, usd(cents_of(draw(st.integers(1, 700))))),)
    return order(*lines, **more)


def _shares(amount: Money, weights: list[Decimal]) -> list[Money]:
    return allocate(amount, weights)


@st.composite
def _parcels(draw: st.DrawFn, placed: Order) -> tuple[list[Fulfilment], dict[str, int]]:
    """Up to three parcels; what stays behind is cancelled later."""
    left = {sold.id: int(sold.quantity) for sold in placed.lines}
    parcels = []
    for number in range(1, draw(st.integers(0, 3)) + 1):
        taken = {name: draw(st.integers(0, count)) for name, count in left.items()}
        taken = {name: count for name, count in taken.items() if count}
        if taken:
            sent = parcel(f"parcel-{number}", day(1 + number), **taken)
            parcels.append(replace(sent, delivered_at=day(5 + number)))
            left = {name: count - taken.get(name, 0) for name, count in left.items()}
    return parcels, left


def _refund_line(sold: OrderLine, count: int, restock: Restock, *, included: bool) -> RefundLine:
    """The cart's own figures for some units of a line, rounded down its own way."""
    share = Decimal(count) / sold.quantity
    taxes = total((one.amount for one in sold.taxes), USD)
    back = Money((taxes.amount * share).quantize(Decimal("0.01"), "ROUND_DOWN"), USD)
    worth = sold.net - taxes if included else sold.net
    subtotal = Money((worth.amount * share).quantize(Decimal("0.01"), "ROUND_DOWN"), USD)
    return RefundLine(sold.id, Decimal(count), subtotal, back, restock)


@st.composite
def stories(draw: st.DrawFn, /, pieces_max: int = 3, **policy: Any) -> Story:
    placed = draw(_orders(pieces_max))
    parcels, behind = draw(_parcels(placed))
    cuts = [Decimal(w) for w in draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))]
    amounts = _shares(placed.total, cuts)
    paid: list[Event] = [
        captured(f"capture-{n}", amount.plain(), _moment(draw))
        for n, amount in enumerate(amounts, start=1)
        if amount
    ]
    refunds: list[Event] = []
    by_id = {sold.id: sold for sold in placed.lines}
    for number, sent in enumerate(parcels, start=1):
        for gone in sent.lines:
            count = draw(st.integers(0, int(gone.quantity)))
            if count and draw(st.booleans()):
                restock = draw(st.sampled_from([Restock.RETURN, Restock.SCRAP]))
                sold = by_id[gone.line_id]
                back = _refund_line(sold, count, restock, included=placed.tax_included)
                refunds.append(_refund(f"{number}-{gone.line_id}", back, day(12)))
    for name, count in behind.items():
        if count and draw(st.booleans()):
            sold = by_id[name]
            back = _refund_line(sold, count, Restock.CANCEL, included=placed.tax_included)
            refunds.append(_refund(f"cancel-{name}", back, day(13)))
    events = tuple(sorted([*paid, *parcels, *refunds], key=instant_of))
    return Story(placed, events, book(**policy))


def _moment(draw: st.DrawFn) -> datetime:
    return day(1) + timedelta(hours=draw(st.integers(0, 24 * 9)))


def _refund(name: str, back: RefundLine, at: datetime) -> Refund:
    amount = back.subtotal + back.tax
    money = (given_back(amount.plain(), at, name=f"money-{name}"),) if amount else ()
    return refund(back, at=at, name=name, transactions=money)


def words_of(event: Event) -> str:
    when = f"{instant_of(event):%d.%H}"
    match event:
        case Payment():
            return f"{when} paid {event.amount.plain()}"
        case Fulfilment():
            return f"{when} sent {[(x.line_id, int(x.quantity)) for x in event.lines]}"
        case Refund():
            lines = [f"{x.restock} {x.quantity} {x.line_id} {x.subtotal}" for x in event.lines]
            return f"{when} back {lines}"


def instant_of(event: Event) -> datetime:
    match event:
        case Payment():
            return event.processed_at
        case Fulfilment():
            return event.shipped_at
        case Refund():
            return event.created_at


def _result(posting: Posting, number: int) -> DocumentResult:
    document = posting.document
    known = None
    if isinstance(document, SalesDocument):
        known = total((one.unit_price * one.quantity for one in document.lines), USD)
    return DocumentResult(key=str(number), total=known, effect=effect_digest(posting.effect))


def _carry_out(planned: Plan, posted: Posted, done: list[Posting]) -> None:
    assert not planned.findings, planned.findings
    for posting in planned.postings:
        assert all(need in posted for need in posting.needs)
        posted[posting.key] = _result(posting, len(posted))
        done.append(posting)


def post_stage(stage: Facts, posted: Posted, books: StoreBook, done: list[Posting]) -> None:
    """Plan and carry out as the poster does: until nothing is left, in the rounds that it has."""
    for _ in range(_MOST_ROUNDS):
        planned = plan(stage, posted, books)
        if not planned.postings:
            return
        _carry_out(planned, posted, done)
    assert plan(stage, posted, books).postings == ()


def balances_of(done: list[Posting]) -> dict[str, Decimal]:
    ended = net(line for posting in done for line in posting.effect)
    return {account: amount for account, amount in ended.items() if amount}


_MOST_ROUNDS = 4
"""As many as `shared.posting.post_order` has."""

ENOUGH = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=[Phase.explicit, Phase.generate],
)
POLICIES: list[dict[str, Any]] = [
    {},
    {"discount_presentation": Presentation.NET, "cogs": Cogs.CART_COST},
    {"invoice_on": Moment.CAPTURE, "recognise_on": Moment.SHIP},
    {"invoice_on": Moment.CAPTURE, "recognise_on": Moment.CAPTURE},
    {"invoice_on": Moment.SHIP, "recognise_on": Moment.DELIVER},
    {"invoice_on": Moment.DELIVER, "recognise_on": Moment.DELIVER},
    {"tax_point": TaxPoint.CAPTURE},
]
STORIES = st.sampled_from(POLICIES).flatmap(lambda policy: stories(**policy))

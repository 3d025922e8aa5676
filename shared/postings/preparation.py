"""What is decided before any document is written: mapping, identity, receipts and life."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from commerce.identity import order_breaches
from commerce.money import Money, total
from commerce.orders import (
    AdjustmentKind,
    Facts,
    LineKind,
    Order,
)
from shared.policy.choices import Cogs, CreditOn, RefundPresentation
from shared.policy.mapping import Role
from shared.postings.allowances import parted_as_booked
from shared.postings.articles import article_of_line, cost_place
from shared.postings.book import StoreBook
from shared.postings.chart import Chart
from shared.postings.chronicle import deliveries_of, tell_life
from shared.postings.costs import Costs
from shared.postings.editions import OrderEdition, editions_of
from shared.postings.entries import Entries
from shared.postings.events import Delivery, RefundEvent
from shared.postings.in_books import InBooks
from shared.postings.in_parts import in_parts, with_fates_of_parts
from shared.postings.line_rules import selectors_of
from shared.postings.omitted import refunds_without, takings_without
from shared.postings.order_keys import Keys
from shared.postings.parts import Life
from shared.postings.pieces import OrderPieces, take_apart
from shared.postings.plan import Finding, Posted, Reason
from shared.postings.refunds import money_of
from shared.postings.takings import Taking, settling, takings_of

_FEES = frozenset({AdjustmentKind.RESTOCKING_FEE})


@dataclass(frozen=True, slots=True)
class Prepared:
    """An order ready to be written down as documents or as lines of a journal."""

    facts: Facts
    order: Order
    book: StoreBook
    chart: Chart
    keys: Keys
    posted: Posted
    pieces: OrderPieces
    takings: tuple[Taking, ...]
    refunds: tuple[RefundEvent, ...]
    deliveries: tuple[Delivery, ...]
    life: Life
    editions: tuple[OrderEdition, ...]
    in_books: InBooks

    @property
    def receivable(self) -> Money:
        """What the buyer pays for the whole order, by whatever tender."""
        return self.pieces.total

    def of_entity(self, entity: str) -> Prepared:
        """The same order with the keys of another entity's books."""
        book = replace(self.book, entity=entity)
        return replace(self, book=book, keys=replace(self.keys, book=book))

    @property
    def entries(self) -> Entries:
        """What the parts of its life do to the accounts."""
        return self.in_books.entries

    @property
    def costs(self) -> Costs:
        """What its goods cost that leave."""
        return self.in_books.costs

    @property
    def is_cancelled(self) -> bool:
        """Whether the cart cancelled the whole order."""
        return self.order.cancelled_at is not None


def prepare(facts: Facts, order: Order, posted: Posted, book: StoreBook, keys: Keys) -> Prepared:
    """Take the order apart and live through its events; findings are in `chart.findings`.

    What is prepared speaks of the parts of bundles, where the book sells those.
    """
    known = facts
    facts, order, undivided = in_parts(known, order, book)
    book = with_fates_of_parts(book, known, order)
    chart = Chart(book, selectors_of(order))
    chart.findings += undivided
    pieces = take_apart(order, chart, book.policy.discount_presentation)
    _check_amounts(facts, order, book, pieces, chart)
    _check_roles(facts, book, chart)
    editions = editions_of(facts, order, pieces, book)
    pieces = editions[-1].pieces
    takings = takings_of(facts, order, chart)
    refunds = _refunds(facts, order, book, chart)
    settled = settling(order, takings, refunds)
    deliveries = deliveries_of(facts, order, keys, editions, settled)
    costs = Costs(order, pieces, book, chart)
    entries = Entries(chart, pieces, book.policy)
    in_books = InBooks(posted, keys, entries, costs, has_editions=len(editions) > 1)
    life = Life()
    if not chart.findings:
        tell = partial(
            tell_life,
            order=order,
            editions=editions,
            takings=takings,
            settled=settled,
            deliveries=deliveries,
            in_books=in_books,
        )
        refunds, life = _lived(tell, refunds, editions, in_books)
    came = total((taking.amount for taking in takings), order.currency)
    takings = takings_without(takings, editions, keys, chart)
    refunds = refunds_without(refunds, life, came, editions, chart)
    return Prepared(
        facts=facts,
        order=order,
        book=book,
        chart=chart,
        keys=keys,
        posted=posted,
        pieces=pieces,
        takings=takings,
        refunds=refunds,
        deliveries=deliveries,
        life=life,
        editions=editions,
        in_books=in_books,
    )


def _lived(
    tell: Callable[..., Life],
    refunds: tuple[RefundEvent, ...],
    editions: tuple[OrderEdition, ...],
    in_books: InBooks,
) -> tuple[tuple[RefundEvent, ...], Life]:
    """The refunds with their allowances parted, and the life of the order with them."""
    parted = parted_as_booked(
        refunds,
        editions,
        in_books,
        tell=lambda each: tell(refunds=each),
        look=lambda each: tell(refunds=each, is_quick=True),
    )
    return parted.refunds, parted.life


def _check_amounts(
    facts: Facts, order: Order, book: StoreBook, pieces: OrderPieces, chart: Chart
) -> None:
    """Nothing is booked from an order whose own figures disagree (R-1.4)."""
    breaches = order_breaches(order)
    for breach in breaches:
        chart.findings.append(
            Finding(
                Reason.UNBALANCED,
                f"order.{breach.place}",
                breach.message,
                "compare with the cart; the order is never plugged",
                breach.difference,
            )
        )
    cards = total((card.amount for card in order.gift_cards_applied), order.currency)
    if not breaches and pieces.stated_total != order.total + cards:
        difference = order.total + cards - pieces.stated_total
        message = "the order has amounts below the currency's minor unit"
        chart.findings.append(Finding(Reason.UNBALANCED, "order.total", message, "", difference))
    if not order.tax_known:
        hint = "configure a rate, or let the cart tell its tax"
        chart.miss(Reason.TAX_UNMAPPED, "order.taxes", "the cart does not tell the tax", hint)
    if book.policy.cogs is not Cogs.OFF:
        _check_costs(order, book, chart)
    for payment in facts.payments:
        if payment.is_receipt and payment.amount.currency != order.currency:
            place = f"payments[{payment.ref.id}]"
            message = f"paid in {payment.amount.currency}, the order is in {order.currency}"
            chart.miss(Reason.AMOUNT_MISMATCH, place, message, "fetch the shop's own amounts")


def _check_costs(order: Order, book: StoreBook, chart: Chart) -> None:
    """Every product needs a cost; what waits for the cost of one article names one place."""
    for line in order.sale_lines:
        cost = book.cost_of(line)
        if line.kind is not LineKind.PRODUCT or (cost and cost.currency == order.currency):
            continue
        place = cost_place(book.store, article_of_line(line))
        message, hint = "what it cost is not known", "fill its cost in the cart"
        if book.policy.cogs is Cogs.COST_FILE:
            hint = "import it: ops items costs import"
        if cost is not None:
            message = f"it cost {cost.plain()} {cost.currency}, the order is in {order.currency}"
            hint = "keep the costs of this order by hand, or turn cogs off"
        chart.miss(Reason.CONFIGURATION_MISSING, place, message, hint)


def _check_roles(facts: Facts, book: StoreBook, chart: Chart) -> None:
    """Ask for every account this order may need, so that all that is missing is told at once."""
    roles = [Role.RECEIVABLE, Role.CUSTOMER_ADVANCES]
    if book.policy.recognise_on is not book.policy.invoice_on:
        roles.append(Role.DEFERRED_REVENUE)
        chart.item("deferred", book.mapping.items.deferred)
    if book.policy.cogs is not Cogs.OFF:
        roles += [Role.COST_OF_GOODS, Role.INVENTORY]
    if facts.refunds and book.policy.refund_presentation is RefundPresentation.RETURNS_ACCOUNT:
        roles.append(Role.RETURNS)
    if any(part.kind in _FEES for refund in facts.refunds for part in refund.adjustments):
        roles.append(Role.RESTOCKING_FEE_REVENUE)
    if facts.refunds and book.policy.credit_on is CreditOn.REFUND_CREATED:
        roles.append(Role.REFUNDS_PAYABLE)
    for role in roles:
        chart.account(role)


def _refunds(
    facts: Facts,
    order: Order,
    book: StoreBook,
    chart: Chart,
) -> tuple[RefundEvent, ...]:
    at_once = book.policy.credit_on is CreditOn.REFUND_CREATED
    events = []
    for refund in {refund.ref.id: refund for refund in facts.refunds}.values():
        place = f"refunds[{refund.ref.id}]"
        if refund.currency != order.currency:
            message = f"refunded in {refund.currency}, the order is in {order.currency}"
            chart.miss(Reason.AMOUNT_MISMATCH, place, message, "fetch the shop's own amounts")
            continue
        money = money_of(refund, facts.payments)
        foreign = {p.amount.currency for p in (*money.settled, *money.pending)} - {order.currency}
        if foreign:
            message = f"money went back in {foreign.pop()}, the order is in {order.currency}"
            chart.miss(Reason.AMOUNT_MISMATCH, place, message, "fetch the shop's own amounts")
            continue
        for payment in (*money.settled, *money.pending):
            chart.tender(payment.gateway, f"{place}.transactions[{payment.ref.id}]")
        is_effective = at_once or not (money.is_failed or money.pending)
        events.append(RefundEvent(refund, money, is_effective))
    return tuple(sorted(events, key=lambda event: (event.refund.created_at, event.refund.ref.id)))

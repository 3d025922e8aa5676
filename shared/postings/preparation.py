"""What is decided before any document is written: mapping, identity, receipts and life."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from commerce.identity import order_breaches
from commerce.money import Money, total
from commerce.orders import (
    AdjustmentKind,
    Facts,
    FulfillmentStatus,
    LineKind,
    Order,
    Refund,
    Restock,
)
from shared.policy.mapping import Role, Tender
from shared.policy.switches import Cogs, CreditOn, GoodwillTax, Moment, RefundPresentation
from shared.postings.book import StoreBook
from shared.postings.chart import Chart
from shared.postings.keys import document_number, posting_key
from shared.postings.life import Capture, Delivery, Event, Life, RefundEvent, Storyteller
from shared.postings.meter import share_of
from shared.postings.pieces import OrderPieces, PieceKind, take_apart
from shared.postings.plan import Finding, Posted, PostingKind, Reason
from shared.postings.refunds import money_of

_FEES = frozenset({AdjustmentKind.RESTOCKING_FEE})
GIFT_CARD_GATEWAY = "gift_card"
"""The tender of gift cards that the cart took off its total itself."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Posting keys and document numbers of one order; `known` are those begun or done."""

    book: StoreBook
    number: str
    known: Collection[str]

    def of(self, kind: PostingKind, purpose: str) -> str:
        """The posting key of that purpose (R-15.1)."""
        return posting_key(
            tenant=self.book.tenant,
            entity=self.book.entity,
            kind=kind,
            store=self.book.store,
            purpose=purpose,
        )

    def reference(self, kind: PostingKind, purpose: str) -> str:
        """The number under which Sage finds the document again."""
        return document_number(self.of(kind, purpose), kind, self.number)

    def knows(self, kind: PostingKind, purpose: str) -> bool:
        """Whether that posting was begun or is done."""
        return self.of(kind, purpose) in self.known


@dataclass(frozen=True, slots=True)
class Taking:
    """Money that arrived: a capture, or a gift card that the cart took off its total."""

    id: str
    gateway: str
    at: datetime
    amount: Money
    tender: Tender


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

    @property
    def receivable(self) -> Money:
        """What the buyer pays for the whole order, by whatever tender."""
        return self.pieces.total

    @property
    def is_cancelled(self) -> bool:
        """Whether the cart cancelled the whole order."""
        return self.order.cancelled_at is not None


def prepare(facts: Facts, order: Order, posted: Posted, book: StoreBook, keys: Keys) -> Prepared:
    """Take the order apart and live through its events; findings are in `chart.findings`."""
    chart = Chart(book)
    pieces = take_apart(order, chart, book.policy.discount_presentation)
    _check_amounts(facts, order, book, pieces, chart)
    _check_roles(facts, book, chart)
    takings = _takings(facts, order, chart)
    refunds = _refunds(facts, order, book, pieces, chart)
    deliveries = _deliveries(facts, order, keys, pieces, takings)
    life = Life()
    if not chart.findings:
        life = _life(order, book, pieces, takings, refunds, deliveries, posted, keys)
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
    )


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
    if not breaches and pieces.total != order.total + cards:
        difference = order.total + cards - pieces.total
        message = "the order has amounts below the currency's minor unit"
        chart.findings.append(Finding(Reason.UNBALANCED, "order.total", message, "", difference))
    if not order.tax_known:
        hint = "configure a rate, or let the cart tell its tax"
        chart.miss(Reason.TAX_UNMAPPED, "order.taxes", "the cart does not tell the tax", hint)
    if book.policy.cogs is Cogs.CART_COST:
        for line in order.sale_lines:
            if line.kind is LineKind.PRODUCT and line.unit_cost is None:
                place = f"order.lines[{line.id}]"
                message = f"the cost of SKU {line.sku or '(none)'} is not known"
                hint = "fill the cost in the cart, or turn cogs off"
                chart.miss(Reason.CONFIGURATION_MISSING, place, message, hint)
    for payment in facts.payments:
        if payment.is_receipt and payment.amount.currency != order.currency:
            place = f"payments[{payment.ref.id}]"
            message = f"paid in {payment.amount.currency}, the order is in {order.currency}"
            chart.miss(Reason.AMOUNT_MISMATCH, place, message, "fetch the shop's own amounts")


def _check_roles(facts: Facts, book: StoreBook, chart: Chart) -> None:
    """Ask for every account this order may need, so that all that is missing is told at once."""
    roles = [Role.RECEIVABLE, Role.CUSTOMER_ADVANCES]
    if book.policy.invoice_on is Moment.CAPTURE and book.policy.recognise_on is Moment.SHIP:
        roles.append(Role.DEFERRED_REVENUE)
        chart.item("deferred", book.mapping.items.deferred)
    if book.policy.cogs is Cogs.CART_COST:
        roles += [Role.COST_OF_GOODS, Role.INVENTORY]
    if facts.refunds and book.policy.refund_presentation is RefundPresentation.RETURNS_ACCOUNT:
        roles.append(Role.RETURNS)
    if any(part.kind in _FEES for refund in facts.refunds for part in refund.adjustments):
        roles.append(Role.RESTOCKING_FEE_REVENUE)
    if facts.refunds and book.policy.credit_on is CreditOn.REFUND_CREATED:
        roles.append(Role.REFUNDS_PAYABLE)
    for role in roles:
        chart.account(role)


def _takings(facts: Facts, order: Order, chart: Chart) -> tuple[Taking, ...]:
    """Receipts in the order of time; each once."""
    takings = {
        payment.ref.id: Taking(
            payment.ref.id,
            payment.gateway,
            payment.processed_at,
            payment.amount.rounded(),
            chart.tender(payment.gateway, f"payments[{payment.ref.id}]"),
        )
        for payment in facts.payments
        if payment.is_receipt and not payment.is_test
    }
    for card in order.gift_cards_applied:
        taking_id = f"gift-card-{card.id}"
        tender = chart.tender(GIFT_CARD_GATEWAY, f"order.gift_cards_applied[{card.id}]")
        amount = card.amount.rounded()
        takings[taking_id] = Taking(taking_id, GIFT_CARD_GATEWAY, order.placed_at, amount, tender)
    return tuple(sorted(takings.values(), key=lambda taking: (taking.at, taking.id)))


def _refunds(
    facts: Facts, order: Order, book: StoreBook, pieces: OrderPieces, chart: Chart
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
        for payment in (*money.settled, *money.pending):
            chart.tender(payment.gateway, f"{place}.transactions[{payment.ref.id}]")
        is_effective = not money.is_failed and (at_once or not money.pending)
        if book.policy.goodwill_tax is GoodwillTax.INCLUSIVE_SPLIT:
            refund = _with_goodwill_tax(refund, pieces)  # noqa: PLW2901  # the same refund, split
        events.append(RefundEvent(refund, money, is_effective))
    return tuple(sorted(events, key=lambda event: (event.refund.created_at, event.refund.ref.id)))


def _with_goodwill_tax(refund: Refund, pieces: OrderPieces) -> Refund:
    """A refund without lines, its allowance split into net and tax as the order is (R-3.6)."""
    if refund.lines or not pieces.total:
        return refund
    tax = total((p.amount for p in pieces.pieces if p.kind is PieceKind.TAX), refund.currency)
    share = Fraction(tax.amount) / Fraction(pieces.total.amount)
    adjustments = []
    for part in refund.adjustments:
        inside = share_of(part.amount, share)
        is_allowance = part.kind in (AdjustmentKind.GOODWILL, AdjustmentKind.DISCREPANCY)
        if is_allowance and not part.tax and part.amount.amount > 0:
            part = replace(part, amount=part.amount - inside, tax=inside)  # noqa: PLW2901
        adjustments.append(part)
    return replace(refund, adjustments=tuple(adjustments))


def paid_in_full_at(
    order: Order, takings: tuple[Taking, ...], receivable: Money
) -> datetime | None:
    """When the money of the order was complete; None while some of it is open."""
    if not receivable:
        return order.paid_at or order.placed_at
    paid = Money.zero(order.currency)
    for taking in takings:
        paid += taking.amount
        if paid >= receivable:
            return taking.at
    return None


def _deliveries(
    facts: Facts,
    order: Order,
    keys: Keys,
    pieces: OrderPieces,
    takings: tuple[Taking, ...],
) -> tuple[Delivery, ...]:
    """Parcels that left, and gift cards that were sold, in the order of time."""
    deliveries = []
    for parcel in {parcel.ref.id: parcel for parcel in facts.fulfilments}.values():
        if parcel.is_cancelled and not keys.knows(PostingKind.INVOICE, f"invoice:{parcel.ref.id}"):
            continue
        quantities: dict[str, Decimal] = {}
        for line in parcel.lines:
            if line.line_id in pieces.quantities:
                known = quantities.get(line.line_id, Decimal(0))
                quantities[line.line_id] = known + line.quantity
        if quantities:
            deliveries.append(Delivery(parcel.ref.id, parcel.shipped_at, quantities))
    cards = {line.id: line.quantity for line in order.lines if line.kind is LineKind.GIFT_CARD}
    paid_at = paid_in_full_at(order, takings, pieces.total)
    if cards and paid_at:
        deliveries.append(Delivery("gift-cards", paid_at, cards))
    return tuple(sorted(deliveries, key=lambda delivery: (delivery.at, delivery.id)))


def _life(
    order: Order,
    book: StoreBook,
    pieces: OrderPieces,
    takings: tuple[Taking, ...],
    refunds: tuple[RefundEvent, ...],
    deliveries: tuple[Delivery, ...],
    posted: Posted,
    keys: Keys,
) -> Life:
    """The life in the order of time or, if that is not how it was posted, in the order of posting.

    A shipment or refund that is heard of late would otherwise change parts that are in the books.
    """
    bills_on_capture = book.policy.invoice_on is Moment.CAPTURE
    events: list[Event] = [*deliveries, *refunds]
    if bills_on_capture and (at := _billing_moment(order, takings, deliveries, pieces.total)):
        events.append(Capture(at))
    kept = total((taking.amount for taking in takings), order.currency)
    for event in refunds:
        back = (*event.money.settled, *event.money.pending)
        kept -= total((payment.amount for payment in back), order.currency)

    def tell(ordered: list[Event]) -> Life:
        return Storyteller(
            pieces,
            bills_on_capture=bills_on_capture,
            defers=bills_on_capture and book.policy.recognise_on is Moment.SHIP,
            keeps_money=order.cancelled_at is None or kept.amount > 0,
            knows_shipments=_knows_shipments(order, refunds, deliveries),
        ).tell(ordered)

    in_time = sorted(events, key=_moment)
    life = tell(in_time)
    if _agrees(life, posted, keys):
        return life
    late = sorted(events, key=lambda event: (not _is_in_books(event, keys), *_moment(event)))
    other = tell(late)
    return other if _agrees(other, posted, keys) else life


def _moment(event: Event) -> tuple[datetime, int, str]:
    match event:
        case Capture():
            return (event.at, 0, "")
        case Delivery():
            return (event.at, 1, event.id)
        case RefundEvent():
            return (event.refund.created_at, 2, event.refund.ref.id)


def _is_in_books(event: Event, keys: Keys) -> bool:
    match event:
        case Capture():
            return keys.knows(PostingKind.INVOICE, "invoice:capture")
        case Delivery():
            return keys.knows(PostingKind.INVOICE, f"invoice:{event.id}") or keys.knows(
                PostingKind.JOURNAL_ENTRY, f"recognise:{event.id}"
            )
        case RefundEvent():
            settled = (
                keys.knows(PostingKind.CUSTOMER_REFUND, f"refund:{payment.ref.id}")
                for payment in event.money.settled
            )
            credit = f"credit:{event.refund.ref.id}"
            return keys.knows(PostingKind.CREDIT_MEMO, credit) or any(settled)


def _agrees(life: Life, posted: Posted, keys: Keys) -> bool:
    """Whether every invoice in the books has the total that this life gives it."""
    return not invoices_that_differ(life, posted, keys)


def invoices_that_differ(life: Life, posted: Posted, keys: Keys) -> list[tuple[str, Money]]:
    """Posted invoices whose total is not what the facts give now, with Sage's total less ours."""
    differing = []
    billed = {keys.of(PostingKind.INVOICE, f"invoice:{sale.id}"): sale for sale in life.billed}
    for key, sale in billed.items():
        result = posted.get(key)
        if result and result.total:
            planned = sale.total(result.total.currency)
            if result.total != planned:
                differing.append((sale.id, result.total - planned))
    return differing


def _billing_moment(
    order: Order, takings: tuple[Taking, ...], deliveries: tuple[Delivery, ...], receivable: Money
) -> datetime | None:
    """When an order that is billed on capture is billed: paid in full, or goods left before."""
    moments = [delivery.at for delivery in deliveries[:1]]
    if paid_at := paid_in_full_at(order, takings, receivable):
        moments.append(paid_at)
    return min(moments, default=None)


def _knows_shipments(
    order: Order, refunds: tuple[RefundEvent, ...], deliveries: tuple[Delivery, ...]
) -> bool:
    """Whether all shipments that the cart's own status speaks of are among the facts."""
    if order.fulfillment_status is FulfillmentStatus.PARTIAL:
        return bool(deliveries)
    if order.fulfillment_status is not FulfillmentStatus.FULFILLED:
        return True
    left = sum((q for delivery in deliveries for q in delivery.quantities.values()), Decimal(0))
    cancelled = sum(
        (
            line.quantity
            for event in refunds
            for line in event.refund.lines
            if line.restock is Restock.CANCEL
        ),
        Decimal(0),
    )
    ordered = sum(
        (line.quantity for line in order.sale_lines if line.requires_shipping), Decimal(0)
    )
    return left + cancelled >= ordered

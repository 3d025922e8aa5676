"""An order's life as amounts: what was billed, recognised and credited, event after event.

One pass over shipments and refunds in a stated order. The planner turns the answer into documents
or into lines of a daily journal; both therefore speak of the same cents (R-11.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from commerce.money import Money, allocate, total
from commerce.orders import Refund, RefundLine, Restock
from shared.postings.edits import is_given_back_too, ups_and_downs
from shared.postings.events import CAME_BACK, Capture, Delivery, Edit, Event, RefundEvent
from shared.postings.meter import Amounts, Meter
from shared.postings.parts import EDIT, REST, Correction, Credit, Life, Returned, Sale
from shared.postings.pieces import OrderPieces, Piece, PieceKind
from shared.postings.refunds import Excess, GivenBack, LinePart
from shared.postings.shares import at_most


class Storyteller:
    """Tells one order's life from its events."""

    def __init__(
        self,
        order: OrderPieces,
        *,
        bills_on_capture: bool,
        defers: bool,
        keeps_money: bool,
        knows_shipments: bool = True,
    ) -> None:
        """Nothing has happened yet.

        `defers` holds revenue back until the goods leave; `keeps_money` says that the seller kept
        money of a cancelled order, so that what no goods carry any more (shipping) is billed;
        `knows_shipments` that no shipment is missing that the cart already speaks of.
        """
        self._order = order
        self._pieces = {piece.id: piece for piece in order.pieces}
        self._omitted = order.omitted
        self._bills_on_capture = bills_on_capture
        self._keeps_money = keeps_money
        self._knows_shipments = knows_shipments
        self._billing = Meter(order)
        self._recognition = Meter(order) if defers else self._billing
        self._given = GivenBack(order)
        zero = Money.zero(order.currency)
        self._credited: Amounts = {piece.id: zero for piece in order.pieces}
        self._credited_deferred: Amounts = {piece.id: zero for piece in order.pieces}
        self._returned = dict.fromkeys(order.quantities, Decimal(0))
        self._closed_at: datetime | None = None
        self._all_refunds: tuple[Refund, ...] = ()
        self.life = Life(is_deferred=defers)

    def tell(self, events: Sequence[Event]) -> Life:
        """Live through the events in the order given."""
        self._all_refunds = tuple(e.refund for e in events if isinstance(e, RefundEvent))
        for event in events:
            match event:
                case Delivery():
                    self._deliver(event)
                case Capture():
                    self._bill(event.id, event.at, self._billing.everything())
                case RefundEvent():
                    self._refund(event)
                case Edit():
                    self._edit(event)
        self.life.excesses.extend(self._given.excesses)
        self.life.open_lines = tuple(self._recognition.everything())
        return self.life

    def _edit(self, edit: Edit) -> None:
        """Put another edition in place; what was billed too little or too much is a part of it.

        What an edit adds is billed when it leaves, or at once where the order is billed at once.
        """
        before, self._order = self._order, edit.pieces
        self._pieces = {piece.id: piece for piece in edit.pieces.pieces}
        self._given.restate(edit.pieces)
        changes = self._billing.restate(edit.pieces)
        earned = changes
        if self._recognition is not self._billing:
            earned = self._recognition.restate(edit.pieces)
        quantities: Mapping[str, Decimal] = {}
        if self._bills_on_capture and self.life.billed:
            quantities = self._billing.everything()
            for piece_id, amount in self._billing.take(quantities).items():
                _add(changes, piece_id, amount)
        ups, downs = ups_and_downs(self._booked(changes), self._pieces)
        self._correct(edit, before, downs)
        still_open = self._still_open(self._billing)
        sale = Sale(f"{EDIT}{edit.id}", edit.at, quantities, ups, still_open)
        if ups:
            self.life.billed.append(sale)
        if self.life.is_deferred:
            deferrable = {k: v for k, v in earned.items() if self._pieces[k].is_deferrable}
            sale = replace(sale, quantities={}, amounts=deferrable)
        if sale.amounts or sale.quantities:
            self.life.recognised.append(sale)
        if self._closed_at:
            self._close(edit.at)

    def _correct(self, edit: Edit, before: OrderPieces, downs: Amounts) -> None:
        if not downs:
            return
        self.life.corrections.append(Correction(edit.id, edit.at, downs))
        for piece_id, amount in downs.items():
            place = f"{EDIT}{edit.id}: {piece_id}"
            piece = self._pieces[piece_id]
            if any(is_given_back_too(piece, x, before, edit.pieces) for x in self._all_refunds):
                self.life.unclear.append(Excess(place, amount))

    def _deliver(self, delivery: Delivery) -> None:
        if delivery.bills and not self._bills_on_capture:
            quantities = self._billing.open_of(delivery.quantities)
            if quantities:
                self._bill(delivery.id, delivery.at, quantities)
        if delivery.recognises and self.life.is_deferred:
            quantities = self._recognition.open_of(delivery.quantities)
            if quantities:
                self._recognise(delivery.id, delivery.at, quantities)

    def _bill(self, sale_id: str, at: datetime, quantities: Mapping[str, Decimal]) -> None:
        sale = self._take(self._billing, sale_id, at, quantities)
        if sale.amounts or sale.quantities:
            self.life.billed.append(sale)
            if not self.life.is_deferred:
                self.life.recognised.append(sale)

    def _recognise(self, sale_id: str, at: datetime, quantities: Mapping[str, Decimal]) -> None:
        sale = self._take(self._recognition, sale_id, at, quantities, self._deferred())
        if sale.amounts or sale.quantities:
            self.life.recognised.append(sale)

    def _deferred(self) -> Amounts:
        """What was billed and is not earned: once a part is billed, no more of it is earned."""
        if not self.life.billed:
            return {}
        return {p.id: self._waiting(p.id) for p in self._order.pieces if p.is_deferrable}

    def _waiting(self, piece_id: str) -> Money:
        """How much of a piece was billed, and neither earned nor credited before it was."""
        open_amount = self._billing.taken[piece_id] - self._recognition.taken[piece_id]
        return open_amount - self._credited_deferred[piece_id]

    def _take(
        self,
        meter: Meter,
        sale_id: str,
        at: datetime,
        quantities: Mapping[str, Decimal],
        most: Amounts | None = None,
    ) -> Sale:
        amounts = meter.take(quantities, most)
        return Sale(sale_id, at, dict(quantities), self._booked(amounts), self._still_open(meter))

    def _booked(self, amounts: Amounts) -> Amounts:
        return {name: amount for name, amount in amounts.items() if name not in self._omitted}

    def _still_open(self, meter: Meter) -> frozenset[str]:
        return frozenset(piece.id for piece in self._order.pieces if meter.open_amount(piece))

    def _refund(self, event: RefundEvent) -> None:
        refund = event.refund
        place = f"refunds[{refund.ref.id}]"
        if self._lacks_shipment(refund):
            self.life.waiting.append(f"refund {refund.ref.id}: the shipment of its goods")
            return
        split = _Split(
            recognised={},
            deferred={},
            unbilled={},
            undone={},
            dropped_quantities={},
            undelivered={},
        )
        returned: list[Returned] = []
        for line in refund.lines:
            returned += self._refund_line(line, split, f"{place}.lines[{line.line_id}]")
        self._refund_riding(refund, split, place)
        self._apply(split)
        if event.is_effective:
            self.life.credits.append(self._credit(refund, split, tuple(returned)))
        self._close(refund.created_at)

    def _credit(self, refund: Refund, split: _Split, returned: tuple[Returned, ...]) -> Credit:
        parts = (split.recognised, split.deferred, split.unbilled)
        left_out = (
            amount for part in parts for name, amount in part.items() if name in self._omitted
        )
        return Credit(
            refund,
            self._booked(split.recognised),
            self._booked(split.deferred),
            refund.adjustments,
            returned,
            unbilled=total(self._booked(split.unbilled).values(), refund.currency),
            omitted=total(left_out, refund.currency),
            undone=self._booked(split.undone),
        )

    def _lacks_shipment(self, refund: Refund) -> bool:
        """Whether goods came back that never left as far as we know: a shipment is to come."""
        for line in refund.lines:
            if line.line_id not in self._returned or line.restock is Restock.CANCEL:
                continue
            out = self._out(line.line_id)
            is_known_return = line.restock in CAME_BACK
            if out < line.quantity and (is_known_return or not self._knows_shipments):
                return True
        return False

    def _out(self, line_id: str) -> Decimal:
        """How many of a line are with the buyer; none before a bill that their parcel makes."""
        if self._bills_on_capture and not self.life.billed:
            return Decimal(0)
        return self._recognition.taken_quantity(line_id) - self._returned[line_id]

    def _refund_line(self, line: RefundLine, split: _Split, place: str) -> list[Returned]:
        """Part the line by what had become of its units, and give each part its amounts.

        An amount of no units has nothing to go with; carts tell it as an adjustment.
        """
        name = line.line_id
        if not line.quantity and (line.subtotal or line.tax):
            self.life.excesses.append(Excess(place, line.subtotal + line.tax))
            return []
        undelivered, delivered = self._sides(line)
        open_units = max(self._billing.open_quantity(name), Decimal(0))
        unbilled = min(undelivered, open_units)
        waiting = undelivered - unbilled
        units = [unbilled, waiting, delivered]
        nets, taxes = allocate(line.subtotal.rounded(), units), allocate(line.tax.rounded(), units)
        if unbilled:
            part = LinePart(name, unbilled, nets[0], taxes[0], unbilled >= open_units)
            given = self._given.line(part, place, discount_left=self._open_discount(name))
            split.dropped_quantities[name] = unbilled
            self._part(given, split, prefers_unbilled=True)
        if waiting:
            closes = waiting >= self._recognition.open_quantity(name) - open_units
            part = LinePart(name, waiting, nets[1], taxes[1], closes)
            given = self._given.line(part, place, discount_left=self._waiting_discount(name))
            split.undelivered[name] = waiting
            self._part(given, split, prefers_unbilled=not open_units, undelivered=True)
        if not delivered:
            return []
        part = LinePart(name, delivered, nets[2], taxes[2])
        given = self._given.line(part, place)
        self._part(given, split, prefers_unbilled=False)
        if name in self._returned:
            self._returned[name] += delivered
        return [Returned(name, delivered, line.restock)]

    def _open_discount(self, line_id: str) -> Money:
        """The discount on a line that is not billed: zero or below."""
        discounts = self._order.of_part(line_id, PieceKind.DISCOUNT)
        return total(map(self._billing.open_amount, discounts), self._order.currency)

    def _waiting_discount(self, line_id: str) -> Money:
        """The discount on a line that is billed and waits for its goods: zero or below."""
        discounts = self._order.of_part(line_id, PieceKind.DISCOUNT)
        waiting = total(map(self._recognition.open_amount, discounts), self._order.currency)
        return waiting - self._open_discount(line_id)

    def _sides(self, line: RefundLine) -> tuple[Decimal, Decimal]:
        """How many of a refunded line had not left, and how many had."""
        if line.line_id not in self._returned:
            return Decimal(0), line.quantity
        still_open = max(self._recognition.open_quantity(line.line_id), Decimal(0))
        if line.restock is Restock.CANCEL:
            undelivered = min(line.quantity, still_open)
            return undelivered, line.quantity - undelivered
        delivered = min(line.quantity, max(self._out(line.line_id), Decimal(0)))
        if line.restock is Restock.NONE:
            undelivered = min(line.quantity - delivered, still_open)
            return undelivered, line.quantity - undelivered
        return Decimal(0), line.quantity

    def _refund_riding(self, refund: Refund, split: _Split, place: str) -> None:
        """Shipping, duties and the taxes of adjustments."""
        zero = Money.zero(refund.currency)
        prefers_unbilled = bool(split.dropped_quantities)
        if refund.shipping or refund.shipping_tax:
            shipping = (refund.shipping or zero).rounded()
            tax = (refund.shipping_tax or zero).rounded()
            given = self._given.shipping(shipping, tax, f"{place}.shipping")
            self._part(given, split, prefers_unbilled=prefers_unbilled)
        if refund.duties:
            given = self._given.duties(refund.duties.rounded(), f"{place}.duties")
            self._part(given, split, prefers_unbilled=prefers_unbilled)
        for adjustment in refund.adjustments:
            if adjustment.tax.is_negative:
                split.recognised.update(self._given.less_tax(split.recognised, -adjustment.tax))
            elif adjustment.tax:
                given = self._given.tax_beside(adjustment, f"{place}.adjustments")
                self._part(given, split, prefers_unbilled=prefers_unbilled)

    def _part(
        self, given: Amounts, split: _Split, *, prefers_unbilled: bool, undelivered: bool = False
    ) -> None:
        """Share amounts between what was never billed, what is deferred and what is recognised."""
        for piece_id, amount in given.items():
            piece = self._pieces[piece_id]
            unbilled = self._billing.open_amount(piece) - _get(split.unbilled, piece_id, amount)
            billed = amount
            if prefers_unbilled:
                _add(split.unbilled, piece_id, first := at_most(amount, unbilled))
                billed = amount - first
            else:
                credited = self._credited[piece_id] + self._credited_deferred[piece_id]
                here = _get(split.recognised, piece_id, amount)
                here += _get(split.deferred, piece_id, amount)
                billed = at_most(amount, self._billing.taken[piece_id] - credited - here)
                _add(split.unbilled, piece_id, amount - billed)
            is_waiting = prefers_unbilled or undelivered
            self._part_billed(piece, billed, split, undelivered=is_waiting)

    def _part_billed(
        self, piece: Piece, amount: Money, split: _Split, *, undelivered: bool
    ) -> None:
        waiting = self._waiting(piece.id) - _get(split.deferred, piece.id, amount)
        known = self._recognition.taken[piece.id] - self._credited[piece.id]
        known -= _get(split.recognised, piece.id, amount)
        is_waiting = self.life.is_deferred and piece.is_deferrable
        if is_waiting and (undelivered or split.undelivered or piece.rides):
            deferred = at_most(amount, waiting)
        elif is_waiting:
            deferred = amount - at_most(amount, known)
        else:
            deferred = Money.zero(amount.currency)
        _add(split.deferred, piece.id, deferred)
        _add(split.recognised, piece.id, amount - deferred)
        if undelivered:
            _add(split.undone, piece.id, amount - deferred)

    def _apply(self, split: _Split) -> None:
        self._billing.drop(split.dropped_quantities, split.unbilled)
        if self._recognition is not self._billing:
            drops = dict(split.dropped_quantities)
            for line_id, quantity in split.undelivered.items():
                drops[line_id] = drops.get(line_id, Decimal(0)) + quantity
            amounts = {**split.unbilled}
            for piece_id, amount in split.deferred.items():
                amounts[piece_id] = _get(amounts, piece_id, amount) + amount
            self._recognition.drop(drops, amounts)
        for piece_id, amount in split.recognised.items():
            self._credited[piece_id] += amount
        for piece_id, amount in split.deferred.items():
            self._credited_deferred[piece_id] += amount
        for piece_id, amount in split.unbilled.items():
            if abs(self._billing.taken[piece_id] + self._billing.dropped[piece_id]) > abs(
                self._pieces[piece_id].amount
            ):
                self.life.excesses.append(Excess(f"unbilled {piece_id}", abs(amount)))

    def _close(self, at: datetime) -> None:
        """Bill what is left of shipping and the like when the last open goods are cancelled.

        The part is named after the order and dated by its latest refund or the edit after it: which
        refund closes an order depends on the order in which they are heard of.
        """
        self._closed_at = max(self._closed_at or at, at)
        if self._keeps_money and self._billing.is_complete and not self._bills_on_capture:
            rest_id = self._rest_id(self.life.billed)
            self._bill(rest_id, self._closed_at, {})
        if self.life.is_deferred and self.life.billed and self._recognition.is_complete:
            self._recognise(self._rest_id(self.life.recognised), self._closed_at, {})

    def _rest_id(self, sales: Sequence[Sale]) -> str:
        """`rest:<order id>`, and counted should an edit open the order once more."""
        before = sum(1 for sale in sales if sale.id.startswith(REST))
        name = f"{REST}{self._order.order_id}"
        return f"{name}:{before + 1}" if before else name


@dataclass(slots=True)
class _Split:
    """One refund's amounts by what had become of them."""

    recognised: Amounts
    deferred: Amounts
    unbilled: Amounts
    undone: Amounts
    dropped_quantities: dict[str, Decimal]
    undelivered: dict[str, Decimal]


def _get(amounts: Amounts, piece_id: str, like: Money) -> Money:
    return amounts.get(piece_id, Money.zero(like.currency))


def _add(amounts: Amounts, piece_id: str, amount: Money) -> None:
    if amount:
        amounts[piece_id] = _get(amounts, piece_id, amount) + amount

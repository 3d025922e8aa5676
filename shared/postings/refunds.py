"""What a refund gives back of each piece of its order, from the cart's own figures (R-3.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from commerce.money import Money, allocate, total
from commerce.orders import Payment, PaymentKind, PaymentState, Refund, RefundAdjustment
from shared.postings.meter import Amounts
from shared.postings.pieces import OrderPieces, Piece, PieceKind
from shared.postings.shares import share_of


@dataclass(frozen=True, slots=True)
class RefundMoney:
    """The money side of a refund: what settled, what is still on its way, and what failed."""

    settled: tuple[Payment, ...]
    pending: tuple[Payment, ...]
    failed: tuple[Payment, ...]

    @property
    def is_failed(self) -> bool:
        """Whether money was to move and none did or will."""
        return bool(self.failed) and not self.settled and not self.pending

    @property
    def settled_at(self) -> datetime | None:
        """When the first money went back; None when none did."""
        return min((payment.processed_at for payment in self.settled), default=None)


_NEWEST = {PaymentState.PENDING: 0, PaymentState.FAILURE: 1, PaymentState.SUCCESS: 2}


def money_of(refund: Refund, payments: Iterable[Payment]) -> RefundMoney:
    """The refund's transactions in their newest known state, in the order they were processed.

    A transaction may be told twice, in the refund and by itself: the further state wins.
    """
    known: dict[str, Payment] = {}
    own = {payment.ref.id for payment in refund.transactions}
    for payment in (*refund.transactions, *payments):
        if payment.ref.id not in own or payment.kind is not PaymentKind.REFUND or payment.is_test:
            continue
        before = known.get(payment.ref.id)
        if before is None or _NEWEST[payment.state] > _NEWEST[before.state]:
            known[payment.ref.id] = payment
    ordered = sorted(known.values(), key=lambda p: (p.processed_at, p.ref.id))
    return RefundMoney(
        settled=tuple(p for p in ordered if p.state is PaymentState.SUCCESS),
        pending=tuple(p for p in ordered if p.state is PaymentState.PENDING),
        failed=tuple(p for p in ordered if p.state is PaymentState.FAILURE),
    )


@dataclass(frozen=True, slots=True)
class Excess:
    """More given back than the order has: where, and by how much."""

    place: str
    difference: Money


@dataclass(frozen=True, slots=True)
class LinePart:
    """Some units of a refunded line that share one fate, with the cart's figures for them.

    `closes_line` says that no unit of the line is left to be shipped after it.
    """

    line_id: str
    quantity: Decimal
    subtotal: Money
    tax: Money
    closes_line: bool = False


class GivenBack:
    """What all refunds of an order gave back so far, piece by piece.

    Tax goes by agency over what is left of each (so that the last refund takes exactly the rest),
    discount by cumulative quantity; `excesses` collects what the order cannot cover (R-3.4).
    """

    def __init__(self, order: OrderPieces) -> None:
        """Nothing was given back yet."""
        self._order = order
        self._pieces = {piece.id: piece for piece in order.pieces}
        zero = Money.zero(order.currency)
        self._given: Amounts = {piece.id: zero for piece in order.pieces}
        self._given_unsent: Amounts = dict(self._given)
        self._units: dict[tuple[str, bool], Decimal] = {}
        self.excesses: list[Excess] = []

    def restate(self, order: OrderPieces) -> None:
        """Measure by `order` from now on, another edition with the same names."""
        self._order = order
        self._pieces = {piece.id: piece for piece in order.pieces}

    def line(self, part: LinePart, place: str, *, discount_left: Money | None = None) -> Amounts:
        """The parts of the line's goods, discount and taxes, signed as the pieces are.

        `discount_left` is what may still be given of the discount (negative), where the goods never
        left: what was billed of it already stays billed.
        """
        subtotal = part.subtotal
        goods = self._order.of_part(part.line_id, PieceKind.GOODS)
        if not goods:
            self.excesses.append(Excess(place, subtotal + part.tax))
            return {}
        amounts: Amounts = {}
        shown = Money.zero(self._order.currency)
        for discount in self._order.of_part(part.line_id, PieceKind.DISCOUNT):
            shown = self._discount_share(discount, part, has_left=discount_left is None)
            if discount_left is not None:
                shown = discount_left if part.closes_line else max(shown, discount_left)
            amounts[discount.id] = shown
        amounts[goods[0].id] = subtotal - shown
        taxes = self._order.of_part(part.line_id, PieceKind.TAX) or self._order_taxes
        has_left = discount_left is None
        given = {**amounts, **self._tax(taxes, part.tax, place, has_left=has_left)}
        return self._keep(given, place, has_left=has_left)

    def shipping(self, net: Money, tax: Money, place: str) -> Amounts:
        """The parts of shipping, its discount and its taxes."""
        shipping = self._of_kind(PieceKind.SHIPPING)
        discounts = self._of_kind(PieceKind.SHIPPING_DISCOUNT)
        whole = total((piece.amount for piece in (*shipping, *discounts)), net.currency)
        amounts: Amounts = {}
        if net and not whole:
            self.excesses.append(Excess(place, net))
        elif net:
            so_far = self._given_of((*shipping, *discounts)) + net
            share = Fraction(so_far.amount) / Fraction(whole.amount)
            for piece in discounts:
                amounts[piece.id] = share_of(piece.amount, share) - self._given[piece.id]
            gross = net - total(amounts.values(), net.currency)
            amounts.update(self._spread(shipping, gross, place))
        own_taxes = tuple(
            piece
            for piece in self._of_kind(PieceKind.TAX)
            if piece.part.startswith("shipping:") or not piece.part
        )
        return self._keep({**amounts, **self._tax(own_taxes, tax, place)}, place)

    def duties(self, amount: Money, place: str) -> Amounts:
        """The parts of the duties collected at checkout."""
        return self._keep(self._spread(self._of_kind(PieceKind.DUTY), amount, place), place)

    def tax_beside(self, part: RefundAdjustment, place: str) -> Amounts:
        """The tax given back beside lines: of the line it was given for, as far as that goes.

        What names no line, or is more than the line has left, is over what is left of every tax.
        """
        tax = part.tax.rounded()
        of_line = self._order.of_part(part.line_id, PieceKind.TAX) if part.line_id else ()
        own = min(tax, self._left_of(of_line))
        given = self._keep(self._tax(of_line, own, place), place)
        rest = self._keep(self._tax(self._of_kind(PieceKind.TAX), tax - own, place), place)
        for key, amount in rest.items():
            given[key] = given.get(key, amount * 0) + amount
        return given

    def less_tax(self, amounts: Amounts, tax: Money) -> Amounts:
        """`amounts` with their taxes lowered by `tax`: a taxed fee is kept from the refund."""
        taxes = [key for key in amounts if self._pieces[key].kind is PieceKind.TAX]
        if not taxes or not tax:
            return amounts
        cuts = allocate(tax, [amounts[key].amount for key in taxes])
        lowered = dict(amounts)
        for key, cut in zip(taxes, cuts, strict=True):
            lowered[key] -= cut
            self._given[key] -= cut
        return lowered

    @property
    def _order_taxes(self) -> tuple[Piece, ...]:
        return self._order.of_part("", PieceKind.TAX)

    def _of_kind(self, kind: PieceKind) -> tuple[Piece, ...]:
        return tuple(piece for piece in self._order.pieces if piece.kind is kind)

    def _given_of(self, pieces: Iterable[Piece], *, has_left: bool = True) -> Money:
        unsent = [self._given_unsent[piece.id] for piece in pieces]
        if not has_left:
            return total(unsent, self._order.currency)
        every = total((self._given[piece.id] for piece in pieces), self._order.currency)
        return every - total(unsent, self._order.currency)

    def _discount_share(self, discount: Piece, part: LinePart, *, has_left: bool) -> Money:
        """By cumulative quantity, of goods that came back and of goods that never left apart.

        So it does not matter which of the two is heard of first. What never left takes what the
        rest leaves of the discount, as a bill of the rest does.
        """
        ordered = self._order.quantities.get(part.line_id, Decimal(0)) or Decimal(1)
        before = self._units.get((part.line_id, has_left), Decimal(0))
        self._units[part.line_id, has_left] = before + part.quantity
        given = [min(before, ordered), min(before + part.quantity, ordered)]
        units = given if has_left else [ordered - each for each in reversed(given)]
        low, high = (
            share_of(discount.amount, Fraction(each) / Fraction(ordered)) for each in units
        )
        return max(high - low, discount.amount - self._given[discount.id])

    def _tax(
        self, taxes: tuple[Piece, ...], tax: Money, place: str, *, has_left: bool = True
    ) -> Amounts:
        """By agency first, so that cents fall where most is owed, then over its taxes."""
        agencies: dict[str, list[Piece]] = {}
        for piece in (each for each in taxes if each.amount.amount > 0):
            agencies.setdefault(piece.account, []).append(piece)
        available = total((self._left_of(owed) for owed in agencies.values()), tax.currency)
        if tax > available:
            self.excesses.append(Excess(f"{place}.tax", tax - available))
            return {}
        amounts: Amounts = {}
        parts = self._next_parts(list(agencies.values()), tax, has_left=has_left)
        for owed, part in zip(agencies.values(), parts, strict=True):
            amounts.update(self._spread(tuple(owed), part, place, has_left=has_left))
        return amounts

    def _next_parts(
        self, groups: Sequence[Sequence[Piece]], amount: Money, *, has_left: bool
    ) -> list[Money]:
        """What each group gets of the next amount: its share of all so far less what it had.

        So it does not matter in which sequence refunds come (R-9.4). Goods that came back count
        from the first cent on, goods that never left (`has_left` is false) from the last one back:
        the odd cents of the two are not the same ones. Where a share would fall by the cent that
        another gains, or rise above what is left, it stays there.
        """
        if not groups:
            return []
        currency = self._order.currency
        left = [self._left_of(group) for group in groups]
        given = [self._given_of(group, has_left=has_left) for group in groups]
        whole = [total((piece.amount for piece in group), currency) for group in groups]
        so_far = _shares_so_far(whole, total(given, currency) + amount, from_end=not has_left)
        wanted = [max(now - before, now * 0) for now, before in zip(so_far, given, strict=True)]
        parts = [min(want, rest) for want, rest in zip(wanted, left, strict=True)]
        over = total(parts, currency) - amount
        for place in sorted(range(len(parts)), key=lambda at: -parts[at].amount):
            room = parts[place] if over.amount > 0 else parts[place] - left[place]
            cut = min(over, room) if over.amount > 0 else max(over, room)
            parts[place] -= cut
            over -= cut
        return parts

    def _left(self, piece: Piece) -> Money:
        return piece.amount - self._given[piece.id]

    def _left_of(self, pieces: Iterable[Piece]) -> Money:
        zero = Money.zero(self._order.currency)
        return total((max(self._left(piece), zero) for piece in pieces), self._order.currency)

    def _spread(
        self, pieces: tuple[Piece, ...], amount: Money, place: str, *, has_left: bool = True
    ) -> Amounts:
        """An amount over the pieces, by largest remainder of all so far (R-9.3, R-9.4)."""
        pieces = tuple(piece for piece in pieces if piece.amount.amount > 0)
        available = self._left_of(pieces)
        if amount > available:
            self.excesses.append(Excess(place, amount - available))
            return {}
        if not amount:
            return {}
        parts = self._next_parts([[piece] for piece in pieces], amount, has_left=has_left)
        return {piece.id: part for piece, part in zip(pieces, parts, strict=True) if part}

    def _keep(self, amounts: Amounts, place: str, *, has_left: bool = True) -> Amounts:
        for piece_id, amount in amounts.items():
            self._given[piece_id] += amount
            if not has_left:
                self._given_unsent[piece_id] += amount
            beyond = abs(self._given[piece_id]) - abs(self._pieces[piece_id].amount)
            if beyond > Money.zero(beyond.currency):
                self.excesses.append(Excess(f"{place}: {piece_id}", beyond))
        return {piece_id: amount for piece_id, amount in amounts.items() if amount}


def _shares_so_far(whole: Sequence[Money], amount: Money, *, from_end: bool) -> list[Money]:
    """An amount over groups in proportion of the whole of each; `from_end`, what its rest leaves.

    The shares of an amount from the first cent on and of the rest from the end make up the whole.
    """
    weights = [each.amount for each in whole]
    if not from_end:
        return allocate(amount, weights)
    rest = total(whole, amount.currency) - amount
    return [each - kept for each, kept in zip(whole, allocate(rest, weights), strict=True)]

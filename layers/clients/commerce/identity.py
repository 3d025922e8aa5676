"""The identities an order and a refund must satisfy before anybody books them (R-1.4).

Nothing is repaired here: a breach is returned with its place and its difference, tolerance 0
(carts reference §3.4 and §3.5). Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from commerce.money import Money, total
from commerce.orders import LineKind, Order, PaymentKind, PaymentState, Refund, TaxLine


@dataclass(frozen=True, slots=True)
class Breach:
    """One sum that does not hold; `difference` is what the cart states less what its parts give.

    `difference` is None where amounts of several currencies could not even be added.
    """

    place: str
    message: str
    difference: Money | None = None


@dataclass(frozen=True, slots=True)
class OrderSums:
    """The parts of the identity of an order, each summed at full precision.

    `tax` is all tax of the document, seller's and marketplace's, inside or on top of prices.
    """

    lines: Money
    discount: Money
    shipping: Money
    charges: Money
    tax: Money
    marketplace_tax: Money
    gift_cards: Money

    def expected_total(self, *, tax_included: bool) -> Money:
        """What the total must be: tax is added only where prices do not hold it (R-1.2)."""
        net = self.lines - self.discount + self.shipping + self.charges - self.gift_cards
        return net if tax_included else net + self.tax


def order_sums(order: Order) -> OrderSums:
    """Add up the order's parts; components carry no money and are left out.

    Raises:
        MoneyError: an amount is not in the order's currency; see `order_breaches`.
    """
    currency = order.currency
    lines = order.sale_lines
    taxes = _taxes(order)
    marketplace = (tax.amount for tax in taxes if tax.collected_by == "marketplace")
    discounts = [line.discount for line in lines]
    discounts += [line.discount for line in order.shipping_lines]
    return OrderSums(
        lines=total((line.gross for line in lines), currency),
        discount=total(discounts, currency),
        shipping=total((line.amount for line in order.shipping_lines), currency),
        charges=total((charge.amount for charge in order.charges), currency),
        tax=total((tax.amount for tax in taxes), currency),
        marketplace_tax=total(marketplace, currency),
        gift_cards=total((use.amount for use in order.gift_cards_applied), currency),
    )


def order_breaches(order: Order) -> list[Breach]:
    """Everything about the order's sums that does not hold; empty when it may be booked."""
    strangers = list(_foreign(_order_amounts(order), order.currency))
    if strangers:
        return strangers
    sums = order_sums(order)
    breaches = list(_negative_parts(order))
    difference = order.total - sums.expected_total(tax_included=order.tax_included)
    if difference:
        kind = "inside" if order.tax_included else "added to"
        breaches.append(
            Breach("total", f"the parts do not add up to the total (tax {kind} prices)", difference)
        )
    if order.stated_tax is not None and order.tax_known:
        difference = order.stated_tax - sums.tax
        if difference:
            breaches.append(
                Breach("taxes", "the tax lines do not add up to the stated tax", difference)
            )
    if order.stated_discount is not None:
        difference = order.stated_discount - sums.discount
        if difference:
            breaches.append(
                Breach(
                    "discounts",
                    "the allocated discounts do not add up to the stated discount",
                    difference,
                )
            )
    return breaches


def refund_breaches(refund: Refund) -> list[Breach]:
    """Whether the credit of a refund equals the money that went back or is on its way.

    A refund without money movement (a void, an exchange, a credit on account) has nothing to
    compare with: then the credit stands for itself (R-3.1).
    """
    place = f"refunds[{refund.ref.id}]"
    strangers = list(_foreign(_refund_amounts(refund, place), refund.currency))
    if strangers:
        return strangers
    moving = [
        payment.amount
        for payment in refund.transactions
        if payment.kind is PaymentKind.REFUND and payment.state is not PaymentState.FAILURE
    ]
    if not moving:
        return []
    difference = total(moving, refund.currency) - refund.credit
    if not difference:
        return []
    message = "lines, shipping, taxes and adjustments do not add up to the money refunded"
    return [Breach(place, message, difference)]


def _taxes(order: Order) -> list[TaxLine]:
    """The taxes that count: of the parts where any part has some, else those of the order."""
    parts = [tax for line in order.sale_lines for tax in line.taxes]
    parts += [tax for line in order.shipping_lines for tax in line.taxes]
    parts += [tax for charge in order.charges for tax in charge.taxes]
    return parts or list(order.taxes)


def _order_amounts(order: Order) -> Iterator[tuple[str, Money]]:
    yield "total", order.total
    for line in order.lines:
        place = f"lines[{line.id}]"
        yield from ((place, amount) for amount in (line.gross, line.discount, line.unit_price))
        yield from ((f"{place}.taxes", tax.amount) for tax in line.taxes)
    for shipping in order.shipping_lines:
        place = f"shipping_lines[{shipping.id}]"
        yield from ((place, amount) for amount in (shipping.amount, shipping.discount))
        yield from ((f"{place}.taxes", tax.amount) for tax in shipping.taxes)
    for index, charge in enumerate(order.charges):
        yield f"charges[{index}]", charge.amount
        yield from ((f"charges[{index}].taxes", tax.amount) for tax in charge.taxes)
    yield from (("taxes", tax.amount) for tax in order.taxes)
    yield from ((f"gift_cards_applied[{use.id}]", use.amount) for use in order.gift_cards_applied)
    stated = (("stated_tax", order.stated_tax), ("stated_discount", order.stated_discount))
    yield from ((place, amount) for place, amount in stated if amount is not None)


def _refund_amounts(refund: Refund, place: str) -> Iterator[tuple[str, Money]]:
    for line in refund.lines:
        yield f"{place}.lines[{line.line_id}]", line.subtotal
        yield f"{place}.lines[{line.line_id}]", line.tax
    for amount in (refund.shipping, refund.shipping_tax, refund.duties):
        if amount is not None:
            yield place, amount
    for adjustment in refund.adjustments:
        yield f"{place}.adjustments", adjustment.amount
        yield f"{place}.adjustments", adjustment.tax
    for payment in refund.transactions:
        yield f"{place}.transactions[{payment.ref.id}]", payment.amount


def _foreign(amounts: Iterable[tuple[str, Money]], currency: str) -> Iterator[Breach]:
    seen: set[tuple[str, str]] = set()
    for place, amount in amounts:
        if amount.currency != currency and (place, amount.currency) not in seen:
            seen.add((place, amount.currency))
            message = f"an amount in {amount.currency} stands in a document in {currency}"
            yield Breach(place, message)


def _negative_parts(order: Order) -> Iterator[Breach]:
    """Signs the model forbids: a wrong sign can hide behind a total that still adds up."""
    for line in order.sale_lines:
        if line.discount.is_negative:
            yield Breach(f"lines[{line.id}].discount", "a discount is below zero", line.discount)
        if line.quantity < 0:
            yield Breach(f"lines[{line.id}].quantity", "a sold quantity is below zero")
        if line.kind is LineKind.PRODUCT and line.net.is_negative and not line.gross.is_negative:
            yield Breach(f"lines[{line.id}]", "a discount exceeds its line", line.net)
    for shipping in order.shipping_lines:
        if shipping.amount.is_negative or shipping.discount.is_negative:
            place = f"shipping_lines[{shipping.id}]"
            yield Breach(place, "a shipping amount is below zero", shipping.amount)

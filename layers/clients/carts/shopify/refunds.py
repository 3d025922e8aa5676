"""Shopify refunds: what is given back, for which lines, what money moved (carts reference §4.5).

Whether the amounts of a refund hold tax is not documented for shops with tax in prices: the money
that moved decides, else what is known of the order, else the refund is not believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from carts.adapter import Code, Problem
from carts.documents import NO_CURRENCY, Node
from carts.shopify.models import (
    CART,
    money_or_zero,
    payments,
    read_currency,
    required_money,
    shop_money,
)
from commerce.money import Money, total
from commerce.orders import (
    AdjustmentKind,
    Payment,
    PaymentKind,
    PaymentState,
    Ref,
    Refund,
    RefundAdjustment,
    RefundLine,
    Restock,
)

_RESTOCK = {
    "": Restock.NONE,
    "no_restock": Restock.NONE,
    "cancel": Restock.CANCEL,
    "return": Restock.RETURN,
    "legacy_restock": Restock.RETURN,
}


_PENDING = "pending"


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a refund states, before it is known whether the amounts hold tax."""

    currency: str
    lines: tuple[RefundLine, ...]
    shipping: Money
    shipping_tax: Money
    duties: Money
    adjustments: tuple[RefundAdjustment, ...]

    @property
    def tax(self) -> Money:
        """The tax whose place is in question: inside the amounts or on top of them."""
        return total((line.tax for line in self.lines), self.currency) + self.shipping_tax

    @property
    def amounts(self) -> Money:
        """Everything but that tax."""
        parts = [line.subtotal for line in self.lines]
        parts += [part.amount + part.tax for part in self.adjustments]
        return total([*parts, self.shipping, self.duties], self.currency)


def read_refund(node: Node, store: str, *, currency: str, tax_included: bool | None) -> Refund:
    """One refund; `currency` may be empty, and `tax_included` None, where only the order knows."""
    currency = currency or _currency(node)
    transactions = payments(node.nodes("transactions"), store)
    adjusted = list(node.nodes("order_adjustments"))
    if any(payment.state is PaymentState.PENDING for payment in transactions):
        adjusted = _meant(adjusted, currency)
    parts = _Parts(
        currency=currency,
        lines=tuple(_line(line, currency) for line in node.nodes("refund_line_items")),
        shipping=_shipping(node, adjusted, currency, "subtotal_amount", "amount"),
        shipping_tax=_shipping(node, adjusted, currency, "tax_amount", "tax_amount"),
        duties=_duties(node, currency),
        adjustments=(*_discrepancy(node, adjusted, currency), *_fees(node, currency)),
    )
    lines, shipping = parts.lines, parts.shipping
    if _holds_tax(node, parts, transactions, tax_included=tax_included):
        lines = tuple(_without_tax(line) for line in lines)
        shipping = shipping - parts.shipping_tax
    return Refund(
        ref=Ref(CART, store, "refund", node.identifier("id")),
        order_id=node.optional_identifier("order_id"),
        created_at=node.required_instant("processed_at", "created_at"),
        currency=currency,
        lines=lines,
        shipping=shipping or None,
        shipping_tax=parts.shipping_tax or None,
        duties=parts.duties or None,
        adjustments=parts.adjustments,
        transactions=transactions,
    )


def _currency(node: Node) -> str:
    """The shop's currency, from the first amount that names it."""
    places = (
        ("refund_line_items", "subtotal_set"),
        ("refund_shipping_lines", "subtotal_amount_set"),
        ("order_adjustments", "amount_set"),
    )
    for list_name, set_name in places:
        for member in node.nodes(list_name):
            pair = member.node(set_name)
            shop = pair.node("shop_money") if pair else None
            if shop is not None:
                return read_currency(shop, "currency_code")
    for transaction in node.nodes("transactions"):
        return read_currency(transaction, "currency")
    duties = node.node("total_duties_set")
    shop = duties.node("shop_money") if duties else None
    if shop is not None:
        return read_currency(shop, "currency_code")
    node.refuse("currency", "stated by any amount of the refund, and only its order knows it")
    return NO_CURRENCY


def _line(node: Node, currency: str) -> RefundLine:
    restock = _RESTOCK.get(node.text("restock_type"))
    if restock is None:
        node.refuse("restock_type", "a known restock type")
    return RefundLine(
        line_id=node.identifier("line_item_id"),
        quantity=node.decimal("quantity") or Decimal(0),
        subtotal=required_money(node, "subtotal", currency),
        tax=money_or_zero(node, "total_tax", currency),
        restock=restock or Restock.NONE,
    )


def _without_tax(line: RefundLine) -> RefundLine:
    net = line.subtotal - line.tax
    return RefundLine(line.line_id, line.quantity, net, line.tax, line.restock)


def _meant(adjustments: list[Node], currency: str) -> list[Node]:
    """The adjustments of a refund on its way, as they are again once it arrived.

    Meanwhile Shopify takes each back by a twin of the other sign, or all by one that says so.
    """
    stated = [money_or_zero(each, "amount", currency) for each in adjustments]
    return [
        each
        for each, amount in zip(adjustments, stated, strict=True)
        if _PENDING not in each.text("reason").lower()
        and (amount.is_negative or -amount not in stated)
    ]


def _shipping(node: Node, adjusted: list[Node], currency: str, name: str, old_name: str) -> Money:
    """The refunded shipping (or its tax), listed in a new and an old place: counted once.

    The old place holds it with a negative sign; the new one may leave the tax to it.
    """
    listed = list(node.nodes("refund_shipping_lines"))
    if any(line.has(name) or line.has(f"{name}_set") for line in listed):
        return total((money_or_zero(line, name, currency) for line in listed), currency)
    old = (each for each in adjusted if _is_shipping(each))
    return -total((money_or_zero(each, old_name, currency) for each in old), currency)


def _is_shipping(adjustment: Node) -> bool:
    """`kind` is deprecated and may be missing: then the reason tells."""
    kind = adjustment.text("kind")
    return "shipping" in (kind or adjustment.text("reason")).lower()


def _discrepancy(node: Node, adjusted: list[Node], currency: str) -> tuple[RefundAdjustment, ...]:
    """The amount that no line explains; the cart's sign is negative when more was paid back."""
    others = [each for each in adjusted if not _is_shipping(each)]
    amount = -total((money_or_zero(each, "amount", currency) for each in others), currency)
    tax = -total((money_or_zero(each, "tax_amount", currency) for each in others), currency)
    if not amount and not tax:
        return ()
    goods = any(True for _ in node.nodes("refund_line_items"))
    kind = AdjustmentKind.DISCREPANCY if goods else AdjustmentKind.GOODWILL
    return (RefundAdjustment(kind, amount, tax),)


def _fees(node: Node, currency: str) -> tuple[RefundAdjustment, ...]:
    """Fees that a return costs the buyer: they lower what goes back."""
    fees = []
    for fee in node.nodes("additional_fees"):
        amount = shop_money(fee, "price", currency) or shop_money(fee, "amount", currency)
        if amount is None:
            fee.refuse("price_set", "given")
            continue
        is_shipping = "shipping" in (fee.text("kind") or fee.text("name")).lower()
        kind = AdjustmentKind.RETURN_SHIPPING_FEE if is_shipping else AdjustmentKind.RESTOCKING_FEE
        fees.append(RefundAdjustment(kind, -abs(amount), Money.zero(currency)))
    return tuple(fees)


def _duties(node: Node, currency: str) -> Money:
    """The refunded duties: their sum, or the list under either of its names."""
    stated = shop_money(node, "total_duties", currency)
    if stated is not None:
        return stated
    name = "refund_duties" if node.get("refund_duties") else "duties"
    listed = node.nodes(name)
    return total((money_or_zero(duty, "amount", currency) for duty in listed), currency)


def _holds_tax(
    node: Node, parts: _Parts, transactions: tuple[Payment, ...], *, tax_included: bool | None
) -> bool:
    """Whether the stated amounts already hold the tax."""
    if not parts.tax:
        return False
    moved = [
        payment.amount.amount
        for payment in transactions
        if payment.kind is PaymentKind.REFUND
        and payment.state is not PaymentState.FAILURE
        and payment.amount.currency == parts.currency
    ]
    if moved:
        inside = sum(moved) == parts.amounts.amount
        on_top = sum(moved) == (parts.amounts + parts.tax).amount
        if inside is not on_top:
            return inside
    if tax_included:
        return _repeats_prices(node, parts)
    if tax_included is None:
        message = "does not say whether its amounts hold tax: only its order can"
        node.problems.append(Problem(Code.PAYLOAD_INVALID, node.place or "document", message))
    return False


def _repeats_prices(node: Node, parts: _Parts) -> bool:
    """Whether the lines' amounts equal the discounted prices, which hold tax in such a shop."""
    for line in node.nodes("refund_line_items"):
        sold = line.node("line_item")
        if sold is None:
            continue
        quantity = sold.decimal("quantity") or Decimal(0)
        given_back = line.decimal("quantity") or Decimal(0)
        tax = money_or_zero(line, "total_tax", parts.currency)
        if not (quantity and given_back and tax):
            continue
        listed = sold.nodes("discount_allocations")
        off = total((required_money(d, "amount", parts.currency) for d in listed), parts.currency)
        price = required_money(sold, "price", parts.currency)
        expected = (price * quantity - off).amount * given_back / quantity
        subtotal = required_money(line, "subtotal", parts.currency).amount
        return abs(subtotal - expected) < abs(subtotal + tax.amount - expected)
    return True

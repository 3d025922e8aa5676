"""An order in its shop's own currency, where the buyer saw it in another one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from local.cart_simulators.orders import GivenBack, OrderLine, RefundedLine, ShopOrder, cents


def in_shop_currency(order: ShopOrder) -> ShopOrder:
    """The same order, with every amount worth what the shop says of it; sums are sums of these.

    Parts of a line add up to the line on this side as well, so that what is given back whole is
    given back to the cent.
    """
    sale = order.sale
    if not sale.shop_currency:
        return order

    def worth(amount: Decimal) -> Decimal:
        return cents(amount / sale.shop_rate)

    lines = tuple(
        replace(
            line,
            unit_price=worth(line.unit_price),
            discount=worth(line.discount),
            tax=worth(line.tax),
        )
        for line in order.lines
    )
    shipping = {"shipping": worth(sale.shipping), "shipping_tax": worth(sale.shipping_tax)}
    told = sale.model_copy(update={"currency": sale.shop_currency, **shipping})
    return replace(order, sale=told, lines=lines, refunds=_refunds(order, lines))


def _refunds(order: ShopOrder, lines: tuple[OrderLine, ...]) -> list[GivenBack]:
    """What was given back, in shares of the lines."""
    by_id = {line.id: line for line in lines}
    before: Counter[int] = Counter()
    found = []
    for refund in order.refunds:
        parts = []
        for each in refund.lines:
            line, already = by_id[each.line_id], before[each.line_id]
            net, tax = (
                line.share(amount, already, each.quantity) for amount in (line.net, line.tax)
            )
            parts.append(RefundedLine(line.id, each.quantity, net, tax))
            before[each.line_id] += each.quantity
        found.append(
            replace(
                refund,
                lines=tuple(parts),
                shipping=cents(refund.shipping / order.sale.shop_rate),
                shipping_tax=cents(refund.shipping_tax / order.sale.shop_rate),
            )
        )
    return found

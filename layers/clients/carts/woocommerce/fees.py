"""What a gateway's plug-in notes of its own price in an order's `meta_data` (carts reference §6.4).

Names are each plug-in's own and unconfirmed; only Stripe's are read. The order then tells one line
of the gateway's balance: what the buyer paid, what was kept, and what is left.
"""

from __future__ import annotations

from carts.adapter import PayoutReading
from carts.assembly import distinct
from carts.documents import Node
from carts.woocommerce.models import CART, currency_of, gmt, metadata, required_money
from commerce.money import Money, MoneyError
from commerce.orders import Ref
from commerce.payouts import FeeKind, Payout, PayoutLine, PayoutLineKind, PayoutStatus

FEE, NET, CURRENCY = "_stripe_fee", "_stripe_net", "_stripe_currency"


def tells_fee(node: Node) -> bool:
    """Whether the order's metadata holds a fee that is understood."""
    return bool(metadata(node, FEE))


def kept_of(node: Node, currency: str) -> Money | None:
    """What the gateway kept of the order's payment; None where that cannot be said for sure.

    An order is not held for a plug-in's note: what is not understood is left to the payouts.
    """
    told = metadata(node, FEE)
    if not told or (metadata(node, CURRENCY) or currency).upper() != currency:
        return None
    try:
        fee = Money.of(told, currency)
    except MoneyError:
        return None
    return None if fee.is_negative or fee.rounded() != fee else fee


def fee_reading(node: Node, store: str) -> PayoutReading:
    """The order's charge with its fee; empty where there is none, or the order is not paid.

    Raises:
        MoneyError: the amounts are beyond belief.
    """
    paid_at = gmt(node, "date_paid_gmt")
    if not tells_fee(node) or paid_at is None:
        return PayoutReading(None, distinct(node.problems))
    currency = currency_of(node)
    order_id = node.identifier("id")
    amount = required_money(node, "total", currency)
    noted = Node({name: metadata(node, name) for name in (FEE, NET)}, "meta_data", node.problems)
    fee = required_money(noted, FEE, currency)
    net = required_money(noted, NET, currency) if metadata(node, NET) else amount - fee
    if (metadata(node, CURRENCY) or currency).upper() != currency:
        noted.refuse(CURRENCY, "the order's currency: what was kept cannot be compared")
    if node.problems:
        return PayoutReading(None, distinct(node.problems))
    line = PayoutLine(
        id=f"{order_id}:stripe",
        kind=PayoutLineKind.CHARGE,
        amount=amount,
        fee=fee,
        net=net,
        occurred_at=paid_at,
        order_id=order_id,
        transaction_id=node.text("transaction_id"),
        type_name="stripe",
        fee_kind=FeeKind.PROCESSING,
    )
    return PayoutReading(_of_order(line, store))


def _of_order(line: PayoutLine, store: str) -> Payout:
    """One line that belongs to a payout nobody has told of."""
    ref = Ref(CART, store, "payout", f"order:{line.order_id}")
    return Payout(
        ref=ref,
        status=PayoutStatus.OPEN,
        currency=line.amount.currency,
        amount=None,
        initiated_at=line.occurred_at,
        lines=(line,),
    )

"""Orders marked as paid in a cart, of which the money was received elsewhere."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from carts.answers import written
from carts.catalogue import WriteOutcome, Written
from commerce.money import Money


@runtime_checkable
class PaymentMarker(Protocol):
    """A store's API that can be told that an order is paid."""

    def mark_paid(self, order_id: str, amount: Money) -> Written:
        """Mark the order as paid, if just this amount of it is open; DONE where nothing is.

        UNKNOWN where the answer was lost: who calls again finds it paid.

        Raises:
            AccessRefusedError: no order of the store can be marked.
        """
        ...


class PaymentCalls:
    """The part of a client that passes marks of payment on; see `PaymentMarker`."""

    _marker: PaymentMarker

    def mark_paid(self, order_id: str, amount: Money) -> Written:
        """Mark the order as paid, if just this amount of it is open.

        Raises:
            AccessRefusedError: no order of the store can be marked.
        """
        return written(lambda: self._marker.mark_paid(order_id, amount))


OTHERWISE = Written(WriteOutcome.REFUSED, "another amount of the order is open in the cart")
NO_ORDER = Written(WriteOutcome.REFUSED, "the cart knows no such order")

"""What a store's orders are told of the books, and whose money people book in Sage: plain data.

Standard library only. What may be written to a cart is the tenant's ownership table to say.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrdersBackPolicy:
    """What is carried back to a store's orders.

    Attributes:
        notes_documents: whether a note for the staff names each invoice in Sage.
        marks_paid: whether an order is marked as paid in the cart when Sage has its invoices paid.
        received_in_sage: gateways, in the cart's words, whose money people book in Sage: of an
            order that names no others no receipt is booked, whatever the cart says of its payment.
    """

    notes_documents: bool = False
    marks_paid: bool = False
    received_in_sage: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what would have money booked twice.

        Raises:
            ValueError: with what is wrong.
        """
        if self.marks_paid and not self.received_in_sage:
            message = (
                "marks_paid: name under received_in_sage the gateways whose money people book"
                " in Sage; what the cart then says of their orders' payment is not booked again"
            )
            raise ValueError(message)

    def is_received_in_sage(self, gateways: tuple[str, ...]) -> bool:
        """Whether people book all money of an order that names these gateways."""
        ours = {one.casefold() for one in self.received_in_sage}
        return bool(gateways) and all(one.casefold() in ours for one in gateways)

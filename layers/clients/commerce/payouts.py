"""Payouts: what a processor or marketplace settled, line by line, linked to orders by their ids.

Orders tell what was sold, payouts what was earned (carts reference §1 and §3.5). Amounts are signed
from the seller's view. Accounting reference §6 to §8.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from commerce.codec import decode_as, encode_as
from commerce.identity import Breach
from commerce.money import Money, total
from commerce.orders import Ref


class PayoutStatus(StrEnum):
    """How far the money is (R-6.4); only PAID is in the bank. OPEN still gathers lines."""

    OPEN = "open"
    SCHEDULED = "scheduled"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PayoutLineKind(StrEnum):
    """What moved the balance.

    CHARGE and REFUND are what the buyer paid and got back, pass-through tax included. FEE is the
    processor's or marketplace's own price, or its return. FACILITATOR_TAX is buyers' tax that the
    marketplace withholds to remit, or gives back (R-5.4). RESERVE is money held, released or
    carried over (R-6.5). TRANSFER is money of the seller's that came in or went out beside this
    payout. DISPUTE is a chargeback or its return (R-7.1). CONVERSION is the fee for changing
    currency (R-8.5). ADJUSTMENT is whatever else the source books.
    """

    CHARGE = "charge"
    REFUND = "refund"
    FEE = "fee"
    FACILITATOR_TAX = "facilitator_tax"
    RESERVE = "reserve"
    TRANSFER = "transfer"
    ADJUSTMENT = "adjustment"
    DISPUTE = "dispute"
    CONVERSION = "conversion"


class FeeKind(StrEnum):
    """Which expense a fee is, as far as accounts tell them apart (accounting reference §0)."""

    PROCESSING = "processing"
    REFERRAL = "referral"
    FULFILMENT = "fulfilment"
    STORAGE = "storage"
    ADVERTISING = "advertising"
    SHIPPING_LABEL = "shipping_label"
    SUBSCRIPTION = "subscription"
    DISPUTE = "dispute"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """One movement of the balance: `amount` less `fee` is `net` (R-6.1).

    `id` is unique in its payout. `fee` is what was kept of this very line, positive when it lowers
    `net`; a source that books its fees apart has lines of kind FEE instead. `transaction_id` joins
    lines of one transaction of the source. `type_name` is the source's own word, for reports.
    `is_recognized` is false for a word we give no meaning to: it belongs on a configured account.
    `source_amount` is what `amount` was before conversion, at `exchange_rate`.
    """

    id: str
    kind: PayoutLineKind
    amount: Money
    fee: Money
    net: Money
    occurred_at: datetime
    order_id: str = ""
    refund_id: str = ""
    transaction_id: str = ""
    type_name: str = ""
    fee_kind: FeeKind | None = None
    is_recognized: bool = True
    source_amount: Money | None = None
    exchange_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Payout:
    """One settlement: what the source says it paid, and the lines that make it up.

    `amount` is the source's own figure, below zero when the bank was debited (R-6.7); None where
    only lines are known. `initiated_at` is when the money left, `arrived_at` when it was paid.
    `bank_reference` is what the line of the bank statement carries (R-6.9), `bank_amount` what
    arrived where the bank keeps another currency.
    """

    ref: Ref
    status: PayoutStatus
    currency: str
    amount: Money | None
    initiated_at: datetime
    lines: tuple[PayoutLine, ...] = ()
    arrived_at: datetime | None = None
    period_from: datetime | None = None
    period_until: datetime | None = None
    bank_reference: str = ""
    bank_amount: Money | None = None

    @property
    def net(self) -> Money:
        """The sum of the lines' nets."""
        return total((line.net for line in self.lines), self.currency)

    @property
    def fees(self) -> Money:
        """What was kept for service, of lines and as lines of their own, less what was returned."""
        kept = [line.fee for line in self.lines]
        booked = (PayoutLineKind.FEE, PayoutLineKind.CONVERSION)
        kept += [-line.amount for line in self.lines if line.kind in booked]
        return total(kept, self.currency)

    def sum_of(self, kind: PayoutLineKind) -> Money:
        """The sum of the amounts of one kind of line, fees not taken off."""
        return total((line.amount for line in self.lines if line.kind is kind), self.currency)


def payout_line(
    line_id: str,
    kind: PayoutLineKind,
    amount: Money,
    occurred_at: datetime,
    *,
    order_id: str = "",
    refund_id: str = "",
    transaction_id: str = "",
    type_name: str = "",
    fee_kind: FeeKind | None = None,
    is_recognized: bool = True,
) -> PayoutLine:
    """A line that nothing was kept of: its net is its amount."""
    return PayoutLine(
        line_id,
        kind,
        amount,
        Money.zero(amount.currency),
        amount,
        occurred_at,
        order_id=order_id,
        refund_id=refund_id,
        transaction_id=transaction_id,
        type_name=type_name,
        fee_kind=fee_kind,
        is_recognized=is_recognized,
    )


def payout_breaches(payout: Payout) -> list[Breach]:
    """Everything about the payout's sums that does not hold; empty when it may be booked (R-6.1).

    A payout whose amount nobody states cannot be proved, and says so.
    """
    breaches = list(line_breaches(payout.lines, payout.currency))
    if payout.amount is None:
        return [*breaches, Breach("amount", "the source does not state what it paid")]
    if payout.amount.currency != payout.currency:
        return [*breaches, _stranger("amount", payout.amount, payout.currency)]
    if any(line.net.currency != payout.currency for line in payout.lines):
        return breaches
    difference = payout.amount - payout.net
    if difference:
        message = "the nets of the lines do not add up to what was paid"
        breaches.append(Breach("amount", message, difference))
    return breaches


def line_breaches(lines: Sequence[PayoutLine], currency: str) -> Iterator[Breach]:
    """What does not hold of the lines for themselves: currency, amount less fee, and their ids."""
    for line in lines:
        place = f"lines[{line.id}]"
        amounts = (line.amount, line.fee, line.net)
        strangers = [amount for amount in amounts if amount.currency != currency]
        if strangers:
            yield _stranger(place, strangers[0], currency)
            continue
        difference = line.net - (line.amount - line.fee)
        if difference:
            yield Breach(place, "the amount less its fee is not the net", difference)
    for line_id, count in Counter(line.id for line in lines).items():
        if count > 1:
            yield Breach(f"lines[{line_id}]", f"stands there {count} times")


def encode_payout(payout: Payout) -> bytes:
    """The payout as JSON bytes; `decode_payout` gives back an equal object, digit for digit."""
    return encode_as("payout", payout)


def decode_payout(data: bytes) -> Payout:
    """The payout in `data`.

    Raises:
        CodecError: the bytes are no payout, or of a schema newer than this code.
    """
    return decode_as("payout", Payout, data)


def _stranger(place: str, amount: Money, currency: str) -> Breach:
    message = f"an amount in {amount.currency} stands in a payout in {currency}"
    return Breach(place, message)

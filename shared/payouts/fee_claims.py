"""Which receipt of its order each charge of a payout is, so that a fee is counted once (R-6.3).

Pure. A receipt is claimed by one charge, for good: of two charges of one amount, whose payments
become known one after the other, the second one waits for the second payment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from commerce.orders import Payment
from commerce.payouts import Payout, PayoutLine


@dataclass(frozen=True, slots=True)
class Claims:
    """What charges of one order were matched with.

    `charges` names the charge of each receipt, those of other payouts among them; `of` the receipt
    of each row. `left` are the rows that match no receipt.
    """

    charges: Mapping[str, str]
    of: Mapping[str, str]
    left: tuple[PayoutLine, ...] = ()


def claims(
    payout: Payout,
    lines: Sequence[PayoutLine],
    receipts: Iterable[Payment],
    before: Mapping[str, str],
) -> Claims:
    """Match charges with receipts: those claimed before, by the gateway's id, then by amount.

    Args:
        payout: the payout as its source tells it now; what its vanished rows had claimed is free.
        lines: its charges of one order.
        receipts: of the order, in a stable order.
        before: the charge of each receipt that was claimed already.
    """
    there = {_name(payout, line) for line in payout.lines}
    mine = f"{payout.ref.id}/"
    charges = {
        payment: charge
        for payment, charge in before.items()
        if charge in there or not charge.startswith(mine)
    }
    known = {charge: payment for payment, charge in charges.items()}
    of = {line.id: known[name] for line in lines if (name := _name(payout, line)) in known}
    free = {payment.ref.id: payment for payment in receipts if payment.ref.id not in charges}
    for found in (_by_id, _by_amount):
        for line in lines:
            payment_id = None if line.id in of else next(found(line, free), None)
            if payment_id is not None:
                of[line.id] = payment_id
                charges[payment_id] = _name(payout, line)
                del free[payment_id]
    left = tuple(line for line in lines if line.id not in of)
    return Claims(charges, of, left)


def _name(payout: Payout, line: PayoutLine) -> str:
    return f"{payout.ref.id}/{line.id}"


def _by_id(line: PayoutLine, free: Mapping[str, Payment]) -> Iterator[str]:
    for name, payment in free.items():
        if line.transaction_id and line.transaction_id in (name, payment.external_id):
            yield name


def _by_amount(line: PayoutLine, free: Mapping[str, Payment]) -> Iterator[str]:
    for name, payment in free.items():
        if payment.amount.rounded() == line.amount:
            yield name

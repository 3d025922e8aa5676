"""eBay's payouts and the transactions that make them up (carts reference §8.5).

Amounts are positive, `bookingEntry` is their sign; `amount` is net of `totalFeeAmount`, so what the
buyer paid or got back is the two together. Ids may repeat over types: a line's id names both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from carts.adapter import Code, PayoutReading
from carts.assembly import distinct
from carts.documents import MOST_MOVEMENTS, Node, believed_currency
from carts.ebay.fees import FEE_OF_TYPE, KIND_OF_TYPE, fee_kind
from carts.ebay.models import CART, amount_or_zero, hold, required_amount
from commerce.money import Money, total
from commerce.orders import Ref
from commerce.payouts import (
    FeeKind,
    Payout,
    PayoutLine,
    PayoutLineKind,
    PayoutStatus,
    payout_line,
)

_STATUS = {
    "INITIATED": PayoutStatus.IN_TRANSIT,
    "SUCCEEDED": PayoutStatus.PAID,
    "RETRYABLE_FAILED": PayoutStatus.FAILED,
    "TERMINAL_FAILED": PayoutStatus.FAILED,
    "REVERSED": PayoutStatus.CANCELLED,
}
_SIGNS = {"CREDIT": 1, "DEBIT": -1}
_NOTHING_MOVED = "FAILED"
_HOLD_ENDED = "DISPUTE_HOLD_REVERSE"


def payout_reading(payout: Any, transactions: Iterable[Any], store: str) -> PayoutReading:
    """A payout of `GET /payout` with the transactions that name it.

    Raises:
        MoneyError: the documents' sums are beyond belief.
    """
    root = Node({"payout": payout, "transactions": list(transactions)}, "", [])
    node = root.node("payout") or Node({}, "payout", root.problems)
    holder = node.node("amount") or Node({}, node.at("amount"), node.problems)
    currency = believed_currency(holder, holder.text("currency"), "currency")
    nodes = list(root.nodes("transactions", most=MOST_MOVEMENTS))
    count = node.get("transactionCount")
    if isinstance(count, int) and count != len(nodes):
        message = f"says that it has {count} transactions, and {len(nodes)} are listed"
        hold(node, "transactionCount", Code.UNBALANCED, message)
    status = _STATUS.get(node.text("payoutStatus"))
    if status is None:
        node.refuse("payoutStatus", "a known state of a payout")
    begun = node.required_instant("payoutDate")
    found = Payout(
        ref=Ref(CART, store, "payout", node.identifier("payoutId")),
        status=status or PayoutStatus.OPEN,
        currency=currency,
        amount=required_amount(node, "amount", currency),
        initiated_at=begun,
        lines=_lines(nodes, currency),
        arrived_at=begun if status is PayoutStatus.PAID else None,
        bank_reference=node.text("bankReference"),
    )
    if root.problems:
        return PayoutReading(None, distinct(root.problems))
    return PayoutReading(found)


def loose_transactions(node: Node, store: str) -> PayoutReading:
    """Transactions by themselves, as `GET /transaction` answers: nobody states what they paid.

    Raises:
        MoneyError: the document's sums are beyond belief.
    """
    nodes = list(node.nodes("transactions", most=MOST_MOVEMENTS))
    if not nodes:
        return PayoutReading(None, distinct(node.problems))
    first = nodes[0].node("amount")
    code = first.text("currency") if first else ""
    currency = believed_currency(nodes[0], code, "amount.currency")
    payout_ids = {each.text("payoutId") for each in nodes}
    found = Payout(
        ref=Ref(CART, store, "payout", payout_ids.pop() if len(payout_ids) == 1 else ""),
        status=PayoutStatus.OPEN,
        currency=currency,
        amount=None,
        initiated_at=max(each.required_instant("transactionDate") for each in nodes),
        lines=_lines(nodes, currency),
    )
    if node.problems:
        return PayoutReading(None, distinct(node.problems))
    return PayoutReading(found)


def _lines(nodes: Iterable[Node], currency: str) -> tuple[PayoutLine, ...]:
    moved = (node for node in nodes if node.text("transactionStatus") != _NOTHING_MOVED)
    return tuple(line for node in moved for line in _of_transaction(node, currency) if line.amount)


def _of_transaction(node: Node, currency: str) -> Iterator[PayoutLine]:
    """The transaction before its fee, and its fees by type."""
    sign = _SIGNS.get(node.text("bookingEntry"), 0)
    if not sign:
        node.refuse("bookingEntry", "CREDIT or DEBIT")
    name = node.text("transactionType")
    net = required_amount(node, "amount", currency)
    fee = amount_or_zero(node, "totalFeeAmount", currency)
    for member, amount in (("amount", net), ("totalFeeAmount", fee)):
        if amount.is_negative:
            node.refuse(member, "zero or more")
    at = node.required_instant("transactionDate")
    transaction_id = node.identifier("transactionId")
    order_id = node.optional_identifier("orderId") or _referred(node, "ORDER_ID")
    kind = _kind(name, transaction_id)
    refund_id = ""
    if kind is PayoutLineKind.REFUND:
        refund_id = _referred(node, "REFUND_ID") or _referred(node, "CASE_ID") or transaction_id
    line_id = f"{transaction_id}:{name}"

    def line(  # what all lines of a transaction share
        suffix: str, kind: PayoutLineKind, amount: Money, word: str, meaning: FeeKind | None
    ) -> PayoutLine:
        is_fee = kind is PayoutLineKind.FEE
        return payout_line(
            line_id + suffix,
            kind,
            amount,
            at,
            order_id=order_id,
            refund_id=refund_id,
            transaction_id=line_id,
            type_name=word,
            fee_kind=(meaning or FeeKind.OTHER) if is_fee else None,
            is_recognized=meaning is not None if is_fee else name in KIND_OF_TYPE,
        )

    own_fee = node.text("feeType")
    meaning = FEE_OF_TYPE.get(name) or fee_kind(own_fee)
    yield _converted(node, line("", kind, (net + fee) * sign, own_fee or name, meaning))
    for word, amount in _fees(node, fee, currency).items():
        yield line(f":{word}", PayoutLineKind.FEE, amount * -sign, word, fee_kind(word))


def _kind(name: str, transaction_id: str) -> PayoutLineKind:
    """What a transaction is; what gives a disputed amount back calls itself a credit."""
    if name == "CREDIT" and transaction_id.startswith(_HOLD_ENDED):
        return PayoutLineKind.DISPUTE
    return KIND_OF_TYPE.get(name, PayoutLineKind.ADJUSTMENT)


def _fees(node: Node, stated: Money, currency: str) -> dict[str, Money]:
    """The fees kept of a transaction by their type; as one where no types are told."""
    found: dict[str, Money] = {}
    for item in node.nodes("orderLineItems"):
        for fee in item.nodes("marketplaceFees"):
            word = fee.text("feeType")
            amount = required_amount(fee, "amount", currency)
            found[word] = found.get(word, Money.zero(currency)) + amount
    if not found:
        return {"FINAL_VALUE_FEE": stated} if stated else {}
    difference = stated - total(found.values(), currency)
    if difference:
        message = "the fees of the lines do not add up to it"
        hold(node, "totalFeeAmount", Code.UNBALANCED, message, difference)
    return found


def _referred(node: Node, kind: str) -> str:
    for reference in node.nodes("references"):
        if reference.text("referenceType") == kind:
            return reference.optional_identifier("referenceId")
    return ""


def _converted(node: Node, line: PayoutLine) -> PayoutLine:
    """The line with what it was before conversion, where nothing was kept of it."""
    holder = node.node("amount")
    currency = holder.text("convertedFromCurrency") if holder else ""
    if holder is None or not currency or node.node("totalFeeAmount"):
        return line
    code = believed_currency(holder, currency, "convertedFromCurrency")
    before = holder.money("convertedFromValue", code)
    return _with_source(line, before, holder.decimal("exchangeRate"))


def _with_source(line: PayoutLine, before: Money | None, rate: Decimal | None) -> PayoutLine:
    if before is None:
        return line
    signed = -before if line.amount.is_negative else before
    return replace(line, source_amount=signed, exchange_rate=rate)

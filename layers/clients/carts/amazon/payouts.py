"""Amazon's settlements: a group of financial events, and the transactions that make it up.

The group states what was paid, its transactions what for; a settlement also carries over what the
one before it kept (J-6.8). Amazon's own guide joins the two by the group's id.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from carts.adapter import PayoutReading
from carts.amazon.models import CART
from carts.amazon.settlements import TRANSFER_TYPE, payout_lines
from carts.amazon.transactions import GROUP_ID, Transaction, read_transactions, settled
from carts.assembly import distinct
from carts.documents import MOST_MOVEMENTS, Node, believed_currency
from commerce.money import Money
from commerce.orders import Ref
from commerce.payouts import Payout, PayoutLine, PayoutLineKind, PayoutStatus, payout_line

_STATUS = {
    "Succeeded": PayoutStatus.PAID,
    "Processing": PayoutStatus.IN_TRANSIT,
    "Initiated": PayoutStatus.IN_TRANSIT,
    "Failed": PayoutStatus.FAILED,
}


def settlement(group: Any, transactions: Iterable[Any], store: str) -> PayoutReading:
    """A group of `listFinancialEventGroups` with the transactions that name it.

    Raises:
        MoneyError: the documents' sums are beyond belief.
    """
    root = Node({"group": group, "transactions": list(transactions)}, "", [])
    node = root.node("group") or Node({}, "group", root.problems)
    listed = settled(read_transactions(root.nodes("transactions", most=MOST_MOVEMENTS)))
    payout = _payout(node, _lines(listed), store)
    if root.problems:
        return PayoutReading(None, distinct(root.problems))
    return PayoutReading(payout)


def loose_transactions(nodes: Iterable[Node], store: str) -> PayoutReading:
    """Transactions by themselves, as `listTransactions` answers: nobody states what they paid.

    Raises:
        MoneyError: the document's sums are beyond belief.
    """
    found = list(nodes)
    problems = found[0].problems if found else []
    listed = settled(read_transactions(found))
    if problems or not listed:
        return PayoutReading(None, distinct(problems))
    groups = {each.related.get(GROUP_ID, "") for each in listed}
    newest = max(each.posted_at for each in listed)
    payout = Payout(
        ref=Ref(CART, store, "payout", groups.pop() if len(groups) == 1 else ""),
        status=PayoutStatus.OPEN,
        currency=listed[0].total.currency,
        amount=None,
        initiated_at=newest,
        lines=_lines(listed),
    )
    return PayoutReading(payout)


def ended_at(group: Node) -> datetime | None:
    """When the group was closed; None while it gathers."""
    return group.instant("FinancialEventGroupEnd")


def currency_of(group: Node) -> str:
    """The currency that the group is settled in; empty where it states none."""
    stated = group.node("OriginalTotal")
    return stated.text("CurrencyCode") if stated else ""


def _payout(node: Node, lines: tuple[PayoutLine, ...], store: str) -> Payout:
    stated = node.node("OriginalTotal") or Node({}, node.at("OriginalTotal"), node.problems)
    currency = believed_currency(stated, stated.text("CurrencyCode"), "CurrencyCode")
    begun = node.required_instant("FinancialEventGroupStart")
    ended = ended_at(node)
    status = _STATUS.get(node.text("FundTransferStatus"), PayoutStatus.SCHEDULED)
    moved_at = node.instant("FundTransferDate")
    is_closed = node.text("ProcessingStatus") == "Closed"
    return Payout(
        ref=Ref(CART, store, "payout", node.identifier("FinancialEventGroupId")),
        status=status if is_closed else PayoutStatus.OPEN,
        currency=currency,
        amount=_money(stated, currency),
        initiated_at=moved_at or ended or begun,
        lines=(*_carried_over(node, begun), *lines),
        arrived_at=moved_at if is_closed and status is PayoutStatus.PAID else None,
        period_from=begun,
        period_until=ended,
        bank_reference=node.text("TraceId"),
        bank_amount=_converted(node),
    )


def _lines(transactions: Iterable[Transaction]) -> tuple[PayoutLine, ...]:
    """All but the transfer to the bank: that is the payout itself."""
    moved = (each for each in transactions if each.type != TRANSFER_TYPE)
    return tuple(line for each in moved for line in payout_lines(each))


def _carried_over(node: Node, begun: datetime) -> tuple[PayoutLine, ...]:
    holder = node.node("BeginningBalance")
    if holder is None:
        return ()
    currency = believed_currency(holder, holder.text("CurrencyCode"), "CurrencyCode")
    amount = _money(holder, currency)
    if not amount:
        return ()
    name = "BeginningBalance"
    return (payout_line(name, PayoutLineKind.RESERVE, amount, begun, type_name=name),)


def _converted(node: Node) -> Money | None:
    """What reached the bank, where it is kept in another currency."""
    holder = node.node("ConvertedTotal")
    if holder is None:
        return None
    code = believed_currency(holder, holder.text("CurrencyCode"), "CurrencyCode")
    return _money(holder, code)


def _money(holder: Node, currency: str) -> Money:
    found = holder.money("CurrencyAmount", currency)
    if found is None:
        holder.refuse("CurrencyAmount", "given")
    return found or Money.zero(currency)

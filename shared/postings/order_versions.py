"""Which sales order stands for an order in Sage: the one as it is now (R-2.1).

An order that is edited before anything of it is billed gets a sales order of the new edition, under
a number of its own, and the one before is closed: nothing is converted from it any more. Once a
part is converted Sage takes no other lines; then what an edit adds is billed without conversion.
"""

from __future__ import annotations

from shared.postings.plan import PostingKind
from shared.postings.preparation import Prepared

ORDER = PostingKind.SALES_ORDER


def order_purpose(prepared: Prepared) -> str:
    """The purpose of the sales order that stands for the order now.

    It names the edition, unless there was but one when the sales order was made.
    """
    known = known_orders(prepared)
    newest = _of_newest(prepared)
    if not known or newest in known:
        return newest if newest in known or len(prepared.editions) > 1 else _first(prepared)
    latest = known[-1]
    is_billed = bool(prepared.keys.purposes(PostingKind.INVOICE, "invoice:"))
    is_made = prepared.keys.of(ORDER, latest) in prepared.posted
    if is_billed or prepared.is_cancelled or not is_made or is_of_newest(prepared, latest):
        return latest
    return newest


def is_of_newest(prepared: Prepared, purpose: str) -> bool:
    """Whether that sales order has the lines that the order has now, as far as Sage's total says.

    Where it says none, the purpose alone tells.
    """
    if len(prepared.editions) == 1 or purpose == _of_newest(prepared):
        return True
    result = prepared.posted.get(prepared.keys.of(ORDER, purpose))
    return result is not None and result.total == prepared.receivable


def _of_newest(prepared: Prepared) -> str:
    return f"order:{prepared.editions[-1].id}"


def _first(prepared: Prepared) -> str:
    return f"order:{prepared.order.ref.id}"


def known_orders(prepared: Prepared) -> list[str]:
    """The sales orders that were begun, the earliest edition first."""
    purposes = (_first(prepared), *(f"order:{edition.id}" for edition in prepared.editions))
    return [name for name in dict.fromkeys(purposes) if prepared.keys.knows(ORDER, name)]

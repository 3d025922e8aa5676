"""The closing of sales orders that an edited order has left behind (see `order_versions`)."""

from __future__ import annotations

from intacct.undoing import CloseSalesDocument
from shared.postings.order_versions import ORDER, known_orders
from shared.postings.plan import PostingKind
from shared.postings.preparation import Prepared
from shared.postings.sales import Dated, posting

VOID = PostingKind.VOID


def closings(prepared: Prepared, current: str) -> list[Dated]:
    """The closing of each sales order in the books that another one has taken the place of."""
    written = []
    for purpose in known_orders(prepared):
        result = prepared.posted.get(prepared.keys.of(ORDER, purpose))
        if purpose == current or result is None:
            continue
        name = f"close:{purpose}"
        document = CloseSalesDocument(
            definition=prepared.book.mapping.definitions.sales_order,
            key=result.key,
            id=result.id,
            reference=prepared.keys.reference(VOID, name),
        )
        needs = (prepared.keys.of(ORDER, current),)
        at = prepared.editions[-1].since
        written.append(posting(prepared, VOID, name, document, at=at, needs=needs))
    return written

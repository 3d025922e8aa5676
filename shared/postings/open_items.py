"""What the buyer of an order owes, and what its memos give him to his credit, as settled items."""

from __future__ import annotations

from collections.abc import Sequence

from shared.postings.plan import PostingKind
from shared.postings.preparation import Prepared
from shared.postings.returns import CreditWriter
from shared.postings.rounding import Rounding
from shared.postings.settlement import Bill, OwnCredit


def bills(prepared: Prepared, roundings: Sequence[Rounding]) -> list[Bill]:
    """The invoices as Sage has them, and those of what it billed too little (R-9.5)."""
    keys, currency = prepared.keys, prepared.order.currency
    taxed = {one.sale_id: one.difference for one in roundings}
    none = prepared.receivable * 0
    invoices = [
        Bill(
            key,
            sale.id,
            sale.at,
            sale.total(currency) + taxed.get(sale.id, none),
            key in keys.known,
            keys.place_of(key),
        )
        for sale in prepared.life.billed
        if sale.amounts and (key := keys.of(PostingKind.INVOICE, f"invoice:{sale.id}"))
    ]
    return invoices + [
        Bill(key, one.purpose, one.at, one.amount, key in keys.known, keys.place_of(key))
        for one in roundings
        if one.kind is PostingKind.INVOICE and (key := keys.of(one.kind, one.purpose))
    ]


def own_credits(
    prepared: Prepared, memos: CreditWriter, roundings: Sequence[Rounding]
) -> list[OwnCredit]:
    """The credit memos of refunds, of edits, and of what Sage billed too much (R-9.5)."""
    keys, currency = prepared.keys, prepared.order.currency
    told = [
        (memos.key(item.refund.ref.id), item.refund.ref.id, memos.booked_at(item), item.total)
        for item in prepared.life.credits
        if item.total
    ]
    told += [
        (memos.correction_key(item), item.purpose, item.at, item.total(currency))
        for item in prepared.life.corrections
    ]
    told += [
        (keys.of(one.kind, one.purpose), one.purpose, one.at, one.amount)
        for one in roundings
        if one.kind is PostingKind.CREDIT_MEMO
    ]
    return [
        OwnCredit(key, name, at, amount, key in keys.known, keys.place_of(key))
        for key, name, at, amount in told
    ]

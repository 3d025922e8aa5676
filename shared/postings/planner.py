"""The accountant: from the facts of one order to the documents that are missing in the books.

Pure: the same facts, postings and book always give the same plan, and a plan that was carried out
is followed by an empty one. Edits, late deliveries, refunds before shipments and replays need no
code of their own: they are all "plan again".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from commerce.orders import Facts, PaymentStatus
from intacct.documents import JournalLine
from shared.policy.choices import PostingMode
from shared.postings.book import StoreBook
from shared.postings.day_editions import edited, of_edition
from shared.postings.day_entries import DayWriter
from shared.postings.effects import imbalance
from shared.postings.money import MoneyWriter
from shared.postings.order_keys import Keys
from shared.postings.payout_entries import by_payout
from shared.postings.periods import in_open_periods
from shared.postings.plan import Finding, Plan, Posted, Posting, PostingKind, Reason
from shared.postings.preparation import Prepared, prepare
from shared.postings.receivables import receivable_invoices
from shared.postings.receiving import ReceiptWriter, receipt_findings, untold_returns
from shared.postings.returns import CreditWriter
from shared.postings.rounding import Rounding, refusals, rounding_documents, roundings_of
from shared.postings.sales import Dated, SalesWriter
from shared.postings.sales_orders import closings
from shared.postings.tax_points import TAX


class UnbalancedEffectError(AssertionError):
    """A posting whose expected ledger lines do not balance: a defect of the planner itself."""


_PAID = frozenset(
    {
        PaymentStatus.PAID,
        PaymentStatus.PARTIALLY_PAID,
        PaymentStatus.PARTIALLY_REFUNDED,
        PaymentStatus.REFUNDED,
    }
)


def plan(facts: Facts, posted: Posted, book: StoreBook, begun: Collection[str] = ()) -> Plan:
    """The postings that are missing, in dependency order, or everything that stands in the way.

    `posted` maps posting keys to Sage's results, `begun` are keys that were sent and have no result
    yet, both in the sequence of sending. The latter keep their place when later facts arrive, and
    are planned again.
    A plan with findings posts nothing (design rule: nothing is guessed, nothing is plugged).
    """
    order = facts.order
    if order is None:
        return Plan(waiting=("the order itself: only followers of it are known",))
    if order.is_test:
        return Plan(waiting=(f"{Reason.TEST_ORDER.value}: a test order is never posted",))
    book = book.for_placed(order.placed_at)
    keys = Keys(book, order.number, dict.fromkeys((*posted, *begun)))
    prepared = prepare(facts, order, posted, book, keys)
    findings = [*_policy_findings(book), *prepared.chart.findings]
    if findings:
        return Plan(findings=tuple(findings))
    if waiting := _nothing_yet(prepared):
        return Plan(waiting=(waiting,))
    mode = book.policy.mode_on(book.ledger_on(order.placed_at))
    if mode is not PostingMode.DETAIL:
        return _summary(prepared, mode)
    planned = in_open_periods(
        _detail(prepared),
        book.calendar,
        book.policy,
        true_date_field=book.mapping.definitions.true_date_field,
    )
    untold = () if planned.findings else untold_returns(prepared)
    return replace(planned, blocked=(*planned.blocked, *untold))


def _policy_findings(book: StoreBook) -> Iterable[Finding]:
    """Policies that this planner cannot follow, and a book without customer."""
    policy = book.policy
    for switch, message in policy.contradictions():
        yield Finding(
            Reason.OUT_OF_SCOPE,
            f"policy.{switch}",
            message,
            "choose settings that go together",
        )
    if PostingMode.SUMMARY_PAYOUT in policy.modes() and not book.payout_clearing:
        yield Finding(
            Reason.MAPPING_MISSING,
            "mapping.accounts.payout_clearing",
            "no account on which payouts and the sales that they pay meet",
            "add the account to the store's mapping",
        )
    if not book.customer_id:
        yield Finding(
            Reason.CONFIGURATION_MISSING,
            "book.customer",
            "no customer in the books for this order",
            "let the customer be created first, or name a channel customer in the mapping",
        )


def _nothing_yet(prepared: Prepared) -> str:
    """What the order waits for before anything of it is booked; empty when it may be."""
    order = prepared.order
    if order.is_replacement and not prepared.receivable:
        return "nothing: a replacement of no value has no entry"
    has_money = bool(prepared.takings) or order.payment_status in _PAID
    has_left = bool(prepared.deliveries)
    is_free = not prepared.receivable
    if prepared.is_cancelled and not prepared.takings and not has_left:
        return "nothing: cancelled before any money moved"
    if has_money or has_left or is_free or order.is_b2b:
        return ""
    return "a payment or a shipment"


def written(
    facts: Facts, posted: Posted, book: StoreBook, begun: Collection[str] = ()
) -> tuple[Posting, ...]:
    """Every document that the facts tell of, those in the books among them, in no stated order.

    For whoever undoes or explains what is in the books. What stands against posting is not looked
    at, so that a document counts as the one in the books only when its content is the same.
    """
    if facts.order is None:
        return ()
    book = book.for_placed(facts.order.placed_at)
    keys = Keys(book, facts.order.number, dict.fromkeys((*posted, *begun)))
    prepared = prepare(facts, facts.order, posted, book, keys)
    if prepared.chart.findings:
        return ()
    dated, *_ = _documents(prepared)
    return tuple(item.posting for item in dated)


def _documents(prepared: Prepared) -> tuple[list[Dated], MoneyWriter, tuple[Rounding, ...]]:
    sales = SalesWriter(prepared)
    memos = CreditWriter(prepared, sales)
    is_thrifty = prepared.book.is_thrifty
    invoices = receivable_invoices(prepared) if is_thrifty else sales.invoices()
    roundings = roundings_of(prepared, invoices)
    money = MoneyWriter(prepared, memos, [one for one in roundings if one.is_allowed])
    dated = [*invoices, *sales.recognitions(), *sales.costs(), *memos.memos()]
    dated += [*memos.corrections(), *rounding_documents(prepared, roundings)]
    dated += ReceiptWriter(prepared, memos).receipts()
    dated += money.postings()
    is_wanted = prepared.life.billed or not prepared.is_cancelled or sales.is_order_known
    if is_wanted and not is_thrifty:
        dated.insert(0, sales.sales_order())
        dated += closings(prepared, sales.order_purpose)
    return dated, money, roundings


def _detail(prepared: Prepared) -> Plan:
    dated, money, roundings = _documents(prepared)
    findings = [
        *prepared.chart.findings,
        *receipt_findings(prepared),
        *_excess_findings(prepared),
        *_differences(prepared),
        *refusals(roundings),
        *money.findings,
    ]
    if findings:
        return Plan(findings=tuple(findings))
    missing = [item for item in dated if item.posting.key not in prepared.posted]
    for item in missing:
        _insist_on_balance(item.posting.key, item.posting.effect, prepared.order.currency)
    return Plan(
        postings=tuple(in_order(missing)),
        waiting=(*_waiting(prepared), *money.waiting),
        paid_out=money.paid_out(),
    )


def _summary(prepared: Prepared, mode: PostingMode) -> Plan:
    days = DayWriter(prepared)
    entries = of_edition(prepared, days.entries())
    findings = [*prepared.chart.findings, *_excess_findings(prepared), *days.findings]
    if findings:
        return Plan(findings=tuple(findings))
    for entry in entries:
        _insist_on_balance(entry.event, entry.lines, entry.currency)
    waiting = (*_waiting(prepared), *days.waiting)
    if mode is PostingMode.SUMMARY_DAILY:
        return Plan(
            day_entries=tuple(entries),
            waiting=waiting,
            edited=edited(prepared),
            has_all_events=not (days.waiting or prepared.life.waiting),
        )
    daily, paid = by_payout(entries, prepared.book)
    return Plan(day_entries=daily, payout_entries=paid, waiting=waiting)


def _insist_on_balance(name: str, lines: Iterable[JournalLine], currency: str) -> None:
    difference = imbalance(lines, currency)
    if difference:
        message = f"{name} does not balance by {difference.plain()}"
        raise UnbalancedEffectError(message)


def _excess_findings(prepared: Prepared) -> Iterable[Finding]:
    for excess in prepared.life.excesses:
        yield Finding(
            Reason.REFUND_EXCEEDS_INVOICE,
            excess.place,
            "more is given back than the order has",
            "compare the refund with the order in the cart",
            excess.difference,
        )
    zero = prepared.receivable * 0
    for item in prepared.life.credits:
        if item.total < zero:
            yield Finding(
                Reason.OUT_OF_SCOPE,
                f"refunds[{item.refund.ref.id}].adjustments",
                "the fees kept are more than what is credited",
                "bill the fee by hand and dismiss the refund",
                item.total,
            )
    for sale in prepared.life.billed:
        if sale.total(prepared.order.currency) < zero:
            yield Finding(
                Reason.OUT_OF_SCOPE,
                f"invoice:{sale.id}",
                "the invoice comes to less than nothing",
                "compare the order's discounts in the cart",
                sale.total(prepared.order.currency),
            )


def _differences(prepared: Prepared) -> Iterable[Finding]:
    """What in the books differs from the facts: edited, or not explained by them any more."""
    for sale_id, difference in prepared.in_books.invoices_that_differ(prepared.life):
        yield Finding(
            Reason.AMOUNT_MISMATCH,
            f"invoice:{sale_id}",
            "the invoice in the books has another total than the order gives now",
            "credit and bill the difference by hand, or correct the order in the cart",
            difference,
        )
    for place in prepared.in_books.unexplained(prepared.life):
        yield Finding(
            Reason.AMOUNT_MISMATCH,
            place,
            "this is in the books and the facts do not explain it any more",
            "find out what became of its shipment or edit, and reverse it by hand if need be",
        )
    if prepared.facts.editions and prepared.keys.purposes(PostingKind.JOURNAL_ENTRY, TAX):
        yield Finding(
            Reason.OUT_OF_SCOPE,
            "order.taxes",
            "was edited after its tax had become payable with the receipt (R-2.8)",
            "book the difference by hand; such an edit is not followed",
        )
    for change in prepared.life.unclear:
        yield Finding(
            Reason.AMOUNT_MISMATCH,
            change.place,
            "lowered after it was billed, and a refund may give the same back (R-3.4)",
            "compare the edit with the refund in the cart, and book by hand what is missing",
            change.difference,
        )


def _waiting(prepared: Prepared) -> Iterable[str]:
    yield from prepared.life.waiting
    if not prepared.takings and prepared.receivable:
        yield "a payment transaction"
    yield from _refunds_waiting(prepared)
    open_lines = prepared.life.open_lines
    if open_lines and not prepared.is_cancelled:
        yield "the shipment of " + ", ".join(f"line {line}" for line in open_lines)


def _refunds_waiting(prepared: Prepared) -> Iterable[str]:
    """Refunds whose money has not moved, and of which no credit memo holds the whole.

    What was never billed is given back by money alone: where that failed, nothing else in the books
    says that the buyer is to have it.
    """
    credited = {x.refund.ref.id for x in prepared.life.credits if x.total and not x.unbilled}
    for event in prepared.refunds:
        refund_id = event.refund.ref.id
        if event.money.is_failed and refund_id not in credited:
            yield f"refund {refund_id}: its money failed"
        elif not event.is_effective:
            yield f"refund {refund_id}: its money is pending"


def in_order(items: Iterable[Dated]) -> list[Posting]:
    """By the time of their events, each after what it needs; at one instant by kind."""
    ranks = {kind: rank for rank, kind in enumerate(PostingKind)}

    def place(item: Dated) -> tuple[datetime, int, str]:
        return (item.at, ranks[item.posting.kind], item.posting.key)

    left = [item.posting for item in sorted(items, key=place)]
    ordered: list[Posting] = []
    while left:
        waiting = {posting.key for posting in left}
        ready = next(p for p in left if not waiting.intersection(p.needs))
        ordered.append(ready)
        left.remove(ready)
    return ordered
